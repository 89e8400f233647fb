"""What the table of leads shows, ready to draw."""

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from backend.leads import MOST_IDLE_DAYS, LeadView
from leadflow_app import display, routes
from leadflow_app.display import Choice, Clock, Moment

SORTS: Final = {
    "-last_activity_at": "Last activity",
    "-score": "Score",
    "-opened_at": "Newest",
}
DEFAULT_SORT: Final = "-last_activity_at"
MOMENTS: Final = {
    "opened": "Opened",
    "qualified": "Qualified",
    "converted": "Converted",
    "lost": "Lost",
}
BANDS: Final = {"cold": "Cold", "warm": "Warm", "hot": "Hot"}
OWNERS: Final = {"mine": "Mine", "none": "Without an owner"}
HIGHEST_SCORE: Final = 10**6


@dataclass(frozen=True, slots=True)
class LeadFilters:
    """What the address asks for; a value that makes no sense asks for nothing."""

    stage: str = ""
    tag: str = ""
    q: str = ""
    sort: str = DEFAULT_SORT
    moment: str = ""
    first: date | None = None
    last: date | None = None
    band: str = ""
    owner: str = ""
    min_score: int | None = None
    max_score: int | None = None
    idle_days: int | None = None

    @classmethod
    def read(cls, query: dict[str, str]) -> "LeadFilters":
        """Read the filters of an address."""
        stage, sort, moment = (query.get(name, "") for name in ("stage", "sort", "moment"))
        return cls(
            stage=stage if stage in display.STAGES else "",
            tag=query.get("tag", ""),
            q=query.get("q", ""),
            sort=sort if sort in SORTS else DEFAULT_SORT,
            moment=moment if moment in MOMENTS else "",
            first=display.read_day(query.get("from", "")),
            last=display.read_day(query.get("to", "")),
            band=_known(query.get("band", ""), BANDS),
            owner=_known(query.get("owner", ""), OWNERS),
            idle_days=_number(query.get("idle_days", ""), lowest=0, highest=MOST_IDLE_DAYS),
            **_scores(query),
        )

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(
            routes.LEADS,
            stage=self.stage,
            tag=self.tag,
            q=self.q,
            sort=self.sort if self.sort != DEFAULT_SORT else "",
            moment=self.moment,
            from_=self.first,
            to=self.last,
            band=self.band,
            owner=self.owner,
            min_score=_written(self.min_score),
            max_score=_written(self.max_score),
            idle_days=_written(self.idle_days),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        said = (self.stage, self.tag, self.q, self.moment, self.band, self.owner)
        numbers = (self.min_score, self.max_score, self.idle_days)
        return any(said) or any(number is not None for number in numbers)


@dataclass(frozen=True, slots=True)
class LeadRow:
    """One lead of the table."""

    href: str
    name: str
    phone: str
    stage: str
    stage_label: str
    score: str
    tags: list[str]
    activity: Moment


@dataclass(frozen=True, slots=True)
class LeadsScreen:
    """The whole page."""

    is_first_run: bool = False
    term: str = ""
    stages: list[Choice] = field(default_factory=list)
    owners: list[Choice] = field(default_factory=list)
    sorts: list[Choice] = field(default_factory=list)
    narrowed_by: list[Choice] = field(default_factory=list)
    rows: list[LeadRow] = field(default_factory=list)
    has_more: bool = False


def leads_screen(
    leads: Sequence[LeadView], filters: LeadFilters, clock: Clock, *, has_more: bool
) -> LeadsScreen:
    """Put a page of leads into words."""
    return LeadsScreen(
        is_first_run=not leads and not filters.narrows,
        term=filters.q,
        stages=[_stage(filters, name) for name in ("", *display.STAGES)],
        owners=[_owner(filters, name) for name in OWNERS],
        sorts=[_sort(filters, name) for name in SORTS],
        narrowed_by=list(_narrowed_by(filters)),
        rows=[lead_row(lead, clock) for lead in leads],
        has_more=has_more,
    )


def lead_row(lead: LeadView, clock: Clock) -> LeadRow:
    """Put one lead into words."""
    return LeadRow(
        href=routes.lead(lead.id),
        name=display.person(lead.contact_name, lead.contact_phone, lead.contact_username),
        phone=display.phone(lead.contact_phone, lead.contact_username),
        stage=str(lead.stage),
        stage_label=display.stage(lead.stage),
        score=display.count(lead.score),
        tags=list(lead.tags),
        activity=clock.moment(lead.last_activity_at),
    )


def _stage(filters: LeadFilters, name: str) -> Choice:
    label = display.stage(name) if name else "All"
    return Choice(label, replace(filters, stage=name).href, filters.stage == name)


def _owner(filters: LeadFilters, name: str) -> Choice:
    is_on = filters.owner == name
    return Choice(OWNERS[name], replace(filters, owner="" if is_on else name).href, is_on)


def _sort(filters: LeadFilters, name: str) -> Choice:
    return Choice(SORTS[name], replace(filters, sort=name).href, filters.sort == name)


def _narrowed_by(filters: LeadFilters) -> Sequence[Choice]:
    """Name what else narrows the list; the address of each takes it away."""
    narrowed: list[Choice] = []
    if filters.tag:
        narrowed.append(Choice(f"Tag: {filters.tag}", replace(filters, tag="").href))
    if filters.moment:
        when = _when(filters.first, filters.last)
        without = replace(filters, moment="", first=None, last=None)
        narrowed.append(Choice(f"{MOMENTS[filters.moment]}{when}", without.href))
    if filters.band:
        narrowed.append(Choice(BANDS[filters.band], replace(filters, band="").href))
    return [*narrowed, *_narrowed_by_numbers(filters)]


def _narrowed_by_numbers(filters: LeadFilters) -> Sequence[Choice]:
    limits = (
        (filters.min_score, "Score from", replace(filters, min_score=None)),
        (filters.max_score, "Score up to", replace(filters, max_score=None)),
        (filters.idle_days, "Days without activity:", replace(filters, idle_days=None)),
    )
    return [
        Choice(f"{words} {display.count(number)}", without.href)
        for number, words, without in limits
        if number is not None
    ]


def _known(given: str, known: Container[str]) -> str:
    return given if given in known else ""


def _scores(query: dict[str, str]) -> dict[str, int | None]:
    """Read the bounds of the score; two that exclude each other ask for nothing."""
    low, high = (
        _number(query.get(name, ""), lowest=-HIGHEST_SCORE, highest=HIGHEST_SCORE)
        for name in ("min_score", "max_score")
    )
    if low is not None and high is not None and low > high:
        return {}
    return {"min_score": low, "max_score": high}


def _number(given: str, *, lowest: int, highest: int) -> int | None:
    """Read a whole number of an address; anything else is none."""
    if not re.fullmatch(r"-?[0-9]{1,7}", given):
        return None
    number = int(given)
    return number if lowest <= number <= highest else None


def _written(number: int | None) -> str:
    return "" if number is None else str(number)


def _when(first: date | None, last: date | None) -> str:
    if first and last:
        return f" {display.day_range(first, last)}"
    if first:
        return f" since {display.short_day(first)}"
    return f" until {display.short_day(last)}" if last else ""
