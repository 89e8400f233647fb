"""Every SQL statement about rules."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlmodel import col, select

from backend.kit.ids import LeadId, RuleId
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.models import Rule, RuleRun, RuleVersion

ENABLED = """
SELECT r.id, r.name, v.id AS version_id, v.definition
FROM rule AS r JOIN rule_version AS v ON v.id = r.current_version_id
WHERE r.workspace_id = :workspace_id AND r.is_enabled
ORDER BY r.priority, r.id
"""

IN_USE = """
SELECT r.id, r.name, r.priority, r.is_enabled, v.id AS version_id, v.definition, v.comment
FROM rule AS r JOIN rule_version AS v ON v.id = r.current_version_id
WHERE r.workspace_id = :workspace_id AND r.archived_at IS NULL
ORDER BY r.priority, r.id
"""

RULES = """
SELECT r.id, r.name, r.priority, r.is_enabled, v.id AS version_id, v.number AS version,
       v.definition, runs.hits, runs.last_hit_at, r.created_at, r.updated_at,
       r.archived_at
FROM rule AS r
JOIN rule_version AS v ON v.id = r.current_version_id
CROSS JOIN LATERAL (
    SELECT count(*) AS hits, max(occurred_at) AS last_hit_at FROM rule_run
    WHERE rule_id = r.id AND occurred_at > CAST(:now AS timestamptz) - interval '7 days'
) AS runs
WHERE r.workspace_id = :workspace_id
"""


class RuleRepository:
    """The rules of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def enabled(self) -> Sequence[RowMapping]:
        """Return the rules in force, in order of priority."""
        found = self._uow.execute(ENABLED, {"workspace_id": self._workspace_id})
        return found.mappings().all()

    def add_runs(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep what rules did; one that we have already is passed over."""
        self._uow.insert(RuleRun, rows, once=True)

    def move_runs(self, moves: Mapping[LeadId, LeadId]) -> None:
        """Give the runs of some leads to others."""
        self._uow.execute(
            """
            UPDATE rule_run AS r SET lead_id = m.new_id
            FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS m(old_id, new_id)
            WHERE r.lead_id = m.old_id
            """,
            {"old": list(moves), "new": list(moves.values())},
        )

    def add(self, row: Rule | RuleVersion) -> None:
        """Insert a rule or a version."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def find(self, rule_id: UUID, *, lock: bool = False) -> Rule | None:
        """Find a rule of this workspace."""
        wanted = select(Rule).where(Rule.id == rule_id, Rule.workspace_id == self._workspace_id)
        return self._uow.session.exec(wanted.with_for_update() if lock else wanted).first()

    def name_is_taken(self, name: str) -> bool:
        """Whether a rule of this workspace has the name."""
        wanted = select(Rule.id).where(Rule.workspace_id == self._workspace_id, Rule.name == name)
        wanted = wanted.where(col(Rule.archived_at).is_(None))
        return self._uow.session.exec(wanted).first() is not None

    def in_use(self) -> Sequence[RowMapping]:
        """Return id, name, priority and definition of every rule that is not archived, in order."""
        found = self._uow.execute(IN_USE, {"workspace_id": self._workspace_id})
        return found.mappings().all()

    def order(self, priorities: Mapping[RuleId, int]) -> None:
        """Give rules their priorities."""
        self._uow.execute(
            """
            UPDATE rule AS r SET priority = w.priority, updated_at = :now
            FROM unnest(CAST(:ids AS uuid[]), CAST(:priorities AS integer[])) AS w(id, priority)
            WHERE r.workspace_id = :workspace_id AND r.id = w.id AND r.priority <> w.priority
            """,
            {
                "workspace_id": self._workspace_id,
                "now": self._uow.now,
                "ids": list(priorities),
                "priorities": list(priorities.values()),
            },
        )

    def view(self, rule_id: UUID) -> RowMapping | None:
        """Return a rule with its version and its hits."""
        found = self._uow.execute(
            f"{RULES} AND r.id = :id",
            {"workspace_id": self._workspace_id, "now": self._uow.now, "id": rule_id},
        )
        return found.mappings().first()

    def page(self, page: PageRequest, *, is_archived: bool = False) -> Sequence[RowMapping]:
        """Return rules in order of priority, one more than asked for."""
        parameters: dict[str, Any] = {
            "workspace_id": self._workspace_id,
            "now": self._uow.now,
            "limit": page.limit + 1,
        }
        after = f" AND r.archived_at IS {'NOT ' if is_archived else ''}NULL"
        if position := page.position(int, UUID):
            after += " AND (r.priority, r.id) > (:after, :after_id)"
            parameters |= {"after": position[0], "after_id": position[1]}
        found = self._uow.execute(
            f"{RULES}{after} ORDER BY r.priority, r.id LIMIT :limit", parameters
        )
        return found.mappings().all()

    def versions(self, rule_id: UUID) -> Sequence[RowMapping]:
        """Return the versions of a rule, newest first; the last two hundred are kept in view."""
        found = self._uow.execute(
            "SELECT id, number, definition, author_name, comment, created_at FROM rule_version"
            " WHERE workspace_id = :workspace_id AND rule_id = :rule_id"
            " ORDER BY number DESC LIMIT 200",
            {"workspace_id": self._workspace_id, "rule_id": rule_id},
        )
        return found.mappings().all()

    def last_number(self, rule_id: UUID) -> int:
        """Return the number of the newest version."""
        found = self._uow.execute(
            "SELECT max(number) FROM rule_version WHERE rule_id = :rule_id", {"rule_id": rule_id}
        )
        return int(found.scalar_one() or 0)
