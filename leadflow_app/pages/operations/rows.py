"""What the operations page shows, ready to draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from backend.intake import WebhookEventView
from backend.operations import LawResult
from leadflow_app import display, routes
from leadflow_app.display import Clock, Moment

MOST_OFFENDERS: Final = 5
EXCERPT: Final = 600
ID_ENDS: Final = 8


@dataclass(frozen=True, slots=True)
class LawRow:
    """One law, and the rows that break it."""

    key: str
    title: str
    is_held: bool
    count: str
    offenders: list[str]
    rest: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One delivery that could not be understood."""

    key: str
    cause: str
    channel: str
    received: Moment
    attempts: str
    body: str
    href: str


@dataclass(frozen=True, slots=True)
class OperationsScreen:
    """The whole page."""

    verdict: str = ""
    is_all_held: bool = True
    laws: list[LawRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    has_more: bool = False


def law_row(law: LawResult) -> LawRow:
    """Put one law into words."""
    shown = law.offenders[:MOST_OFFENDERS]
    hidden = len(law.offenders) - len(shown)
    return LawRow(
        key=law.code,
        title=law.title,
        is_held=law.is_held,
        count=display.plural(len(law.offenders), "row") if law.offenders else "",
        offenders=[offender(row) for row in shown],
        rest=f"and {hidden} more" if hidden else "",
    )


def offender(row: Mapping[str, object]) -> str:
    """Write an offending row as words and values."""
    return ", ".join(f"{display.sentence(name)}: {_value(value)}" for name, value in row.items())


def _value(value: object) -> str:
    """Shorten an id to what tells it apart; the command line prints it in full."""
    return str(value)[-ID_ENDS:] if isinstance(value, UUID) else str(value)


def verdict(laws: list[LawRow]) -> str:
    """Say in one sentence how things stand."""
    broken = sum(not law.is_held for law in laws)
    if broken:
        return f"{broken} of {len(laws)} laws are broken"
    return f"All {len(laws)} laws hold"


def event_row(event: WebhookEventView, body: str, clock: Clock) -> EventRow:
    """Put one delivery into words; its body stays plain text."""
    cut = "\N{HORIZONTAL ELLIPSIS}" if len(body) > EXCERPT else ""
    return EventRow(
        key=str(event.id),
        cause=event.error or "Unknown cause",
        channel=event.channel_name,
        received=clock.moment(event.received_at),
        attempts=display.plural(event.attempts, "attempt"),
        body=f"{body[:EXCERPT]}{cut}",
        href=routes.quarantined(event.id),
    )
