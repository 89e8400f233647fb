"""Whom a search means, for lists of what belongs to people.

A search that means few names them, so that a list is read from their rows. One that means very
many is a condition on the list instead, which then soon has its page.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from backend.kit.phone import containing_number
from backend.platform.unit_of_work import UnitOfWork

MOST: Final = 2_000
# Planned for all that match, and read until there are enough: the limit alone would make
# PostgreSQL walk the table in the hope of meeting enough soon.
FOUND = """
WITH found AS MATERIALIZED (
    SELECT c.id FROM contact AS c WHERE c.workspace_id = :workspace_id AND ({matches})
)
SELECT id FROM found LIMIT :most
"""


@dataclass(frozen=True, slots=True)
class Meant:
    """The contacts that a search means; `ids` is None when they are too many to be named."""

    ids: tuple[UUID, ...] | None
    patterns: tuple[str, ...]

    def condition(self, contact_id: str) -> tuple[str, dict[str, Any]]:
        """Return the condition on a list that joins `contact AS c`, and its bound values.

        `contact_id` is the list's own column, whose index serves few.
        """
        if self.ids is None:
            return _matches(self.patterns)
        return f"{contact_id} = ANY(CAST(:meant AS uuid[]))", {"meant": list(self.ids)}


def meant_by(uow: UnitOfWork, workspace_id: UUID, search: str) -> Meant:
    """Find the contacts of a workspace whose name, number or username holds the search."""
    patterns = tuple(containing_number(search))
    matches, values = _matches(patterns)
    found = uow.execute(
        FOUND.format(matches=matches),
        {"workspace_id": workspace_id, "most": MOST + 1, **values},
    )
    ids = tuple(found.scalars())
    return Meant(ids if len(ids) <= MOST else None, patterns)


def _matches(patterns: tuple[str, ...]) -> tuple[str, dict[str, Any]]:
    """Return a condition for each pattern: an index on words serves no list of patterns."""
    names = [f"like_{number}" for number in range(len(patterns))]
    condition = " OR ".join(f"c.search_text ILIKE :{name}" for name in names)
    return f"({condition})", dict(zip(names, patterns, strict=True))
