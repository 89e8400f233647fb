"""Every SQL statement about runs and about single versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.run_schemas import RunQuery

RUNS = """
SELECT u.id, u.rule_id, r.name AS rule_name, u.rule_version_id AS version_id,
       v.number AS version, u.lead_id, c.display_name AS contact_name, c.phone AS contact_phone,
       u.message_id, m.text AS message_text, m.revoked_at, u.effects, u.occurred_at,
       'message' AS trigger, u.undone_at, u.undone_by
FROM rule_run AS u
JOIN rule AS r ON r.id = u.rule_id
JOIN rule_version AS v ON v.id = u.rule_version_id
JOIN lead AS l ON l.id = u.lead_id
JOIN contact AS c ON c.id = l.contact_id
LEFT JOIN message AS m ON m.id = u.message_id
WHERE u.workspace_id = :workspace_id
"""
CONDITIONS = {
    "rule_id": " AND u.rule_id = :rule_id",
    "lead_id": " AND u.lead_id = :lead_id",
    "run_from": " AND u.occurred_at >= :run_from",
    "run_to": " AND u.occurred_at < :run_to",
}
UNDO = """
UPDATE rule_run SET undone_at = :now, undone_by = :by
WHERE workspace_id = :workspace_id AND undone_at IS NULL
"""
LEADS_OF_VERSION = """
SELECT DISTINCT lead_id FROM rule_run
WHERE workspace_id = :workspace_id AND rule_version_id = :version_id AND undone_at IS NULL
ORDER BY lead_id LIMIT :limit
"""
HISTORY = """
SELECT u.id, u.lead_id, u.message_id, u.effects, u.occurred_at, r.name AS rule_name
FROM rule_run AS u JOIN rule AS r ON r.id = u.rule_id
WHERE u.workspace_id = :workspace_id AND u.lead_id = ANY(CAST(:leads AS uuid[]))
  AND u.undone_at IS NULL
ORDER BY u.id
"""
VERSION = """
SELECT id, number, definition, author_name, comment, created_at FROM rule_version
WHERE workspace_id = :workspace_id AND rule_id = :rule_id AND number = :number
"""


class RunRepository:
    """The runs of one workspace's rules in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def page(self, query: RunQuery, page: PageRequest) -> Sequence[RowMapping]:
        """Return runs, the latest first, one more than asked for."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "limit": page.limit + 1}
        conditions = ""
        for name, condition in CONDITIONS.items():
            value = getattr(query, name)
            if value is not None:
                conditions += condition
                given[name] = value
        if position := page.position(datetime.fromisoformat, UUID):
            conditions += " AND (u.occurred_at, u.id) < (:after, :after_id)"
            given |= {"after": position[0], "after_id": position[1]}
        ordered = f"{RUNS}{conditions} ORDER BY u.occurred_at DESC, u.id DESC LIMIT :limit"
        return self._uow.execute(ordered, given).mappings().all()

    def find(self, run_id: UUID) -> RowMapping | None:
        """Return a run as a list shows it."""
        given = {"workspace_id": self._workspace_id, "id": run_id}
        return self._uow.execute(f"{RUNS} AND u.id = :id", given).mappings().first()

    def undo(self, run_id: UUID, *, by: str) -> Sequence[RowMapping]:
        """Mark a run as undone and return it; nothing when it was so before."""
        given = {"workspace_id": self._workspace_id, "id": run_id}
        given |= {"now": self._uow.now, "by": by}
        statement = f"{UNDO} AND id = :id RETURNING id, lead_id, message_id, effects, occurred_at"
        return self._uow.execute(statement, given).mappings().all()

    def undo_version(
        self, version_id: UUID, *, by: str, lead_ids: Sequence[UUID]
    ) -> Sequence[RowMapping]:
        """Mark the runs of a version on some leads as undone, and return them."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "version_id": version_id}
        given |= {"now": self._uow.now, "by": by, "leads": list(lead_ids)}
        statement = (
            f"{UNDO} AND rule_version_id = :version_id AND lead_id = ANY(CAST(:leads AS uuid[]))"
            " RETURNING id, lead_id, message_id, effects, occurred_at"
        )
        return self._uow.execute(statement, given).mappings().all()

    def leads_of_version(self, version_id: UUID, *, limit: int) -> list[UUID]:
        """Return leads on which runs of a version stand."""
        given = {
            "workspace_id": self._workspace_id,
            "version_id": version_id,
            "limit": limit,
        }
        return list(self._uow.execute(LEADS_OF_VERSION, given).scalars())

    def lock_leads(self, lead_ids: Sequence[UUID]) -> None:
        """Keep rules and people from changing these leads in this transaction."""
        self._uow.execute(
            "SELECT 1 FROM lead WHERE workspace_id = :workspace_id"
            " AND id = ANY(CAST(:leads AS uuid[])) ORDER BY id FOR UPDATE",
            {"workspace_id": self._workspace_id, "leads": list(lead_ids)},
        )

    def history(self, lead_ids: Sequence[UUID]) -> Sequence[RowMapping]:
        """Return the runs on some leads that nobody has undone, the earliest first."""
        given = {"workspace_id": self._workspace_id, "leads": list(lead_ids)}
        return self._uow.execute(HISTORY, given).mappings().all()

    def rule_of(self, version_id: UUID) -> RowMapping | None:
        """Return of which rule a version is, and its number."""
        found = self._uow.execute(
            "SELECT v.rule_id, v.number, r.name FROM rule_version AS v"
            " JOIN rule AS r ON r.id = v.rule_id"
            " WHERE v.workspace_id = :workspace_id AND v.id = :id",
            {"workspace_id": self._workspace_id, "id": version_id},
        )
        return found.mappings().first()

    def version(self, rule_id: UUID, *, number: int) -> RowMapping | None:
        """Return one version of a rule by its number."""
        given = {"workspace_id": self._workspace_id, "rule_id": rule_id, "number": number}
        return self._uow.execute(VERSION, given).mappings().first()
