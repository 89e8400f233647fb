"""Every SQL statement about deliveries."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend import inbox
from backend.intake.schemas import EventQuery
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

# A provider that lags posts a thousand updates at once, in up to 3 MB.
MAX_CLAIMED_BYTES = 8 * 1024 * 1024

# What an error says once its numbers and quotations are taken out: errors of one cause are equal.
CAUSE = (
    "left(regexp_replace(regexp_replace(e.error, '\"[^\"]*\"|''[^'']*''', '…', 'g'),"
    " '[0-9]+', '#', 'g'), 200)"
)

CLAIM = """
SELECT id, channel_id, body, received_at FROM (
    SELECT id, channel_id, body, received_at, sequence,
           sum(octet_length(body)) OVER (ORDER BY sequence) - octet_length(body) AS before
    FROM (
        SELECT * FROM webhook_event
        WHERE workspace_id = :workspace_id AND state = 'received'
        ORDER BY sequence LIMIT :limit
    ) AS oldest
) AS e
WHERE before < :max_bytes ORDER BY sequence
"""

RECLAIM = """
SELECT id, channel_id, COALESCE(corrected_body, body) AS body, received_at FROM webhook_event
WHERE id = ANY(CAST(:ids AS uuid[])) AND state = 'received'
ORDER BY sequence
"""

SETTLE = """
UPDATE webhook_event AS e
SET state = CASE WHEN s.fault IS NULL THEN 'processed' ELSE 'quarantined' END,
    error = s.fault, attempts = e.attempts + 1, processed_at = :now
FROM unnest(CAST(:ids AS uuid[]), CAST(:faults AS text[])) AS s(id, fault)
WHERE e.id = s.id
"""

STORE = """
INSERT INTO webhook_event
    (id, workspace_id, channel_id, dedupe_key, body, headers, state, attempts, received_at)
VALUES (:id, :workspace_id, :channel_id, sha256(CAST(:body AS bytea)), :body, '{}', 'received', 0,
        :now)
ON CONFLICT (channel_id, dedupe_key) DO NOTHING
RETURNING id
"""

EVENTS = """
SELECT e.id, e.channel_id, h.name AS channel_name, e.state, e.attempts, e.error, e.received_at,
       e.processed_at, e.sequence, e.corrected_by, e.corrected_at, e.ignored_by,
       e.ignored_reason, e.ignored_at
FROM webhook_event AS e JOIN channel AS h ON h.id = e.channel_id
WHERE e.workspace_id = :workspace_id
"""

EVENT = """
SELECT e.id, e.channel_id, h.name AS channel_name, e.state, e.attempts, e.error, e.received_at,
       e.processed_at, e.body, e.corrected_body, e.corrected_by, e.corrected_at, e.ignored_by,
       e.ignored_reason, e.ignored_at
FROM webhook_event AS e JOIN channel AS h ON h.id = e.channel_id
WHERE e.workspace_id = :workspace_id AND e.id = :id
"""


class EventRepository:
    """The deliveries of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def lock(self) -> None:
        """Let one batch of this workspace be processed at a time, so that its order is kept."""
        self._uow.lock(inbox.history_lock(self._workspace_id))

    def try_lock(self) -> bool:
        """Take the lock of `lock`, unless somebody else processes this workspace right now."""
        return self._uow.try_lock(inbox.history_lock(self._workspace_id))

    def claim(self, limit: int) -> Sequence[RowMapping]:
        """Return the oldest deliveries that wait, as many as fit into memory, at least one."""
        found = self._uow.execute(
            CLAIM,
            {"workspace_id": self._workspace_id, "limit": limit, "max_bytes": MAX_CLAIMED_BYTES},
        )
        return found.mappings().all()

    def reclaim(self, event_ids: Sequence[UUID]) -> Sequence[RowMapping]:
        """Return those of some deliveries that still wait, the oldest first."""
        return self._uow.execute(RECLAIM, {"ids": list(event_ids)}).mappings().all()

    def settle(self, outcomes: Mapping[UUID, str | None]) -> None:
        """Mark deliveries processed, or quarantined with what was wrong."""
        self._uow.write(
            SETTLE,
            {
                "now": self._uow.now,
                "ids": list(outcomes),
                "faults": [fault and fault[:2000] for fault in outcomes.values()],
            },
        )

    def store(self, event_id: UUID, channel_id: UUID, body: bytes) -> bool:
        """Keep a delivery, once; false when its bytes are there already."""
        found = self._uow.execute(
            STORE,
            {
                "id": event_id,
                "workspace_id": self._workspace_id,
                "channel_id": channel_id,
                "body": body,
                "now": self._uow.now,
            },
        )
        return found.first() is not None

    def release(self, event_id: UUID) -> bool:
        """Let a delivery be processed again; false when it is not there."""
        found = self._uow.execute(
            "UPDATE webhook_event SET state = 'received', error = NULL,"
            " ignored_by = NULL, ignored_reason = NULL, ignored_at = NULL"
            " WHERE workspace_id = :workspace_id AND id = :id RETURNING id",
            {"workspace_id": self._workspace_id, "id": event_id},
        )
        return found.first() is not None

    def find(self, event_id: UUID) -> RowMapping | None:
        """Return a delivery with its body."""
        found = self._uow.execute(EVENT, {"workspace_id": self._workspace_id, "id": event_id})
        return found.mappings().first()

    def page(self, query: EventQuery, page: PageRequest) -> Sequence[RowMapping]:
        """Return deliveries, the latest first, one more than asked for."""
        conditions = ""
        parameters: dict[str, Any] = {
            "workspace_id": self._workspace_id,
            "limit": page.limit + 1,
        }
        if query.channel_id:
            conditions += " AND e.channel_id = :channel_id"
            parameters["channel_id"] = query.channel_id
        if query.state:
            conditions += " AND e.state = :state"
            parameters["state"] = query.state
        if query.cause:
            conditions += f" AND {CAUSE} = :cause"
            parameters["cause"] = query.cause
        if position := page.position(int):
            conditions += " AND e.sequence < :after"
            parameters["after"] = position[0]
        found = self._uow.execute(
            f"{EVENTS}{conditions} ORDER BY e.sequence DESC LIMIT :limit", parameters
        )
        return found.mappings().all()


def waiting_workspaces(uow: UnitOfWork) -> list[UUID]:
    """Return the workspaces that have deliveries waiting."""
    found = uow.execute(
        "SELECT w.id FROM workspace AS w WHERE EXISTS (SELECT 1 FROM webhook_event AS e"
        " WHERE e.workspace_id = w.id AND e.state = 'received')"
    )
    return [row.id for row in found]
