"""Every SQL statement about the people of a workspace and the invitations to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CursorResult, RowMapping, String, cast, func, or_
from sqlmodel import col, select

from backend.auth.models import Invitation, Membership, Workspace
from backend.auth.policy import Role
from backend.auth.schemas import InvitationView, MemberQuery, MemberState, MemberView, Newcomer
from backend.kit.ids import UserId, WorkspaceId
from backend.kit.paging import PageRequest
from backend.kit.text import containing
from backend.platform.unit_of_work import UnitOfWork

MAX_CHOICES = 20
KEPT_AFTER_EXPIRY = timedelta(days=30)

PEOPLE = """
SELECT * FROM (
    SELECT m.user_id AS id, u.name, u.email, m.role, m.is_owner,
           CASE WHEN m.is_disabled OR u.is_disabled THEN 'disabled' ELSE 'active' END AS state,
           u.second_factor_at IS NOT NULL AS has_second_factor,
           (SELECT max(s.last_seen_at) FROM session AS s
            WHERE s.workspace_id = m.workspace_id AND s.user_id = m.user_id) AS last_seen_at,
           m.created_at
    FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
    WHERE m.workspace_id = :workspace_id
    UNION ALL
    SELECT i.id, '', i.email, i.role, false, 'invited', false, NULL, i.created_at
    FROM invitation AS i
    WHERE i.workspace_id = :workspace_id AND i.expires_at > :now
) AS p
WHERE (CAST(:id AS uuid) IS NULL OR p.id = :id)
  AND (CAST(:state AS text) IS NULL OR p.state = :state)
  AND (CAST(:search AS text) IS NULL OR p.name ILIKE :search OR p.email ILIKE :search)
  AND (CAST(:after AS timestamptz) IS NULL OR (p.created_at, p.id) > (:after, :after_id))
ORDER BY p.created_at, p.id LIMIT :limit
"""

INVITATIONS = """
SELECT id, email, role, inviter_name, created_at, expires_at, expires_at <= :now AS is_expired
FROM invitation
WHERE workspace_id = :workspace_id
  AND (CAST(:after AS timestamptz) IS NULL OR (created_at, id) > (:after, :after_id))
ORDER BY created_at, id LIMIT :limit
"""

STANDING = """
SELECT m.role, m.is_owner, m.is_disabled, NOT (m.is_disabled OR u.is_disabled) AS is_active
FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.workspace_id = :workspace_id AND m.user_id = :user_id
"""

HAS_OTHER_ADMIN = """
SELECT EXISTS (
    SELECT 1 FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
    WHERE m.workspace_id = :workspace_id AND m.role = 'admin' AND m.user_id <> :user_id
      AND NOT m.is_disabled AND NOT u.is_disabled
)
"""

HAS_ADDRESS = """
SELECT EXISTS (
    SELECT 1 FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
    WHERE m.workspace_id = :workspace_id AND lower(u.email) = lower(:email)
)
"""

# An account that belongs to no workspace any more lets nobody in anywhere, and is nobody's.
OFFER = """
SELECT i.id, i.workspace_id, w.name AS workspace_name, i.email, i.role,
       CASE WHEN u.is_disabled OR EXISTS (SELECT 1 FROM membership AS m WHERE m.user_id = u.id)
            THEN u.id END AS account_id
