"""Taking the runs of rules on leads that were merged apart again."""

from collections.abc import Sequence
from uuid import UUID

from backend.leads import PartedLeads
from backend.platform.images import Image, Row
from backend.platform.unit_of_work import UnitOfWork

OF_LEADS = """
SELECT id, lead_id FROM rule_run
WHERE workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[])) ORDER BY id
"""
RETURN = """
UPDATE rule_run AS r SET lead_id = w.lead_id
FROM unnest(CAST(:ids AS uuid[]), CAST(:leads AS uuid[])) AS w(id, lead_id) WHERE r.id = w.id
"""
MOVE = """
UPDATE rule_run AS r SET lead_id = w.new_id
FROM unnest(CAST(:messages AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[]))
  AS w(message_id, old_id, new_id)
WHERE r.message_id = w.message_id AND r.lead_id = w.old_id
"""


def image_of(uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]) -> Image:
    """Return which run is of which lead."""
    found = uow.execute(OF_LEADS, {"workspace_id": workspace_id, "leads": list(lead_ids)})
    return {"rule_run": [dict(row) for row in found.mappings()]}


def part(uow: UnitOfWork, rows: Sequence[Row], parted: PartedLeads) -> None:
    """Put runs back, and give those since to the leads that their messages went to."""
    uow.execute(
        RETURN, {"ids": [row["id"] for row in rows], "leads": [row["lead_id"] for row in rows]}
    )
    uow.execute(
        MOVE,
        {
            "messages": [moved.message_id for moved in parted.moved],
            "old": [moved.old_id for moved in parted.moved],
            "new": [moved.new_id for moved in parted.moved],
        },
    )
