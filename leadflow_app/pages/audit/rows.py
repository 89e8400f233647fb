"""What the audit log shows, ready to draw, and the file that it can be taken away in."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final
from uuid import UUID

from backend.auth import AuditEntryView, AuditQuery, AuditVerdict
from backend.kit.errors import Invalid
from backend.kit.paging import PageRequest
from leadflow_app import display, routes
from leadflow_app.display import Clock, Moment
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.audit import words
from leadflow_app.rights import Option

PAGE: Final = 50
ANYBODY: Final = "anybody"
ANYTHING: Final = "anything"
COLUMNS: Final = (
    "sequence",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "action",
    "subject",
    "details",
    "hash",
)


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What the address asks for; a value that makes no sense asks for nothing.

    `before` is the cursor of the page before this one.
    """

    who: str = ""
    what: str = ""
    first: date | None = None
    last: date | None = None
    before: str = ""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "AuditFilters":
        """Read the filters of an address."""
        who, what = uuid_or_none(query.get("who", "")), query.get("what", "")
        return cls(
            who=str(who) if who else "",
            what=what if what in words.AREAS else "",
            first=display.read_day(query.get("from", "")),
            last=display.read_day(query.get("to", "")),
            before=_cursor(query.get("before", "")),
        )

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(
            routes.AUDIT,
            who=self.who,
            what=self.what,
            from_=self.first,
            to=self.last,
            before=self.before,
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the log."""
        return replace(self, before="") != AuditFilters()

    @property
    def page(self) -> PageRequest:
        """Which page of the log."""
        return PageRequest(limit=PAGE, cursor=self.before or None)

    def query(self, clock: Clock) -> AuditQuery:
        """Say the same to the use case; days are the workspace's own."""
        return AuditQuery(
            action=f"{self.what}." if self.what else None,
            actor_id=UUID(self.who) if self.who else None,
            starts_at=clock.start_of(self.first),
            ends_at=clock.end_of(self.last),
        )


def _cursor(text: str) -> str:
    try:
        PageRequest(cursor=text or None).position(int)
    except Invalid:
        return ""
    return text


@dataclass(frozen=True, slots=True)
class EntryRow:
    """One entry: who did what to what, from where."""

    key: str
    at: Moment
    who: str
    who_href: str
    what: str
    more: str
    subject: str
    subject_href: str
    address: str


@dataclass(frozen=True, slots=True)
class AuditScreen:
    """The whole page."""

    who: str = ANYBODY
    what: str = ANYTHING
    first: str = ""
    last: str = ""
    people: list[Option] = field(default_factory=list)
    rows: list[EntryRow] = field(default_factory=list)
    narrows: bool = False
    older_href: str = ""
    newest_href: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the last verification said; without a text there was none."""

    text: str = ""
    is_intact: bool = True
    at: Moment = display.NEVER


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody or something that entries tell of by its id: what it is called, and where it is."""

    name: str
    href: str = ""


LEFT: Final = Known("Somebody who left")
# What entries are about, by the kind of their subject; a session is the actor's own.
PLACES: Final = {
    "api_key": Known("An API key", routes.API_KEYS),
    "contact": Known("A contact"),
    "invitation": Known("An invitation", routes.with_query(routes.USERS, state="invited")),
    "retention": Known("Retention", routes.PRIVACY),
    "session": Known(""),
    "workspace": Known("This workspace", routes.WORKSPACE),
}


def audit_screen(
    entries: Sequence[AuditEntryView],
    filters: AuditFilters,
    clock: Clock,
    known: Mapping[str, Known],
) -> AuditScreen:
    """Put a page of the log into words; the caller adds where older entries are."""
    return AuditScreen(
        who=filters.who or ANYBODY,
        what=filters.what or ANYTHING,
        first=str(filters.first or ""),
        last=str(filters.last or ""),
        people=_people(entries, filters, known),
        rows=[entry_row(entry, filters, clock, known) for entry in entries],
        narrows=filters.narrows,
        newest_href=replace(filters, before="").href if filters.before else "",
    )


def _people(
    entries: Sequence[AuditEntryView], filters: AuditFilters, known: Mapping[str, Known]
) -> list[Option]:
    """Return whom to choose from; whoever is chosen is among them, even who has left."""
    choices = [Option(key, one.name) for key, one in known.items()]
    if filters.who and filters.who not in known:
        names = [entry.actor_name for entry in entries if str(entry.actor_id) == filters.who]
        choices.append(Option(filters.who, names[0] if names else LEFT.name))
    return choices


def entry_row(
    entry: AuditEntryView, filters: AuditFilters, clock: Clock, known: Mapping[str, Known]
) -> EntryRow:
    """Put one entry into words."""
    who = str(entry.actor_id or "")
    subject = subject_of(entry, known)
    return EntryRow(
        key=str(entry.sequence),
        at=clock.moment(entry.occurred_at),
        who=entry.actor_name,
        who_href=replace(filters, who=who, before="").href if who else "",
        what=words.sentence(entry.action),
        more=words.more(entry.action, entry.details),
        subject=subject.name,
        subject_href=subject.href,
        address=entry.address,
    )


def subject_of(entry: AuditEntryView, known: Mapping[str, Known]) -> Known:
    """Name what an entry is about, as it was called then, and link to where it is now."""
    kind, _, name = entry.subject.partition(":")
    if kind == "user":
        is_own = name == str(entry.actor_id)
        return Known("Themselves") if is_own else known.get(name, LEFT)
    told = str(entry.details.get("name", ""))
    place = PLACES.get(kind, Known(display.sentence(kind)))
    return replace(place, name=told) if told else place


def verdict(found: AuditVerdict, clock: Clock) -> Verdict:
    """Say whether the log is whole, or where it is not."""
    at, checked = clock.moment(clock.now), words.counted(found.entries)
    if found.is_intact:
        text = f"The log is intact: {checked} checked, each as it was written."
        return Verdict(text, is_intact=True, at=at)
    text = (
        f"The log is broken: {found.reason}, at entry {display.count(found.broken_at or 0)}. "
        f"Before it: {checked}, intact. Somebody changed the log past LeadFlow, with the rights "
        "of the database's administrator; compare it with a backup."
    )
    return Verdict(text, is_intact=False, at=at)


def cells(entries: Iterable[AuditEntryView]) -> Iterator[list[object]]:
    """Lay entries out as lines of a file."""
    for entry in entries:
        line = {name: getattr(entry, name) for name in COLUMNS}
        yield list({**line, "details": json.dumps(dict(entry.details))}.values())
