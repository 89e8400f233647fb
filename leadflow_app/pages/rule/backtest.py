"""A backtest of the draft, ready to draw: how far it is, and what it found."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from backend.rules import Accuracy, BacktestReport, BacktestState, BacktestView, EffectCount, Mover
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Clock, Moment

DAYS: Final = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "365 days"}
SAMPLES: Final = {"": "All leads", "200": "200 leads", "2000": "2,000 leads"}
MOVERS: Final = 50
STATES: Final = {
    BacktestState.QUEUED: ("waiting", "Waiting"),
    BacktestState.RUNNING: ("waiting", "Running"),
    BacktestState.DONE: ("well", "Done"),
    BacktestState.STOPPED: ("idle", "Stopped"),
    BacktestState.FAILED: ("ill", "Failed"),
}
EFFECTS: Final = {
    "score.changed": "points given",
    "tag.added": "tags added",
    "tag.removed": "tags removed",
    "stage.changed": "moves of stage",
    "message.queued": "messages sent",
    "notified": "people notified",
    "task.opened": "tasks opened",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """Leads in one range of scores, as things are and as they would be."""

    range: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class MoverRow:
    """A lead that would stand elsewhere."""

    key: str
    href: str
    name: str
    stage: str
    score: str
    tags: str


@dataclass(frozen=True, slots=True)
class CompareRow:
    """A figure as things are and as they would be."""

    label: str
    before: str
    after: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class BacktestRow:
    """One backtest."""

    key: str = ""
    title: str = ""
    state: str = ""
    state_label: str = ""
    by: str = ""
    at: Moment = NEVER
    is_active: bool = False
    is_done: bool = False
    percent: int = 0
    progress: str = ""
    pace: str = ""
    error: str = ""
    verdict: str = ""
    movers: list[MoverRow] = field(default_factory=list)
    more_movers: str = ""
    bars: list[Bar] = field(default_factory=list)
    histogram: str = ""
    figures: list[CompareRow] = field(default_factory=list)
    effects: list[CompareRow] = field(default_factory=list)


NO_BACKTEST: Final = BacktestRow()


def backtest_row(view: BacktestView, clock: Clock) -> BacktestRow:
    """Put a backtest into words."""
    state, label = STATES[view.state]
    row = BacktestRow(
        key=str(view.id),
        title=f"The last {display.plural(view.days, 'day')}",
        state=state,
        state_label=label,
        by=view.requested_by,
        at=clock.moment(view.created_at),
        is_active=view.finished_at is None,
        percent=round(100 * view.done / view.total) if view.total else 0,
        progress=f"{display.count(view.done)} of {display.plural(view.total, 'lead')}, "
        f"{display.plural(view.messages, 'message')}",
        pace=_pace(view, clock.now) if view.finished_at is None else "",
        error=display.plain(view.error or ""),
    )
    return _reported(row, view.report) if view.report else row


def _reported(row: BacktestRow, report: BacktestReport) -> BacktestRow:
    hidden = report.mover_count - min(len(report.movers), MOVERS)
    before, after = report.accuracy_before, report.accuracy_after
    bars = _bars(report.histogram_before, report.histogram_after)
    return replace(
        row,
        is_done=True,
        verdict=_verdict(report),
        movers=[mover_row(one) for one in report.movers[:MOVERS]],
        more_movers=f"and {display.plural(hidden, 'more lead')}" if hidden else "",
        bars=bars,
        histogram="; ".join(f"{one.range}: {one.before} before, {one.after} after" for one in bars),
        figures=[
            CompareRow(
                "Precision",
                _share(before.precision),
                _share(after.precision),
                "Of the leads that it qualifies, how many were converted",
            ),
            CompareRow(
                "Recall",
                _share(before.recall),
                _share(after.recall),
                "Of the converted leads, how many it qualifies",
            ),
            CompareRow("Qualified", _count(before), _count(after)),
            *_sends(report.sends_before, report.sends_after),
        ],
        effects=[_effect(one) for one in report.effects],
    )


def mover_row(mover: Mover) -> MoverRow:
    """Put a lead that would stand elsewhere into words."""
    return MoverRow(
        key=str(mover.lead_id),
        href=routes.lead(mover.lead_id),
        name=mover.name or display.UNNAMED,
        stage=_step(display.stage(mover.stage_before), display.stage(mover.stage_after)),
        score=_step(display.count(mover.score_before), display.count(mover.score_after)),
        tags=_tags(mover),
    )


def _tags(mover: Mover) -> str:
    before, after = set(mover.tags_before), set(mover.tags_after)
    gained = [f"+{tag}" for tag in sorted(after - before)]
    lost = [f"\N{MINUS SIGN}{tag}" for tag in sorted(before - after)]
    return " ".join([*gained, *lost])


def _step(before: str, after: str) -> str:
    return before if before == after else f"{before} \N{RIGHTWARDS ARROW} {after}"


def _verdict(report: BacktestReport) -> str:
    leads = display.plural(report.leads, "lead")
    if not report.leads:
        return "No customer wrote in this time."
    if not report.mover_count:
        return f"None of {leads} would stand elsewhere."
    return f"{display.count(report.mover_count)} of {leads} would stand elsewhere."


def _bars(before: Mapping[int, int], after: Mapping[int, int]) -> list[Bar]:
    bounds = sorted({*before, *after})
    return [Bar(display.count(low), before.get(low, 0), after.get(low, 0)) for low in bounds]


def _share(value: float | None) -> str:
    return display.NOTHING if value is None else f"{value:.0%}"


def _count(accuracy: Accuracy) -> str:
    return display.count(accuracy.predicted)


def _sends(before: Mapping[str, int], after: Mapping[str, int]) -> list[CompareRow]:
    names = sorted({*before, *after})
    return [
        CompareRow(
            display.sentence(EFFECTS.get(name, name)),
            display.count(before.get(name, 0)),
            display.count(after.get(name, 0)),
        )
        for name in names
    ]


def _effect(count: EffectCount) -> CompareRow:
    names = sorted({*count.before, *count.after})
    changes = [
        f"{EFFECTS.get(name, display.sentence(name).lower())} "
        f"{_step(str(count.before.get(name, 0)), str(count.after.get(name, 0)))}"
        for name in names
    ]
    return CompareRow(
        count.rule,
        display.count(count.runs_before),
        display.count(count.runs_after),
        ", ".join(changes),
    )


def _pace(view: BacktestView, now: datetime) -> str:
    """Say how fast it goes, and how long the rest takes."""
    if view.started_at is None or not view.done:
        return "Starting"
    seconds = max((now - view.started_at).total_seconds(), 1.0)
    rate = view.done / seconds
    left = (view.total - view.done) / rate
    return f"{display.count(rate)} a second, {display.duration(left)} left"
