"""Every SQL statement about accounts."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func
from sqlmodel import select

from backend.auth.models import ApiKey, Membership, SignInSession, UserAccount, Workspace
from backend.platform.unit_of_work import UnitOfWork


class AuthRepository:
    """Accounts, sessions and keys of one transaction."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._session = uow.session

    def add(self, row: Workspace | UserAccount | Membership | SignInSession | ApiKey) -> None:
        """Insert a row."""
        self._session.add(row)
        self._session.flush()

    def user_by_email(self, email: str) -> UserAccount | None:
        """Find a user by address, whatever its case."""
        wanted = select(UserAccount).where(func.lower(UserAccount.email) == email.lower())
        return self._session.exec(wanted).first()

    def first_membership(self, user_id: UUID) -> Membership | None:
        """Return the workspace that a user joined first."""
        wanted = (
            select(Membership).where(Membership.user_id == user_id).order_by(Membership.created_at)  # pyright: ignore[reportArgumentType]
        )
        return self._session.exec(wanted).first()

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

    def live_session(self, token_hash: str, now: datetime) -> RowMapping | None:
        """Find who a session token belongs to, while it is valid and the user is not disabled."""
        found = self._uow.execute(
            """
            SELECT s.workspace_id, s.user_id, u.name, m.role
            FROM session AS s
            JOIN user_account AS u ON u.id = s.user_id AND NOT u.is_disabled
            JOIN membership AS m ON m.user_id = s.user_id AND m.workspace_id = s.workspace_id
            WHERE s.token_hash = :token_hash AND s.revoked_at IS NULL AND s.expires_at > :now
            """,
            {"token_hash": token_hash, "now": now},
        )
        return found.mappings().first()

    def revoke_session(self, token_hash: str, now: datetime) -> None:
        """End a session."""
        self._uow.execute(
            "UPDATE session SET revoked_at = :now"
            " WHERE token_hash = :token_hash AND revoked_at IS NULL",
            {"token_hash": token_hash, "now": now},
        )

    def use_api_key(self, key_hash: str, now: datetime) -> RowMapping | None:
        """Find a valid key; its last use is written at most once a minute."""
        found = self._uow.execute(
            """
            SELECT id, workspace_id, name, scopes, last_used_at FROM api_key
            WHERE key_hash = :key_hash AND revoked_at IS NULL
              AND (expires_at IS NULL OR expires_at > :now)
            """,
            {"key_hash": key_hash, "now": now},
        )
        row = found.mappings().first()
        if row is not None:
            self._touch_key(row["id"], now)
        return row

    def _touch_key(self, key_id: UUID, now: datetime) -> None:
        self._uow.execute(
            "UPDATE api_key SET last_used_at = :now WHERE id = :id"
            " AND (last_used_at IS NULL OR last_used_at < :now - interval '1 minute')",
            {"id": key_id, "now": now},
        )