FROM invitation AS i
JOIN workspace AS w ON w.id = i.workspace_id
LEFT JOIN user_account AS u ON lower(u.email) = lower(i.email)
WHERE i.token_hash = :token_hash AND i.expires_at > :now
"""

TAKE_UP = """
UPDATE user_account SET name = :name, password_hash = :password_hash, password_changed_at = :now
WHERE lower(email) = lower(:email)
RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What somebody is in a workspace at this moment.

    `is_active` says that they can sign in there: neither shut out here nor their account disabled.
    """

    role: Role
    is_owner: bool
    is_disabled: bool
    is_active: bool


class MemberRepository:
    """The people of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: WorkspaceId) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def lock(self) -> None:
        """Let one change of who belongs here happen at a time.

        What points at the workspace, such as a new message, need not wait.
        """
        self._execute("SELECT 1 FROM workspace WHERE id = :workspace_id FOR NO KEY UPDATE")

    def locked_workspace(self) -> Workspace | None:
        """Return the workspace, alone with it: whoever writes into it waits, and is waited for."""
        return self._uow.session.get(
            Workspace, self._workspace_id, with_for_update=True, populate_existing=True
        )

    def page(self, query: MemberQuery, page: PageRequest) -> Sequence[RowMapping]:
        """Return people, who came first first, one more than asked for."""
        after = page.position(datetime.fromisoformat, UUID) or (None, None)
        found = self._execute(
            PEOPLE,
            id=None,
            state=query.state,
            search=containing(query.search) if query.search else None,
            after=after[0],
            after_id=after[1],
            limit=page.limit + 1,
            now=self._uow.now,
        )
        return found.mappings().all()

    def view(self, user_id: UUID) -> MemberView | None:
        """Return one of the people."""
        nothing = dict.fromkeys(("state", "search", "after", "after_id"))
        found = self._execute(PEOPLE, id=user_id, limit=1, now=self._uow.now, **nothing)
        row = found.mappings().first()
        return member_view(row) if row else None

    def standing(self, user_id: UUID) -> Standing | None:
        """Return what a member is here now, whatever was known before."""
        row = self._execute(STANDING, user_id=user_id).mappings().first()
        if row is None:
            return None
        columns: dict[str, Any] = {**row, "role": Role(row["role"])}
        return Standing(**columns)

    def has_owner(self) -> bool:
        """Whether the workspace is anybody's."""
        return self._holds(
            "SELECT EXISTS (SELECT 1 FROM membership"
            " WHERE workspace_id = :workspace_id AND is_owner)"
        )

    def has_other_admin(self, user_id: UUID) -> bool:
        """Whether an admin besides this one can sign in."""
        return self._holds(HAS_OTHER_ADMIN, user_id=user_id)

    def has_address(self, email: str) -> bool:
        """Whether a member has this address, whatever its case."""
        return self._holds(HAS_ADDRESS, email=email)

    def add(self, user_id: UUID, role: Role, *, is_owner: bool = False) -> None:
        """Let somebody belong here, unless they do."""
        row = {
            "workspace_id": self._workspace_id,
            "user_id": user_id,
            "role": role,
            "is_owner": is_owner,
            "is_disabled": False,
            "created_at": self._uow.now,
        }
        self._uow.insert(Membership, [row])

    def remove(self, user_id: UUID) -> None:
        """End a membership."""
        self._execute(
            "DELETE FROM membership WHERE workspace_id = :workspace_id AND user_id = :user_id",
            user_id=user_id,
        )

    def set_role(self, user_id: UUID, role: Role) -> None:
        """Change what a member is."""
        self._execute(
            "UPDATE membership SET role = :role"
            " WHERE workspace_id = :workspace_id AND user_id = :user_id",
            user_id=user_id,
            role=role,
        )

    def set_disabled(self, user_id: UUID, *, is_disabled: bool) -> None:
        """Shut a member out, or let them in again."""
        self._execute(
            "UPDATE membership SET is_disabled = :is_disabled"
            " WHERE workspace_id = :workspace_id AND user_id = :user_id",
            user_id=user_id,
            is_disabled=is_disabled,
        )

    def set_owner(self, user_id: UUID) -> None:
        """Let the workspace be this member's."""
        self._execute(
            "UPDATE membership SET is_owner = false"
            " WHERE workspace_id = :workspace_id AND is_owner AND user_id <> :user_id",
            user_id=user_id,
        )
        self._execute(
            "UPDATE membership SET is_owner = true"
            " WHERE workspace_id = :workspace_id AND user_id = :user_id",
            user_id=user_id,
        )

    def invitations(self, page: PageRequest) -> Sequence[RowMapping]:
        """Return the invitations, the oldest first, one more than asked for."""
        after = page.position(datetime.fromisoformat, UUID) or (None, None)
        found = self._execute(
            INVITATIONS,
            after=after[0],
            after_id=after[1],
            limit=page.limit + 1,
            now=self._uow.now,
        )
        return found.mappings().all()

    def invitation_role(self, invitation_id: UUID) -> Role | None:
        """Return what an invitation makes of somebody."""
        found = self._execute(
            "SELECT role FROM invitation WHERE workspace_id = :workspace_id AND id = :id",
            id=invitation_id,
        )
        role = found.scalar_one_or_none()
        return None if role is None else Role(role)

    def invite(self, row: Invitation) -> None:
        """Keep an invitation in the place of any other to the same address."""
        self._execute(
            "DELETE FROM invitation WHERE workspace_id = :workspace_id"
            " AND (lower(email) = lower(:email) OR expires_at < :forgotten)",
            email=row.email,
            forgotten=self._uow.now - KEPT_AFTER_EXPIRY,
        )
        self._uow.session.add(row)
        self._uow.session.flush()

    def take_invitation(self, invitation_id: UUID) -> bool:
        """Remove an invitation; whether it was there."""
        taken = self._execute(
            "DELETE FROM invitation WHERE workspace_id = :workspace_id AND id = :id",
            id=invitation_id,
        )
        return taken.rowcount > 0

    def take_invitations_of(self, user_id: UUID) -> int:
        """Remove what somebody invited to; returns how many there were."""
        taken = self._execute(
            "DELETE FROM invitation WHERE workspace_id = :workspace_id AND invited_by = :user_id",
            user_id=user_id,
        )
        return taken.rowcount

    def _holds(self, statement: str, **values: object) -> bool:
        return bool(self._execute(statement, **values).scalar_one())

    def _execute(self, statement: str, **values: object) -> CursorResult[Any]:
        return self._uow.execute(statement, {"workspace_id": self._workspace_id, **values})


