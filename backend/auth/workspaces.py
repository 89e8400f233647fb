"""Workspaces and their settings."""

from uuid import UUID

from backend.auth.errors import NoWorkspace
from backend.auth.models import Workspace
from backend.auth.repository import AuthRepository
from backend.auth.schemas import Actor, WorkspaceView
from backend.kit.ids import WorkspaceId, new_id
from backend.platform.unit_of_work import UnitOfWork


def create_workspace(
    uow: UnitOfWork, *, name: str, timezone: str = "UTC", currency: str = "USD"
) -> WorkspaceView:
    """Make an empty workspace."""
    row = Workspace(
        id=new_id(), name=name, timezone=timezone, currency=currency, created_at=uow.now
    )
    AuthRepository(uow).add(row)
    return _workspace_view(row)


def sole_workspace(uow: UnitOfWork) -> WorkspaceView:
    """Return the first workspace; raises `NoWorkspace` before the first start."""
    rows = AuthRepository(uow).workspaces()
    if not rows:
        message = "there is no workspace yet; start LeadFlow once with `make run`"
        raise NoWorkspace(message)
    return _workspace_view(rows[0])


def workspace_ids(uow: UnitOfWork) -> list[UUID]:
    """Return every workspace, the oldest first; for the machine's own work."""
    return [row.id for row in uow.execute("SELECT id FROM workspace ORDER BY id")]


def get_workspace(uow: UnitOfWork, actor: Actor) -> WorkspaceView:
    """Return the actor's workspace."""
    return workspace_settings(uow, actor.workspace_id)


def workspace_settings(uow: UnitOfWork, workspace_id: UUID) -> WorkspaceView:
    """Return a workspace's name, timezone and currency; raises `NoWorkspace`."""
    row = AuthRepository(uow).workspace(workspace_id)
    if row is None:
        message = "no such workspace"
        raise NoWorkspace(message)
    return _workspace_view(row)


def _workspace_view(row: Workspace) -> WorkspaceView:
    return WorkspaceView(
        id=WorkspaceId(row.id), name=row.name, timezone=row.timezone, currency=row.currency
    )
