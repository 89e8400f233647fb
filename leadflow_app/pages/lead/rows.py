"""What one lead shows, ready to draw."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from backend.attribution import TouchView
from backend.leads import EventKind, LeadEventView, LeadView, ScoreEntryView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Clock, Moment

FULL: Final = 100
ICONS: Final = {
    EventKind.OPENED: "circle-plus",
    EventKind.MESSAGE: "message-circle",
    EventKind.STAGE: "milestone",
    EventKind.TAGGED: "tag",
    EventKind.UNTAGGED: "tag",
    EventKind.SCORED: "gauge",
    EventKind.VALUED: "banknote",
    EventKind.MERGED: "merge",
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


def lead_screen(lead: LeadView, clock: Clock, currency: str) -> LeadScreen:
    """Put a lead into words; the caller adds its ledger, its story and its touches."""
    return LeadScreen(
        key=str(lead.id),
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
    )


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


def event_row(event: LeadEventView, clock: Clock) -> EventRow:
    """Put one line of the timeline into words."""
    return EventRow(
        key=str(event.id),
        icon=ICONS.get(event.kind, "dot"),
        text=_text(event),
        quote=event.message_text or "" if event.kind is EventKind.MESSAGE else "",
        by="" if event.kind is EventKind.MESSAGE else event.actor_name,
        at=clock.moment(event.occurred_at),
    )


def _text(event: LeadEventView) -> str:
    tell = TELLING.get(event.kind)
    return tell(event.data) if tell else display.sentence(event.kind)


def _moved(data: Mapping[str, Any]) -> str:
    return f"Stage {_stage(data, 'from')} \N{RIGHTWARDS ARROW} {_stage(data, 'to')}"


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


TELLING: Final[Mapping[EventKind, Callable[[Mapping[str, Any]], str]]] = {
    EventKind.OPENED: lambda _data: "Lead opened",
    EventKind.MESSAGE: lambda _data: "Customer wrote",
    EventKind.MERGED: lambda _data: "Joined with another lead of the same person",
    EventKind.STAGE: _moved,
    EventKind.TAGGED: lambda data: f"Tagged {data.get('tag', '')}",
    EventKind.UNTAGGED: lambda data: f"Tag {data.get('tag', '')} taken off",
    EventKind.SCORED: lambda data: f"{_points(data)}: {data.get('reason', '')}",
    EventKind.VALUED: _valued,
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
