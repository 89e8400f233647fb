"""Every SQL statement about deliveries that stand in quarantine."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.intake.repository import CAUSE
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

CAUSES = f"""
WITH grouped AS (
    SELECT e.channel_id, {CAUSE} AS cause, count(*) AS events, min(e.received_at) AS first_at,
           max(e.received_at) AS last_at, max(e.sequence) AS newest
    FROM webhook_event AS e
    WHERE e.workspace_id = :workspace_id AND e.state = 'quarantined'
    GROUP BY 1, 2
)
SELECT g.channel_id, h.name AS channel_name, g.cause, g.events, g.first_at, g.last_at,
       g.newest, e.id AS newest_id, e.error AS newest_error
FROM grouped AS g JOIN channel AS h ON h.id = g.channel_id
JOIN webhook_event AS e ON e.workspace_id = :workspace_id AND e.sequence = g.newest
WHERE CAST(:after AS bigint) IS NULL OR g.newest < :after
ORDER BY g.newest DESC LIMIT :limit
"""  # noqa: S608  our own expression
CORRECT = """
UPDATE webhook_event
SET corrected_body = :body, corrected_by = :by, corrected_at = :now
WHERE workspace_id = :workspace_id AND id = :id AND state = 'quarantined'
RETURNING id
"""
IGNORE = f"""
UPDATE webhook_event AS e
SET state = 'ignored', ignored_by = :by, ignored_reason = :reason, ignored_at = :now
WHERE e.workspace_id = :workspace_id AND e.state = 'quarantined'
  AND e.channel_id = :channel_id AND {CAUSE} = :cause
"""  # noqa: S608  our own expression
IGNORE_ONE = """
UPDATE webhook_event AS e
SET state = 'ignored', ignored_by = :by, ignored_reason = :reason, ignored_at = :now
WHERE e.workspace_id = :workspace_id AND e.state = 'quarantined' AND e.id = :id
"""
HEED = """
UPDATE webhook_event
SET state = 'quarantined', ignored_by = NULL, ignored_reason = NULL, ignored_at = NULL
WHERE workspace_id = :workspace_id AND id = :id AND state = 'ignored'
RETURNING id
"""


class QuarantineRepository:
    """The quarantined deliveries of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def causes(self, page: PageRequest) -> Sequence[RowMapping]:
        """Return the groups, the one with the newest delivery first, one more than asked for."""
        position = page.position(int)
        given = {
            "workspace_id": self._workspace_id,
            "after": position[0] if position else None,
            "limit": page.limit + 1,
        }
        return self._uow.execute(CAUSES, given).mappings().all()

    def correct(self, event_id: UUID, *, body: bytes, by: str) -> bool:
        """Keep a corrected body beside the original; false when it stands in no quarantine."""
        given = self._given(id=event_id, body=body, by=by)
        return self._uow.execute(CORRECT, given).first() is not None

    def ignore(self, event_id: UUID, *, reason: str, by: str) -> bool:
        """Pass one delivery over for good."""
        given = self._given(id=event_id, reason=reason, by=by)
        return self._uow.execute(IGNORE_ONE, given).rowcount > 0

    def ignore_cause(self, channel_id: UUID, cause: str, *, reason: str, by: str) -> int:
        """Pass a group over for good; returns how many deliveries."""
        given = self._given(channel_id=channel_id, cause=cause, reason=reason, by=by)
        return self._uow.execute(IGNORE, given).rowcount

    def heed(self, event_id: UUID) -> bool:
        """Put an ignored delivery back into quarantine."""
        return self._uow.execute(HEED, self._given(id=event_id)).first() is not None

    def _given(self, **values: object) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "now": self._uow.now, **values}
