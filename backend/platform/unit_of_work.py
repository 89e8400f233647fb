"""One use case, one transaction, one commit: this module holds the only commit there is.

    with unit_of_work(actor) as uow:
        leads.set_stage(uow, actor, lead_id, stage=Stage.QUALIFIED)

What a use case records is committed when the block ends without an error, and rolled back
otherwise. Tasks are enqueued after the commit; changes are announced inside the transaction,
where PostgreSQL holds them back until it commits.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, cast
from uuid import UUID

import orjson
import structlog
from sqlalchemy import CursorResult, inspect
from sqlalchemy import Table as SqlTable
from sqlmodel import Session

from backend.platform import queue
from backend.platform.columns import Table
from backend.platform.database import engine
from backend.platform.pipelining import AHEAD, pipelined
from backend.platform.row_security import OPEN_SCOPE, SYSTEM_SCOPE
from backend.platform.statements import columns_of, insertion, lists_in, native

NO_LISTS: frozenset[str] = frozenset()
LIVE_CHANNEL = "leadflow_live"
MAX_ANNOUNCED_IDS = 40

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moment:
    """A countable fact of one stream (a channel) at some time came, changed or went."""

    stream: UUID
    at: datetime


CloseHandler = Callable[["UnitOfWork"], None]
_close_handlers: list[CloseHandler] = []


def on_close(handler: CloseHandler) -> None:
    """Have every transaction handed over right before its commit; the composition root's call."""
    if handler not in _close_handlers:
        _close_handlers.append(handler)


FactHandler = Callable[["UnitOfWork", Sequence[Moment]], None]
_fact_handlers: list[FactHandler] = []


def on_moments(handler: FactHandler) -> None:
    """Have the noted moments handed over inside the transaction; the composition root's call."""
    if handler not in _fact_handlers:
        _fact_handlers.append(handler)


class Scope(Protocol):
    """Whoever the work is done for: an actor, or the system itself."""

    @property
    def workspace_id(self) -> UUID | None:
        """The workspace that the transaction belongs to; `None` for the system."""
        ...


@dataclass(frozen=True, slots=True)
class _System:
    workspace_id: UUID | None = None


SYSTEM: Scope = _System()


