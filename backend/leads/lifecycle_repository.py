"""SQL of the lifecycle: its settings, what grows stale, what decays, who came back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.leads.models import ScoreEntry
from backend.leads.policy import Stage
from backend.platform.unit_of_work import UnitOfWork

SAVE = """
INSERT INTO lifecycle
    (workspace_id, number, warm_from, hot_from, rest, decays_after, changed_by, updated_at)
VALUES (:workspace_id, 1, :warm_from, :hot_from, CAST(:rest AS jsonb), :decays_after, :by, :now)
ON CONFLICT (workspace_id) DO UPDATE
SET number = lifecycle.number + 1, warm_from = excluded.warm_from, hot_from = excluded.hot_from,
    rest = excluded.rest, changed_by = excluded.changed_by, updated_at = excluded.updated_at,
    decays_after = COALESCE(excluded.decays_after, lifecycle.decays_after)
"""

MARK_STALE = """
UPDATE lead SET stale_at = :now, updated_at = :now
WHERE workspace_id = :workspace_id AND id IN (
    SELECT id FROM lead
    WHERE workspace_id = :workspace_id AND stage = :stage AND last_activity_at < :before
      AND stale_at IS NULL AND stage NOT IN ('converted', 'lost')
    ORDER BY last_activity_at LIMIT :limit FOR UPDATE SKIP LOCKED
)
RETURNING id
"""

UNMARK = """
UPDATE lead SET stale_at = NULL, updated_at = :now
WHERE workspace_id = :workspace_id AND stage = :stage AND stale_at IS NOT NULL
  AND last_activity_at >= :before
"""

DECAYING = """
SELECT id, score, last_activity_at, decayed_on FROM lead
WHERE workspace_id = :workspace_id AND score > 0 AND stage NOT IN ('converted', 'lost')
  AND COALESCE(decayed_on, '-infinity'::date) < CAST(:today AS date)
ORDER BY COALESCE(decayed_on, '-infinity'::date) LIMIT :limit FOR UPDATE SKIP LOCKED
"""

DECAYED = """
UPDATE lead AS l SET decayed_on = CAST(:today AS date), updated_at = :now,
       score = COALESCE((SELECT sum(points) FROM score_entry WHERE lead_id = l.id), 0)
WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:ids AS uuid[]))
"""

# The lead that ended last decides: a customer who bought since then is not the one we lost.
CAME_BACK = """
SELECT w.channel_id, w.contact_id, f.rest ->> 'returning' AS returning, l.id, l.conversation_id,
       l.opened_at, l.last_activity_at, l.qualified_at
FROM unnest(CAST(:channels AS uuid[]), CAST(:contacts AS uuid[]), CAST(:at AS timestamptz[]))
  AS w(channel_id, contact_id, at)
JOIN lifecycle AS f ON f.workspace_id = :workspace_id AND f.rest ->> 'returning' <> 'new'
CROSS JOIN LATERAL (
    SELECT * FROM lead
    WHERE contact_id = w.contact_id AND channel_id = w.channel_id
      AND stage IN ('converted', 'lost')
    ORDER BY GREATEST(converted_at, lost_at) DESC, id DESC LIMIT 1
) AS l
WHERE l.stage = 'lost' AND w.at > l.lost_at
  AND w.at <= l.lost_at + make_interval(days => CAST(f.rest ->> 'reopen_days' AS integer))
ORDER BY l.id
"""


class LifecycleRepository:
    """What one workspace asks of its leads, in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def settings(self, *, lock: bool = False) -> RowMapping | None:
        """Return the row of settings, where there is one."""
        query = "SELECT * FROM lifecycle WHERE workspace_id = :workspace_id"
        found = self._uow.execute(
            f"{query} FOR UPDATE" if lock else query, {"workspace_id": self._workspace_id}
        )
        return found.mappings().first()

    def save(self, columns: Mapping[str, Any]) -> None:
        """Write warm_from, hot_from, rest (as JSON), decays_after and by."""
        names = {"workspace_id": self._workspace_id, "now": self._uow.now}
        self._uow.execute(SAVE, {**columns, **names})

    def came_back(self, customers: Mapping[tuple[UUID, UUID], datetime]) -> Sequence[RowMapping]:
        """Return the lost leads, by (channel, contact), of those who wrote at some moment.

        Only where the settings do not say that such a customer is simply a new lead.
        """
        if not customers:
            return ()
        wanted = sorted(customers)
        found = self._uow.execute(
            CAME_BACK,
            {
                "workspace_id": self._workspace_id,
                "channels": [channel_id for channel_id, _ in wanted],
                "contacts": [contact_id for _, contact_id in wanted],
                "at": [customers[pair] for pair in wanted],
            },
        )
        return found.mappings().all()

    def mark_stale(self, stage: Stage, *, before: datetime, limit: int) -> list[UUID]:
        """Mark leads of a stage whose customer was last heard before a moment; return which."""
        found = self._uow.execute(
            MARK_STALE,
            {
                "workspace_id": self._workspace_id,
                "stage": stage,
                "before": before,
                "limit": limit,
                "now": self._uow.now,
            },
        )
        return list(found.scalars())

    def unmark(self, stage: Stage, *, before: datetime | None) -> None:
        """Take marks off leads of a stage heard since a moment, or off all of the stage."""
        least = before or datetime.min.replace(tzinfo=self._uow.now.tzinfo)
        names = {"workspace_id": self._workspace_id, "now": self._uow.now}
        self._uow.execute(UNMARK, {**names, "stage": stage, "before": least})

    def decaying(self, today: date, *, limit: int) -> Sequence[RowMapping]:
        """Hold open leads with points that were not looked at on this day."""
        asked = {"workspace_id": self._workspace_id, "today": today, "limit": limit}
        return self._uow.execute(DECAYING, asked).mappings().all()

    def add_decay(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Append to the ledger; a day that a lead has already is passed over."""
        self._uow.insert(ScoreEntry, rows, once=True)

    def finish_decay(self, lead_ids: Sequence[UUID], today: date) -> None:
        """Sum the ledgers of leads anew, and keep up to which day they have decayed."""
        names = {"workspace_id": self._workspace_id, "now": self._uow.now}
        self._uow.execute(DECAYED, {**names, "ids": list(lead_ids), "today": today})

    def end(self, lead_id: UUID, *, reason: str | None) -> None:
        """Keep why a lead was lost."""
        self._uow.execute(
            "UPDATE lead SET loss_reason = :reason WHERE workspace_id = :workspace_id AND id = :id",
            {"workspace_id": self._workspace_id, "id": lead_id, "reason": reason},
        )

    def ask_about(self, leads: Mapping[UUID, UUID]) -> None:
        """Keep which new leads (keys) may be lost ones (values) that came back."""
        if not leads:
            return
        self._uow.execute(
            "UPDATE lead AS l SET returned_from = w.lost_id"
            " FROM unnest(CAST(:ids AS uuid[]), CAST(:lost AS uuid[])) AS w(id, lost_id)"
            " WHERE l.workspace_id = :workspace_id AND l.id = w.id",
            {
                "workspace_id": self._workspace_id,
                "ids": list(leads),
                "lost": list(leads.values()),
            },
        )

    def settle_return(self, lead_id: UUID) -> None:
        """Ask no longer whether a lead is a new one."""
        self._uow.execute(
            "UPDATE lead SET returned_from = NULL, updated_at = :now"
            " WHERE workspace_id = :workspace_id AND id = :id",
            {"workspace_id": self._workspace_id, "id": lead_id, "now": self._uow.now},
        )
