"""Working off imports and exports, and letting go of what is kept no longer."""

from datetime import timedelta
from uuid import UUID

from backend.importing import erasing, export_repository, exporting
from backend.importing.repository import due, left_over, old
from backend.importing.service import KEPT_DAYS
from backend.importing.working import work_off
from backend.platform.queue import periodic, task
from backend.platform.unit_of_work import SYSTEM, unit_of_work


@task("importing.work")
def work(workspace_id: str, import_id: str) -> None:
    """Do the present step of one import, unless somebody does already."""
    work_off(UUID(workspace_id), UUID(import_id))


@task("importing.remove")
def remove(workspace_id: str, import_id: str) -> None:
    """Delete the file of an import that has ended."""
    erasing.remove_file(UUID(workspace_id), UUID(import_id))


@task("importing.export")
def export(workspace_id: str, export_id: str) -> None:
    """Write the file of one export, unless somebody does already."""
    exporting.work_off(UUID(workspace_id), UUID(export_id))


@task("importing.remove_export")
def remove_export(workspace_id: str, export_id: str) -> None:
    """Delete the file of an export."""
    exporting.remove_file(UUID(workspace_id), UUID(export_id))


@periodic("importing.sweep", every=timedelta(seconds=15))
def sweep() -> None:
    """Wake imports and exports that nobody works on, and those whose contents are to go."""
    with unit_of_work(SYSTEM) as uow:
        for workspace_id, import_id in due(uow):
            uow.enqueue("importing.work", workspace_id, import_id)
        for workspace_id, import_id in old(uow, before=uow.now - timedelta(days=KEPT_DAYS)):
            uow.enqueue("importing.forget", workspace_id, import_id)
        for workspace_id, import_id in left_over(uow):
            uow.enqueue("importing.remove", workspace_id, import_id)
        for name, workspace_id, export_id in export_repository.due(uow):
            uow.enqueue(name, workspace_id, export_id)


@periodic("importing.orphans", every=timedelta(hours=1))
def orphans() -> None:
    """Delete copies of files that belong to nothing."""
    with unit_of_work(SYSTEM) as uow:
        now = uow.now
    erasing.sweep_orphans(now=now)


@task("importing.forget")
def forget(workspace_id: str, import_id: str) -> None:
    """Delete the file and the rows of an import that are kept no longer."""
    erasing.forget(UUID(workspace_id), UUID(import_id))
