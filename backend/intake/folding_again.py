"""Letting stored deliveries act once more inside a transaction that is open already.

A batch that fails is taken back to its savepoint and halved until the delivery stands alone that
fails; its neighbours act. Unlike `draining`, nothing is committed here: the caller decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import RowMapping

from backend.intake.draining import is_passing, sentence, settle
from backend.intake.replay_repository import ReplayRepository
from backend.intake.replay_schemas import Tally
from backend.intake.repository import EventRepository
from backend.platform.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Folded:
    """What became of a batch, and which of its deliveries failed or have no body."""

    tally: Tally
    failed_ids: tuple[UUID, ...]
    gone_ids: tuple[UUID, ...]


def fold_again(uow: UnitOfWork, workspace_id: UUID, rows: Sequence[RowMapping]) -> Folded:
    """Let deliveries act and mark them; raises a passing fault of the database."""
    gone = tuple(row["id"] for row in rows if not row["body"])
    kept = [row for row in rows if row["body"]]
    _act(uow, workspace_id, kept)
    failed = ReplayRepository(uow, workspace_id).failed_among([row["id"] for row in kept])
    tally = Tally(
        done=len(kept),
        failed=len(failed),
        gone=len(gone),
        redacted=sum(row["redacted_at"] is not None for row in kept),
    )
    return Folded(tally, tuple(failed), gone)


def _act(uow: UnitOfWork, workspace_id: UUID, rows: Sequence[RowMapping]) -> None:
    if not rows:
        return
    try:
        with uow.savepoint():
            settle(uow, workspace_id, rows)
    except Exception as error:
        if is_passing(error):
            raise
        if len(rows) == 1:
            EventRepository(uow, workspace_id).settle({rows[0]["id"]: sentence(error)})
            return
        middle = len(rows) // 2
        _act(uow, workspace_id, rows[:middle])
        _act(uow, workspace_id, rows[middle:])
