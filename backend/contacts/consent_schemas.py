"""What goes in and out of the consent ledger."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.contacts.consent_policy import (
    ConsentChange,
    ConsentState,
    ConsentWords,
    How,
    Purpose,
)
from backend.kit.ids import ChannelId, ContactId, MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that a customer wrote, as far as it may say something about consent."""

    message_id: MessageId
    contact_id: ContactId
    channel_id: ChannelId
    text: str
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A message that changed what holds, and what is answered to it (`None`: nothing)."""

    message_id: MessageId
    contact_id: ContactId
    change: ConsentChange
    answer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentInput:
    """What somebody said, and what shows it: the words as written, a note, or both.

    Without `occurred_at` it was said now; without `how`, a person or the API says so.
    """

    change: ConsentChange
    purpose: Purpose = Purpose.MARKETING
    how: How | None = None
    words: str = ""
    note: str = ""
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentEventView:
    """One line of the ledger; `recorded_at` is when we heard of it."""

    id: UUID
    contact_id: ContactId
    channel_id: ChannelId | None
    purpose: Purpose
    change: ConsentChange
    how: How
    message_id: MessageId | None
    words: str | None
    note: str | None
    actor_name: str
    occurred_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentView:
    """What holds now, and the line that decides it; `None` when nobody said anything."""

    purpose: Purpose
    state: ConsentState
    decided_by: ConsentEventView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWordsView:
    """The settings of a workspace, and who changed them last."""

    words: ConsentWords
    changed_by: str | None
    updated_at: datetime | None
