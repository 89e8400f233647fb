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
from dataclasses import dataclass
from typing import Any, ClassVar, Final, Protocol

import reflex as rx
import structlog

from backend.auth import Actor
from backend.kit.errors import LeadFlowError, Unavailable
from backend.platform import live
from backend.platform.live import RECONNECTED, Change, Feed, LiveHub
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


@dataclass(frozen=True, slots=True)
class News:
    """Why a page has to read: what changed, or, without changes, everything for whatever reason."""

    is_connected: bool
    changes: tuple[Change, ...] = ()


async def changes(actor: Actor, topics: AbstractSet[str]) -> AsyncIterator[News]:
    """Say when a page has to read: at once, then after changes, at most four times a second.

    Yields what changed, and whether the feed is connected. It also speaks when that changes, once
    a minute so that a countdown moves on a quiet day, and every few seconds while the feed is down.
    """
    hub = live.hub()
    async with hub.subscribe(actor.workspace_id, topics | ALWAYS) as feed:
        changed: tuple[Change, ...] = ()
        while True:
            was_connected = hub.is_connected
            yield News(was_connected, changed)
            await asyncio.sleep(RELOAD_SECONDS)
            changed = await _next_changes(hub, feed, was_connected=was_connected)


async def _next_changes(hub: LiveHub, feed: Feed, *, was_connected: bool) -> tuple[Change, ...]:
    """Wait for changes; none when it is time to read everything."""
    clock = asyncio.get_running_loop()
    due_at = clock.time() + (REFRESH_SECONDS if was_connected else REFRESH_DEAF_SECONDS)
    while not (changed := await _changes_soon(feed)):
        if hub.is_connected != was_connected or clock.time() >= due_at:
            return ()
    has_missed_some = any(one.topic == RECONNECTED for one in changed)
    return () if has_missed_some else changed


async def _changes_soon(feed: Feed) -> tuple[Change, ...]:
    """Wait a little for a change, and take along what came with it."""
    try:
        first = await asyncio.wait_for(feed.next(), LOOK_SECONDS)
    except TimeoutError:
        return ()
    return (first, *feed.drain())


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

    def _narrowed(self, question: Question, changes: tuple[Change, ...]) -> Question:  # noqa: ARG002
        """Return what to ask after some changes; a page may ask for less than everything."""
        return question

    def _still_fits(self, asked: Question) -> bool:  # noqa: ARG002
        """Whether the answer to a narrowed question still continues what the page shows."""
        return True

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
        async for news in changes(actor, self._topics):
            now = await actor_of(self, is_use=False)
            if now is None:
                return to_sign_in(self)
            if now.workspace_id != actor.workspace_id:
                return rx.redirect(routes.HOME)
            await see(self, now)
            await refresh(self, now, news)
        return None

    async def _forget_other_workspaces(self, actor: Actor) -> None:
        """Begin anew where the tab showed this page of another workspace."""
        here = str(actor.workspace_id)
        async with self:  # type: ignore[attr-defined]  a background event's own lock
            if self._workspace not in {"", here}:
                self.reset()
            self._workspace = here


async def refresh(page: Any, actor: Actor, news: News) -> None:  # noqa: ANN401
    """Ask outside the state's lock, and show the answer unless the question has changed."""
    problem, answer, question, asked, fits = "", None, None, None, True
    try:
        async with page:
            question = page._question()  # noqa: SLF001  the page under its own lock
            asked = page._narrowed(question, news.changes) if news.changes else question  # noqa: SLF001
        answer = await runtime.run(actor, asked)
    except LeadFlowError as error:
        problem = runtime.words(error)
    except Exception:
        log.exception("page could not be read", page=type(page).__name__)
        problem = runtime.words(Unavailable("This page could not be read"))
    async with page:
        page.is_stale, page.problem = not news.is_connected, problem
        page.is_ready = True
        if not problem and page._question() == question:  # noqa: SLF001
            fits = asked is question or page._still_fits(asked)  # noqa: SLF001
            if fits:
                page._show(answer)  # noqa: SLF001
    if not fits:
        await refresh(page, actor, News(news.is_connected))
