"""What goes in and out of the slice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.channels import Reader
from backend.kit.ids import (
    ChannelId,
    ContactId,
    ConversationId,
    LeadId,
    MessageId,
    WebhookEventId,
)


class EventState(StrEnum):
    """Where a delivery stands."""

    RECEIVED = "received"
    PROCESSED = "processed"
    QUARANTINED = "quarantined"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Delivery:
    """A stored delivery and the channel that it came to."""

    event_id: UUID
    reader: Reader
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Landed:
    """Where one message of a batch ended up."""

    provider_message_id: str
    message_id: MessageId
    conversation_id: ConversationId
    contact_id: ContactId
    lead_id: LeadId | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Effects:
    """What a batch came to: the messages, and what was wrong with an event, if anything.

    `erased_names` name people whose messages came once more after they were erased.
    """

    messages: tuple[Landed, ...] = ()
    faults: Mapping[UUID, str] = field(default_factory=dict[UUID, str])
    erased_names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuery:
    """Which deliveries to list; `cause` is a group of the quarantine."""

    channel_id: UUID | None = None
    state: EventState | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEventView:
    """A delivery; `error` says why it is quarantined. The bodies come with a single one only.

    `corrected_body` is read in place of `body`, which stays as it came.
    """

    id: WebhookEventId
    channel_id: ChannelId
    channel_name: str
    state: EventState
    attempts: int
    error: str | None
    received_at: datetime
    processed_at: datetime | None
    body: str | None = None
    corrected_body: str | None = None
    corrected_by: str | None = None
    corrected_at: datetime | None = None
    ignored_by: str | None = None
    ignored_reason: str | None = None
    ignored_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedMessage:
    """What a simulated customer sends; `sender` is a phone number or a business-scoped id."""

    channel_id: UUID
    sender: str
    text: str | None = None
    profile_name: str | None = None
    message_id: str | None = None
    timestamp: datetime | None = None
    referral: Mapping[str, Any] | None = None
    context_message_id: str | None = None
    button: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedResult:
    """The rows that a simulated message made, or had made before (`duplicate`)."""

    message_id: MessageId
    contact_id: ContactId
    conversation_id: ConversationId
    lead_id: LeadId | None
    duplicate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedStatus:
    """A step of an outgoing message; `message_id` is ours or the provider's."""

    channel_id: UUID
    message_id: str
    status: str
    timestamp: datetime | None = None
    error_code: str | None = None


class NetworkFault(StrEnum):
    """What a provider may do that it should not, or that nobody expects."""

    REPEATED = "repeated"
    SHUFFLED = "shuffled"
    WITHOUT_NUMBER = "without_number"
    LATE_STATUS = "late_status"
    ORPHAN_STATUS = "orphan_status"
    BROKEN_BODY = "broken_body"
    UNSIGNED = "unsigned"
    OUTAGE = "outage"


class DeliveryVerdict(StrEnum):
    """What LeadFlow did with a delivery."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatedFault:
    """A fault to happen; `sender` as in `SimulatedMessage`, `message_id` is a reply of ours."""

    channel_id: UUID
    fault: NetworkFault
    sender: str
    times: int = 1
    profile_name: str | None = None
    message_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultOutcome:
    """So many deliveries had this verdict; `reason` and `event_id` belong to quarantined ones."""

    verdict: DeliveryVerdict
    count: int
    reason: str = ""
    event_id: UUID | None = None
    conversation_id: ConversationId | None = None
