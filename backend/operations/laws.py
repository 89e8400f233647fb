"""The laws: each is one query that returns the rows that break it, or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend import analytics
from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Law:
    """A promise and the query that finds who breaks it; at most twenty rows are shown."""

    code: str
    title: str
    query: str


@dataclass(frozen=True, slots=True)
class LawResult:
    """Whether a law holds, and some of the rows that break it."""

    code: str
    title: str
    is_held: bool
    offenders: tuple[Mapping[str, Any], ...]


LAWS = (
    Law(
        "L1",
        "A provider's message is stored once",
        """
        SELECT channel_id, provider_message_id, count(*) AS copies FROM message
        WHERE provider_message_id IS NOT NULL
        GROUP BY channel_id, provider_message_id HAVING count(*) > 1 LIMIT 20
        """,
    ),
    Law(
        "L2",
        "A contact has one open conversation on a channel",
        """
        SELECT channel_id, contact_id, count(*) AS copies FROM conversation
        WHERE state = 'open' GROUP BY channel_id, contact_id HAVING count(*) > 1 LIMIT 20
        """,
    ),
    Law(
        "L3",
        "A lead's score is the sum of its ledger",
        """
        SELECT l.id AS lead_id, l.score, COALESCE(sum(s.points), 0) AS ledger
        FROM lead AS l LEFT JOIN score_entry AS s ON s.lead_id = l.id
        GROUP BY l.id HAVING l.score <> COALESCE(sum(s.points), 0) LIMIT 20
        """,
    ),
    Law(
        "L6",
        "A message shows the status that its history folds to",
        """
        SELECT m.id AS message_id, m.status, f.status AS folded FROM message AS m
        JOIN LATERAL (
            SELECT s.status FROM message_status AS s
            WHERE s.channel_id = m.channel_id AND s.provider_message_id = m.provider_message_id
            ORDER BY CASE s.status WHEN 'read' THEN 5 WHEN 'delivered' THEN 4
                                   WHEN 'failed' THEN 3 WHEN 'sent' THEN 2 ELSE 1 END DESC
            LIMIT 1
        ) AS f ON f.status IS DISTINCT FROM m.status
        LIMIT 20
        """,
    ),
    Law(
        "L8",
        "What is sent outside the 24-hour window is an approved template",
        """
        SELECT m.id AS message_id, m.kind FROM message AS m
        WHERE m.posting_at IS NOT NULL AND m.delivery_state IN ('posting', 'handed_over', 'unknown')
          AND m.direction = 'out'
          AND NOT (m.kind = 'template'
                   AND (m.payload #>> '{template,status}' = 'approved' OR m.payload = '{}'))
          AND NOT EXISTS (
            SELECT 1 FROM message AS i
            WHERE i.conversation_id = m.conversation_id AND i.direction = 'in'
              AND i.created_at <= m.created_at AND i.sent_at > m.sent_at - interval '24 hours'
          )
        LIMIT 20
        """,
    ),
    Law(
        "L12",
        "No delivery waits longer than a minute without a reason",
        """
        SELECT id AS webhook_event_id, channel_id, received_at FROM webhook_event
        WHERE state = 'received' AND error IS NULL
          AND received_at < CAST(:now AS timestamptz) - interval '60 seconds' LIMIT 20
        """,
    ),
    Law(
        "L15",
        "Money carries its currency",
        "SELECT id AS lead_id FROM lead WHERE (value IS NULL) <> (currency IS NULL) LIMIT 20",
    ),
)


def check_laws(uow: UnitOfWork, actor: Actor) -> tuple[LawResult, ...]:
    """Check every law over the actor's workspace; row-level security shows the queries no other."""
    actor.require(Permission.EVENTS_READ)
    results = [_result(law, _offenders(uow, law)) for law in LAWS]
    drift = Law("L9", "A day's figures are the fold of its facts", "")
    results.append(_result(drift, _drift(uow, actor.workspace_id)))
    return tuple(sorted(results, key=lambda result: int(result.code[1:])))


def merged(checked: Iterable[Sequence[LawResult]]) -> tuple[LawResult, ...]:
    """Put the results of several workspaces into one: a law holds when it holds in each."""
    return tuple(
        LawResult(
            code=results[0].code,
            title=results[0].title,
            is_held=all(result.is_held for result in results),
            offenders=tuple(row for result in results for row in result.offenders)[:SHOWN],
        )
        for results in zip(*checked, strict=True)
    )


def _offenders(uow: UnitOfWork, law: Law) -> Sequence[Mapping[str, Any]]:
    return [dict(row) for row in uow.execute(law.query, {"now": uow.now}).mappings()]


def _drift(uow: UnitOfWork, workspace_id: UUID) -> Sequence[Mapping[str, Any]]:
    return [
        {"workspace_id": workspace_id, "day": day, "channel_id": channel_id}
        for day, channel_id in analytics.drifted_days(uow, workspace_id)
    ]


def _result(law: Law, offenders: Sequence[Mapping[str, Any]]) -> LawResult:
    return LawResult(law.code, law.title, not offenders, tuple(offenders[:SHOWN]))
