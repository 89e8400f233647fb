"""What the replay page shows, ready to draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from backend.intake import ReplayQuery
from leadflow_app import display, routes
from leadflow_app.display import Choice, Clock
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.replay.effects import NO_DIFF, Diff
from leadflow_app.replays import NO_REPLAY, ReplayRow
from leadflow_app.rights import Option

ALL: Final = "all"
WEEK: Final = 7


@dataclass(frozen=True, slots=True)
class ReplayFilters:
    """What the address asks for; a value that makes no sense asks for nothing."""

    channel: UUID | None = None
    first: date | None = None
    last: date | None = None
    replay: UUID | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "ReplayFilters":
        """Read the filters of an address."""
        return cls(
            channel=uuid_or_none(query.get("channel", "")),
            first=display.read_day(query.get("from", "")),
            last=display.read_day(query.get("to", "")),
            replay=uuid_or_none(query.get("replay", "")),
        )

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(
            routes.REPLAY,
            channel=self.channel,
            from_=self.first,
            to=self.last,
            replay=self.replay,
        )

    def query(self, clock: Clock) -> ReplayQuery:
        """Say the same to the use case; days are the workspace's own."""
        return ReplayQuery(
            channel_id=self.channel,
            since=clock.start_of(self.first),
            before=clock.end_of(self.last),
        )


@dataclass(frozen=True, slots=True)
class ReplayScreen:
    """The whole page."""

    channel: str = ALL
    first: str = ""
    last: str = ""
    channels: list[Option] = field(default_factory=list)
    ranges: list[Choice] = field(default_factory=list)
    shown: ReplayRow = NO_REPLAY
    diff: Diff = NO_DIFF
    is_busy: bool = False
    may_commit: bool = False
    earlier: list[ReplayRow] = field(default_factory=list)
    has_more: bool = False


def ranges(filters: ReplayFilters, clock: Clock) -> list[Choice]:
    """Offer the ranges of days that people mean most often."""
    today = clock.today
    spans: dict[str, tuple[date | None, date | None]] = {
        "Today": (today, today),
        "Yesterday": (today - timedelta(days=1), today - timedelta(days=1)),
        "Last 7 days": (today - timedelta(days=WEEK - 1), today),
        "All days": (None, None),
    }
    return [
        Choice(
            label,
            replace(filters, first=first, last=last, replay=None).href,
            is_on=(filters.first, filters.last) == (first, last),
        )
        for label, (first, last) in spans.items()
    ]
