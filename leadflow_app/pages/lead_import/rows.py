"""What the import page shows, ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from backend.importing import Choice as KnownPeople
from backend.importing import ImportField, ImportState, ImportView, RowView, Twin
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.inputs import uuid_or_none
from leadflow_app.rights import Option

DETECT: Final = "detect"
LEAVE_OUT: Final = "-"
SAMPLES: Final = 3
WHOLE: Final = 100
ENCODINGS: Final = {
    "utf-8": "UTF-8",
    "utf-8-sig": "UTF-8",
    "utf-16": "UTF-16",
    "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16",
    "cp1252": "Windows-1252 (western)",
    "cp1250": "Windows-1250 (central European)",
    "cp1251": "Windows-1251 (Cyrillic)",
    "iso-8859-1": "Latin 1",
    "shift_jis": "Shift JIS",
    "gb18030": "GB 18030",
}
SEPARATORS: Final = {",": "Comma", ";": "Semicolon", "tab": "Tab", "|": "Bar"}
FIELDS: Final = {
    LEAVE_OUT: "Leave out",
    ImportField.NAME: "Name",
    ImportField.PHONE: "Phone number",
    ImportField.USERNAME: "Username",
    ImportField.STAGE: "Stage",
    ImportField.REASON: "Loss reason",
    ImportField.TAGS: "Tags",
    ImportField.POINTS: "Points",
    ImportField.VALUE: "Value",
    ImportField.CURRENCY: "Currency",
    ImportField.OWNER: "Owner (email)",
    ImportField.OPENED_AT: "Opened on",
    ImportField.SOURCE: "Source",
    ImportField.CONSENT: "Consent",
    ImportField.EVIDENCE: "Evidence of consent",
    ImportField.CUSTOM: "Keep under its own name",
}
STATES: Final = {
    ImportState.MAPPING: ("Columns to name", "waiting"),
    ImportState.CHECKING: ("Checking", "waiting"),
    ImportState.CHECKED: ("Checked", "waiting"),
    ImportState.WRITING: ("Writing", "waiting"),
    ImportState.FINISHED: ("Finished", "well"),
    ImportState.STOPPED: ("Stopped", "idle"),
    ImportState.FAILED: ("Failed", "ill"),
}
KINDS: Final = {"faults": "Cannot be written", "twins": "Known people", "all": "All rows"}
TWINS: Final = {
    Twin.FILE: "the same person as in row {}",
    Twin.CONTACT: "a known contact",
    Twin.LEAD: "a known contact with an open lead",
}
OUTCOMES: Final = {
    "created": "Lead opened",
    "changed": "Lead updated",
    "passed": "Left out",
    "refused": "Refused",
    "erased": "Erased",
}


@dataclass(frozen=True, slots=True)
class ImportFilters:
    """What the address asks for; a value that makes no sense asks for nothing."""

    shown: UUID | None = None
    kind: str = "faults"
    is_mapping: bool = False
    channel: UUID | None = None
    encoding: str = ""
    separator: str = ""

    @classmethod
    def read(cls, query: dict[str, str]) -> "ImportFilters":
        """Read the address."""
        kind, encoding, separator = (query.get(name, "") for name in ("rows", "encoding", "apart"))
        return cls(
            shown=uuid_or_none(query.get("import", "")),
            kind=kind if kind in KINDS else "faults",
            is_mapping=query.get("step") == "columns",
            channel=uuid_or_none(query.get("channel", "")),
            encoding=encoding if encoding in ENCODINGS else "",
            separator=separator if separator in SEPARATORS else "",
        )

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(
            routes.LEADS_IMPORT,
            import_=self.shown,
            rows=self.kind if self.kind != "faults" else "",
            step="columns" if self.is_mapping else "",
            channel=self.channel,
            encoding=self.encoding,
            apart=self.separator,
        )

    def upload_to(self, channel: str) -> str:
        """Return where a file goes, and how it is to be read."""
        separator = "\t" if self.separator == "tab" else self.separator
        return routes.with_query(
            routes.LEADS_IMPORT_POST,
            channel_id=channel,
            encoding=self.encoding,
            separator=separator,
        )


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """A column of the file: its header, what stands in it, and what it is taken for."""

    name: str
    header: str
    samples: str
    field: str


@dataclass(frozen=True, slots=True)
class RowRow:
    """A row of the file: whom it names, what is said of it, and what became of it."""

    key: str
    number: str
    who: str
    texts: list[str]
    outcome: str
    href: str


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One import: whose, how far it is, and how it ended."""

    key: str = ""
    name: str = ""
    href: str = ""
    state: str = ""
    state_label: str = ""
    by: str = ""
    at: Moment = NEVER
    outcome: str = ""
    error: str = ""
    format: str = ""
    percent: int = 0
    has_percent: bool = False
    progress: str = ""
    pace: str = ""


NO_IMPORT: Final = ImportRow()


@dataclass(frozen=True, slots=True)
class ImportScreen:
    """The whole page; `step` is upload, columns, working, checked or ended."""

    step: str = "upload"
    channel: str = ""
    channels: list[Option] = field(default_factory=list)
    encoding: str = DETECT
    separator: str = DETECT
    upload_to: str = ""
    shown: ImportRow = NO_IMPORT
    columns: list[ColumnRow] = field(default_factory=list)
    region: str = ""
    map_href: str = ""
    good: str = ""
    can_write: bool = False
    faulty: str = ""
    errors_href: str = ""
    known: list[Option] = field(default_factory=list)
    held_back: str = ""
    kinds: list[Choice] = field(default_factory=list)
    rows: list[RowRow] = field(default_factory=list)
    has_more_rows: bool = False
    earlier: list[ImportRow] = field(default_factory=list)
    has_more: bool = False


