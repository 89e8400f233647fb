"""Working as a team, put into words: who is here, who has it, notes, deeds, what one was told."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from backend.inbox import (
    BulkKind,
    BulkView,
    Colleague,
    ConversationView,
    EntryKind,
    EntryView,
    PresenceView,
    QuickReplyView,
    Reply,
)
from backend.notices import MOST_COUNTED, NoticeView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Clock, Moment

NOBODY: Final = "nobody"
DEEDS: Final = {
    EntryKind.ASSIGNED: "{by} assigned this to {to}",
    EntryKind.UNASSIGNED: "{by} left this to nobody in particular",
    EntryKind.SNOOZED: "{by} snoozed this until {until}",
    EntryKind.WOKE: "{by} brought this back",
    EntryKind.CLOSED: "{by} closed this",
    EntryKind.REOPENED: "{by} reopened this",
}
DONE: Final = {
    BulkKind.CLOSE: "closed",
    BulkKind.ASSIGN: "assigned",
    BulkKind.SNOOZE: "snoozed",
}


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody who can have a conversation."""

    key: str
    name: str
    handle: str


@dataclass(frozen=True, slots=True)
class QuickRow:
    """A text that its shortcut puts into a reply."""

    key: str
    shortcut: str
    text: str


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """One thing that somebody was told."""

    key: str
    text: str
    href: str
    at: Moment
    is_new: bool


@dataclass(frozen=True, slots=True)
class Team:
    """What of the inbox belongs to the person who looks, and to everybody here."""

    me: str = ""
    timezone: str = "UTC"
    colleagues: list[PersonRow] = field(default_factory=list)
    quick_replies: list[QuickRow] = field(default_factory=list)
    notices: list[NoticeRow] = field(default_factory=list)
    unread: str = ""


@dataclass(frozen=True, slots=True)
class Undo:
    """What was done to several conversations, and can be taken back."""

    key: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Second:
    """A reply that waits for a yes, because a colleague replied meanwhile."""

    here: UUID
    text: str
    content: Reply
    send_key: UUID
    is_wanted: bool = True


@dataclass(frozen=True, slots=True)
class News:
    """The newest message that the person has not read, of a conversation of theirs."""

    key: str = ""
    title: str = ""
    text: str = ""
    href: str = ""


def person_rows(people: Sequence[Colleague]) -> list[PersonRow]:
    """Name who can have a conversation."""
    return [PersonRow(str(one.id), one.name, one.handle) for one in people]


def quick_rows(replies: Sequence[QuickReplyView]) -> list[QuickRow]:
    """Show quick replies by their shortcuts."""
    return [QuickRow(str(one.id), one.shortcut, one.text) for one in replies]


def picked(rows: Sequence[QuickRow], text: str) -> list[QuickRow]:
    """Return the quick replies that a text asks for: a slash and how the shortcut begins."""
    word = text.removeprefix("/").lower()
    if not text.startswith("/") or any(letter.isspace() for letter in word):
        return []
    return [row for row in rows if row.shortcut.startswith(word)][:8]


def notice_rows(told: Sequence[NoticeView], clock: Clock) -> list[NoticeRow]:
    """Show what somebody was told."""
    return [
        NoticeRow(
            key=str(one.id),
            text=one.text or "About a customer who was erased",
            href=subject_href(one.subject),
            at=clock.moment(one.created_at),
            is_new=one.read_at is None,
        )
        for one in told
    ]


def subject_href(subject: str) -> str:
    """Return where a conversation or a lead is seen."""
    kind, _, key = subject.partition(":")
    return routes.with_query(routes.INBOX, c=key) if kind == "conversation" else routes.lead(key)


def unread_notices(count: int) -> str:
    """Say how many notices are new."""
    if not count:
        return ""
    return f"{MOST_COUNTED - 1}+" if count >= MOST_COUNTED else str(count)


def here_words(people: Sequence[PresenceView]) -> str:
    """Say which colleagues are here, those who write before the others."""
    writing = [one.name for one in people if one.is_writing]
    reading = [one.name for one in people if not one.is_writing]
    if writing:
        return f"{display.listing(writing)} {'is' if len(writing) == 1 else 'are'} replying"
    if reading:
        return f"{display.listing(reading)} {'is' if len(reading) == 1 else 'are'} here, too"
    return ""


def deed(entry: EntryView, clock: Clock) -> str:
    """Say what was done to a conversation, and by whom."""
    until = entry.details.get("until")
    at = clock.moment(datetime.fromisoformat(until)) if until else NEVER
    said = DEEDS[entry.kind]
    if entry.details.get("to") == entry.author_name:
        said = "{by} took this"
    return said.format(
        by=entry.author_name or "Somebody",
        to=entry.details.get("to", "somebody"),
        until=at.text,
    )


def snoozed(view: ConversationView, clock: Clock) -> str:
    """Say until when a conversation sleeps."""
    until = view.snoozed_until
    if until is None or until <= clock.now:
        return ""
    return f"Snoozed until {clock.moment(until).text}"


def undo_of(done: BulkView) -> Undo:
    """Say what was done to several conversations."""
    return Undo(str(done.id), f"{display.plural(done.changed, 'conversation')} {DONE[done.kind]}")
