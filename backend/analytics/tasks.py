"""Rolling up marked days."""

from datetime import timedelta

from backend.analytics.service import roll_up, waiting_workspaces
from backend.auth import Actor
from backend.platform.queue import periodic
from backend.platform.unit_of_work import SYSTEM, unit_of_work


@periodic("analytics.roll_up", every=timedelta(seconds=5))
def roll_up_marked() -> None:
    """Fold every marked day, a workspace at a time."""
    with unit_of_work(SYSTEM) as uow:
        waiting = waiting_workspaces(uow)
    for workspace_id in waiting:
        with unit_of_work(Actor.system(workspace_id)) as uow:
            roll_up(uow, workspace_id)
