"""What time does to leads, once an hour."""

from datetime import timedelta
from uuid import UUID

from backend import auth
from backend.leads.tending import tend
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work


@task("leads.tend_workspace")
def tend_workspace(workspace_id: str) -> None:
    """Mark what grew stale in a workspace, and let scores decay."""
    tend(UUID(workspace_id))


@periodic("leads.tend", every=timedelta(hours=1))
def tend_everywhere() -> None:
    """Wake the work of each workspace."""
    with unit_of_work(SYSTEM) as uow:
        for workspace_id in auth.workspace_ids(uow):
            uow.enqueue("leads.tend_workspace", workspace_id)
