"""The messages of a thread, ready to draw. What a customer wrote stays text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from backend.channels import Direction, MessageKind
from backend.inbox import EntryKind, EntryView, MessageView, QuotedView, next_step
from backend.media import MediaView
from leadflow_app import display
from leadflow_app.display import Clock, Moment
from leadflow_app.pages.inbox.files import FileRow, file_rows
from leadflow_app.pages.inbox.team_rows import deed

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
    next_step: str
    is_unknown: bool
    can_resend: bool
    reactions: str
    is_edited: bool
    is_revoked: bool
    author: str
    files: list[FileRow] = field(default_factory=list)
    entry: str = ""


def message_rows(
    newest_first: Sequence[MessageView],
    clock: Clock,
    files: Mapping[UUID, Sequence[MediaView]] = MappingProxyType({}),
    entries: Sequence[EntryView] = (),
) -> list[MessageRow]:
    """Put a page of messages into words, oldest first, with its days marked and its files.

    Notes and deeds stand between them, where they belong by their time.
    """
    rows: list[MessageRow] = []
    last_day = ""
    stood = [*((one.sent_at, one) for one in reversed(newest_first))]
    stood += [(one.created_at, one) for one in reversed(entries)]
    for at, message in sorted(stood, key=lambda one: one[0]):
        day = clock.day(at)
        shown_day, last_day = "" if day == last_day else day, day
        if isinstance(message, EntryView):
            rows.append(_entry_row(message, shown_day, clock))
            continue
        row = _row(message, shown_day, clock)
        shown = () if message.is_revoked else files.get(message.id, ())
        rows.append(with_files(row, file_rows(shown)))
    return rows


def _entry_row(entry: EntryView, day: str, clock: Clock) -> MessageRow:
    """Put a note or a deed into words."""
    is_note = entry.kind is EntryKind.NOTE
    return MessageRow(
        key=str(entry.id),
        is_out=True,
        day=day,
        text=entry.text if is_note else deed(entry, clock),
        icon="",
        card="",
        card_detail="",
        quoted="",
        quoted_by="",
        at=clock.hour(entry.created_at),
        status="",
        status_exact="",
        is_failed=False,
        error="",
        next_step="",
        is_unknown=False,
        can_resend=False,
        reactions="",
        is_edited=False,
        is_revoked=False,
        author=entry.author_name or "",
        entry="note" if is_note else "deed",
    )


def with_files(row: MessageRow, files: list[FileRow]) -> MessageRow:
    """Add the files of a message; each says its kind itself, so the card goes."""
    return replace(row, files=files, card="", card_detail="") if files else row


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
        next_step=_next_step(message),
        is_unknown=message.is_unknown,
        can_resend=_can_resend(message),
        reactions=" ".join(message.reactions),
        is_edited=message.is_edited,
        is_revoked=message.is_revoked,
        author=message.author_name or "",
    )


def _status(message: MessageView) -> str:
    """Say how far a reply came; one that no provider has taken yet is on its way."""
    if message.direction == Direction.IN:
        return ""
    if message.resent_as is not None:
        return "Sent again"
    if message.is_unknown:
        return "Not known whether it was sent"
    return STATUSES[str(message.status or "accepted")]


def _can_resend(message: MessageView) -> bool:
    """Whether it is a reply from here that did not arrive and was not sent again yet."""
    is_ours = message.author_name is not None or message.fault is not None
    is_lost = message.is_unknown or (is_ours and str(message.status) == "failed")
    return is_lost and message.resent_as is None


def _next_step(message: MessageView) -> str:
    """Say what to do about a reply that did not arrive, until it was sent again."""
    if message.resent_as is not None:
        return ""
    if message.is_unknown:
        return "A status of the provider may still settle it."
    return next_step(message.fault) if message.fault else ""


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
