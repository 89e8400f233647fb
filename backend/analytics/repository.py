"""Every SQL statement about daily figures."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.analytics import folding
from backend.analytics.schemas import DailyQuery
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import Moment, UnitOfWork

MARKS_AT_ONCE = 5_000

TOTALS = """
SELECT COALESCE(sum(conversations), 0) AS conversations,
       COALESCE(sum(responded), 0) AS responded,
       COALESCE(sum(leads_new), 0) AS leads_new,
       COALESCE(sum(leads_qualified), 0) AS leads_qualified,
       COALESCE(sum(leads_converted), 0) AS leads_converted
FROM analytics_daily
WHERE workspace_id = :workspace_id AND day BETWEEN :from_day AND :to_day
"""

BY_DAY = """
SELECT CAST(d AS date) AS day,
       COALESCE(sum(r.conversations), 0) AS conversations,
       COALESCE(sum(r.leads_new), 0) AS leads_new,
       COALESCE(sum(r.messages_in), 0) AS messages_in,
       COALESCE(sum(r.messages_out), 0) AS messages_out
FROM generate_series(
    CAST(:from_day AS timestamp), CAST(:to_day AS timestamp), interval '1 day'
) AS d
LEFT JOIN analytics_daily AS r
  ON r.workspace_id = :workspace_id AND r.day = CAST(d AS date)
GROUP BY d ORDER BY d
"""

FIRST_RESPONSE = """
SELECT percentile_cont(0.5) WITHIN GROUP (
    ORDER BY extract(epoch FROM first_responded_at - first_inbound_at)
)
FROM conversation
WHERE workspace_id = :workspace_id AND first_responded_at IS NOT NULL
  AND opened_at >= :starts_at AND opened_at < :ends_at
"""

DAILY = """
SELECT day, channel_id, conversations, responded, messages_in, messages_out, delivered, read,
       failed, leads_new, leads_qualified, leads_converted, leads_lost, rolled_up_at
FROM analytics_daily
WHERE workspace_id = :workspace_id AND day BETWEEN :from_day AND :to_day
"""


class AnalyticsRepository:
    """The figures of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def mark(self, moments: Sequence[Moment]) -> None:
        """Mark the local days of these moments for the next rollup."""
        self._uow.write(
            folding.MARK,
            {
                "workspace_id": self._workspace_id,
                "channels": [moment.stream for moment in moments],
                "times": [moment.at for moment in moments],
            },
        )

    def mark_every_day(self, *, old: str, new: str) -> None:
        """Mark every day that has facts in one of two timezones."""
        self._uow.execute(
            folding.MARK_EVERY_DAY, {"workspace_id": self._workspace_id, "old": old, "new": new}
        )

    def lock(self) -> None:
        """Let one rollup of this workspace run at a time."""
        self._uow.lock(f"rollup:{self._workspace_id}")

    def take_marks(self) -> list[tuple[date, UUID]]:
        """Take some marks off, and return the days they name."""
        taken = self._uow.execute(
            folding.TAKE_MARKS, {"workspace_id": self._workspace_id, "limit": MARKS_AT_ONCE}
        )
        return sorted({(row.day, row.channel_id) for row in taken})

    def roll_up(self, days: Sequence[tuple[date, UUID]], *, timezone: str) -> None:
        """Fold the facts of these days and channels again and keep the outcome."""
        self._uow.execute(
            folding.ROLL_UP,
            {
                "workspace_id": self._workspace_id,
                "timezone": timezone,
                "now": self._uow.now,
                "days": [day for day, _ in days],
                "channels": [channel_id for _, channel_id in days],
            },
        )

    def totals(self, from_day: date, to_day: date) -> RowMapping:
        """Return sums over a period, bounds included."""
        found = self._uow.execute(TOTALS, self._period(from_day, to_day))
        return found.mappings().one()

    def by_day(self, from_day: date, to_day: date) -> Sequence[RowMapping]:
        """Return each day of a period, also the empty ones."""
        return self._uow.execute(BY_DAY, self._period(from_day, to_day)).mappings().all()

    def first_response(self, starts_at: datetime, ends_at: datetime) -> float | None:
        """Return the median of seconds to the first answer of conversations opened then."""
        found = self._uow.execute(
            FIRST_RESPONSE,
            {"workspace_id": self._workspace_id, "starts_at": starts_at, "ends_at": ends_at},
        )
        value = found.scalar_one()
        return None if value is None else float(value)

    def daily(self, query: DailyQuery, page: PageRequest) -> Sequence[RowMapping]:
        """Return daily rows, the latest day first, one more than asked for."""
        conditions = ""
        parameters: dict[str, Any] = {
            **self._period(query.from_day, query.to_day),
            "limit": page.limit + 1,
        }
        if query.channel_id:
            conditions += " AND channel_id = :channel_id"
            parameters["channel_id"] = query.channel_id
        if position := page.position(date.fromisoformat, UUID):
            conditions += " AND (day, channel_id) < (:after, :after_id)"
            parameters |= {"after": position[0], "after_id": position[1]}
        found = self._uow.execute(
            f"{DAILY}{conditions} ORDER BY day DESC, channel_id DESC LIMIT :limit", parameters
        )
        return found.mappings().all()

    def drift(self, *, timezone: str) -> Sequence[RowMapping]:
        """Return the days whose row differs from the fold of their facts."""
        found = self._uow.execute(
            folding.DRIFT, {"workspace_id": self._workspace_id, "timezone": timezone}
        )
        return found.mappings().all()

    def _period(self, from_day: date, to_day: date) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "from_day": from_day, "to_day": to_day}


def workspaces_with_marks(uow: UnitOfWork) -> list[UUID]:
    """Return the workspaces that wait for a rollup."""
    found = uow.execute(
        "SELECT w.id FROM workspace AS w"
        " WHERE EXISTS (SELECT 1 FROM analytics_mark AS m WHERE m.workspace_id = w.id)"
    )
    return [row.id for row in found]
