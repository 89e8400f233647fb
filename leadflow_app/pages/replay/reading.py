"""What the replay page reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from backend import auth, channels, intake
from backend.auth import Actor, Permission
from backend.intake import ReplayMode, ReplayNotFound, ReplayState, ReplayView
from backend.kit.paging import MAX_LIMIT, PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging
from leadflow_app.display import Clock
from leadflow_app.pages.replay import rows
from leadflow_app.pages.replay.effects import NO_DIFF, Diff, diff_of
from leadflow_app.pages.replay.rows import ALL, ReplayFilters, ReplayScreen
from leadflow_app.replays import NO_REPLAY, replay_row
from leadflow_app.rights import Option

EARLIER: Final = 10
CHOICES: Final = PageRequest(limit=MAX_LIMIT)


@dataclass(frozen=True, slots=True)
class ReplayQuestion:
    """The replay that is looked at, and the first so many others."""

    filters: ReplayFilters
    wanted: int = EARLIER

    def __call__(self, uow: UnitOfWork, actor: Actor) -> ReplayScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        page = paging.take(partial(intake.list_replays, uow, actor), self.wanted)
        shown = self._shown(uow, actor, page.items)
        views = [*page.items, *([shown] if shown else [])]
        names = _names(uow, actor)
        found = {view.id: replay_row(view, clock, names) for view in views}
        is_busy = any(view.finished_at is None for view in views)
        return ReplayScreen(
            channel=str(self.filters.channel or ALL),
            first=str(self.filters.first or ""),
            last=str(self.filters.last or ""),
            channels=[Option(str(key), name) for key, name in names.items()],
            ranges=rows.ranges(self.filters, clock),
            shown=found[shown.id] if shown else NO_REPLAY,
            diff=_diff(uow, actor, shown, clock),
            is_busy=is_busy,
            may_commit=_is_rehearsed(shown) and not is_busy,
            earlier=[found[view.id] for view in page.items if not shown or view.id != shown.id],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )

    def _shown(
        self, uow: UnitOfWork, actor: Actor, views: Sequence[ReplayView]
    ) -> ReplayView | None:
        """Return the replay that the address names, or the one that is under way."""
        if self.filters.replay:
            try:
                return intake.get_replay(uow, actor, self.filters.replay)
            except ReplayNotFound:
                return None
        return next((view for view in views if view.finished_at is None), None)


def _is_rehearsed(view: ReplayView | None) -> bool:
    """Whether a dry replay has come to its end, so that the real one may follow."""
    return (
        view is not None
        and view.mode is ReplayMode.DRY
        and view.state is ReplayState.FINISHED
        and view.total > 0
    )


def _diff(uow: UnitOfWork, actor: Actor, view: ReplayView | None, clock: Clock) -> Diff:
    if view is None or view.diff is None:
        return NO_DIFF
    return diff_of(view, intake.whereabouts(uow, actor, view.diff.examples), clock)


def _names(uow: UnitOfWork, actor: Actor) -> Mapping[UUID, str]:
    if not actor.may(Permission.CHANNELS_READ):
        return {}
    return {one.id: one.name for one in channels.list_channels(uow, actor, CHOICES).items}
