"""The laws, asked at the end of a test."""

from backend import auth, operations
from backend.auth import Actor
from backend.platform.unit_of_work import SYSTEM, unit_of_work


def assert_lawful():
    """Assert that every law holds in every workspace."""
    with unit_of_work(SYSTEM) as uow:
        workspaces = auth.workspace_ids(uow)
    for workspace_id in workspaces:
        actor = Actor.system(workspace_id)
        with unit_of_work(actor) as uow:
            results = operations.check_laws(uow, actor)
        assert [law for law in results if not law.is_held] == []
