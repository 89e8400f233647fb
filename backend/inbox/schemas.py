"""What goes in and out of the slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.channels import DeliveryStatus, Direction, Fault, InboundMessage, MessageKind, Provider
from backend.kit.ids import ChannelId, ContactId, ConversationId, MessageId


class ConversationState(StrEnum):
    """Whether somebody still has to do something."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A parsed message with its channel and its contact."""

    message: InboundMessage
    channel_id: ChannelId
    contact_id: ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """Where an arrival ended up; `is_new` is false when it had been recorded before."""

    message_id: MessageId
    conversation_id: ConversationId
    arrival: Arrival
    is_new: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationQuery:
    """Which conversations to list; days and times are instants, the upper bound excluded.

    Waiting is an open one in which the customer wrote last. `is_snoozed` leaves the others out,
    and so does `only_ids`.
    """

    state: ConversationState | None = None
    unread_only: bool = False
    search: str | None = None
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    responded_only: bool = False
    assignee_id: UUID | None = None
    unassigned_only: bool = False
    waiting_only: bool = False
    is_snoozed: bool | None = None
    only_ids: tuple[UUID, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConversationView:
    """A conversation in a list; `my_unread` is what the reader themselves has not read."""

    id: ConversationId
    channel_id: ChannelId
    channel_name: str
    provider: Provider
    contact_id: ContactId
    contact_name: str | None
    contact_phone: str | None
    contact_username: str | None
    state: ConversationState
    unread_count: int
    snippet: str
    last_kind: MessageKind
    last_direction: Direction
    last_message_at: datetime
    window_expires_at: datetime | None
    assignee_id: UUID | None
    opened_at: datetime
    first_responded_at: datetime | None
    closed_at: datetime | None
    assignee_name: str | None = None
    snoozed_until: datetime | None = None
    my_unread: int = 0


@dataclass(frozen=True, slots=True)
class QuotedView:
    """The message that another one answers."""

    id: MessageId
    text: str | None
    kind: MessageKind
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageView:
    """A message in a thread; `text` is the latest edit, and absent once revoked.

    `is_unknown` says that nobody knows whether it was sent, `fault` who has to act on a refusal,
    `resent_as` which message was sent in its place.
    """

    id: MessageId
    conversation_id: ConversationId
    direction: Direction
    kind: MessageKind
    text: str | None
    payload: Mapping[str, Any]
    provider_message_id: str | None
    sent_at: datetime
    status: DeliveryStatus | None
    status_at: datetime | None
    error: str | None
    quoted: QuotedView | None
    reactions: tuple[str, ...]
    is_edited: bool
    is_revoked: bool
    author_name: str | None
    is_unknown: bool = False
    fault: Fault | None = None
    resent_as: UUID | None = None
