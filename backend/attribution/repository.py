"""Every SQL statement about touches."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.attribution.models import Touch
from backend.kit.ids import LeadId
from backend.platform.unit_of_work import UnitOfWork

CHANNEL_TOUCHES = """
INSERT INTO touch (id, workspace_id, lead_id, message_id, channel_id, kind, occurred_at, created_at)
SELECT * FROM (
    SELECT DISTINCT ON (t.lead_id) t.id, CAST(:workspace_id AS uuid), t.lead_id, t.message_id,
           t.channel_id, 'channel', t.at, CAST(:now AS timestamptz)
    FROM unnest(CAST(:ids AS uuid[]), CAST(:leads AS uuid[]), CAST(:messages AS uuid[]),
                CAST(:channels AS uuid[]), CAST(:times AS timestamptz[]))
      AS t(id, lead_id, message_id, channel_id, at)
    ORDER BY t.lead_id, t.at
) AS earliest
ON CONFLICT (lead_id) WHERE kind = 'channel' DO UPDATE
SET message_id = excluded.message_id, occurred_at = excluded.occurred_at
WHERE excluded.occurred_at < touch.occurred_at
"""

# A lead keeps one channel touch, the earliest; the other leads' go.
KEEP_EARLIEST = """
WITH ranked AS (
    SELECT t.id, row_number() OVER (
        PARTITION BY COALESCE(m.new_id, t.lead_id) ORDER BY t.occurred_at, t.id
    ) AS place
    FROM touch AS t
    LEFT JOIN unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS m(old_id, new_id)
      ON m.old_id = t.lead_id
    WHERE t.kind = 'channel' AND t.lead_id = ANY(CAST(:old AS uuid[]) || CAST(:new AS uuid[]))
)
DELETE FROM touch AS t USING ranked WHERE t.id = ranked.id AND ranked.place > 1
"""

HAND_OVER = """
UPDATE touch AS t SET lead_id = m.new_id
FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS m(old_id, new_id)
WHERE t.lead_id = m.old_id
"""

TOUCHES = """
SELECT t.id, t.kind, t.channel_id, c.name AS channel_name, t.headline, t.source_id, t.source_url,
       t.click_id, t.occurred_at
FROM touch AS t JOIN channel AS c ON c.id = t.channel_id
WHERE t.workspace_id = :workspace_id AND t.lead_id = :lead_id
ORDER BY t.occurred_at, t.id LIMIT 200
"""


class TouchRepository:
    """The touches of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def add_channel_touches(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Keep, for each lead, the earliest message that came through a channel."""
        if not rows:
            return
        self._uow.write(
            CHANNEL_TOUCHES,
            {
                "workspace_id": self._workspace_id,
                "now": self._uow.now,
                "ids": [row["id"] for row in rows],
                "leads": [row["lead_id"] for row in rows],
                "messages": [row["message_id"] for row in rows],
                "channels": [row["channel_id"] for row in rows],
                "times": [row["occurred_at"] for row in rows],
            },
        )

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert touches; one that we have already is passed over."""
        self._uow.insert(Touch, rows, once=True)

    def hand_over(self, moves: Mapping[LeadId, LeadId]) -> None:
        """Give the touches of some leads to others."""
        parameters = {"old": list(moves), "new": list(moves.values())}
        for statement in (KEEP_EARLIEST, HAND_OVER):
            self._uow.execute(statement, parameters)

    def of_lead(self, lead_id: UUID) -> Sequence[RowMapping]:
        """Return the touches of a lead, the first one first."""
        found = self._uow.execute(TOUCHES, {"workspace_id": self._workspace_id, "lead_id": lead_id})
        return found.mappings().all()
