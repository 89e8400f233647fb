"""What the table of leads shows, ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

from backend.leads import LeadView
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
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return any((self.stage, self.tag, self.q, self.moment))


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
    return narrowed


def _when(first: date | None, last: date | None) -> str:
    if first and last:
        return f" {display.day_range(first, last)}"
    if first:
        return f" since {display.short_day(first)}"
    return f" until {display.short_day(last)}" if last else ""
