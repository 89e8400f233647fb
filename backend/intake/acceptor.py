"""Storing deliveries before they are acknowledged: many requests, one commit.

A request hands its verified body over and waits. A flusher takes whatever waits, inserts it in
one statement, commits, and only then does each request answer. When too much waits, new requests
are turned away at once, so that memory stays bounded and the provider tries again later. A body
takes its room from the first byte that is read, so that those on their way in count, too.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import psycopg
import structlog
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from backend.kit.errors import Unavailable
from backend.kit.ids import new_id
from backend.platform import queue
from backend.platform.database import psycopg_dsn, session_options
from backend.platform.row_security import SYSTEM_SCOPE

FLUSHERS = 2
MAX_BATCH = 500
# With what two flushes hold, this is less than the web server has connections for: whoever comes
# later still reaches us, and hears that there is no room.
MAX_WAITING = 2_000
MAX_BATCH_BYTES = 32 * 1024 * 1024
MAX_HELD_BYTES = 256 * 1024 * 1024
LINGER_SECONDS = 0.002
WAKE_SECONDS = 0.05
CONNECT_SECONDS = 5.0
# The pool waits twice as long after each failed attempt until it gives up; a request that comes
# then begins anew. So it is this long at the most before a database that is back is noticed.
RECONNECT_SECONDS = 2.0
STOPPING = "the server is stopping"
FULL = "too many deliveries are waiting to be stored"

INSERT = """
INSERT INTO webhook_event
    (id, workspace_id, channel_id, dedupe_key, body, headers, state, attempts, received_at)
SELECT id, workspace_id, channel_id, dedupe_key, body, '{}', 'received', 0, received_at
FROM unnest(%b::uuid[], %b::uuid[], %b::uuid[], %b::bytea[], %b::bytea[], %b::timestamptz[])
  AS t(id, workspace_id, channel_id, dedupe_key, body, received_at)
ORDER BY id
ON CONFLICT (channel_id, dedupe_key) DO NOTHING
"""

Pool = AsyncConnectionPool[psycopg.AsyncConnection[TupleRow]]
log = structlog.get_logger(__name__)


class IntakeFull(Unavailable):
    """Too many deliveries wait to be stored; the provider should try again."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """A verified delivery on its way into the database."""

    workspace_id: UUID
    channel_id: UUID
    body: bytes
    stored: asyncio.Future[None]
    id: UUID = field(default_factory=new_id)
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Acceptor:
    """The waiting room of one web process and its flushers."""

    def __init__(self) -> None:
        """Start empty; `run` begins to flush."""
        self._waiting: asyncio.Queue[Accepted] = asyncio.Queue(MAX_WAITING)
        self._held_bytes = 0
        self._has_news = asyncio.Event()

    async def accept(self, workspace_id: UUID, channel_id: UUID, body: bytes) -> None:
        """Return once the delivery is committed; raises `IntakeFull`, `Unavailable`."""
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if self._waiting.full():
            raise IntakeFull(FULL)
        self._waiting.put_nowait(Accepted(workspace_id, channel_id, body, stored))
        await stored

    @contextmanager
    def room(self) -> Generator[Callable[[int], None]]:
        """Have room for one body until the block ends.

        Yields what takes so many bytes more of it; that raises `IntakeFull` when there are none.
        """
        held = 0

        def take(length: int) -> None:
            nonlocal held
            if self._held_bytes + length > MAX_HELD_BYTES:
                raise IntakeFull(FULL)
            self._held_bytes += length
            held += length

        try:
            yield take
        finally:
            self._held_bytes -= held

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Flush while the block runs."""
        dsn = await asyncio.to_thread(psycopg_dsn)
        # A flush stores deliveries of many workspaces, so its connections speak for the system.
        scope = {"leadflow.scope": SYSTEM_SCOPE}
        options = await asyncio.to_thread(session_options, **scope)
        pool: Pool = AsyncConnectionPool(
            dsn,
            # Each flush is one statement; a transaction around it would cost two more round trips.
            kwargs={"options": options, "autocommit": True},
            min_size=1,
            max_size=FLUSHERS,
            open=False,
            timeout=CONNECT_SECONDS,
            reconnect_timeout=RECONNECT_SECONDS,
        )
        async with pool:
            tasks = [asyncio.create_task(self._flush_forever(pool)) for _ in range(FLUSHERS)]
            tasks.append(asyncio.create_task(self._wake_forever()))
            try:
                yield
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                while left := self._taken():
                    _answer(left, Unavailable(STOPPING))

    async def _flush_forever(self, pool: Pool) -> None:
        while True:
            batch = [await self._waiting.get()]
            try:
                await asyncio.sleep(LINGER_SECONDS)
                batch += self._taken()
                await self._flush(pool, batch)
            except asyncio.CancelledError:
                _answer(batch, Unavailable(STOPPING))
                raise

    def _taken(self) -> list[Accepted]:
        """Take what waits, one batch at the most."""
        taken: list[Accepted] = []
        length = 0
        with contextlib.suppress(asyncio.QueueEmpty):
            while len(taken) < MAX_BATCH and length < MAX_BATCH_BYTES:
                taken.append(self._waiting.get_nowait())
                length += len(taken[-1].body)
        return taken

    async def _flush(self, pool: Pool, batch: list[Accepted]) -> None:
        try:
            await _insert(pool, batch)
        except (psycopg.Error, PoolTimeout, OSError) as error:
            log.warning("deliveries could not be stored", count=len(batch), error=str(error))
            message = "the database does not answer"
            _answer(batch, Unavailable(message))
        except Exception:
            # The flusher has to outlive whatever this was, or every later request would wait.
            log.exception("deliveries could not be stored", count=len(batch))
            _answer(batch, Unavailable("the delivery could not be stored"))
        else:
            _answer(batch, None)
            self._has_news.set()

    async def _wake_forever(self) -> None:
        """Wake the worker after a flush; many flushes share one wake-up, a lost one is swept.

        A worker that is awake takes what comes while it works, so more would only be queued.
        """
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            try:
                await asyncio.to_thread(queue.enqueue, "intake.drain")
            except Exception:
                log.exception("wake-up lost", task="intake.drain")
            await asyncio.sleep(WAKE_SECONDS)


async def _insert(pool: Pool, batch: list[Accepted]) -> None:
    async with pool.connection() as connection:
        await connection.execute(
            INSERT,
            (
                [item.id for item in batch],
                [item.workspace_id for item in batch],
                [item.channel_id for item in batch],
                [hashlib.sha256(item.body).digest() for item in batch],
                [item.body for item in batch],
                [item.received_at for item in batch],
            ),
        )


def _answer(batch: list[Accepted], error: Unavailable | None) -> None:
    for item in batch:
        if item.stored.done():
            continue
        if error is None:
            item.stored.set_result(None)
        else:
            item.stored.set_exception(error)
