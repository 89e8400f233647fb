"""The replay page: which deliveries, tried without effect, then for good."""

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from backend import auth, intake
from backend.auth import Actor
from backend.intake import ReplayMode, ReplayView
from backend.kit.errors import NotFound
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import display, paging, runtime
from leadflow_app.dialogs import Asked, Asks
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.replay.reading import EARLIER, ReplayQuestion
from leadflow_app.pages.replay.rows import ReplayFilters, ReplayScreen
from leadflow_app.session import signed_in


class ReplaysState(LivePage, Asks, rx.State):
    """Replays of stored deliveries."""

    screen: ReplayScreen = ReplayScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"replays"})
    _wanted: int = EARLIER

    def _filters(self) -> ReplayFilters:
        return ReplayFilters.read(self.router.url.query_parameters)

    def _question(self) -> ReplayQuestion:
        return ReplayQuestion(self._filters(), self._wanted)

    @rx.event
    @signed_in
    async def narrow(self, _actor: Actor, by: str, value: str) -> Any:  # noqa: ANN401
        """Change one filter; the address keeps it, and what was tried before leaves the page."""
        if by not in {"channel", "from", "to"}:
            return None
        asked = {**self.router.url.query_parameters, by: value, "replay": ""}
        return rx.redirect(ReplayFilters.read(asked).href, replace=True)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show older replays below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def rehearse(self, actor: Actor) -> Any:  # noqa: ANN401
        """Try what the filters leave, without effect, and watch it."""
        filters = self._filters()
        replay = await runtime.run(actor, _rehearsed, filters)
        return rx.redirect(replace(filters, replay=replay.id).href, replace=True)

    @rx.event
    @signed_in
    async def ask_commit(self, actor: Actor) -> None:
        """Ask before what was tried takes effect."""
        tried = self._filters().replay
        if tried is None:
            raise NotFound(NOTHING_TRIED)
        view = await runtime.run(actor, intake.get_replay, tried)
        many = display.plural(view.total, "delivery")
        self._ask(
            Asked(
                title=f"Let {many} act again?",
                text="What the dry run showed takes effect and cannot be undone as a whole. What "
                "took effect before does not again. You can stop it; what is done by then stays.",
                answer="Replay",
                is_loss=False,
            ),
            tried,
        )

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> Any:  # noqa: ANN401
        """Do what was tried, with the very deliveries that it was asked for."""
        tried = self._take_deed()
        if tried is None:
            raise NotFound(NOTHING_TRIED)
        replay = await runtime.run(actor, _committed, tried)
        return rx.redirect(replace(self._filters(), replay=replay.id).href, replace=True)

    @rx.event
    @signed_in
    async def stop(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """End the replay under way after its batch."""
        await runtime.run(actor, intake.stop_replay, the_id(key))
        await self._reload(actor)
        return rx.toast.info("Stopped")


NOTHING_TRIED = "Nothing was tried yet"


def _rehearsed(uow: UnitOfWork, actor: Actor, filters: ReplayFilters) -> ReplayView:
    clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
    return intake.start_replay(uow, actor, filters.query(clock), mode=ReplayMode.DRY)


def _committed(uow: UnitOfWork, actor: Actor, tried: UUID) -> ReplayView:
    dry = intake.get_replay(uow, actor, tried)
    return intake.start_replay(uow, actor, dry.query, mode=ReplayMode.COMMIT)
