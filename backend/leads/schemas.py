"""What goes in and out of the slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.kit.ids import ChannelId, ContactId, ConversationId, LeadId, MessageId
from backend.leads.lifecycle_policy import EVERY_MOVE, Band, Lifecycle
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
    OWNED = "owner.changed"
    IMPORTED = "lead.imported"
    MERGED = "lead.merged"
    UNMERGED = "lead.unmerged"
    STALE = "lead.stale"
    RETURNED = "lead.returned"
    REFUSED = "stage.refused"
    CONSENT = "consent.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadQuery:
    """Which leads to list; bounds of time are instants, the upper one excluded.

    `idle_days` asks for leads whose last activity is so many days or longer ago; both bounds of the
    score are included.
    """

    stages: tuple[Stage, ...] = ()
    tags_all: tuple[str, ...] = ()
    tags_any: tuple[str, ...] = ()
    tags_none: tuple[str, ...] = ()
    score_from: int | None = None
    score_to: int | None = None
    owner_id: UUID | None = None
    is_unowned: bool = False
    active_from: datetime | None = None
    active_to: datetime | None = None
    idle_days: int | None = None
    search: str | None = None
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    band: Band | None = None
    is_stale: bool = False
    has_returned: bool = False
    sort: LeadSort = LeadSort.LAST_ACTIVITY
    moment: LeadMoment | None = None
    moment_from: datetime | None = None
    moment_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageCount:
    """How many leads are in a stage; `is_more` when counting stopped there."""

    stage: Stage
    leads: int
    is_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadView:
    """A lead with the name and number of its contact.

    `returned_from` is the lost lead of the same customer, until somebody decides about the two.
    """

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
    band: Band = Band.COLD
    loss_reason: str | None = None
    stale_at: datetime | None = None
    returned_from: UUID | None = None
    owner_name: str | None = None


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
    cadence_key: str = ""
    rule_version_id: UUID | None = None
    rule_name: str | None = None
    rule_version: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One entry of the ledger in its place: the score after it, and who disputed it, if anybody.

    `disputes` names the entry that this one takes back.
    """

    entry: ScoreEntryView
    total: int
    disputes: UUID | None
    disputed_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutRule:
    """What a lead's score and band would be without the entries of one rule."""

    rule_name: str
    points: int
    score: int
    band: Band


@dataclass(frozen=True, slots=True, kw_only=True)
class Waterfall:
    """How a score came about, and what it would be without each rule."""

    score: int
    band: Band
    steps: tuple[Step, ...]
    without: tuple[WithoutRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LifecycleView:
    """The settings in force; `is_order_free` as `lifecycle_policy.keeps_order` says."""

    settings: Lifecycle
    number: int
    is_order_free: bool
    changed_by: str | None
    updated_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """Where a lead goes, and what is said about it."""

    stage: Stage
    value: Decimal | None = None
    currency: str | None = None
    reason: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedLead:
    """The lead that a message belongs to; `is_earliest` when the lead begins with it."""

    lead_id: LeadId
    message_id: MessageId
    is_new: bool
    is_earliest: bool


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
    moves: Mapping[Stage, frozenset[Stage]] = field(default_factory=lambda: EVERY_MOVE)

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


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMessage:
    """A message that came after a merge, and the lead that it belongs to without that merge."""

    message_id: UUID
    old_id: UUID
    new_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PartedLeads:
    """What became of the leads of a merged contact.

    `returned` are as the image shows them, `refolded` hold other messages than before, `gone` went
    into others. `first` is the first message of each refolded lead: lead_id, message_id,
    channel_id, occurred_at.
    """

    returned: frozenset[UUID]
    refolded: frozenset[UUID]
    gone: Mapping[LeadId, LeadId]
    moved: tuple[MovedMessage, ...]
    first: tuple[Mapping[str, Any], ...]
