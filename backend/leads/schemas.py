"""What goes in and out of the slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.kit.ids import ChannelId, ContactId, ConversationId, LeadId, MessageId
from backend.leads.policy import Stage


class LeadSort(StrEnum):
    """How a list of leads can be ordered; every order is the newest or highest first."""

    LAST_ACTIVITY = "-last_activity_at"
    SCORE = "-score"
    OPENED = "-opened_at"


class LeadMoment(StrEnum):
    """What a dashboard counts a lead by."""

    OPENED = "opened"
    QUALIFIED = "qualified"
    CONVERTED = "converted"
    LOST = "lost"


class EventKind(StrEnum):
    """What a line of the timeline tells."""

    OPENED = "lead.opened"
    MESSAGE = "message.received"
    STAGE = "stage.changed"
    TAGGED = "tag.added"
    UNTAGGED = "tag.removed"
    SCORED = "score.changed"
    VALUED = "value.changed"
    MERGED = "lead.merged"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadQuery:
    """Which leads to list; the moment's bounds are instants, the upper one excluded."""

    stage: Stage | None = None
    tag: str | None = None
    search: str | None = None
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    sort: LeadSort = LeadSort.LAST_ACTIVITY
    moment: LeadMoment | None = None
    moment_from: datetime | None = None
    moment_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A lead with the name and number of its contact."""

    id: LeadId
    contact_id: ContactId
    contact_name: str | None
    contact_phone: str | None
    contact_username: str | None
    conversation_id: ConversationId
    channel_id: ChannelId
    campaign_send_id: UUID | None
    stage: Stage
    tags: tuple[str, ...]
    score: int
    owner_id: UUID | None
    value: Decimal | None
    currency: str | None
    opened_at: datetime
    last_activity_at: datetime
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadEventView:
    """A line of the timeline; `message_text` is what the customer wrote, where there was one."""

    id: UUID
    kind: EventKind
    occurred_at: datetime
    actor_name: str
    data: Mapping[str, Any]
    message_id: MessageId | None
    message_text: str | None
    message_kind: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreEntryView:
    """Points, why, and the message that earned them."""

    id: UUID
    points: int
    reason: str
    message_id: MessageId | None
    message_text: str | None
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLead:
    """The lead that a message belongs to."""

    lead_id: LeadId
    message_id: MessageId
    is_new: bool


@dataclass(slots=True, kw_only=True)
class LeadState:
    """What rules see of a lead, and change while they run.

    `qualified_at` is the earliest moment at which somebody took the lead for qualified, whatever
    the order in which the messages came; `is_redated` when that moment is new.
    """

    lead_id: LeadId
    stage: Stage
    tags: set[str]
    score: int
    cadence_keys: set[str] = field(default_factory=set[str])
    qualified_at: datetime | None = None
    is_redated: bool = False

    def qualify(self, at: datetime) -> None:
        """Take the lead for qualified at this moment, which may be before or after another."""
        if self.qualified_at is None or at < self.qualified_at:
            self.qualified_at = at
            self.is_redated = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One change to a lead, with whoever caused it and the message it answers to.

    `data` by kind: stage `{from, to}`; tags `{tag}`; score `{points, reason, cadence_key}`.
    """

    lead_id: LeadId
    kind: EventKind
    data: Mapping[str, Any]
    actor_name: str
    occurred_at: datetime
    message_id: MessageId | None = None
    rule_version_id: UUID | None = None
