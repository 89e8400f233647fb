"""Every SQL statement about backtests and the history that they read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.models import Backtest

POPULATION = """
SELECT count(*) FROM lead WHERE workspace_id = :workspace_id AND last_activity_at >= :since
"""
LEADS = """
SELECT l.id FROM lead AS l
WHERE l.workspace_id = :workspace_id AND l.last_activity_at >= :since AND l.id > :position
"""
SAMPLED = " AND abs(hashtextextended(l.id::text, 0) % :population) < :sample"
NOBODY = UUID(int=0)
# The state of the lead stands beside each message, so that both are of the same moment.
MESSAGES = """
SELECT e.lead_id, e.id AS event_id, m.id AS message_id, m.sent_at, m.channel_id, m.kind, m.text,
       m.choice, t.id IS NOT NULL AS has_referral, l.stage, l.tags, l.score,
       l.converted_at IS NOT NULL AS is_converted,
       COALESCE(x.is_touched, false) AS is_touched
FROM lead_event AS e
JOIN lead AS l ON l.id = e.lead_id
JOIN message AS m ON m.id = e.message_id
LEFT JOIN touch AS t ON t.message_id = m.id AND t.kind = 'ad'
LEFT JOIN (
    SELECT o.lead_id, true AS is_touched FROM lead_event AS o
    WHERE o.workspace_id = :workspace_id AND o.lead_id = ANY(CAST(:leads AS uuid[]))
      AND (o.kind IN ('lead.merged', 'lead.unmerged')
           OR (o.kind IN ('stage.changed', 'tag.added', 'tag.removed', 'score.changed')
               AND NOT o.data ? 'rule'))
    GROUP BY o.lead_id
) AS x ON x.lead_id = e.lead_id
WHERE e.workspace_id = :workspace_id AND e.lead_id = ANY(CAST(:leads AS uuid[]))
  AND e.kind = 'message.received' AND (e.lead_id, e.id) > (:lead_id, :event_id)
ORDER BY e.lead_id, e.id LIMIT :limit
"""
CLAIM = """
UPDATE backtest SET state = 'running', started_at = COALESCE(started_at, :now),
       lease_until = :lease_until
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
  AND (lease_until IS NULL OR lease_until < :now)
RETURNING *
"""
OPEN = """
SELECT * FROM backtest
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL FOR UPDATE
"""
ADVANCE = """
UPDATE backtest SET position = :position, done = :done, messages = :messages,
       counted = CAST(:counted AS jsonb), lease_until = clock_timestamp() + CAST(:lease AS interval)
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
"""
FINISH = """
UPDATE backtest SET state = :state, error = :error, finished_at = clock_timestamp(),
       lease_until = NULL
WHERE workspace_id = :workspace_id AND id = :id AND finished_at IS NULL
RETURNING id
"""
DUE = """
SELECT workspace_id, id FROM backtest
WHERE finished_at IS NULL AND (lease_until IS NULL OR lease_until < :now)
"""


class BacktestRepository:
    """The backtests of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def population(self, since: datetime) -> int:
        """Return how many leads were active since some moment."""
        given = {"workspace_id": self._workspace_id, "since": since}
        return self._uow.execute(POPULATION, given).scalar_one()

    def leads(
        self, since: datetime, *, position: UUID | None, sample: tuple[int, int] | None, limit: int
    ) -> list[UUID]:
        """Return the next leads; with a sample (so many of how many), only about that many."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "since": since}
        given |= {"position": position or NOBODY, "limit": limit}
        condition = ""
        if sample is not None:
            condition = SAMPLED
            given |= {"sample": sample[0], "population": sample[1]}
        statement = f"{LEADS}{condition} ORDER BY l.id LIMIT :limit"
        return list(self._uow.execute(statement, given).scalars())

    def messages(
        self, lead_ids: Sequence[UUID], *, after: tuple[UUID, UUID] | None, limit: int
    ) -> Sequence[RowMapping]:
        """Return what the customers of some leads wrote, lead by lead, as it was processed.

        `after` names the lead and the line of its timeline that were read last.
        """
        lead_id, event_id = after or (NOBODY, NOBODY)
        given = {"workspace_id": self._workspace_id, "leads": list(lead_ids), "limit": limit}
        given |= {"lead_id": lead_id, "event_id": event_id}
        return self._uow.execute(MESSAGES, given).mappings().all()

    def people(self, lead_ids: Iterable[UUID]) -> dict[UUID, str | None]:
        """Return the names of the customers of some leads."""
        found = self._uow.execute(
            "SELECT l.id, c.display_name FROM lead AS l JOIN contact AS c ON c.id = l.contact_id"
            " WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:leads AS uuid[]))",
            {"workspace_id": self._workspace_id, "leads": sorted(lead_ids)},
        )
        return {row.id: row.display_name for row in found}

    def add(self, row: Mapping[str, Any]) -> bool:
        """Add a backtest, unless another one has not ended."""
        self._uow.insert(Backtest, [{**row, "workspace_id": self._workspace_id}], once=True)
        return self.find(row["id"]) is not None

    def find(self, backtest_id: UUID) -> RowMapping | None:
        """Return a backtest."""
        found = self._uow.execute(
            "SELECT * FROM backtest WHERE workspace_id = :workspace_id AND id = :id",
            {"workspace_id": self._workspace_id, "id": backtest_id},
        )
        return found.mappings().first()

    def page(self, page: PageRequest) -> Sequence[RowMapping]:
        """Return backtests, the latest first, one more than asked for."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "limit": page.limit + 1}
        condition = ""
        if position := page.position(UUID):
            condition = " AND id < :after"
            given["after"] = position[0]
        statement = (
            f"SELECT * FROM backtest WHERE workspace_id = :workspace_id{condition}"  # noqa: S608
            " ORDER BY id DESC LIMIT :limit"
        )
        return self._uow.execute(statement, given).mappings().all()

    def claim(self, backtest_id: UUID, *, lease: timedelta) -> RowMapping | None:
        """Take a backtest over, unless it has ended or somebody works on it."""
        given = self._named(backtest_id) | {
            "now": self._uow.now,
            "lease_until": self._uow.now + lease,
        }
        return self._uow.execute(CLAIM, given).mappings().first()

    def hold(self, backtest_id: UUID) -> RowMapping | None:
        """Return a backtest that has not ended and keep it from ending in this transaction."""
        return self._uow.execute(OPEN, self._named(backtest_id)).mappings().first()

    def advance(
        self, backtest_id: UUID, *, position: UUID, counted: Mapping[str, Any], lease: timedelta
    ) -> None:
        """Record how far a backtest is, and what was counted so far."""
        given = self._named(backtest_id) | {
            "position": position,
            "done": counted["leads"],
            "messages": counted["messages"],
            "counted": orjson.dumps(counted, option=orjson.OPT_NON_STR_KEYS).decode(),
            "lease": lease,
        }
        self._uow.execute(ADVANCE, given)

    def finish(self, backtest_id: UUID, *, state: str, error: str | None = None) -> bool:
        """End a backtest; false when it has ended already."""
        given = self._named(backtest_id) | {"state": state, "error": error}
        return self._uow.execute(FINISH, given).first() is not None

    def _named(self, backtest_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": backtest_id}


def due(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return the backtests of every workspace that nobody works on, with their workspaces."""
    found = uow.execute(DUE, {"now": uow.now})
    return [(row.workspace_id, row.id) for row in found]
