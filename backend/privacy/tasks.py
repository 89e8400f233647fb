"""Letting go of what is kept no longer, once a day."""

from datetime import timedelta
from uuid import UUID

from backend import auth
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.privacy.retention import retain


@task("privacy.retain_workspace")
def retain_workspace(workspace_id: str) -> None:
    """Empty what is older than a workspace keeps it."""
    retain(UUID(workspace_id))


@periodic("privacy.retain", every=timedelta(days=1))
def retain_everywhere() -> None:
    """Wake the work of each workspace, which may take long the first time."""
    with unit_of_work(SYSTEM) as uow:
        for workspace_id in auth.workspace_ids(uow):
            uow.enqueue("privacy.retain_workspace", workspace_id)
