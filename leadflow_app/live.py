"""Live pages: what every screen that follows the database has in common.

A page asks a `Question`: a frozen value that reads everything the page shows in one transaction
and answers with a display-ready screen. `follow` subscribes first and asks then, so that no
change falls between the two, and asks again whenever something changed. Reflex cancels it when
the tab closes, drops its connection or moves on, and starts it anew with the next page load:
nothing in the state says whether somebody follows, because that would outlive the follower.
"""

import asyncio
from abc import abstractmethod
from collections.abc import AsyncIterator
from collections.abc import Set as AbstractSet
from typing import Any, ClassVar, Final, Protocol

import reflex as rx
import structlog

from backend.auth import Actor
from backend.kit.errors import LeadFlowError, Unavailable
from backend.platform import live
from backend.platform.live import Feed, LiveHub
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import routes, runtime
from leadflow_app.session import actor_of, signed_in, to_sign_in
from leadflow_app.standing import see

RELOAD_SECONDS: Final = 0.25
LOOK_SECONDS: Final = 2.0
REFRESH_SECONDS: Final = 60.0
REFRESH_DEAF_SECONDS: Final = 5.0
# Every screen hears when a session of its workspace ends, and when somebody is given another role:
# it may concern whoever looks at it.
ALWAYS: Final = frozenset({"session", "users"})

log = structlog.get_logger(__name__)


class Question(Protocol):
    """What a page shows, as a value: equal questions show the same page."""

    def __call__(self, uow: UnitOfWork, actor: Actor, /) -> Any:  # noqa: ANN401
        """Read everything the page shows."""
        ...


async def changes(actor: Actor, topics: AbstractSet[str]) -> AsyncIterator[bool]:
    """Say when a page has to read: at once, then after changes, at most four times a second.

    Yields whether the feed is connected. It also speaks when that changes, once a minute so that
    a countdown moves on a quiet day, and every few seconds while the feed is down.
    """
    hub = live.hub()
    async with hub.subscribe(actor.workspace_id, topics | ALWAYS) as feed:
        while True:
            was_connected = hub.is_connected
            yield was_connected
            await asyncio.sleep(RELOAD_SECONDS)
            await _until_there_is_more(hub, feed, was_connected=was_connected)


async def _until_there_is_more(hub: LiveHub, feed: Feed, *, was_connected: bool) -> None:
    clock = asyncio.get_running_loop()
    due_at = clock.time() + (REFRESH_SECONDS if was_connected else REFRESH_DEAF_SECONDS)
    while not await _has_changed(feed):
        if hub.is_connected != was_connected or clock.time() >= due_at:
            return


async def _has_changed(feed: Feed) -> bool:
    """Wait a little for a change, and take along what came with it."""
    try:
        await asyncio.wait_for(feed.next(), LOOK_SECONDS)
    except TimeoutError:
        return False
    feed.drain()
    return True


class LivePage(rx.State, mixin=True):
    """A page that reads, fails in words, and follows."""

    is_ready: bool = False
    is_stale: bool = False
    problem: str = ""
    screen: Any = None

    _topics: ClassVar[frozenset[str]] = frozenset()
    _workspace: str = ""

    @abstractmethod
    def _question(self) -> Question:
        """Return what to read for the address and the vars as they are now."""

    def _show(self, screen: Any) -> None:  # noqa: ANN401
        """Put an answer on the page, if it says anything new."""
        if screen != self.screen:
            self.screen = screen

    async def _reload(self, actor: Actor) -> None:
        """Read now, inside an event that changed something."""
        self._show(await runtime.run(actor, self._question()))

    @rx.event(background=True)
    @signed_in
    async def follow(self, actor: Actor) -> Any:  # noqa: ANN401
        """Read the page when it opens and whenever something on it changed.

        The actor is looked up each time: a session may end meanwhile, a role change.
        """
        await self._forget_other_workspaces(actor)
        async for is_connected in changes(actor, self._topics):
            now = await actor_of(self, is_use=False)
            if now is None:
                return to_sign_in(self)
            if now.workspace_id != actor.workspace_id:
                return rx.redirect(routes.HOME)
            await see(self, now)
            await refresh(self, now, is_connected=is_connected)
        return None

    async def _forget_other_workspaces(self, actor: Actor) -> None:
        """Begin anew where the tab showed this page of another workspace."""
        here = str(actor.workspace_id)
        async with self:  # type: ignore[attr-defined]  a background event's own lock
            if self._workspace not in {"", here}:
                self.reset()
            self._workspace = here


async def refresh(page: Any, actor: Actor, *, is_connected: bool) -> None:  # noqa: ANN401
    """Ask outside the state's lock, and show the answer unless the question has changed."""
    problem, answer, question = "", None, None
    try:
        async with page:
            question = page._question()  # noqa: SLF001  the page under its own lock
        answer = await runtime.run(actor, question)
    except LeadFlowError as error:
        problem = runtime.words(error)
    except Exception:
        log.exception("page could not be read", page=type(page).__name__)
        problem = runtime.words(Unavailable("This page could not be read"))
    async with page:
        page.is_stale, page.problem = not is_connected, problem
        page.is_ready = True
        if not problem and page._question() == question:  # noqa: SLF001
            page._show(answer)  # noqa: SLF001
