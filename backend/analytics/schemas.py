"""What goes in and out of the slice."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from backend.kit.ids import ChannelId


class TileKey(StrEnum):
    """The numbers of the home screen."""

    CONVERSATIONS = "conversations"
    LEADS_NEW = "leads_new"
    LEADS_QUALIFIED = "leads_qualified"
    LEADS_CONVERTED = "leads_converted"
    FIRST_RESPONSE = "first_response_median_seconds"
    REPLY_RATE = "reply_rate"


@dataclass(frozen=True, slots=True)
class Tile:
    """A number and the one of the period before; `None` where there is nothing to measure.

    Rates are from 0 to 1, durations in seconds, everything else a count.
    """

    key: TileKey
    value: float | None
    previous: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DayPoint:
    """One workspace-local day of the chart."""

    day: date
    conversations: int
    leads_new: int
    messages_in: int
    messages_out: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The home screen: a period of whole local days, bounds included, and the one before.

    `starts_at` and `ends_at` are the same bounds as instants, the upper one excluded.
    """

    from_day: date
    to_day: date
    starts_at: datetime
    ends_at: datetime
    timezone: str
    tiles: tuple[Tile, ...]
    days: tuple[DayPoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyView:
    """The rollup of one local day and channel."""

    day: date
    channel_id: ChannelId
    conversations: int
    responded: int
    messages_in: int
    messages_out: int
    delivered: int
    read: int
    failed: int
    leads_new: int
    leads_qualified: int
    leads_converted: int
    leads_lost: int
    rolled_up_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyQuery:
    """Which days to list, bounds included."""

    from_day: date
    to_day: date
    channel_id: UUID | None = None
