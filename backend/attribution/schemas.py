"""What goes in and out of the slice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.inbox import Recorded
from backend.kit.ids import ChannelId, LeadId


class TouchKind(StrEnum):
    """What brought the customer."""

    CHANNEL = "channel"
    AD = "ad"
    REPLY = "reply"


@dataclass(frozen=True, slots=True)
class LeadMessage:
    """A new message and the lead that it belongs to; `is_earliest` when the lead begins with it."""

    lead_id: LeadId
    recorded: Recorded
    is_earliest: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchView:
    """One touch; `source_id` is the ad's id, or the provider's id of the answered message."""

    id: UUID
    kind: TouchKind
    channel_id: ChannelId
    channel_name: str
    headline: str | None
    source_id: str | None
    source_url: str | None
    click_id: str | None
    occurred_at: datetime
