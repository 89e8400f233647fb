"""Twilio, played: its API as the adapter calls it, and the webhooks that it signs."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, urlencode

from backend.channels.adapters.twilio_fake_events import form_of
from backend.channels.events import InboundEvent
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeFile, FakeRequest, FakeSent
from backend.channels.ports import (
    AccountFacts,
    Provider,
    SignedRequest,
    Template,
    TemplateStatus,
)

_SENDERS = "/v2/Channels/Senders"
_CONTENTS = "/v1/ContentAndApprovals"
_QUALITIES = {"green": "HIGH", "yellow": "MEDIUM", "red": "LOW"}
_ERRORS = {
    "20003": (HTTPStatus.UNAUTHORIZED, "Authenticate"),
    "20404": (HTTPStatus.NOT_FOUND, "The requested resource was not found"),
    "20429": (HTTPStatus.TOO_MANY_REQUESTS, "Too Many Requests"),
    "21211": (HTTPStatus.BAD_REQUEST, "The 'To' number is not a valid phone number"),
    "21602": (HTTPStatus.BAD_REQUEST, "Message body is required"),
    "21603": (HTTPStatus.BAD_REQUEST, "A 'From' number is required"),
    "21604": (HTTPStatus.BAD_REQUEST, "A 'To' number is required"),
    "21655": (HTTPStatus.BAD_REQUEST, "The ContentSid is invalid"),
    "63016": (HTTPStatus.BAD_REQUEST, "Outside the allowed window a template is needed"),
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """One call of an account with good credentials."""

    account: FakeAccount
    request: FakeRequest
    now: datetime


class TwilioFake:
    """Twilio's Messages, Media, Content and Senders resources for one account."""

    provider: Provider = Provider.TWILIO

    def account(self, number: int) -> FakeAccount:
        """Return an account with a sender, an approved template and a paused one."""
        address = f"+1206555{200 + number:04}"
        return FakeAccount(
            credentials={
                "account_sid": f"AC{_hex('account', number)}",
                "auth_token": _hex("token", number),
            },
            address=address,
            base_url="https://api.twilio.com",
            facts=AccountFacts(
                display_number=address,
                verified_name=f"Example Store {number}",
                quality="green",
                messaging_limit=1000,
            ),
            templates=_templates(number),
        )

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call; whoever does not show sid and token is turned away."""
        given = {name.lower(): value for name, value in request.headers.items()}
        if given.get("authorization") != _authorization(account):
            return _error("20003")
        root = f"/2010-04-01/Accounts/{account.credentials['account_sid']}"
        if request.method == "POST" and request.path == f"{root}/Messages.json":
            return _take(_Asked(account, request, now))
        if request.method != "GET":
            return _error("20404")
        if request.path.startswith(f"{root}/Messages/"):
            return _file(account, request.path.rpartition("/")[2])
        shown: Mapping[str, Callable[[], Mapping[str, Any]]] = {
            f"{root}.json": lambda: _account(account),
            _SENDERS: lambda: {"senders": [_sender(account)], "meta": {}},
            _CONTENTS: lambda: _contents(account, request.query),
        }
        show = shown.get(request.path)
        return _json(show()) if show else _error("20404")

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write and sign one form for each event; raises `NotOffered` for what Twilio tells not."""
        return tuple(_signed(account, form_of(account, event), now) for event in events)

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return nothing: Twilio makes no subscription check."""
        del account


def _hex(kind: str, *parts: object) -> str:
    return hashlib.sha256("|".join([kind, *map(str, parts)]).encode()).hexdigest()[:32]


def _authorization(account: FakeAccount) -> str:
    known = account.credentials
    pair = f"{known['account_sid']}:{known['auth_token']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def _signed(account: FakeAccount, form: Mapping[str, str], now: datetime) -> SignedRequest:
    said = account.webhook_url + "".join(f"{name}{form[name]}" for name in sorted(form))
    key = str(account.credentials["auth_token"]).encode()
    digest = hmac.new(key, said.encode(), hashlib.sha1).digest()
    _, _, query = account.webhook_url.partition("?")
    return SignedRequest(
        method="POST",
        url=account.webhook_url,
        query=dict(parse_qsl(query, keep_blank_values=True)),
        headers={
            "content-type": "application/x-www-form-urlencoded; charset=UTF-8",
            "i-twilio-idempotency-token": _hex("delivery", said),
            "x-twilio-signature": base64.b64encode(digest).decode(),
        },
        body=urlencode(form).encode(),
        received_at=now,
    )


def _take(asked: _Asked) -> FakeAnswer:
    """Accept a message, or refuse it with the next planned refusal or for what it lacks."""
    form = dict(parse_qsl(asked.request.body.decode(), keep_blank_values=True))
    account = asked.account
    refusal = account.refusals.pop(0) if account.refusals else _lack(account, form)
    if refusal:
        return _error(refusal)
    known = account.credentials
    sid = f"SM{_hex('message', known['account_sid'], len(account.sent))}"
    account.sent.append(
        FakeSent(
            provider_message_id=sid,
            recipient=form["To"].removeprefix("whatsapp:"),
            body=form,
            text=_read_by_customer(account, form),
            reference=None,
            at=asked.now,
        )
    )
    said = {"sid": sid, "account_sid": known["account_sid"], "status": "queued", "to": form["To"]}
    return _json(said, HTTPStatus.CREATED)


def _lack(account: FakeAccount, form: Mapping[str, str]) -> str | None:
    sids = {template.provider_template_id for template in account.templates}
    checks: Sequence[tuple[str, Callable[[], bool]]] = (
        ("21604", lambda: bool(form.get("To"))),
        ("21211", lambda: form["To"].startswith("whatsapp:")),
        ("21603", lambda: bool(form.get("From") or form.get("MessagingServiceSid"))),
        ("21602", lambda: bool(form.keys() & {"Body", "MediaUrl", "ContentSid"})),
        ("21655", lambda: form.get("ContentSid") in {None, *sids}),
    )
    return next((code for code, is_met in checks if not is_met()), None)


def _read_by_customer(account: FakeAccount, form: Mapping[str, str]) -> str | None:
    template = next(
        (one for one in account.templates if one.provider_template_id == form.get("ContentSid")),
        None,
    )
    if template is None:
        return form.get("Body")
    text = next((part["text"] for part in template.components if part["type"] == "BODY"), "")
    for number, value in json.loads(form.get("ContentVariables", "{}")).items():
        text = text.replace(f"{{{{{number}}}}}", value)
    return text


def _account(account: FakeAccount) -> Mapping[str, Any]:
    name = account.facts.verified_name or "Example Store"
    sid = account.credentials["account_sid"]
    return {"sid": sid, "friendly_name": name, "status": "active", "type": "Full"}


def _sender(account: FakeAccount) -> Mapping[str, Any]:
    facts = account.facts
    limit = facts.messaging_limit
    return {
        "sid": f"XE{_hex('sender', account.address)}",
        "status": "ONLINE",
        "sender_id": f"whatsapp:{account.address}",
        "profile": {"name": facts.verified_name},
        "properties": {
            "quality_rating": _QUALITIES.get(facts.quality or "", "UNKNOWN"),
            "messaging_limit": f"{limit} Customers/24hr" if limit else "Unlimited",
        },
        "webhook": {"callback_url": account.webhook_url, "callback_method": "POST"},
    }


def _contents(account: FakeAccount, query: Mapping[str, str]) -> Mapping[str, Any]:
    size, page = int(query.get("PageSize", "50")), int(query.get("Page", "0"))
    shown = account.templates[page * size : (page + 1) * size]
    following = urlencode({"PageSize": size, "Page": page + 1, "PageToken": f"PT{page + 1}"})
    is_last = (page + 1) * size >= len(account.templates)
    next_url = None if is_last else f"https://content.twilio.com{_CONTENTS}?{following}"
    meta = {"page": page, "page_size": size, "key": "contents", "next_page_url": next_url}
    return {"contents": [_content(template) for template in shown], "meta": meta}


def _content(template: Template) -> Mapping[str, Any]:
    parts = {part["type"]: part for part in template.components}
    body: dict[str, Any] = {"body": parts.get("BODY", {}).get("text", "")}
    if header := parts.get("HEADER"):
        body["header_text"] = header.get("text")
    if footer := parts.get("FOOTER"):
        body["footer"] = footer["text"]
    buttons = parts.get("BUTTONS", {}).get("buttons", ())
    if buttons:
        body["actions"] = [_action(button) for button in buttons]
    return {
        "sid": template.provider_template_id,
        "friendly_name": template.name,
        "language": template.language,
        "variables": {},
        "types": {"twilio/text" if len(body) == 1 else "whatsapp/card": body},
        "approval_requests": {
            "name": template.name,
            "category": template.category.upper(),
            "status": template.status.value,
            "rejection_reason": template.reason or "",
        },
    }


def _action(button: Mapping[str, Any]) -> Mapping[str, Any]:
    said = {"type": button["type"], "title": button["text"]}
    named = {"url": button.get("url"), "phone": button.get("phone_number")}
    return said | {name: value for name, value in named.items() if value}


def _templates(number: int) -> list[Template]:
    hello = Template(
        provider_template_id=f"HX{_hex('hello', number)}",
        name="order_update",
        language="en",
        status=TemplateStatus.APPROVED,
        category="utility",
        components=({"type": "BODY", "text": "Hello {{1}}, your order {{2}} is on its way."},),
    )
    offer = replace(
        hello,
        provider_template_id=f"HX{_hex('offer', number)}",
        name="spring_offer",
        status=TemplateStatus.PAUSED,
        category="marketing",
        components=(
            {"type": "HEADER", "format": "TEXT", "text": "Spring"},
            {"type": "BODY", "text": "Hello {{1}}, have a look."},
            {"type": "FOOTER", "text": "Answer STOP to hear no more"},
            {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Show me"}]},
        ),
    )
    return [hello, offer]


def _file(account: FakeAccount, name: str) -> FakeAnswer:
    file: FakeFile | None = account.files.get(name)
    if file is None:
        return _error("20404")
    return FakeAnswer(HTTPStatus.OK, file.content, {"content-type": file.mime_type})


def _error(code: str) -> FakeAnswer:
    status, message = _ERRORS.get(code, (HTTPStatus.BAD_REQUEST, "The message was refused"))
    info = f"https://www.twilio.com/docs/errors/{code}"
    said = {"code": int(code), "message": message, "more_info": info, "status": status.value}
    answer = _json(said, status)
    if status is HTTPStatus.TOO_MANY_REQUESTS:
        wait = timedelta(seconds=1)
        return replace(answer, headers={**answer.headers, "retry-after": str(wait.seconds)})
    return answer


def _json(said: Mapping[str, Any], status: HTTPStatus = HTTPStatus.OK) -> FakeAnswer:
    return FakeAnswer(status, json.dumps(said).encode(), {"content-type": "application/json"})
