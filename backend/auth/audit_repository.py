"""Every SQL statement about the audit log."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth.audit_chain import BEGINNING
from backend.auth.models import AuditEntry
from backend.auth.schemas import AuditQuery
from backend.kit.paging import PageRequest
from backend.kit.text import containing
from backend.platform.unit_of_work import UnitOfWork

# Whoever cut the head off or forged beyond it is found by the verification; until then the
# workspace goes on working, behind whatever entry is there.
LOCK_HEAD = """
SELECT h.hash, h.sequence, GREATEST(h.sequence, (
    SELECT max(e.sequence) FROM audit_entry AS e WHERE e.workspace_id = h.workspace_id
)) AS last
FROM audit_head AS h WHERE h.workspace_id = :workspace_id
FOR UPDATE OF h
"""
BEGIN = """
INSERT INTO audit_head (workspace_id, sequence, hash) VALUES (:workspace_id, 0, :hash)
ON CONFLICT (workspace_id) DO NOTHING
"""
MOVE_HEAD = """
UPDATE audit_head SET sequence = :sequence, hash = :hash WHERE workspace_id = :workspace_id
"""
ENTRIES = "SELECT * FROM audit_entry WHERE workspace_id = :workspace_id"
AFTER = f"{ENTRIES} AND sequence > :sequence ORDER BY sequence LIMIT :limit"
CONDITIONS = {
    "before": " AND sequence < :before",
    "action": " AND action LIKE :action",
    "actor_id": " AND actor_id = :actor_id",
    "subject": " AND subject = :subject",
    "starts_at": " AND occurred_at >= :starts_at",
    "ends_at": " AND occurred_at < :ends_at",
}


class AuditRepository:
    """The audit log of one workspace."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def lock_head(self) -> RowMapping:
        """Return the head and the `last` entry; nobody appends until the transaction ends."""
        head = self._head()
        if head is None:
            self._uow.execute(BEGIN, {"workspace_id": self._workspace_id, "hash": BEGINNING})
            head = self._head()
        if head is None:
            message = "the audit log cannot be reached from this transaction"
            raise RuntimeError(message)
        return head

    def append(self, entry: AuditEntry) -> None:
        """Store an entry and make it the head."""
        self._uow.session.add(entry)
        self._uow.session.flush()
        head = {"workspace_id": self._workspace_id, "sequence": entry.sequence, "hash": entry.hash}
        self._uow.execute(MOVE_HEAD, head)

    def after(self, sequence: int, *, limit: int) -> Sequence[RowMapping]:
        """Return the entries that follow, the oldest first."""
        asked = {"workspace_id": self._workspace_id, "sequence": sequence, "limit": limit}
        return self._uow.execute(AFTER, asked).mappings().all()

    def page(self, query: AuditQuery, page: PageRequest) -> Sequence[RowMapping]:
        """Return entries, the newest first, one more than asked for."""
        position = page.position(int)
        wanted = {
            "before": position[0] if position else None,
            "action": containing(query.action).removeprefix("%") if query.action else None,
            "actor_id": query.actor_id,
            "subject": query.subject,
            "starts_at": query.starts_at,
            "ends_at": query.ends_at,
        }
        given = {name: value for name, value in wanted.items() if value is not None}
        where = "".join(CONDITIONS[name] for name in given)
        found = self._uow.execute(
            f"{ENTRIES}{where} ORDER BY sequence DESC LIMIT :limit",
            {**given, "workspace_id": self._workspace_id, "limit": page.limit + 1},
        )
        return found.mappings().all()

    def _head(self) -> RowMapping | None:
        return self._uow.execute(LOCK_HEAD, {"workspace_id": self._workspace_id}).mappings().first()
