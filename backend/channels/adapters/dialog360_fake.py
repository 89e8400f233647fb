"""360dialog, played: its hub in front of Meta's shapes, and deliveries with the set header."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus

from backend.channels.adapters.dialog360 import SECRET_HEADER
from backend.channels.adapters.whatsapp_cloud_fake import Answerer, posted
from backend.channels.adapters.whatsapp_cloud_fake_answers import (
    ATTACHMENTS,
    Asked,
    Fields,
    as_json,
    counted,
    file_facts,
    hand_out,
    sample_templates,
    take_message,
    take_template,
    template_of,
)
from backend.channels.adapters.whatsapp_cloud_fake_events import bodies_of
from backend.channels.events import InboundEvent
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import AccountFacts, Provider, SignedRequest, Template

_META_FILES = "https://lookaside.fbsbx.com"
_TEMPLATES = "/v1/configs/templates"


class Dialog360Fake:
    """One number with its API key."""

    provider: Provider = Provider.DIALOG360

    def account(self, number: int) -> FakeAccount:
        """Return an account with an approved template and a paused one."""
        return FakeAccount(
            credentials={
                "api_key": f"d360-key-{number}",
                "webhook_secret": f"webhook-secret-{number}",
                "phone_number_id": f"10654035225{number:04}",
            },
            address=f"+1206555{500 + number:04}",
            facts=AccountFacts(),
            templates=sample_templates(number),
        )

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call; whoever does not show the key is turned away."""
        given = {name.lower(): value for name, value in request.headers.items()}
        if given.get("d360-api-key") != account.credentials["api_key"]:
            return _refusal(HTTPStatus.UNAUTHORIZED, "Invalid api key")
        routes: Mapping[tuple[str, str], Answerer] = {
            ("POST", "/messages"): take_message,
            ("GET", "/health_status"): _health,
            ("GET", _TEMPLATES): _templates,
            ("POST", _TEMPLATES): _new_template,
            ("GET", ATTACHMENTS): hand_out,
        }
        route = routes.get((request.method, request.path), _other)
        answer = route(Asked(account, request, now))
        return answer or _refusal(HTTPStatus.BAD_REQUEST, "Bad request")

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write the deliveries; raises `NotOffered` for what is not told."""
        proof = {SECRET_HEADER: str(account.credentials["webhook_secret"])}
        return tuple(posted(account, body, now, proof) for body in bodies_of(account, events))

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return nothing: 360dialog makes no subscription check."""
        del account


def _refusal(status: HTTPStatus, why: str) -> FakeAnswer:
    meta = {"success": False, "http_code": status.value, "developer_message": why}
    return as_json({"meta": meta}, status)


def _other(asked: Asked) -> FakeAnswer:
    media_id = asked.request.path.removeprefix("/")
    file = asked.account.files.get(media_id)
    if file is None or asked.request.method != "GET":
        return _refusal(HTTPStatus.NOT_FOUND, "Not found")
    return as_json(file_facts(file, media_id, _META_FILES))


def _health(asked: Asked) -> FakeAnswer:
    """Tell that all is well, or (with the account's warnings) that the number is limited."""
    warnings = asked.account.facts.warnings
    can_send = "LIMITED" if warnings else "AVAILABLE"
    errors = [{"error_code": 141000, "error_description": text} for text in warnings]
    number: Fields = {
        "entity_type": "PHONE_NUMBER",
        "id": asked.account.credentials["phone_number_id"],
        "can_send_message": can_send,
        **({"errors": errors} if errors else {}),
    }
    return as_json({"health_status": {"can_send_message": can_send, "entities": [number]}})


def _listed(template: Template) -> Fields:
    """Write a template as 360dialog lists it: an id of its own, Meta's beside it."""
    said = template_of(template)
    ours = re.sub(r"[^a-z0-9]", "", f"{template.name}{template.language}")
    return {
        **said,
        "id": ours,
        "external_id": said["id"],
        "status": template.status.value,
        "namespace": "c8ae5f90_307a_ca4c_b8f6_d1e2a2573574",
    }


def _templates(asked: Asked) -> FakeAnswer:
    query, held = asked.request.query, asked.account.templates
    offset, limit = counted(query, "offset", 0), counted(query, "limit", 1000)
    shown = [_listed(template) for template in held[offset : offset + limit]]
    paged = {"count": len(shown), "total": len(held), "offset": offset, "limit": limit}
    return as_json({**paged, "waba_templates": shown})


def _new_template(asked: Asked) -> FakeAnswer | None:
    made = take_template(asked)
    return as_json({**_listed(made), "status": "submitted"}, HTTPStatus.CREATED) if made else None
