"""The SQL that reads what the database holds of one channel."""

from collections.abc import Mapping
from uuid import UUID

from backend.platform.unit_of_work import UnitOfWork
from backend.rehearsal.schemas import Kept

MESSAGES = """
SELECT provider_message_id AS name, count(*) AS count FROM message
WHERE workspace_id = :workspace_id AND channel_id = :channel_id AND direction = 'in'
GROUP BY provider_message_id
"""

STATUSES = """
SELECT provider_message_id || ':' || status AS name, count(*) AS count FROM message_status
WHERE workspace_id = :workspace_id AND channel_id = :channel_id
GROUP BY provider_message_id, status
"""

REPLIES = """
SELECT CAST(id AS text) AS name, delivery_state AS state FROM message
WHERE workspace_id = :workspace_id AND channel_id = :channel_id AND direction = 'out'
"""

DELIVERIES = """
SELECT count(*) FILTER (WHERE state = 'received') AS waiting,
       count(*) FILTER (WHERE state = 'quarantined') AS quarantined
FROM webhook_event WHERE workspace_id = :workspace_id AND channel_id = :channel_id
"""


class RehearsalRepository:
    """What one workspace holds of its channels."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def kept(self, channel_id: UUID) -> Kept:
        """Return everything that a channel's deliveries and replies came to."""
        asked = {"workspace_id": self._workspace_id, "channel_id": channel_id}
        deliveries = self._uow.execute(DELIVERIES, asked).mappings().one()
        replies = self._uow.execute(REPLIES, asked).mappings()
        return Kept(
            messages=self._counted(MESSAGES, asked),
            statuses=self._counted(STATUSES, asked),
            replies={row["name"]: row["state"] for row in replies},
            waiting=deliveries["waiting"],
            quarantined=deliveries["quarantined"],
        )

    def _counted(self, question: str, asked: Mapping[str, UUID]) -> dict[str, int]:
        found = self._uow.execute(question, dict(asked)).mappings()
        return {row["name"]: row["count"] for row in found}
