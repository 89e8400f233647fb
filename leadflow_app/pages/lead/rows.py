"""What one lead shows, ready to draw."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from backend.attribution import TouchView
from backend.contacts import ConsentChange, MergeReason
from backend.inbox import Colleague
from backend.leads import (
    EventKind,
    LeadEventView,
    LeadView,
    Lifecycle,
    ScoreEntryView,
    Stage,
    Step,
    Waterfall,
)
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Clock, Moment
from leadflow_app.pages.lead import imported
from leadflow_app.pages.lead.person_rows import REASONS, PersonScreen

FULL: Final = 100
NOBODY: Final = "nobody"
ICONS: Final = {
    EventKind.OPENED: "circle-plus",
    EventKind.MESSAGE: "message-circle",
    EventKind.STAGE: "milestone",
    EventKind.TAGGED: "tag",
    EventKind.UNTAGGED: "tag",
    EventKind.SCORED: "gauge",
    EventKind.VALUED: "banknote",
    EventKind.OWNED: "user-check",
    EventKind.MERGED: "merge",
    EventKind.UNMERGED: "split",
    EventKind.STALE: "hourglass",
    EventKind.RETURNED: "undo-2",
    EventKind.IMPORTED: "file-up",
    EventKind.CONSENT: "mail-check",
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of the score: where its bar begins, how long it is, and why it is there."""

    key: str
    points: str
    is_loss: bool
    reason: str
    message: str
    total: str
    at: Moment
    start: str
    width: str
    source: str = ""
    is_disputed: bool = False
    can_be_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A stage or a person to choose."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class WithoutRow:
    """What score and band would be without a rule."""

    rule: str
    outcome: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of the timeline."""

    key: str
    icon: str
    text: str
    quote: str
    by: str
    at: Moment


@dataclass(frozen=True, slots=True)
class TouchRow:
    """One thing that led the customer here."""

    key: str
    title: str
    detail: str
    url: str
    at: Moment


@dataclass(frozen=True, slots=True)
class LeadScreen:
    """The whole page."""

    key: str = ""
    owner: str = NOBODY
    owner_name: str = ""
    owners: list[Option] = field(default_factory=list)
    name: str = ""
    phone: str = ""
    stage: str = ""
    stage_label: str = ""
    score: str = ""
    amount: str = ""
    currency: str = ""
    worth: str = ""
    tags: list[str] = field(default_factory=list)
    conversation_href: str = ""
    opened: Moment = NEVER
    activity: Moment = NEVER
    steps: list[StepRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    touches: list[TouchRow] = field(default_factory=list)
    has_more: bool = False
    band: str = ""
    band_label: str = ""
    stale: str = ""
    loss_reason: str = ""
    returned_href: str = ""
    stages: list[Option] = field(default_factory=list)
    loss_reasons: list[str] = field(default_factory=list)
    without: list[WithoutRow] = field(default_factory=list)
    person: PersonScreen = field(default_factory=PersonScreen)


def lead_screen(lead: LeadView, clock: Clock, currency: str) -> LeadScreen:
    """Put a lead into words; the caller adds its ledger, its story and its touches."""
    return LeadScreen(
        key=str(lead.id),
        owner=str(lead.owner_id) if lead.owner_id else NOBODY,
        owner_name=lead.owner_name or display.NOTHING,
        name=display.person(lead.contact_name, lead.contact_phone, lead.contact_username),
        phone=display.phone(lead.contact_phone, lead.contact_username),
        stage=str(lead.stage),
        stage_label=display.stage(lead.stage),
        score=display.count(lead.score),
        amount="" if lead.value is None else f"{lead.value:f}",
        currency=lead.currency or currency,
        worth=display.money(lead.value, lead.currency),
        tags=list(lead.tags),
        conversation_href=routes.conversation(lead.conversation_id),
        opened=clock.moment(lead.opened_at),
        activity=clock.moment(lead.last_activity_at),
        band=lead.band,
        band_label=display.sentence(lead.band),
        stale=f"Stale since {clock.moment(lead.stale_at).text}" if lead.stale_at else "",
        loss_reason=lead.loss_reason or "",
        returned_href=routes.lead(lead.returned_from) if lead.returned_from else "",
    )


def owner_options(lead: LeadView, colleagues: Iterable[Colleague]) -> list[Option]:
    """Return nobody, who can answer customers, and whoever has the lead although they cannot."""
    names = {str(one.id): one.name for one in colleagues}
    if lead.owner_id:
        names.setdefault(str(lead.owner_id), lead.owner_name or display.NOTHING)
    return [Option(key, name) for key, name in {NOBODY: "Nobody", **names}.items()]


def stage_options(lead: LeadView, settings: Lifecycle) -> list[Option]:
    """Return where the lead is and where it may go."""
    targets = settings.moves.get(lead.stage, frozenset())
    return [
        Option(str(stage), display.stage(stage))
        for stage in Stage
        if stage is lead.stage or stage in targets
    ]


def explained(shown: Waterfall, clock: Clock) -> list[StepRow]:
    """Lay a waterfall out with its rules and its disputes."""
    rows = steps([step.entry for step in shown.steps], clock)
    return [
        replace(
            row,
            source=_source(step),
            is_disputed=step.disputed_by is not None,
            can_be_disputed=step.disputes is None and step.disputed_by is None,
        )
        for row, step in zip(rows, shown.steps, strict=True)
    ]


def without_rows(shown: Waterfall) -> list[WithoutRow]:
    """Say what the score would be without each rule."""
    return [
        WithoutRow(one.rule_name, f"{display.count(one.score)} points, {one.band}")
        for one in shown.without
    ]


def _source(step: Step) -> str:
    if step.disputes:
        return "Dispute"
    if step.entry.rule_name is None:
        return ""
    return f"Rule {step.entry.rule_name}, version {step.entry.rule_version}"


def steps(entries: Sequence[ScoreEntryView], clock: Clock) -> list[StepRow]:
    """Lay the ledger out as a waterfall: each bar begins where the one before it ended."""
    totals = _totals([entry.points for entry in entries])
    lowest, highest = min((0, *totals)), max((0, *totals))
    scale = FULL / ((highest - lowest) or 1)
    rows: list[StepRow] = []
    before = 0
    for entry, total in zip(entries, totals, strict=True):
        rows.append(
            StepRow(
                key=str(entry.id),
                points=display.points(entry.points),
                is_loss=entry.points < 0,
                reason=entry.reason,
                message=entry.message_text or "",
                total=display.count(total),
                at=clock.moment(entry.occurred_at),
                start=f"{(min(before, total) - lowest) * scale:.1f}%",
                width=f"{max(abs(total - before) * scale, 1):.1f}%",
            )
        )
        before = total
    return rows


def _totals(points: Sequence[int]) -> list[int]:
    totals: list[int] = []
    for value in points:
        totals.append(value + (totals[-1] if totals else 0))
    return totals


QUOTED: Final = frozenset({EventKind.MESSAGE, EventKind.CONSENT})


def event_row(event: LeadEventView, clock: Clock) -> EventRow:
    """Put one line of the timeline into words."""
    return EventRow(
        key=str(event.id),
        icon=ICONS.get(event.kind, "dot"),
        text=_text(event),
        quote=event.message_text or "" if event.kind in QUOTED else imported.details(event.data),
        by="" if event.kind is EventKind.MESSAGE else event.actor_name,
        at=clock.moment(event.occurred_at),
    )


def _text(event: LeadEventView) -> str:
    tell = TELLING.get(event.kind)
    return tell(event.data) if tell else display.sentence(event.kind)


def _moved(data: Mapping[str, Any]) -> str:
    moved = f"Stage {_stage(data, 'from')} \N{RIGHTWARDS ARROW} {_stage(data, 'to')}"
    said = [str(data[name]) for name in ("reason", "note") if data.get(name)]
    return ": ".join([moved, *said])


def _stage(data: Mapping[str, Any], end: str) -> str:
    return display.stage(str(data.get(end, "")))


def _points(data: Mapping[str, Any]) -> str:
    points = int(data.get("points", 0))
    return f"{display.points(points)} {'point' if abs(points) == 1 else 'points'}"


def _valued(data: Mapping[str, Any]) -> str:
    value = data.get("value")
    if value is None:
        return "Value taken away"
    return f"Value set to {display.money(Decimal(str(value)), data.get('currency'))}"


def _owned(data: Mapping[str, Any]) -> str:
    return f"Owner is now {data['to']}" if data.get("to") else "Has no owner any more"


def _merged(data: Mapping[str, Any]) -> str:
    reason = data.get("reason")
    if reason in {MergeReason.EVIDENCE, MergeReason.CHANGED}:
        return f"Merged with another contact: {REASONS[MergeReason(reason)]}"
    return "Merged with another contact of the same person"


def _agreed(data: Mapping[str, Any]) -> str:
    is_out = data.get("change") == ConsentChange.OPT_OUT
    said = "Opted out of marketing" if is_out else "Opted in to marketing"
    return ": ".join(str(part) for part in (said, data.get("note")) if part)


TELLING: Final[Mapping[EventKind, Callable[[Mapping[str, Any]], str]]] = {
    EventKind.OPENED: imported.opened,
    EventKind.IMPORTED: imported.updated,
    EventKind.MESSAGE: lambda _data: "Customer wrote",
    EventKind.OWNED: _owned,
    EventKind.MERGED: _merged,
    EventKind.UNMERGED: lambda _data: "The merge was undone: two people again",
    EventKind.STAGE: _moved,
    EventKind.TAGGED: lambda data: f"Tagged {data.get('tag', '')}",
    EventKind.UNTAGGED: lambda data: f"Tag {data.get('tag', '')} taken off",
    EventKind.SCORED: lambda data: f"{_points(data)}: {data.get('reason', '')}",
    EventKind.VALUED: _valued,
    EventKind.STALE: lambda data: f"Stale: no message for {display.plural(data['days'], 'day')}",
    EventKind.RETURNED: lambda _data: "The customer came back after an earlier lead was lost",
    EventKind.CONSENT: _agreed,
}


def touch_row(touch: TouchView, clock: Clock) -> TouchRow:
    """Put one touch into words."""
    return TouchRow(
        key=str(touch.id),
        title=touch.headline or display.touch(touch.kind),
        detail=touch.channel_name,
        url=display.web_address(touch.source_url),
        at=clock.moment(touch.occurred_at),
    )
