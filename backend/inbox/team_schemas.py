"""What goes in and out of working as a team."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.kit.ids import ConversationId


class EntryKind(StrEnum):
    """What stands in a thread beside the messages."""

    NOTE = "note"
    ASSIGNED = "assigned"
    UNASSIGNED = "unassigned"
    SNOOZED = "snoozed"
    WOKE = "woke"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """What to put beside the messages."""

    kind: EntryKind
    text: str = ""
    details: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """A note, or what was done to a conversation; `details` depend on the kind."""

    id: UUID
    conversation_id: ConversationId
    kind: EntryKind
    author_id: UUID | None
    author_name: str | None
    text: str
    details: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """Somebody who can answer customers here; `handle` mentions them in a note."""

    id: UUID
    name: str
    handle: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceView:
    """A colleague who is in a conversation at this moment, and whether they write."""

    user_id: UUID
    name: str
    is_writing: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftView:
    """What one person has begun to write; `began_at` is `None` before the first word."""

    text: str
    send_key: UUID
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SendOnce:
    """How a reply is kept from being sent twice.

    The same `send_key` is the same message. Since `began_at` (by default when the actor's draft
    was begun) no colleague may have answered, unless `despite_colleagues` says it is all right.
    """

    send_key: UUID | None = None
    began_at: datetime | None = None
    despite_colleagues: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReplyInput:
    """A text and the word that calls it, without the slash."""

    shortcut: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class QuickReplyView:
    """A text that everybody in the workspace can use."""

    id: UUID
    shortcut: str
    text: str
    updated_at: datetime


class BulkKind(StrEnum):
    """What can be done to several conversations at once."""

    CLOSE = "close"
    ASSIGN = "assign"
    SNOOZE = "snooze"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkInput:
    """What to do; `assignee_id` is for assigning (`None`: nobody), `until` for snoozing."""

    kind: BulkKind
    assignee_id: UUID | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkView:
    """What was done to how many, and until when it can be taken back."""

    id: UUID
    kind: BulkKind
    changed: int
    undo_until: datetime
