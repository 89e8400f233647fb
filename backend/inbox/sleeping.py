"""Finding, over all workspaces, what has slept long enough and who is gone."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.platform.unit_of_work import UnitOfWork

# Gone long enough that nobody asks any more when they were here.
ABSENT: Final = timedelta(minutes=10)


def workspaces_to_wake(uow: UnitOfWork) -> list[UUID]:
    """Return the workspaces where a conversation has slept long enough."""
    found = uow.execute(
        "SELECT DISTINCT workspace_id FROM conversation WHERE snoozed_until <= :now",
        {"now": uow.now},
    )
    return sorted(found.scalars())


def forget_absent(uow: UnitOfWork) -> int:
    """Delete who was in a conversation and is gone; returns how many rows went."""
    gone = uow.execute(
        "DELETE FROM conversation_presence WHERE seen_until < :before",
        {"before": uow.now - ABSENT},
    )
    return gone.rowcount
