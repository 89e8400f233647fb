"""Working off stored deliveries: a batch at a time, halving a batch that fails.

A fault of the neighbourhood (the database went away, a deadlock) is raised and tried again later.
Any other failure belongs to some event: the batch is halved until that event stands alone, and it
is quarantined with its error while its neighbours take effect.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from uuid import UUID

import structlog
from sqlalchemy import RowMapping
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.auth import Actor
from backend.channels import Reader, reader_of
from backend.intake.erasing import redact
from backend.intake.process import process
from backend.intake.repository import EventRepository, waiting_workspaces
from backend.intake.schemas import Delivery
from backend.kit.errors import LeadFlowError
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

# A batch is one transaction; its fixed cost is that of forty statements.
BATCH_SIZE = 2_000

Claim = Callable[[EventRepository], Sequence[RowMapping]]

log = structlog.get_logger(__name__)


def drain() -> int:
    """Process everything that waits, a workspace at a time; returns how many deliveries.

    A workspace that meets a passing fault does not hold the others up; the fault is raised then.
    """
    with unit_of_work(SYSTEM) as uow:
        waiting = waiting_workspaces(uow)
    settled = 0
    faults: list[Exception] = []
    for workspace_id in waiting:
        try:
            settled += drain_workspace(workspace_id)
        except Exception as fault:  # noqa: BLE001  raised below, when all had their turn
            faults.append(fault)
    if faults:
        raise faults[0]
    return settled


def drain_workspace(workspace_id: UUID, *, batch_size: int = BATCH_SIZE) -> int:
    """Process what waits in one workspace, in the order of acceptance."""
    settled = 0
    while True:
        count = _drain_batch(workspace_id, batch_size)
        settled += count
        if count == 0:
            return settled


def settle(uow: UnitOfWork, workspace_id: UUID, rows: Sequence[RowMapping]) -> None:
    """Let claimed deliveries take effect and mark them, in this transaction."""
    readers: Mapping[UUID, Reader] = {
        channel_id: reader_of(uow, workspace_id, channel_id)
        for channel_id in {row["channel_id"] for row in rows}
    }
    deliveries = [
        Delivery(row["id"], readers[row["channel_id"]], bytes(row["body"]), row["received_at"])
        for row in rows
    ]
    with uow.pipelined():
        effects = process(uow, workspace_id, deliveries)
        repository = EventRepository(uow, workspace_id)
        repository.settle({row["id"]: effects.faults.get(row["id"]) for row in rows})
        if effects.erased_names:
            redact(uow, rows, effects.erased_names)
    uow.announce("operations")


def _drain_batch(workspace_id: UUID, batch_size: int) -> int:
    """Process the oldest events, unless another worker does; then it will come to these, too."""
    claimed, error = _attempt(
        workspace_id,
        lambda repository: repository.claim(batch_size) if repository.try_lock() else (),
    )
    if error is not None:
        _halve(workspace_id, claimed, error)
    return len(claimed)


def _halve(workspace_id: UUID, event_ids: Sequence[UUID], error: Exception) -> None:
    """Process each half by itself, down to the event that fails alone."""
    log.warning("batch failed", size=len(event_ids), error=sentence(error))
    if len(event_ids) <= 1:
        _retry(workspace_id, event_ids)
        return
    middle = len(event_ids) // 2
    for half in (event_ids[:middle], event_ids[middle:]):
        claimed, failure = _attempt(workspace_id, partial(_reclaimed, event_ids=half))
        if failure is not None:
            _halve(workspace_id, claimed, failure)


def _retry(workspace_id: UUID, event_ids: Sequence[UUID]) -> None:
    """Process a lone event once more: what it collided with may be committed by now."""
    _, error = _attempt(workspace_id, partial(_reclaimed, event_ids=event_ids))
    if error is not None:
        _quarantine(workspace_id, event_ids, error)


def _reclaimed(repository: EventRepository, *, event_ids: Sequence[UUID]) -> Sequence[RowMapping]:
    repository.lock()
    return repository.reclaim(event_ids)


def _attempt(workspace_id: UUID, claim: Claim) -> tuple[list[UUID], Exception | None]:
    """Settle what `claim` returns in one transaction; returns the events and why it failed.

    A passing fault is raised, so that everything stays as it is and is tried again later.
    """
    claimed: list[UUID] = []
    try:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            rows = claim(EventRepository(uow, workspace_id))
            claimed = [row["id"] for row in rows]
            if rows:
                settle(uow, workspace_id, rows)
    except Exception as error:
        if is_passing(error):
            raise
        return claimed, error
    return claimed, None


def _quarantine(workspace_id: UUID, event_ids: Sequence[UUID], error: Exception) -> None:
    log.error("event quarantined", event_ids=[str(item) for item in event_ids], exc_info=error)
    with unit_of_work(Actor.system(workspace_id)) as uow:
        EventRepository(uow, workspace_id).settle(dict.fromkeys(event_ids, sentence(error)))
        uow.announce("operations")


def is_passing(error: BaseException) -> bool:
    """Whether a failure says something about the database's state rather than about an event."""
    if isinstance(error, OperationalError | InterfaceError | PoolTimeoutError):
        return True
    return isinstance(error, DBAPIError) and error.connection_invalidated


def sentence(error: Exception) -> str:
    """Say in one line why an event stands still."""
    if isinstance(error, LeadFlowError):
        return error.message
    cause = error.orig if isinstance(error, DBAPIError) else error
    return f"{type(cause).__name__}: {cause}".splitlines()[0]