def step_of(view: ImportView | None, *, is_mapping: bool) -> str:
    """Say which part of the page an import needs."""
    if view is None:
        return "upload"
    match view.state:
        case ImportState.MAPPING:
            return "columns"
        case ImportState.CHECKED:
            return "columns" if is_mapping else "checked"
        case ImportState.CHECKING | ImportState.WRITING:
            return "working"
        case ImportState.FINISHED | ImportState.STOPPED | ImportState.FAILED:
            return "ended"


def import_row(view: ImportView, clock: Clock, channels: Mapping[UUID, str]) -> ImportRow:
    """Put one import into words."""
    label, tone = STATES[view.state]
    is_working = view.state in (ImportState.CHECKING, ImportState.WRITING)
    total = view.total
    return ImportRow(
        key=str(view.id),
        name=view.filename,
        href=ImportFilters(shown=view.id).href,
        state=tone,
        state_label=label,
        by=f"{view.requested_by}, into {channels.get(view.channel_id, 'a channel')}",
        at=clock.moment(view.created_at),
        outcome=outcome(view),
        error=display.plain(view.error or "") if view.state is ImportState.FAILED else "",
        format=file_format(view),
        percent=WHOLE * min(view.done, total) // total if total else 0,
        has_percent=bool(total),
        progress=progress(view),
        pace=pace(view, clock) if is_working else "",
    )


def file_format(view: ImportView) -> str:
    """Say how the file is read."""
    if view.kind == "xlsx":
        return "Excel workbook, first sheet"
    names = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
    apart = names.get(view.separator, view.separator)
    return f"CSV, {ENCODINGS.get(view.encoding, view.encoding)}, separated by {apart}"


def progress(view: ImportView) -> str:
    """Say how far the worker is."""
    what = "checked" if view.state is ImportState.CHECKING else "written"
    if view.total:
        return f"{display.count(view.done)} of {display.plural(view.total, 'row')} {what}"
    return f"{display.plural(view.done, 'row')} {what}"


def pace(view: ImportView, clock: Clock) -> str:
    """Say how fast the worker is and how long it still takes, once that is known."""
    seconds = (clock.now - view.step_at).total_seconds() if view.step_at else 0
    if view.error:
        return "It failed, and is tried again soon"
    if not view.done or seconds <= 0:
        return "Waits for a worker"
    rate = view.done / seconds
    told = f"{display.count(max(round(rate), 1))} a second"
    if not view.total:
        return told
    return f"{told}, about {display.duration((view.total - view.done) / rate)} left"


def outcome(view: ImportView) -> str:
    """Say what became of the rows."""
    if view.state is ImportState.MAPPING:
        return display.plural(len(view.headers), "column")
    if view.state in (ImportState.CHECKING, ImportState.WRITING):
        return progress(view)
    if view.state is ImportState.CHECKED:
        return f"{display.plural(view.total or 0, 'row')} checked, nothing written yet"
    told = [f"{display.plural(view.created, 'lead')} opened"]
    counts = {"updated": view.changed, "left out": view.passed, "refused": view.refused}
    told += [f"{display.count(number)} {words}" for words, number in counts.items() if number]
    return ", ".join(told)


def columns(view: ImportView) -> list[ColumnRow]:
    """Show each column with its first values and what it is taken for."""
    found: list[ColumnRow] = []
    for place, (header, wanted) in enumerate(zip(view.headers, view.mapping, strict=True)):
        cells = [row[place] for row in view.sample if place < len(row) and row[place]]
        samples = " \N{MIDDLE DOT} ".join(cells[:SAMPLES])
        found.append(ColumnRow(f"column-{place}", header, samples, wanted or LEAVE_OUT))
    return found


def known_people(view: ImportView) -> list[Option]:
    """Offer what becomes of rows whose people are known."""
    held = f" {display.plural(view.held_back, 'row')} of them would be refused, as listed."
    return [
        Option(KnownPeople.SKIP, "Leave them out", "Nothing about them changes."),
        Option(
            KnownPeople.UPDATE,
            "Update their open leads",
            "What the file says replaces what is there; who has no open lead gets one."
            + (held if view.held_back else ""),
        ),
        Option(
            KnownPeople.NEW,
            "Open another lead",
            "Only where the earlier one has ended; nobody has two open leads on a channel.",
        ),
    ]


def kinds(filters: ImportFilters, view: ImportView) -> list[Choice]:
    """Offer the rows that were refused, those of known people, and all."""
    counts = {"faults": view.faulty, "twins": sum(view.twins.values()), "all": view.total or 0}
    return [
        Choice(
            f"{label} ({display.count(counts[name])})",
            ImportFilters(shown=view.id, kind=name).href,
            filters.kind == name,
        )
        for name, label in KINDS.items()
    ]


def row_rows(rows: Sequence[RowView], *, is_over: bool) -> list[RowRow]:
    """Put rows into words; when the import is over, what cannot be written is refused."""
    return [
        RowRow(
            key=str(row.row_number),
            number=f"Row {display.count(row.row_number)}",
            who=display.person(row.name, row.phone, row.username),
            texts=_texts(row),
            outcome=OUTCOMES.get(row.outcome or "", "Refused" if row.faults and is_over else ""),
            href=routes.lead(row.lead_id) if row.lead_id else "",
        )
        for row in rows
    ]


def _texts(row: RowView) -> list[str]:
    told = [
        f"{fault.column}: {fault.message}. Right would be {fault.expected}." for fault in row.faults
    ]
    if row.twin:
        told.append(f"{display.plain(TWINS[row.twin].format(row.twin_row))}")
    told += [
        f"Cannot be updated: {fault.column}: {fault.message}. Right would be {fault.expected}."
        for fault in row.held_back
    ]
    return told
