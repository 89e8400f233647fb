"""Every SQL statement about the message and the lead that a trace is asked about."""

from uuid import UUID

from sqlalchemy import RowMapping

from backend.platform.unit_of_work import UnitOfWork

MESSAGE = """
SELECT m.id AS message_id, m.sent_at, m.channel_id, m.kind, m.text, m.choice,
       EXISTS (SELECT 1 FROM touch AS t
               WHERE t.message_id = m.id AND t.kind = 'ad') AS has_referral
FROM message AS m
WHERE m.workspace_id = :workspace_id AND m.id = :id AND m.direction = 'in'
"""
LEAD = """
SELECT l.id, l.stage, l.tags, l.score, l.qualified_at,
       ARRAY(SELECT cadence_key FROM score_entry WHERE lead_id = l.id) AS cadence_keys
FROM lead AS l WHERE l.workspace_id = :workspace_id AND l.id = :id
"""


class TraceRepository:
    """What a trace reads of one workspace; it locks nothing."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def message(self, message_id: UUID) -> RowMapping | None:
        """Return what rules see of a message that a customer sent."""
        given = {"workspace_id": self._workspace_id, "id": message_id}
        return self._uow.execute(MESSAGE, given).mappings().first()

    def lead(self, lead_id: UUID) -> RowMapping | None:
        """Return what rules see of a lead."""
        given = {"workspace_id": self._workspace_id, "id": lead_id}
        return self._uow.execute(LEAD, given).mappings().first()
