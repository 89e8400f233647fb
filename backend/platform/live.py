"""Live updates: one PostgreSQL LISTEN per web process, fanned out to the screens that care.

A unit of work announces topics inside its transaction; PostgreSQL delivers them at the commit,
so a screen never hears of something that it cannot read yet. When the connection drops, every
screen is told `reconnected` once it is back, and reads everything again.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import orjson
import psycopg
import structlog

from backend.platform.database import psycopg_dsn
from backend.platform.unit_of_work import LIVE_CHANNEL

RECONNECTED = "reconnected"
EVERYWHERE = "everywhere"
RETRY_SECONDS = 1.0
WAITING_CHANGES = 256

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Change:
    """Rows of one topic changed in a workspace; no ids means "many"."""

    topic: str
    workspace_id: str
    ids: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Feed:
    """What one screen listens to."""

    workspace_id: str
    topics: AbstractSet[str]
    waiting: asyncio.Queue[Change] = field(
        default_factory=lambda: asyncio.Queue[Change](WAITING_CHANGES)
    )

    async def next(self) -> Change:
        """Wait for the next change."""
        return await self.waiting.get()

    def drain(self) -> tuple[Change, ...]:
        """Take everything that came meanwhile, so that a burst costs one reload."""
        taken: list[Change] = []
        while not self.waiting.empty():
            taken.append(self.waiting.get_nowait())
        return tuple(taken)

    def offer(self, change: Change) -> None:
        """Hand a change over; a screen that is far behind reads everything again instead."""
        if self.waiting.full():
            self.drain()
            change = Change(RECONNECTED, self.workspace_id)
        self.waiting.put_nowait(change)


class LiveHub:
    """The listener of this process and its feeds."""

    def __init__(self) -> None:
        """Start deaf; `run` begins to listen."""
        self._feeds: set[Feed] = set()
        self.is_connected = False

    @asynccontextmanager
    async def subscribe(
        self, workspace_id: object, topics: AbstractSet[str]
    ) -> AsyncGenerator[Feed]:
        """Listen to some topics of one workspace, or of `EVERYWHERE`, while the block runs."""
        feed = Feed(str(workspace_id), topics)
        self._feeds.add(feed)
        try:
            yield feed
        finally:
            self._feeds.discard(feed)

    async def run(self) -> None:
        """Listen until cancelled, coming back by itself when the connection drops."""
        has_dropped = False
        while True:
            try:
                await self._listen(announce=has_dropped)
            except (psycopg.Error, OSError) as error:
                log.warning("live updates interrupted", error=str(error))
            except Exception:
                log.exception("live updates failed")
            finally:
                self.is_connected = False
            has_dropped = True
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, *, announce: bool) -> None:
        dsn = await asyncio.to_thread(psycopg_dsn)
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            await connection.execute(f'LISTEN "{LIVE_CHANNEL}"')
            self.is_connected = True
            if announce:
                self._reconnected()
            async for notice in connection.notifies():
                self._deliver(notice.payload)

    def _deliver(self, payload: str) -> None:
        said = orjson.loads(payload)
        change = Change(said["topic"], said["workspace_id"], tuple(said["ids"]))
        for feed in self._feeds:
            is_near = feed.workspace_id in {change.workspace_id, EVERYWHERE}
            if is_near and change.topic in feed.topics:
                feed.offer(change)

    def _reconnected(self) -> None:
        for feed in self._feeds:
            feed.offer(Change(RECONNECTED, feed.workspace_id))


_hub = LiveHub()


def hub() -> LiveHub:
    """Return this process's hub."""
    return _hub


@asynccontextmanager
async def listening() -> AsyncGenerator[None]:
    """Keep the hub listening while the application runs."""
    listener = asyncio.create_task(_hub.run(), name="live-updates")
    try:
        yield
    finally:
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
