"""SQL of leads for a batch: set-based, no statement per row."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.ids import new_id
from backend.leads.models import Lead, LeadEvent, ScoreEntry
from backend.leads.policy import Activity
from backend.leads.schemas import Effect, EventKind
from backend.platform.unit_of_work import UnitOfWork

Pair = tuple[UUID, UUID]


class LeadRepository:
    """The leads of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def open_leads(self, pairs: Iterable[Pair]) -> dict[Pair, RowMapping]:
        """Lock and return the open lead of each (channel, contact) that has one."""
        wanted = sorted(set(pairs))
        found = self._uow.execute(
            """
            SELECT l.id, l.channel_id, l.contact_id, l.conversation_id, l.opened_at,
                   l.last_activity_at
            FROM unnest(CAST(:channels AS uuid[]), CAST(:contacts AS uuid[]))
              AS w(channel_id, contact_id)
            JOIN lead AS l ON l.channel_id = w.channel_id AND l.contact_id = w.contact_id
              AND l.stage NOT IN ('converted', 'lost')
            ORDER BY l.id FOR NO KEY UPDATE OF l
            """,
            {
                "channels": [channel_id for channel_id, _ in wanted],
                "contacts": [contact_id for _, contact_id in wanted],
            },
        )
        return {(row["channel_id"], row["contact_id"]): row for row in found.mappings()}

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert leads."""
        self._uow.insert(Lead, rows)

    def states(self, lead_ids: Iterable[UUID], *, lock: bool = True) -> Sequence[RowMapping]:
        """Return stage, tags, score and used cadence keys; locks the leads in id order.

        A key that names its own message stays out: no other message can use it again.
        """
        ids = sorted(set(lead_ids))
        if lock:
            self._uow.write(
                "SELECT 1 FROM lead WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE",
                {"ids": ids},
            )
        found = self._uow.execute(
            """
            SELECT l.id, l.stage, l.tags, l.score, l.qualified_at,
                   (SELECT rest -> 'moves' FROM lifecycle
                    WHERE workspace_id = l.workspace_id) AS moves,
                   ARRAY(SELECT cadence_key FROM score_entry
                         WHERE lead_id = l.id
                           AND right(cadence_key, 36) IS DISTINCT FROM message_id::text
                   ) AS cadence_keys
            FROM lead AS l WHERE l.id = ANY(CAST(:ids AS uuid[]))
            """,
            {"ids": ids},
        )
        return found.mappings().all()

    def moments(self, lead_ids: Iterable[UUID]) -> Sequence[RowMapping]:
        """Return when these leads came into being and changed, and on which channel."""
        found = self._uow.execute(
            "SELECT channel_id, opened_at, qualified_at, converted_at, lost_at"
            " FROM lead WHERE id = ANY(CAST(:ids AS uuid[]))",
            {"ids": sorted(set(lead_ids))},
        )
        return found.mappings().all()

    def carry_on(self, activities: Sequence[Activity]) -> None:
        """Write when leads began and were last active, and in which conversation."""
        if not activities:
            return
        self._uow.write(
            """
            UPDATE lead AS l
            SET opened_at = a.opened_at, last_activity_at = a.last_activity_at,
                conversation_id = a.conversation_id, updated_at = :now,
                stale_at = CASE WHEN a.last_activity_at = l.last_activity_at THEN l.stale_at END
            FROM unnest(CAST(:leads AS uuid[]), CAST(:conversations AS uuid[]),
                        CAST(:opened AS timestamptz[]), CAST(:last AS timestamptz[]))
              AS a(lead_id, conversation_id, opened_at, last_activity_at)
            WHERE l.id = a.lead_id
            """,
            {
                "now": self._uow.now,
                "leads": [activity.lead_id for activity in activities],
                "conversations": [activity.conversation_id for activity in activities],
                "opened": [activity.opened_at for activity in activities],
                "last": [activity.last_activity_at for activity in activities],
            },
        )

    def date_openings(self, lead_ids: Iterable[UUID]) -> None:
        """Let the timeline say that a lead opened when its earliest message says so."""
        if not lead_ids:
            return
        self._uow.write(
            "UPDATE lead_event AS e SET occurred_at = l.opened_at FROM lead AS l"
            " WHERE l.id = ANY(CAST(:ids AS uuid[])) AND e.lead_id = l.id"
            " AND e.kind = 'lead.opened' AND e.occurred_at > l.opened_at",
            {"ids": sorted(set(lead_ids))},
        )

    def add_events(self, effects: Sequence[Effect]) -> None:
        """Append to the timelines."""
        if not effects:
            return
        rows = [
            {
                "id": new_id(),
                "workspace_id": self._workspace_id,
                "lead_id": effect.lead_id,
                "kind": effect.kind,
                "actor_name": effect.actor_name,
                "message_id": effect.message_id,
                "data": dict(effect.data),
                "occurred_at": effect.occurred_at,
                "created_at": self._uow.now,
            }
            for effect in effects
        ]
        self._uow.insert(LeadEvent, rows)

    def add_score_entries(self, effects: Sequence[Effect]) -> None:
        """Append to the ledger; an entry whose cadence key is used already is passed over."""
        rows = [
            {
                "id": new_id(),
                "workspace_id": self._workspace_id,
                "lead_id": effect.lead_id,
                "rule_version_id": effect.rule_version_id,
                "message_id": effect.message_id,
                "points": effect.data["points"],
                "reason": effect.data["reason"],
                "cadence_key": effect.data["cadence_key"],
                "occurred_at": effect.occurred_at,
                "created_at": self._uow.now,
            }
            for effect in effects
            if effect.kind is EventKind.SCORED
        ]
        self._uow.insert(ScoreEntry, rows, once=True)

    def store(self, states: Sequence[Mapping[str, Any]]) -> None:
        """Write stage, tags and the moments of stages; the score is summed from the ledger.

        Each mapping holds lead_id, stage, tags (text, joined by a unit separator), moved_at and
        qualified_at.
        """
        self._uow.write(
            """
            UPDATE lead AS l
            SET stage = s.stage,
                tags = CASE WHEN s.tags = '' THEN '{}' ELSE string_to_array(s.tags, chr(31)) END,
                score = COALESCE((SELECT sum(points) FROM score_entry WHERE lead_id = l.id), 0),
                qualified_at = LEAST(l.qualified_at, s.qualified_at),
                converted_at = CASE WHEN s.stage = 'converted'
                                    THEN LEAST(l.converted_at, s.moved_at) END,
                lost_at = CASE WHEN s.stage = 'lost' THEN LEAST(l.lost_at, s.moved_at) END,
                loss_reason = CASE WHEN s.stage = 'lost' THEN l.loss_reason END,
                stale_at = CASE WHEN s.stage = l.stage THEN l.stale_at END,
                updated_at = :now
            FROM unnest(CAST(:leads AS uuid[]), CAST(:stages AS text[]), CAST(:tags AS text[]),
                        CAST(:moved AS timestamptz[]), CAST(:qualified AS timestamptz[]))
              AS s(lead_id, stage, tags, moved_at, qualified_at)
            WHERE l.id = s.lead_id
            """,
            {
                "now": self._uow.now,
                "leads": [state["lead_id"] for state in states],
                "stages": [state["stage"] for state in states],
                "tags": [state["tags"] for state in states],
                "moved": [state["moved_at"] for state in states],
                "qualified": [state["qualified_at"] for state in states],
            },
        )

    def set_owner(self, lead_id: UUID, user_id: UUID | None) -> bool:
        """Write whose task a lead is; returns whether that changed anything."""
        changed = self._uow.execute(
            "UPDATE lead SET owner_id = :user_id, updated_at = :now"
            " WHERE workspace_id = :workspace_id AND id = :id"
            " AND owner_id IS DISTINCT FROM :user_id",
            {
                "workspace_id": self._workspace_id,
                "id": lead_id,
                "user_id": user_id,
                "now": self._uow.now,
            },
        )
        return changed.rowcount > 0

    def set_value(self, lead_id: UUID, *, value: object, currency: str | None) -> None:
        """Write what a lead is worth."""
        self._uow.execute(
            "UPDATE lead SET value = :value, currency = :currency, updated_at = :now"
            " WHERE id = :id",
            {"id": lead_id, "value": value, "currency": currency, "now": self._uow.now},
        )
