"""Two open leads of one person become one, when two contacts turn out to be the same."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from backend.contacts import Merge, Said
from backend.kit.ids import ConversationId, LeadId
from backend.leads.parting_rows import merged, tell_merged
from backend.leads.policy import Stage, further
from backend.leads.recording import load_states, record_effects
from backend.leads.repository import LeadRepository
from backend.leads.schemas import Effect
from backend.platform.unit_of_work import UnitOfWork

HAND_OVER = """
UPDATE lead SET contact_id = :survivor
WHERE contact_id = :absorbed AND NOT id = ANY(CAST(:but AS uuid[]))
"""

COLLIDING = """
SELECT a.id AS old_id, s.id AS new_id
FROM lead AS a
JOIN lead AS s ON s.channel_id = a.channel_id AND s.contact_id = :survivor
  AND s.stage NOT IN ('converted', 'lost')
WHERE a.contact_id = :absorbed AND a.stage NOT IN ('converted', 'lost')
"""

REPOINT = """
UPDATE lead AS l SET conversation_id = w.new_id
FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
WHERE l.conversation_id = w.old_id
"""

# Points that both earned under one key count once, and what disputes those goes with them.
MOVE_LEDGER = """
WITH twice AS (
    SELECT s.id FROM score_entry AS s
    WHERE s.lead_id = :old_id AND EXISTS (
        SELECT 1 FROM score_entry AS k
        WHERE k.lead_id = :new_id AND k.cadence_key = s.cadence_key
    )
), doomed AS (
    SELECT id FROM twice UNION
    SELECT s.id FROM score_entry AS s JOIN twice AS t ON s.cadence_key = 'dispute:' || t.id::text
    WHERE s.lead_id = :old_id
), spent AS (
    DELETE FROM score_entry AS s USING doomed AS d WHERE s.id = d.id
)
UPDATE score_entry AS s SET lead_id = :new_id
WHERE s.lead_id = :old_id AND NOT EXISTS (SELECT 1 FROM doomed AS d WHERE d.id = s.id)
"""

# Points that were dropped from the ledger are dropped from the timeline, too.
MOVE_TIMELINE = """
UPDATE lead_event AS e SET lead_id = :new_id
WHERE e.lead_id = :old_id AND e.kind <> 'lead.opened' AND NOT EXISTS (
    SELECT 1 FROM lead_event AS k
    WHERE k.lead_id = :new_id AND k.kind = 'score.changed' AND e.kind = k.kind
      AND k.data ->> 'cadence_key' = e.data ->> 'cadence_key'
) AND NOT (
    e.kind = 'score.changed' AND e.data ->> 'cadence_key' LIKE 'dispute:%'
    AND NOT EXISTS (
        SELECT 1 FROM score_entry AS s
        WHERE s.lead_id = :new_id AND s.cadence_key = e.data ->> 'cadence_key'
    )
)
"""

JOIN_LEADS = """
UPDATE lead AS n
SET opened_at = LEAST(n.opened_at, o.opened_at),
    conversation_id = CASE WHEN o.last_activity_at > n.last_activity_at
                           THEN o.conversation_id ELSE n.conversation_id END,
    last_activity_at = GREATEST(n.last_activity_at, o.last_activity_at),
    qualified_at = LEAST(n.qualified_at, o.qualified_at),
    stale_at = NULL,
    returned_from = COALESCE(n.returned_from, o.returned_from),
    decayed_on = GREATEST(n.decayed_on, o.decayed_on),
    value = COALESCE(n.value, o.value),
    currency = COALESCE(n.currency, o.currency)
FROM lead AS o WHERE n.id = :new_id AND o.id = :old_id
"""

REMOVE = """
WITH lines AS (DELETE FROM lead_event WHERE lead_id = ANY(CAST(:ids AS uuid[])))
DELETE FROM lead WHERE id = ANY(CAST(:ids AS uuid[]))
"""


def absorb(
    uow: UnitOfWork,
    workspace_id: UUID,
    merges: Sequence[Merge],
    conversations: Mapping[ConversationId, ConversationId],
) -> Mapping[LeadId, LeadId]:
    """Hand the leads of absorbed contacts over; returns which went into which.

    The caller moves what hangs on the old leads and then calls `remove_absorbed`.
    """
    moves: dict[LeadId, LeadId] = {}
    for merge in merges:  # a merge is rare, and each depends on the one before
        names = {"survivor": merge.survivor, "absorbed": merge.absorbed}
        pairs = [(row.old_id, row.new_id) for row in uow.execute(COLLIDING, names)]
        for old_id, new_id in pairs:
            _join(uow, workspace_id, LeadId(old_id), LeadId(new_id), merge.said)
            moves[LeadId(old_id)] = LeadId(new_id)
        uow.execute(HAND_OVER, {**names, "but": [old_id for old_id, _ in pairs]})
        tell_merged(uow, workspace_id, merge, but=[new_id for _, new_id in pairs])
    if conversations:
        uow.execute(REPOINT, {"old": list(conversations), "new": list(conversations.values())})
    return moves


def remove_absorbed(uow: UnitOfWork, moves: Mapping[LeadId, LeadId]) -> None:
    """Delete leads whose history was handed over."""
    if moves:
        uow.execute(REMOVE, {"ids": list(moves)})


def hand_history_over(uow: UnitOfWork, workspace_id: UUID, old_id: LeadId, new_id: LeadId) -> None:
    """Give one lead the ledger, the timeline and the moments of another."""
    for row in uow.execute(
        "SELECT channel_id, opened_at, qualified_at, converted_at, lost_at FROM lead"
        " WHERE id IN (:old_id, :new_id)",
        {"old_id": old_id, "new_id": new_id},
    ):
        uow.note(row.channel_id, [row.opened_at, row.qualified_at, row.converted_at, row.lost_at])
    for statement in (MOVE_LEDGER, MOVE_TIMELINE, JOIN_LEADS):
        uow.execute(statement, {"old_id": old_id, "new_id": new_id})
    LeadRepository(uow, workspace_id).date_openings([new_id])


def _join(uow: UnitOfWork, workspace_id: UUID, old_id: LeadId, new_id: LeadId, said: Said) -> None:
    """Add one lead's ledger, timeline, tags and stage to another's."""
    states = load_states(uow, workspace_id, [old_id, new_id])
    old, new = states[old_id], states[new_id]
    hand_history_over(uow, workspace_id, old_id, new_id)
    stage: Stage = further(old.stage, new.stage)
    new.tags |= old.tags
    new.stage = stage
    told = Effect(lead_id=new_id, **merged(uow, said))
    record_effects(uow, workspace_id, {new_id: new}, [told])
