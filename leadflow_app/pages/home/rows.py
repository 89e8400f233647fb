"""What the dashboard shows, ready to draw."""

from dataclasses import dataclass, field
from typing import Final, Literal

from backend.analytics import DayPoint, Overview, Tile
from leadflow_app import display, routes
from leadflow_app.display import Choice

RANGES: Final = {1: "Today", 7: "7 days", 28: "28 days", 90: "90 days"}
DEFAULT_DAYS: Final = 7
PERCENT: Final = 100

Tone = Literal["good", "bad", "flat"]


@dataclass(frozen=True, slots=True)
class TileRow:
    """One figure, how it moved, and the address of exactly the rows that it counts."""

    label: str
    value: str
    change: str
    tone: Tone
    href: str
    rows: str


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """One day of the chart."""

    day: str
    leads: int
    conversations: int


@dataclass(frozen=True, slots=True)
class HomeScreen:
    """The whole page."""

    is_first_run: bool = False
    period: str = ""
    before: str = ""
    summary: str = ""
    ranges: list[Choice] = field(default_factory=list)
    tiles: list[TileRow] = field(default_factory=list)
    points: list[ChartPoint] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Figure:
    label: str
    rows: str
    moment: str = ""
    is_less_better: bool = False
    unit: Literal["count", "seconds", "share"] = "count"
    only_responded: bool = False


FIGURES: Final = {
    "conversations": _Figure("Conversations", "conversations opened"),
    "leads_new": _Figure("New leads", "leads opened", moment="opened"),
    "leads_qualified": _Figure("Qualified", "leads qualified", moment="qualified"),
    "leads_converted": _Figure("Converted", "leads converted", moment="converted"),
    "first_response_median_seconds": _Figure(
        "First response, median",
        "conversations answered",
        is_less_better=True,
        unit="seconds",
        only_responded=True,
    ),
    "reply_rate": _Figure(
        "Reply rate", "conversations answered", unit="share", only_responded=True
    ),
}


def home_screen(overview: Overview, *, days: int, is_first_run: bool) -> HomeScreen:
    """Put an overview into words."""
    points = [_point(day) for day in overview.days]
    period = display.day_range(overview.from_day, overview.to_day)
    leads = sum(point.leads for point in points)
    conversations = sum(point.conversations for point in points)
    return HomeScreen(
        is_first_run=is_first_run,
        period=period,
        before="yesterday" if days == 1 else f"the {days} days before",
        summary=f"{leads} new leads and {conversations} conversations by day, {period}",
        ranges=[_range(value, label, days) for value, label in RANGES.items()],
        tiles=[_tile(tile, overview) for tile in overview.tiles if tile.key in FIGURES],
        points=points,
    )


def _range(value: int, label: str, chosen: int) -> Choice:
    href = routes.with_query(routes.HOME, days=value if value != DEFAULT_DAYS else None)
    return Choice(label, href, value == chosen)


def _point(day: DayPoint) -> ChartPoint:
    return ChartPoint(display.short_day(day.day), day.leads_new, day.conversations)


def _tile(tile: Tile, overview: Overview) -> TileRow:
    figure = FIGURES[tile.key]
    change, tone = _change(tile, figure)
    return TileRow(
        label=figure.label,
        value=_value(tile.value, figure),
        change=change,
        tone=tone,
        href=_href(figure, overview),
        rows=f"Show the {figure.rows}",
    )


def _value(value: float | None, figure: _Figure) -> str:
    if value is None:
        return display.NOTHING
    if figure.unit == "seconds":
        return display.duration(value)
    if figure.unit == "share":
        return f"{value * PERCENT:.0f}\N{NO-BREAK SPACE}%"
    return display.count(value)


def _change(tile: Tile, figure: _Figure) -> tuple[str, Tone]:
    """Compare with the period before; a share moves in points, everything else in percent."""
    if tile.value is None or tile.previous is None:
        return "", "flat"
    difference = tile.value - tile.previous
    if figure.unit == "share":
        moved, unit = round(difference * PERCENT), "points"
    elif tile.previous == 0:
        return ("from none" if tile.value else "no change"), ("good" if tile.value else "flat")
    else:
        moved, unit = round(difference / tile.previous * PERCENT), "%"
    if moved == 0:
        return "no change", "flat"
    is_good = (moved < 0) == figure.is_less_better
    return f"{display.points(moved)}\N{NO-BREAK SPACE}{unit}", "good" if is_good else "bad"


def _href(figure: _Figure, overview: Overview) -> str:
    first, last = overview.from_day, overview.to_day
    if figure.moment:
        return routes.with_query(routes.LEADS, moment=figure.moment, from_=first, to=last)
    answered = 1 if figure.only_responded else None
    return routes.with_query(
        routes.INBOX, responded=answered, opened_from=first, opened_to=last, state="all"
    )
