"""What the quarantine page reads, for each of its views."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from backend import auth, intake
from backend.auth import Actor
from backend.intake import EventQuery, EventState, ReplayNotFound
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging
from leadflow_app.display import Clock
from leadflow_app.pages.quarantine import rows
from leadflow_app.pages.quarantine.rows import Group, Place, QuarantineScreen
from leadflow_app.replays import NO_REPLAY, ReplayRow, replay_row

OPEN_AT_FIRST: Final = 20


@dataclass(frozen=True, slots=True)
class QuarantineQuestion:
    """One view of the quarantine, and how many rows of it."""

    place: Place
    wanted: int = OPEN_AT_FIRST

    def __call__(self, uow: UnitOfWork, actor: Actor) -> QuarantineScreen:
        """Read it."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        if self.place.event:
            return self._event(uow, actor, self.place.event, clock)
        if self.place.group:
            return self._group(uow, actor, self.place.group, clock)
        if self.place.is_ignored:
            return self._ignored(uow, actor, clock)
        return self._causes(uow, actor, clock)

    def _causes(self, uow: UnitOfWork, actor: Actor, clock: Clock) -> QuarantineScreen:
        page = paging.take(partial(intake.list_causes, uow, actor), self.wanted)
        return QuarantineScreen(
            kind="causes",
            choices=rows.choices(is_ignored=False),
            causes=[rows.cause_row(cause, clock) for cause in page.items],
            has_more=self._has_more(page.next_cursor),
        )

    def _ignored(self, uow: UnitOfWork, actor: Actor, clock: Clock) -> QuarantineScreen:
        query = EventQuery(state=EventState.IGNORED)
        page = paging.take(partial(intake.list_events, uow, actor, query), self.wanted)
        return QuarantineScreen(
            kind="ignored",
            choices=rows.choices(is_ignored=True),
            events=[rows.event_row(event, self.place, clock) for event in page.items],
            has_more=self._has_more(page.next_cursor),
        )

    def _group(self, uow: UnitOfWork, actor: Actor, group: Group, clock: Clock) -> QuarantineScreen:
        query = EventQuery(
            channel_id=group.channel, state=EventState.QUARANTINED, cause=group.cause
        )
        page = paging.take(partial(intake.list_events, uow, actor, query), self.wanted)
        has_more = self._has_more(page.next_cursor)
        names = {event.channel_id: event.channel_name for event in page.items}
        return QuarantineScreen(
            kind="cause",
            title=rows.title(page.items),
            about=rows.about(page.items, has_more=has_more),
            events=[rows.event_row(event, self.place, clock) for event in page.items],
            replay=_replay(uow, actor, self.place, clock, names=names),
            has_more=has_more,
        )

    def _event(
        self, uow: UnitOfWork, actor: Actor, event_id: UUID, clock: Clock
    ) -> QuarantineScreen:
        event = intake.get_event(uow, actor, event_id)
        return QuarantineScreen(
            kind="event", back=self.place.back, sheet=rows.event_sheet(event, clock)
        )

    def _has_more(self, cursor: str | None) -> bool:
        return cursor is not None and self.wanted < paging.MOST


def _replay(
    uow: UnitOfWork, actor: Actor, place: Place, clock: Clock, *, names: Mapping[UUID, str]
) -> ReplayRow:
    """Return the replay that the address names; none when there is no such."""
    if not place.replay:
        return NO_REPLAY
    try:
        view = intake.get_replay(uow, actor, place.replay)
    except ReplayNotFound:
        return NO_REPLAY
    return replay_row(view, clock, names)
