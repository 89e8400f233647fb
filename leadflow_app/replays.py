"""Replays in words, for every page that shows how far one is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.intake import EventState, ReplayMode, ReplayQuery, ReplayState, ReplayView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Clock, Moment

ALL_CHANNELS: Final = "all channels"
STATES: Final = {
    ReplayState.WAITING: "Waiting",
    ReplayState.RUNNING: "Running",
    ReplayState.FINISHED: "Finished",
    ReplayState.STOPPED: "Stopped",
    ReplayState.FAILED: "Failed",
}
# How a state is coloured: a name of `tokens.STATE_COLOURS`.
TONES: Final = {
    ReplayState.WAITING: "waiting",
    ReplayState.RUNNING: "waiting",
    ReplayState.FINISHED: "well",
    ReplayState.STOPPED: "idle",
    ReplayState.FAILED: "ill",
}
WHOLE: Final = 100


@dataclass(frozen=True, slots=True)
class ReplayRow:
    """One replay: what it was asked for, how far it is, and how it ended."""

    key: str = ""
    kind: str = ""
    scope: str = ""
    state: str = ""
    state_label: str = ""
    is_active: bool = False
    percent: int = 0
    progress: str = ""
    pace: str = ""
    outcome: str = ""
    error: str = ""
    by: str = ""
    at: Moment = NEVER
    href: str = ""


NO_REPLAY: Final = ReplayRow()


def replay_row(view: ReplayView, clock: Clock, channels: Mapping[UUID, str]) -> ReplayRow:
    """Put a replay into words; `channels` are names by id."""
    read = view.done + view.gone
    is_active = view.finished_at is None
    return ReplayRow(
        key=str(view.id),
        kind="Dry run" if view.mode is ReplayMode.DRY else "Replay",
        scope=scope(view.query, clock, channels),
        state=TONES[view.state],
        state_label=STATES[view.state],
        is_active=is_active,
        percent=WHOLE * min(read, view.total) // view.total if view.total else 0,
        progress=f"{display.count(read)} of {display.plural(view.total, 'delivery')}",
        pace=pace(view) if is_active else "",
        outcome="" if is_active else outcome(view),
        error=display.plain(view.error or ""),
        by=view.requested_by,
        at=clock.moment(view.created_at),
        href=routes.replay(view.id),
    )


def scope(query: ReplayQuery, clock: Clock, channels: Mapping[UUID, str]) -> str:
    """Say which deliveries a replay was asked for."""
    channel = channels.get(query.channel_id, "") if query.channel_id else ALL_CHANNELS
    if query.cause:
        return ", ".join(filter(None, ("One cause in quarantine", channel)))
    if query.event_ids:
        return display.plural(len(query.event_ids), "delivery") + ", chosen one by one"
    days = _days(query, clock)
    only = "quarantined only" if query.states == (EventState.QUARANTINED,) else ""
    words = ", ".join(filter(None, (channel or "a channel", days, only)))
    return f"{words[:1].upper()}{words[1:]}"


def _days(query: ReplayQuery, clock: Clock) -> str:
    first = query.since and query.since.astimezone(clock.zone).date()
    last = query.before and (query.before - timedelta(microseconds=1)).astimezone(clock.zone).date()
    if first and last:
        return display.day_range(first, last)
    if first:
        return f"since {display.short_day(first)}"
    return f"until {display.short_day(last)}" if last else "all days"


def pace(view: ReplayView) -> str:
    """Say how fast a replay is and how long it still takes, once that is known."""
    if view.rate is None:
        return "Waits for a worker" if view.state is ReplayState.WAITING else "Begins"
    rate = f"{display.count(view.rate)} a second" if view.rate >= 1 else "less than one a second"
    left = view.seconds_left
    return rate if left is None else f"{rate}, about {display.duration(left)} left"


def outcome(view: ReplayView) -> str:
    """Say what became of the deliveries of a replay that has ended."""
    return ", ".join(_parts(view))


def _parts(view: ReplayView) -> Iterator[str]:
    if not view.total:
        yield "No delivery was meant"
        return
    yield f"{display.plural(view.done, 'delivery')} read again"
    if view.failed:
        yield f"{display.count(view.failed)} failed"
    if view.gone:
        yield f"{display.count(view.gone)} without a body any more"
    if view.redacted:
        yield f"{display.count(view.redacted)} with a part erased"
    if view.started_at and view.finished_at:
        seconds = (view.finished_at - view.started_at).total_seconds()
        yield f"in {display.duration(seconds)}" if seconds >= 1 else "in less than a second"
