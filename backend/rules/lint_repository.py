"""Every SQL statement about what rules speak of: tags and channels."""

from collections.abc import Iterable
from uuid import UUID

from backend.platform.unit_of_work import UnitOfWork

TAGS = """
SELECT w.tag FROM unnest(CAST(:tags AS text[])) AS w(tag)
WHERE EXISTS (SELECT 1 FROM lead AS l
              WHERE l.workspace_id = :workspace_id AND l.tags @> ARRAY[w.tag])
"""


class LintRepository:
    """What there is in one workspace for rules to speak of."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def carried(self, tags: Iterable[str]) -> frozenset[str]:
        """Return which of some tags any lead carries."""
        given = {"workspace_id": self._workspace_id, "tags": sorted(set(tags))}
        return frozenset(self._uow.execute(TAGS, given).scalars())

    def channels(self) -> frozenset[str]:
        """Return the ids of the channels."""
        found = self._uow.execute(
            "SELECT id FROM channel WHERE workspace_id = :workspace_id",
            {"workspace_id": self._workspace_id},
        )
        return frozenset(str(each) for each in found.scalars())
