"""The mock, played: it has no API of its own, and nobody signs its deliveries."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from http import HTTPStatus
from typing import Any

from backend.channels.adapters.mock import delivery_body
from backend.channels.errors import NotOffered
from backend.channels.events import (
    AccountChange,
    InboundEvent,
    InboundMessage,
    MediaReference,
    Referral,
    StatusUpdate,
    TemplateChange,
)
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import Provider, SignedRequest

Fields = dict[str, Any]

FILES = "/files/"


class MockFake:
    """What customers of the mock write; the mock itself takes every message without a call."""

    provider: Provider = Provider.MOCK

    def account(self, number: int) -> FakeAccount:
        """Return an account; it needs no credentials."""
        return FakeAccount(credentials={}, address=f"+1206555{100 + number:04}")

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Hand out files; the mock has no other API."""
        del now
        file = account.files.get(request.path.removeprefix(FILES))
        if file is None or request.method != "GET":
            return FakeAnswer(HTTPStatus.NOT_FOUND, b"the mock has no API")
        return FakeAnswer(HTTPStatus.OK, file.content, {"content-type": file.mime_type})

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write one delivery of all events, unsigned; raises `NotOffered` for other events."""
        items: dict[str, list[Fields]] = {}
        for event in events:
            key, fields_of = _writer(event)
            items.setdefault(key, []).append(_placed(account, fields_of(event)))
        if not items:
            return ()
        body = delivery_body(**items)
        signed = SignedRequest(
            method="POST",
            url=account.webhook_url,
            query={},
            headers={"content-type": "application/json"},
            body=body,
            received_at=now,
        )
        return (signed,)

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return nothing: nobody subscribes to the mock."""
        del account


def _writer(event: InboundEvent) -> tuple[str, Callable[[Any], Fields]]:
    for type_, key, write in _WRITERS:
        if isinstance(event, type_):
            return key, write
    message = f"the mock tells of no {type(event).__name__}"
    raise NotOffered(message)


def _message(message: InboundMessage) -> Fields:
    button = {"payload": message.choice, "text": message.text or message.choice}
    return {
        "sender": message.identity.phone,
        "user_id": message.identity.bsuid,
        "username": message.identity.username,
        "profile_name": message.identity.display_name,
        "message_id": message.provider_message_id,
        "sent_at": message.sent_at,
        "kind": message.kind,
        "text": message.text,
        "payload": dict(message.payload) or None,
        "button": button if message.choice else None,
        "context_message_id": message.quoted_provider_id,
        "referral": _referral(message.referral) if message.referral else None,
        "media": [_file(file) for file in message.media] or None,
    }


def _placed(account: FakeAccount, item: Fields) -> Fields:
    """Give the files of a message an address where the account has one."""
    files = item.get("media") or ()
    if not account.base_url:
        return item
    placed = [{"url": f"{account.base_url}{FILES}{file.get('id')}", **file} for file in files]
    return {**item, "media": placed or None}


def _referral(referral: Referral) -> Mapping[str, str]:
    said = {**_said(referral), "ctwa_clid": referral.click_id}
    return {key: value for key, value in said.items() if value and key != "click_id"}


def _file(file: MediaReference) -> Mapping[str, str]:
    said = {**_said(file), "id": file.provider_media_id}
    return {key: value for key, value in said.items() if value and key != "provider_media_id"}


def _said(value: Referral | MediaReference) -> dict[str, str | None]:
    return {one.name: getattr(value, one.name) for one in fields(value)}


def _status(status: StatusUpdate) -> Fields:
    return {
        "message_id": status.provider_message_id,
        "status": status.status,
        "occurred_at": status.occurred_at,
        "error_code": status.error_code,
        "error_title": status.error_title,
        "recipient": status.recipient.phone if status.recipient else None,
    }


def _template(change: TemplateChange) -> Fields:
    return {
        "id": change.provider_template_id,
        "occurred_at": change.occurred_at,
        "name": change.name,
        "language": change.language,
        "status": change.status,
        "quality": change.quality,
        "category": change.category,
        "reason": change.reason,
    }


def _account(change: AccountChange) -> Fields:
    return {
        "occurred_at": change.occurred_at,
        "quality": change.quality,
        "messaging_limit": change.messaging_limit,
        "throughput": change.throughput,
        "restriction": change.restriction,
    }


_WRITERS: Sequence[tuple[type, str, Callable[[Any], Fields]]] = (
    (InboundMessage, "messages", _message),
    (StatusUpdate, "statuses", _status),
    (TemplateChange, "templates", _template),
    (AccountChange, "account", _account),
)
