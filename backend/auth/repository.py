"""Every SQL statement about accounts and workspaces as such."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import select

from backend.auth.models import UserAccount, Workspace
from backend.platform.unit_of_work import UnitOfWork


class AuthRepository:
    """Accounts and workspaces of one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._session = uow.session

    def add(self, row: Workspace | UserAccount) -> None:
        """Insert a row."""
        self._session.add(row)
        self._session.flush()

    def workspaces(self) -> Sequence[Workspace]:
        """Return the workspaces, oldest first; two are enough to know that there are several."""
        wanted = select(Workspace).order_by(Workspace.id).limit(2)  # pyright: ignore[reportArgumentType]
        return self._session.exec(wanted).all()

    def workspace(self, workspace_id: UUID) -> Workspace | None:
        """Find a workspace."""
        return self._session.get(Workspace, workspace_id)

    def has_users(self) -> bool:
        """Whether anybody can sign in."""
        return self._session.exec(select(UserAccount.id).limit(1)).first() is not None
