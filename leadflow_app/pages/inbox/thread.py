"""The messages of a thread, ready to draw. What a customer wrote stays text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from backend.channels import Direction, MessageKind
from backend.inbox import MessageView, QuotedView
from leadflow_app import display
from leadflow_app.display import Clock, Moment

KINDS: Final = {
    MessageKind.IMAGE: ("image", "Photo"),
    MessageKind.VIDEO: ("video", "Video"),
    MessageKind.AUDIO: ("mic", "Voice message"),
    MessageKind.DOCUMENT: ("file-text", "Document"),
    MessageKind.STICKER: ("sticker", "Sticker"),
    MessageKind.LOCATION: ("map-pin", "Location"),
    MessageKind.CONTACTS: ("contact", "Contact card"),
    MessageKind.BUTTON: ("mouse-pointer-click", "Tapped a button"),
    MessageKind.INTERACTIVE: ("list", "Chose an answer"),
    MessageKind.ORDER: ("shopping-cart", "Order"),
    MessageKind.TEMPLATE: ("layout-template", "Template"),
    MessageKind.UNSUPPORTED: ("circle-help", "A message that WhatsApp does not hand over"),
}
STATUSES: Final = {
    "accepted": "Sending",
    "sent": "Sent",
    "delivered": "Delivered",
    "read": "Read",
    "failed": "Not delivered",
}
TELLING: Final = ("filename", "name", "title", "address", "formatted_name", "catalog_id")


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One bubble; `day` is set on the first one of its day."""

    key: str
    is_out: bool
    day: str
    text: str
    icon: str
    card: str
    card_detail: str
    quoted: str
    quoted_by: str
    at: Moment
    status: str
    status_exact: str
    is_failed: bool
    error: str
    reactions: str
    is_edited: bool
    is_revoked: bool
    author: str


def message_rows(newest_first: Sequence[MessageView], clock: Clock) -> list[MessageRow]:
    """Put a page of messages into words, oldest first, with its days marked."""
    rows: list[MessageRow] = []
    last_day = ""
    for message in reversed(newest_first):
        day = clock.day(message.sent_at)
        rows.append(_row(message, "" if day == last_day else day, clock))
        last_day = day
    return rows


def _row(message: MessageView, day: str, clock: Clock) -> MessageRow:
    icon, card = KINDS.get(message.kind, ("", ""))
    status_at = clock.moment(message.status_at)
    return MessageRow(
        key=str(message.id),
        is_out=message.direction == Direction.OUT,
        day=day,
        text="" if message.is_revoked else message.text or "",
        icon=icon,
        card="" if message.is_revoked else card,
        card_detail="" if message.is_revoked else _detail(message.payload, message.text),
        quoted=_quoted_text(message.quoted),
        quoted_by=_quoted_by(message.quoted),
        at=clock.hour(message.sent_at),
        status=_status(message),
        status_exact=status_at.exact,
        is_failed=str(message.status) == "failed",
        error=message.error or "",
        reactions=" ".join(message.reactions),
        is_edited=message.is_edited,
        is_revoked=message.is_revoked,
        author=message.author_name or "",
    )


def _status(message: MessageView) -> str:
    """Say how far a reply came; one that no provider has taken yet is on its way."""
    if message.direction == Direction.IN:
        return ""
    return STATUSES[str(message.status or "accepted")]


def _quoted_text(quoted: QuotedView | None) -> str:
    if quoted is None:
        return ""
    return quoted.text or KINDS.get(quoted.kind, ("", "Message"))[1]


def _quoted_by(quoted: QuotedView | None) -> str:
    if quoted is None:
        return ""
    return "You" if quoted.direction == Direction.OUT else "Customer"


def _detail(payload: Mapping[str, Any], text: str | None) -> str:
    """Find the one line that tells most about a file, a place or a card."""
    found = _first(payload)
    return "" if found == text else found


def _first(payload: Mapping[str, Any]) -> str:
    for key in TELLING:
        value = payload.get(key)
        if isinstance(value, str) and value:
            return value
    nested = (value for value in payload.values() if isinstance(value, Mapping))
    return next((found for value in nested if (found := _first(value))), "")


def kind_words(kind: MessageKind) -> str:
    """Name a message that has no text."""
    return KINDS.get(kind, ("", display.sentence(kind)))[1]
