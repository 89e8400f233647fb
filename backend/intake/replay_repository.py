"""Every SQL statement about replays."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from backend.intake.models import ReplayRun
from backend.intake.replay_schemas import ReplayQuery, Tally
from backend.intake.repository import CAUSE
from backend.intake.schemas import EventState
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

REPLAYED = tuple(state.value for state in EventState if state is not EventState.IGNORED)

EXTENT = """
SELECT count(*) AS total, COALESCE(min(e.sequence) - 1, 0) AS position,
       COALESCE(max(e.sequence), 0) AS until
FROM webhook_event AS e WHERE e.workspace_id = :workspace_id
"""
NEXT = """
SELECT e.id, e.sequence, e.channel_id, e.received_at, e.redacted_at,
       COALESCE(e.corrected_body, e.body) AS body
FROM webhook_event AS e
WHERE e.workspace_id = :workspace_id AND e.sequence > :position AND e.sequence <= :until
"""
FAILED = """
SELECT id FROM webhook_event
WHERE workspace_id = :workspace_id AND state = 'quarantined' AND id = ANY(CAST(:ids AS uuid[]))
ORDER BY sequence
"""
CLAIM = """
UPDATE replay_run SET state = 'running', started_at = COALESCE(started_at, :now),
       lease_until = :lease_until
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
  AND (lease_until IS NULL OR lease_until < :now)
RETURNING *
"""
ADVANCE = """
UPDATE replay_run SET position = :position, done = :done, failed = :failed, gone = :gone,
       redacted = :redacted, progressed_at = clock_timestamp(),
       lease_until = clock_timestamp() + CAST(:lease AS interval)
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
RETURNING id
"""
FINISH = """
UPDATE replay_run SET state = :state, error = :error, report = CAST(:report AS jsonb),
       finished_at = clock_timestamp(), lease_until = NULL
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
RETURNING id
"""
OPEN = """
SELECT * FROM replay_run
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL FOR UPDATE
"""
DUE = """
SELECT workspace_id, id FROM replay_run
WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < :now)
"""

CONDITIONS = {
    "channel_id": " AND e.channel_id = :channel_id",
    "since": " AND e.received_at >= :since",
    "before": " AND e.received_at < :before",
    "event_ids": " AND e.id = ANY(CAST(:event_ids AS uuid[]))",
    "cause": f" AND e.state = 'quarantined' AND {CAUSE} = :cause",
}


class ReplayRepository:
    """The replays of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def extent(self, query: ReplayQuery) -> RowMapping:
        """Return how many deliveries are meant, and between which places of the sequence."""
        conditions, given = self._conditions(query)
        return self._uow.execute(EXTENT + conditions, given).mappings().one()

    def batch(
        self, query: ReplayQuery, *, position: int, until: int, limit: int
    ) -> Sequence[RowMapping]:
        """Return the next deliveries in the order of acceptance."""
        conditions, given = self._conditions(query)
        given |= {"position": position, "until": until, "limit": limit}
        statement = f"{NEXT}{conditions} ORDER BY e.sequence LIMIT :limit"
        return self._uow.execute(statement, given).mappings().all()

    def failed_among(self, event_ids: Sequence[UUID]) -> list[UUID]:
        """Return which of some deliveries stand in quarantine."""
        given = {"workspace_id": self._workspace_id, "ids": list(event_ids)}
        return [row.id for row in self._uow.execute(FAILED, given)]

    def add(self, row: Mapping[str, Any]) -> bool:
        """Add a replay, unless another one has not ended."""
        self._uow.insert(ReplayRun, [{**row, "workspace_id": self._workspace_id}], once=True)
        return self.find(row["id"]) is not None

    def find(self, replay_id: UUID) -> RowMapping | None:
        """Return a replay."""
        found = self._uow.execute(
            "SELECT * FROM replay_run WHERE workspace_id = :workspace_id AND id = :id",
            {"workspace_id": self._workspace_id, "id": replay_id},
        )
        return found.mappings().first()

    def page(self, page: PageRequest) -> Sequence[RowMapping]:
        """Return replays, the latest first, one more than asked for."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "limit": page.limit + 1}
        condition = ""
        if position := page.position(UUID):
            condition = " AND id < :after"
            given["after"] = position[0]
        statement = (
            f"SELECT * FROM replay_run WHERE workspace_id = :workspace_id{condition}"  # noqa: S608
            " ORDER BY id DESC LIMIT :limit"
        )
        return self._uow.execute(statement, given).mappings().all()

    def claim(self, replay_id: UUID, *, lease: timedelta) -> RowMapping | None:
        """Take a replay over, unless it has ended or somebody works on it."""
        given = self._named(replay_id) | {
            "now": self._uow.now,
            "lease_until": self._uow.now + lease,
        }
        return self._uow.execute(CLAIM, given).mappings().first()

    def hold(self, replay_id: UUID) -> RowMapping | None:
        """Return a replay that has not ended and keep it from ending in this transaction."""
        return self._uow.execute(OPEN, self._named(replay_id)).mappings().first()

    def advance(self, replay_id: UUID, *, position: int, tally: Tally, lease: timedelta) -> bool:
        """Record how far a replay is; false when it has ended."""
        given = self._named(replay_id) | {
            "position": position,
            "done": tally.done,
            "failed": tally.failed,
            "gone": tally.gone,
            "redacted": tally.redacted,
            "lease": lease,
        }
        return self._uow.execute(ADVANCE, given).first() is not None

    def finish(
        self,
        replay_id: UUID,
        *,
        state: str,
        error: str | None = None,
        report: Mapping[str, Any] | None = None,
    ) -> bool:
        """End a replay; false when it has ended already."""
        given = self._named(replay_id) | {
            "state": state,
            "error": error,
            "report": None if report is None else orjson.dumps(report).decode(),
        }
        return self._uow.execute(FINISH, given).first() is not None

    def _named(self, replay_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": replay_id}

    def _conditions(self, query: ReplayQuery) -> tuple[str, dict[str, Any]]:
        given: dict[str, Any] = {
            "workspace_id": self._workspace_id,
            "states": list(query.states or REPLAYED),
        }
        asked: dict[str, Any] = {
            "channel_id": query.channel_id,
            "since": query.since,
            "before": query.before,
            "event_ids": list(query.event_ids),
            "cause": query.cause,
        }
        conditions = " AND e.state = ANY(CAST(:states AS text[]))"
        for name, condition in CONDITIONS.items():
            if value := asked[name]:
                conditions += condition
                given[name] = value
        return conditions, given


def due(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return the replays of every workspace that nobody works on, with their workspaces."""
    found = uow.execute(DUE, {"now": uow.now})
    return [(row.workspace_id, row.id) for row in found]
