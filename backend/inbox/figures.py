"""What the inbox can tell of a channel's health: what failed and why, and who was written to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork

DAY: Final = timedelta(hours=24)
MOST_CAUSES: Final = 5

FAILURES = """
SELECT channel_id, cause, sum(times)::int AS times FROM (
    SELECT channel_id, concat_ws(': ', error_code, error_title) AS cause,
           count(DISTINCT provider_message_id) AS times
    FROM message_status
    WHERE workspace_id = :workspace_id AND channel_id = ANY(CAST(:ids AS uuid[]))
      AND status = 'failed' AND occurred_at >= :since
    GROUP BY 1, 2
    UNION ALL
    SELECT channel_id, COALESCE(error, '') AS cause, count(*) AS times
    FROM message
    WHERE workspace_id = :workspace_id AND channel_id = ANY(CAST(:ids AS uuid[]))
      AND direction = 'out' AND delivery_state = 'failed' AND sent_at >= :since
    GROUP BY 1, 2
) AS found GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""

# Whoever wrote within the 24 hours before is answered, not written to first: answers do not count
# against a number's limit (Meta, messaging limits).
WRITTEN_FIRST = """
SELECT m.channel_id, count(DISTINCT v.contact_id) AS people
FROM message AS m JOIN conversation AS v ON v.id = m.conversation_id
WHERE m.workspace_id = :workspace_id AND m.channel_id = ANY(CAST(:ids AS uuid[]))
  AND m.direction = 'out' AND m.delivery_state IN ('posting', 'handed_over', 'unknown')
  AND m.sent_at >= :since
  AND NOT EXISTS (
      SELECT 1 FROM message AS i
      WHERE i.conversation_id = m.conversation_id AND i.direction = 'in'
        AND i.sent_at >= m.sent_at - interval '24 hours' AND i.sent_at <= m.sent_at
  )
GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A cause, as the provider's code and sentence, and how many messages it hit."""

    cause: str
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelFigures:
    """The last 24 hours of a channel; `written_first` are people, not messages."""

    failures: tuple[Failure, ...] = ()
    written_first: int = 0


def channel_figures(
    uow: UnitOfWork, actor: Actor, channel_ids: Sequence[UUID]
) -> Mapping[UUID, ChannelFigures]:
    """Return the figures of channels, the most frequent causes first."""
    actor.require(Permission.CHANNELS_READ)
    asked = {
        "workspace_id": actor.workspace_id,
        "ids": list(channel_ids),
        "since": uow.now - DAY,
    }
    causes: dict[UUID, list[Failure]] = {}
    for row in uow.execute(FAILURES, asked):
        causes.setdefault(row.channel_id, []).append(Failure(row.cause, row.times))
    people = {row.channel_id: row.people for row in uow.execute(WRITTEN_FIRST, asked)}
    return {
        one: ChannelFigures(
            failures=tuple(causes.get(one, [])[:MOST_CAUSES]), written_first=people.get(one, 0)
        )
        for one in channel_ids
    }
