"""What somebody who looks after deliveries asks of the database, besides the lists."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from backend.platform.unit_of_work import UnitOfWork

COUNT = """
SELECT count(*) FROM (
    SELECT FROM webhook_event
    WHERE workspace_id = :workspace_id AND state = 'quarantined' LIMIT :most
) AS counted
"""
CONVERSATIONS = """
SELECT DISTINCT ON (contact_id) contact_id, id FROM conversation
WHERE workspace_id = :workspace_id AND contact_id = ANY(CAST(:ids AS uuid[]))
ORDER BY contact_id, last_message_at DESC, id DESC
"""


class OverseeingRepository:
    """The deliveries and replays of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def count(self, most: int) -> int:
        """Return how many deliveries stand in quarantine, counted no further than `most`."""
        return self._uow.execute(COUNT, self._given(most=most)).scalar_one()

    def conversations_of(self, contact_ids: Sequence[str]) -> dict[str, str]:
        """Return the conversation in which each contact wrote last."""
        found = self._uow.execute(CONVERSATIONS, self._given(ids=list(contact_ids)))
        return {str(row.contact_id): str(row.id) for row in found}

    def _given(self, **values: object) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, **values}