def member_view(row: RowMapping) -> MemberView:
    """Return a row of people as they are shown."""
    columns: dict[str, Any] = {
        **row,
        "role": Role(row["role"]),
        "state": MemberState(row["state"]),
    }
    return MemberView(**columns)


def invitation_view(row: RowMapping) -> InvitationView:
    """Return a row of invitations as it is shown."""
    columns: dict[str, Any] = {**row, "role": Role(row["role"])}
    return InvitationView(**columns)


def find_offer(uow: UnitOfWork, token_hash: str) -> RowMapping | None:
    """Find what a token offers; work of the system, which knows no workspace yet."""
    found = uow.execute(OFFER, {"token_hash": token_hash, "now": uow.now})
    return found.mappings().first()


def owned_workspaces(uow: UnitOfWork, user_id: UserId) -> int:
    """Count the workspaces that are somebody's; work of the system."""
    found = uow.execute(
        "SELECT count(*) FROM membership WHERE user_id = :user_id AND is_owner",
        {"user_id": user_id},
    )
    return found.scalar_one()


def workspaces_called(uow: UnitOfWork, wanted: str | None) -> Sequence[Workspace]:
    """Return the workspaces of this id or name, or all, at most twenty; work of the system."""
    rows = select(Workspace).order_by(col(Workspace.id)).limit(MAX_CHOICES)
    if wanted is not None:
        is_called = func.lower(Workspace.name) == wanted.lower()
        rows = rows.where(or_(is_called, cast(Workspace.id, String) == wanted.lower()))
    return uow.session.exec(rows).all()


def take_up_account(uow: UnitOfWork, email: str, given: Newcomer) -> UserId | None:
    """Give an account that belongs nowhere to somebody new; work of the system."""
    found = uow.execute(
        TAKE_UP,
        {
            "email": email,
            "name": given.name,
            "password_hash": given.password_hash,
            "now": uow.now,
        },
    )
    return found.scalar_one_or_none()