@dataclass(slots=True)
class UnitOfWork:
    """The transaction under way and what follows from it."""

    session: Session
    workspace_id: UUID | None
    now: datetime
    _tasks: dict[tuple[str, tuple[str, ...]], None] = field(
        default_factory=dict[tuple[str, tuple[str, ...]], None]
    )
    _moments: dict[Moment, None] = field(default_factory=dict[Moment, None])
    _changes: dict[tuple[UUID | None, str], dict[str, None]] = field(
        default_factory=dict[tuple[UUID | None, str], dict[str, None]]
    )

    def enter(self, scope: Scope) -> None:
        """Let this transaction see what `scope` may see from here on.

        Work that begins as the system enters the workspace that it finds.
        """
        self.workspace_id = scope.workspace_id
        is_system = scope.workspace_id is None
        said = {
            "workspace_id": "" if is_system else str(scope.workspace_id),
            "scope": SYSTEM_SCOPE if is_system else "",
        }
        self.execute(OPEN_SCOPE, said)

    def execute(
        self, statement: str, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] = ()
    ) -> CursorResult[Any]:
        """Run one SQL statement with named parameters (`:name`); with a sequence, once for each."""
        connection = self.session.connection()
        if not parameters:
            return connection.exec_driver_sql(native(statement, NO_LISTS))
        if isinstance(parameters, Mapping):
            written = native(statement, lists_in(parameters))
            return connection.exec_driver_sql(written, dict(parameters))
        written = native(statement, lists_in(parameters[0]))
        return connection.exec_driver_sql(written, [dict(each) for each in parameters])

    def insert(
        self, model: type[Table], rows: Sequence[Mapping[str, Any]], *, once: bool = False
    ) -> None:
        """Insert rows in one statement; with `once`, those that are there already are passed over.

        Every row has the same keys; a row that breaks another law of the table raises.
        """
        if not rows:
            return
        table = cast("SqlTable", inspect(model).local_table)
        names = tuple(rows[0])
        statement = insertion(table, names, once=once)
        self._send(statement, columns_of(table, names, rows))

    def write(self, statement: str, parameters: Mapping[str, Any]) -> None:
        """Run a statement that answers nothing; in a `pipelined` block nobody waits for it."""
        self._send(native(statement, lists_in(parameters)), dict(parameters))

    @contextmanager
    def pipelined(self) -> Generator[None]:
        """Have PostgreSQL work on what `write` and `insert` said while the block goes on.

        A fault of theirs is raised by the next statement that answers, or at the block's end.
        """
        with pipelined(self.session.connection()):
            yield
            self.session.flush()

    def _send(self, statement: str, parameters: dict[str, Any]) -> None:
        connection = self.session.connection()
        connection.exec_driver_sql(statement, parameters, execution_options=AHEAD)

    def lock(self, name: str) -> None:
        """Wait until nobody else holds the lock of this name, and hold it to the end."""
        self.execute("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", {"name": name})

    def try_lock(self, name: str) -> bool:
        """Hold the lock of this name to the end, unless somebody else does."""
        taken = self.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(:name, 0))", {"name": name}
        )
        return bool(taken.scalar_one())

    def enqueue(self, task_name: str, *ids: UUID) -> None:
        """Wake a task by its stable name once this work is committed; the same call counts once."""
        self._tasks[task_name, tuple(str(item) for item in ids)] = None

    def announce(self, topic: str, *ids: UUID, workspace_id: UUID | None = None) -> None:
        """Tell open screens at the commit that rows of this or of a named workspace changed."""
        place = workspace_id or self.workspace_id, topic
        named = self._changes.setdefault(place, {})
        if len(named) <= MAX_ANNOUNCED_IDS:  # of more, none is named
            named.update((str(item), None) for item in dict.fromkeys(ids))

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Take back what the block recorded when it fails, and go on; the error is raised."""
        tasks, moments = dict(self._tasks), dict(self._moments)
        changes = {place: dict(ids) for place, ids in self._changes.items()}
        try:
            with self.session.begin_nested():
                yield
        except BaseException:
            self._tasks, self._moments, self._changes = tasks, moments, changes
            raise

    def to_wake(self) -> Mapping[str, int]:
        """Return how often each task would be woken at the commit, by its name."""
        return dict(Counter(name for name, _ in self._tasks))

    def note(self, stream: UUID, moments: Iterable[datetime | None]) -> None:
        """Record that facts of a stream at these times changed, for whoever counts them."""
        for at in moments:
            if at is not None:
                self._moments[Moment(stream, _quarter(at))] = None

    def _count(self) -> None:
        if self._moments and not _fact_handlers:
            message = "moments were noted, but nobody counts them: import backend.wiring"
            raise RuntimeError(message)
        for handler in _fact_handlers if self._moments else ():
            handler(self, tuple(self._moments))

    def close(self) -> None:
        """Finish what belongs to the transaction, right before its commit."""
        self.session.flush()
        for handler in _close_handlers:
            handler(self)
        self._count()
        self._notify()

    def _notify(self) -> None:
        for (workspace_id, topic), ids in self._changes.items():
            named = list(ids) if len(ids) <= MAX_ANNOUNCED_IDS else []
            payload = {"topic": topic, "workspace_id": str(workspace_id), "ids": named}
            self.execute(
                "SELECT pg_notify(:channel, :payload)",
                {"channel": LIVE_CHANNEL, "payload": orjson.dumps(payload).decode()},
            )

    def wake(self) -> None:
        """Wake the tasks, once the transaction is committed."""
        for name, ids in self._tasks:
            try:
                queue.enqueue(name, *ids)
            except Exception:
                # The row itself is the work; the sweeper finds it when the wake-up is lost.
                log.exception("wake-up lost", task=name)


def _quarter(at: datetime) -> datetime:
    """Return the quarter of an hour; no timezone begins its days at a finer one."""
    return at.replace(minute=at.minute - at.minute % 15, second=0, microsecond=0)


@contextmanager
def unit_of_work(scope: Scope) -> Generator[UnitOfWork]:
    """Open a transaction for `scope`; commits on success, rolls back on any error."""
    with Session(engine(), expire_on_commit=False, autoflush=True) as session:
        uow = UnitOfWork(session, scope.workspace_id, datetime.now(UTC))
        uow.enter(scope)
        yield uow
        uow.close()
        session.commit()
    uow.wake()


@contextmanager
def rehearsal(scope: Scope) -> Generator[UnitOfWork]:
    """Open a transaction for `scope` that is rolled back however it ends.

    Nothing of it is kept, counted, announced or woken. The transaction has its number from the
    beginning, so that the row versions which it writes can be told from others.
    """
    with Session(engine(), expire_on_commit=False, autoflush=True) as session:
        uow = UnitOfWork(session, scope.workspace_id, datetime.now(UTC))
        try:
            uow.execute("SELECT pg_current_xact_id()")
            uow.enter(scope)
            yield uow
        finally:
            session.rollback()
