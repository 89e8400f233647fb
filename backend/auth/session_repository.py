"""Every SQL statement about sessions, and about the browsers that hold them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth.models import SignInSession
from backend.kit.ids import UserId
from backend.platform.unit_of_work import UnitOfWork

# A session lives while its user belongs to its workspace and neither was shut out.
LIVE = """
FROM session AS s
JOIN user_account AS u ON u.id = s.user_id AND NOT u.is_disabled
JOIN membership AS m
  ON m.user_id = s.user_id AND m.workspace_id = s.workspace_id AND NOT m.is_disabled
WHERE s.revoked_at IS NULL AND s.expires_at > :now AND s.last_seen_at > :idle_since
"""
BY_TOKEN = f"""
SELECT s.id, s.workspace_id, s.user_id, s.last_seen_at, s.address, u.name, m.role
{LIVE} AND s.token_hash = :token_hash
"""
HASHES = f"""
SELECT s.token_hash {LIVE} AND s.token_hash = ANY(CAST(:token_hashes AS text[]))
"""
OF_USER = f"""
SELECT s.id, s.user_agent, s.address, s.created_at, s.last_seen_at, s.expires_at
{LIVE} AND s.user_id = :user_id
ORDER BY s.last_seen_at DESC, s.id LIMIT :limit
"""
TOUCH = """
UPDATE session SET last_seen_at = :now WHERE id = :id AND last_seen_at < :now
"""
REVOKE = """
UPDATE session SET revoked_at = :now
WHERE user_id = :user_id AND revoked_at IS NULL
  AND (CAST(:only AS uuid) IS NULL OR id = :only)
  AND (CAST(:but AS uuid) IS NULL OR id <> :but)
  AND (CAST(:workspace_id AS uuid) IS NULL OR workspace_id = :workspace_id)
RETURNING id, workspace_id
"""
SWITCH = """
UPDATE session AS s SET workspace_id = :workspace_id
FROM membership AS m
WHERE s.id = :id AND m.user_id = s.user_id AND m.workspace_id = :workspace_id AND NOT m.is_disabled
RETURNING m.role
"""
# Where somebody worked last, or else where they came first.
PLACES = """
SELECT m.workspace_id, m.role, w.name, w.timezone, w.currency
FROM membership AS m JOIN workspace AS w ON w.id = m.workspace_id
LEFT JOIN LATERAL (
    SELECT max(s.last_seen_at) AS seen_at FROM session AS s
    WHERE s.user_id = m.user_id AND s.workspace_id = m.workspace_id
) AS seen ON true
WHERE m.user_id = :user_id AND NOT m.is_disabled
ORDER BY seen.seen_at DESC NULLS LAST, m.created_at, m.workspace_id
"""
# A token that nobody was given is no device of ours, whoever sends it.
RECOGNISE_DEVICE = """
INSERT INTO known_device (user_id, token_hash, created_at, last_seen_at)
SELECT CAST(:user_id AS uuid), token_hash, CAST(:now AS timestamptz), CAST(:now AS timestamptz)
FROM known_device WHERE token_hash = :token_hash LIMIT 1
ON CONFLICT (user_id, token_hash) DO UPDATE SET last_seen_at = excluded.last_seen_at
"""
ADD_DEVICE = """
INSERT INTO known_device (user_id, token_hash, created_at, last_seen_at)
VALUES (:user_id, :token_hash, :now, :now)
"""
FORGET_MANY_DEVICES = """
DELETE FROM known_device WHERE user_id = :user_id AND token_hash IN (
    SELECT token_hash FROM known_device WHERE user_id = :user_id
    ORDER BY last_seen_at DESC OFFSET :kept
)
"""


class SessionRepository:
    """Sessions and devices of one transaction.

    Only the system sees the sessions of every workspace, and who knows which browser.
    """

    def __init__(self, uow: UnitOfWork) -> None:
        """Work inside this unit of work."""
        self._uow = uow

    def live(self, token_hash: str, *, now: datetime, idle_since: datetime) -> RowMapping | None:
        """Find a live session and who is behind it."""
        values = {"token_hash": token_hash, "now": now, "idle_since": idle_since}
        return self._uow.execute(BY_TOKEN, values).mappings().first()

    def live_hashes(
        self, token_hashes: Sequence[str], *, now: datetime, idle_since: datetime
    ) -> Sequence[str]:
        """Return those of some tokens whose sessions are alive."""
        values = {"token_hashes": list(token_hashes), "now": now, "idle_since": idle_since}
        return self._uow.execute(HASHES, values).scalars().all()

    def touch(self, session_id: UUID, now: datetime) -> None:
        """Note that a session was used."""
        self._uow.execute(TOUCH, {"id": session_id, "now": now})

    def live_of(
        self, user_id: UserId, *, now: datetime, idle_since: datetime, limit: int
    ) -> Sequence[RowMapping]:
        """Return somebody's live sessions, the last used first."""
        values = {"user_id": user_id, "now": now, "idle_since": idle_since, "limit": limit}
        return self._uow.execute(OF_USER, values).mappings().all()

    def add(self, row: SignInSession) -> None:
        """Insert a session."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def revoke(
        self,
        user_id: UserId,
        now: datetime,
        *,
        only: UUID | None = None,
        but: UUID | None = None,
        workspace_id: UUID | None = None,
    ) -> Sequence[RowMapping]:
        """End somebody's sessions; returns those that were ended."""
        values = {"user_id": user_id, "now": now, "only": only, "but": but}
        return self._uow.execute(REVOKE, {**values, "workspace_id": workspace_id}).mappings().all()

    def switch(self, session_id: UUID, workspace_id: UUID) -> str | None:
        """Move a session to another workspace of its user; returns their role there, if any."""
        values = {"id": session_id, "workspace_id": workspace_id}
        return self._uow.execute(SWITCH, values).scalar_one_or_none()

    def places_of(self, user_id: UserId) -> Sequence[RowMapping]:
        """Return where somebody may work; where they worked last comes first."""
        return self._uow.execute(PLACES, {"user_id": user_id}).mappings().all()

    def recognise_device(self, user_id: UserId, token_hash: str, now: datetime) -> bool:
        """Remember a browser that somebody signed in with before; whether there is such a one."""
        values = {"user_id": user_id, "token_hash": token_hash, "now": now}
        return self._uow.execute(RECOGNISE_DEVICE, values).rowcount > 0

    def add_device(self, user_id: UserId, token_hash: str, now: datetime, *, kept: int) -> None:
        """Remember a new browser for somebody, and only the last so many."""
        values = {"user_id": user_id, "token_hash": token_hash, "now": now}
        self._uow.execute(ADD_DEVICE, values)
        self._uow.execute(FORGET_MANY_DEVICES, {"user_id": user_id, "kept": kept})

    def forget_devices(self, user_id: UserId) -> None:
        """Make every browser a stranger to somebody's account."""
        self._uow.execute("DELETE FROM known_device WHERE user_id = :user_id", {"user_id": user_id})

    def forget_old(self, *, ended_before: datetime, unused_before: datetime) -> None:
        """Delete what ended, and devices that were not used, before these moments."""
        self._uow.execute(
            "DELETE FROM session WHERE least(expires_at, revoked_at) < :before",
            {"before": ended_before},
        )
        self._uow.execute(
            "DELETE FROM known_device WHERE last_seen_at < :before", {"before": unused_before}
        )
