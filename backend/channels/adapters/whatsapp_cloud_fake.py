"""Meta, played: the Graph API as the adapter calls it, and the webhooks that Meta signs."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from backend.channels.adapters.whatsapp_cloud import signature
from backend.channels.adapters.whatsapp_cloud_fake_answers import (
    ATTACHMENTS,
    Asked,
    Fields,
    as_json,
    counted,
    file_facts,
    hand_out,
    meta_error,
    sample_templates,
    take_message,
    take_template,
    template_of,
)
from backend.channels.adapters.whatsapp_cloud_fake_events import bodies_of
from backend.channels.events import InboundEvent
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import AccountFacts, Provider, SignedRequest

Answerer = Callable[[Asked], FakeAnswer | None]

_OF_OBJECT = re.compile(r"[^/]+(/(messages|phone_numbers|message_templates))?")
_VERSIONED = re.compile(r"/v[0-9]+\.[0-9]+(/.*)")
_META_FILES = "https://lookaside.fbsbx.com"
_LEVELS = {80: "STANDARD", 1000: "HIGH"}
_UNKNOWN_PATH = "2500"
_NO_OBJECT = "100"


class WhatsAppCloudFake:
    """One phone number with its WhatsApp Business Account and its app."""

    provider: Provider = Provider.WHATSAPP_CLOUD

    def account(self, number: int) -> FakeAccount:
        """Return an account with an approved template and a paused one."""
        address = f"+1206555{400 + number:04}"
        return FakeAccount(
            credentials={
                "app_secret": f"app-secret-{number}",
                "verify_token": f"verify-token-{number}",
                "phone_number_id": f"10654035224{number:04}",
                "access_token": f"EAAB-access-token-{number}",
                "waba_id": f"10229012934{number:04}",
                "app_id": f"20010112345{number:04}",
            },
            address=address,
            facts=AccountFacts(
                display_number=address,
                verified_name=f"Example Store {number}",
                quality="green",
                messaging_limit=2000,
                throughput=80,
            ),
            templates=sample_templates(number),
        )

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call; whoever does not show the access token is turned away."""
        asked = Asked(account, request, now)
        path = _path(request)
        known = account.credentials
        by_app = f"{known.get('app_id')}|{known['app_secret']}"
        token = by_app if path == "/debug_token" else known["access_token"]
        given = {name.lower(): value for name, value in request.headers.items()}
        if given.get("authorization") != f"Bearer {token}":
            return meta_error("190")
        routes: dict[tuple[str, str], Answerer] = {
            ("POST", f"/{known['phone_number_id']}/messages"): take_message,
            ("GET", f"/{known['phone_number_id']}"): _number,
            ("GET", f"/{known['waba_id']}/phone_numbers"): _numbers,
            ("GET", f"/{known['waba_id']}/message_templates"): _templates,
            ("POST", f"/{known['waba_id']}/message_templates"): _new_template,
            ("GET", "/debug_token"): _token_facts,
            ("GET", ATTACHMENTS): hand_out,
        }
        route = routes.get((request.method, path), _other)
        return route(asked) or meta_error(_NO_OBJECT)

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write and sign the deliveries; raises `NotOffered` for what Meta does not tell."""
        key = str(account.credentials["app_secret"])
        return tuple(
            posted(account, body, now, {"x-hub-signature-256": signature(key, body)})
            for body in bodies_of(account, events)
        )

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return the check that Meta makes when the webhook's address is saved."""
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": "1158201444",
            "hub.verify_token": str(account.credentials["verify_token"]),
        }
        return SignedRequest(
            method="GET",
            url=f"{account.webhook_url}?{urlencode(query)}",
            query=query,
            headers={},
            body=b"",
            received_at=datetime.min.replace(tzinfo=UTC),
        )


def posted(
    account: FakeAccount, body: bytes, now: datetime, proof: Mapping[str, str]
) -> SignedRequest:
    """Return a delivery to the account's webhook, with these headers as its proof."""
    return SignedRequest(
        method="POST",
        url=account.webhook_url,
        query=dict(parse_qsl(urlsplit(account.webhook_url).query, keep_blank_values=True)),
        headers={"content-type": "application/json", **proof},
        body=body,
        received_at=now,
    )


def _path(request: FakeRequest) -> str:
    found = _VERSIONED.fullmatch(request.path)
    return found[1] if found else request.path


def _other(asked: Asked) -> FakeAnswer:
    """Answer for a file, or for what is nothing at all."""
    media_id = _path(asked.request).removeprefix("/")
    file = asked.account.files.get(media_id)
    if file is None or asked.request.method != "GET":
        return meta_error(_NO_OBJECT if _OF_OBJECT.fullmatch(media_id) else _UNKNOWN_PATH)
    return as_json(file_facts(file, media_id, asked.account.base_url or _META_FILES))


def _number(asked: Asked) -> FakeAnswer:
    """Tell the fields that were asked for, and the id as always."""
    facts, known = asked.account.facts, asked.account.credentials
    limit = facts.messaging_limit
    told: Fields = {
        "display_phone_number": facts.display_number,
        "verified_name": facts.verified_name,
        "quality_rating": (facts.quality or "unknown").upper(),
        "throughput": {"level": _LEVELS.get(facts.throughput or 0, "NOT_APPLICABLE")},
        "status": "CONNECTED",
        "whatsapp_business_manager_messaging_limit": _tier(limit),
    }
    fields = asked.request.query.get("fields", "display_phone_number").split(",")
    shown = {name: told[name] for name in fields if told.get(name) is not None}
    return as_json({**shown, "id": known["phone_number_id"]})


def _tier(limit: int | None) -> str:
    if limit is None:
        return "TIER_UNLIMITED"
    thousands, rest = divmod(limit, 1000)
    return f"TIER_{limit}" if rest or not thousands else f"TIER_{thousands}K"


def _numbers(asked: Asked) -> FakeAnswer:
    known = asked.account.credentials
    return as_json({"data": [{"id": known["phone_number_id"]}], "paging": {"cursors": {}}})


def _templates(asked: Asked) -> FakeAnswer:
    """List a page of templates; the cursor counts those that were shown."""
    query, held = asked.request.query, asked.account.templates
    start, size = counted(query, "after", 0), counted(query, "limit", 25)
    end = start + size
    paging = {"cursors": {"before": str(start), "after": str(end)}}
    following = urlencode({**query, "after": end})
    further = {"next": f"https://graph.facebook.com{asked.request.path}?{following}"}
    paging |= further if end < len(held) else {}
    shown = [template_of(template) for template in held[start:end]]
    return as_json({"data": shown, "paging": paging})


def _new_template(asked: Asked) -> FakeAnswer | None:
    made = take_template(asked)
    if made is None:
        return None
    told = {"id": made.provider_template_id, "status": "PENDING"}
    return as_json({**told, "category": made.category.upper()})


def _token_facts(asked: Asked) -> FakeAnswer | None:
    known, facts = asked.account.credentials, asked.account.facts
    if asked.request.query.get("input_token") != known["access_token"]:
        return None
    ends_at = facts.token_expires_at
    data = {"app_id": known.get("app_id"), "is_valid": True, "type": "SYSTEM_USER"}
    return as_json({"data": {**data, "expires_at": int(ends_at.timestamp()) if ends_at else 0}})
