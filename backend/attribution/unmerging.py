"""Taking the touches of leads that were merged apart again."""

from collections.abc import Sequence
from uuid import UUID

from backend.attribution.repository import TouchRepository
from backend.kit.ids import new_id
from backend.leads import PartedLeads
from backend.platform.images import Image, Row, put_back, take
from backend.platform.unit_of_work import UnitOfWork

OF_LEADS = "workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))"
# The channel touch is found anew: it is that of a lead's first message.
MOVE = """
UPDATE touch AS t SET lead_id = w.new_id
FROM unnest(CAST(:messages AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[]))
  AS w(message_id, old_id, new_id)
WHERE t.message_id = w.message_id AND t.lead_id = w.old_id AND t.kind <> 'channel'
"""
FORGET = """
DELETE FROM touch AS t
USING unnest(CAST(:leads AS uuid[]), CAST(:messages AS uuid[])) AS w(lead_id, message_id)
JOIN message AS m ON m.id = w.message_id
WHERE t.lead_id = w.lead_id AND t.kind = 'channel'
  AND (t.occurred_at <> m.sent_at OR t.message_id = ANY(CAST(:moved AS uuid[])))
"""
MAKE_ROOM = "DELETE FROM touch WHERE lead_id = ANY(CAST(:ids AS uuid[])) AND kind = 'channel'"
DROP = "DELETE FROM touch WHERE lead_id = ANY(CAST(:ids AS uuid[]))"


def image_of(uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]) -> Image:
    """Return the touches of leads, as they are."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids)}
    return {"touch": take(uow, "touch", OF_LEADS, asked)}


def part(uow: UnitOfWork, workspace_id: UUID, rows: Sequence[Row], parted: PartedLeads) -> None:
    """Put touches back, and give those since to the leads that their messages went to."""
    uow.execute(MAKE_ROOM, {"ids": list(parted.returned)})
    put_back(uow, "touch", [row for row in rows if UUID(row["lead_id"]) in parted.returned])
    uow.execute(
        MOVE,
        {
            "messages": [moved.message_id for moved in parted.moved],
            "old": [moved.old_id for moved in parted.moved],
            "new": [moved.new_id for moved in parted.moved],
        },
    )
    first = [row for row in parted.first if row["lead_id"] in parted.refolded]
    parameters = {
        "leads": [row["lead_id"] for row in first],
        "messages": [row["message_id"] for row in first],
        "moved": [moved.message_id for moved in parted.moved],
    }
    uow.execute(DROP, {"ids": list(parted.gone)})
    uow.execute(FORGET, parameters)
    TouchRepository(uow, workspace_id).add_channel_touches(
        [{**row, "id": new_id()} for row in first]
    )
