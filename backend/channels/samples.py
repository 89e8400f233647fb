"""Made-up events and poisonous bodies, which the conformance checks send through an adapter."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from backend.channels.events import (
    DeliveryStatus,
    Identity,
    InboundMessage,
    MediaReference,
    MessageKind,
    Referral,
    StatusUpdate,
)

MOMENT: Final = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ANA: Final = Identity(phone="+12065550123", display_name="Ana Example")
USER_ID: Final = "US.13491208655302741918"

_MIME = {
    MessageKind.IMAGE: "image/jpeg",
    MessageKind.VIDEO: "video/mp4",
    MessageKind.AUDIO: "audio/ogg",
    MessageKind.DOCUMENT: "application/pdf",
    MessageKind.STICKER: "image/webp",
}
_PLACE = {"latitude": 47.6, "longitude": -122.3, "name": "Example Cafe", "address": "1 Pine St"}
_CARD: Mapping[str, Any] = {
    "name": {"formatted_name": "Bo Example", "first_name": "Bo"},
    "phones": [],
}
_LINE = {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 5, "currency": "USD"}
_ROW = {"id": "express", "title": "Express"}
_PAYLOADS: Mapping[MessageKind, Mapping[str, Any]] = {
    MessageKind.LOCATION: _PLACE,
    MessageKind.CONTACTS: {"contacts": [_CARD]},
    MessageKind.ORDER: {"catalog_id": "C1", "product_items": [_LINE]},
    MessageKind.INTERACTIVE: {"type": "list_reply", "list_reply": _ROW},
    MessageKind.BUTTON: {"payload": "YES", "text": "Yes, please"},
    MessageKind.UNSUPPORTED: {"type": "unsupported"},
}
_TEXTS = {
    MessageKind.TEXT: "I want the price",
    MessageKind.BUTTON: "Yes, please",
    MessageKind.INTERACTIVE: "Express",
    MessageKind.LOCATION: "Example Cafe, 1 Pine St",
    MessageKind.CONTACTS: "Bo Example",
    MessageKind.ORDER: "2 x SKU-1",
    MessageKind.TEMPLATE: "Hello",
}
_CHOICES = {MessageKind.BUTTON: "YES", MessageKind.INTERACTIVE: "express"}
_REFERRAL = Referral(
    source_type="ad",
    source_id="120226305854810726",
    source_url="https://fb.me/example",
    headline="Chat with us",
    body="Have a look",
    click_id="Aff-n8ZTODiE79d22KtAwQKj9e",
)


def message(kind: MessageKind) -> InboundMessage:
    """Return a message of this kind, as a customer writes it."""
    mime = _MIME.get(kind)
    file = MediaReference(provider_media_id="1003383421387256", mime_type=mime)
    return InboundMessage(
        provider_message_id=f"conform.{kind.value}.1",
        address="",
        identity=ANA,
        sent_at=MOMENT,
        kind=kind,
        text=_TEXTS.get(kind),
        payload=_PAYLOADS.get(kind, {}),
        choice=_CHOICES.get(kind),
        media=(file,) if mime else (),
    )


def quoting() -> InboundMessage:
    """Return an answer to an earlier message."""
    return replace(message(MessageKind.TEXT), quoted_provider_id="conform.earlier.1")


def referred() -> InboundMessage:
    """Return a first message of somebody who tapped an ad."""
    return replace(message(MessageKind.TEXT), referral=_REFERRAL)


def hidden() -> InboundMessage:
    """Return a message of somebody who shows a user id and no phone number."""
    who = Identity(bsuid=USER_ID, display_name="Ana Example")
    return replace(message(MessageKind.TEXT), identity=who)


def statuses() -> Sequence[StatusUpdate]:
    """Return every step that a provider tells of an outgoing message."""
    steps = (DeliveryStatus.SENT, DeliveryStatus.DELIVERED, DeliveryStatus.READ)
    reached = [_status(step) for step in steps]
    failed = replace(
        _status(DeliveryStatus.FAILED), error_code="131047", error_title="Outside the window"
    )
    return (*reached, failed)


def _status(step: DeliveryStatus) -> StatusUpdate:
    return StatusUpdate(
        provider_message_id="conform.out.1",
        address="",
        status=step,
        occurred_at=MOMENT,
        recipient=ANA,
    )


_DEEP = 100_000

POISON: Final[Mapping[str, bytes]] = {
    "nothing": b"",
    "a space": b" ",
    "a NUL": b"\x00",
    "no UTF-8": b"\xff\xfe\x80{",
    "a page": b"<!doctype html><html><body>502 Bad Gateway</body></html>",
    "null": b"null",
    "a number": b"7",
    "a list": b"[[]]",
    "an empty object": b"{}",
    "a huge number": b'{"entry": ' + b"9" * 5000 + b', "object": 1e999}',
    "no numbers": b'{"entry": NaN, "payload": Infinity}',
    "deep lists": b"[" * _DEEP + b"]" * _DEEP,
    "deep objects": b'{"entry":' * _DEEP + b"1" + b"}" * _DEEP,
    "half an object": b'{"object": "whatsapp_business_account", "entry": [',
    "a lone surrogate": b'{"messages": [{"id": "\\ud800", "from": "\\udfff\\u0000"}]}',
    "wrong shapes": b'{"object": "whatsapp_business_account", "entry": [{"changes": [7, null]}]}',
    "a lone list": b'{"messages": 7, "statuses": {"id": []}, "payload": [], "data": 1, "type": 3}',
    "only ampersands": b"&" * 500,
    "many parameters": b"a=1&" * 5000,
    "half an escape": b"MessageSid=%&From=%2&Body=%00%ff",
}
