"""SQL of taking the leads of a merged contact apart; set-based."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.contacts import Merge, Said, Unmerge
from backend.kit.ids import LeadId
from backend.leads.repository import LeadRepository
from backend.leads.schemas import Effect, EventKind, MovedMessage
from backend.platform.unit_of_work import UnitOfWork

OF_BOTH = "workspace_id = :workspace_id AND contact_id IN (:survivor, :absorbed)"
OF_LEADS = "workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))"
JOINED = """
SELECT a.id AS old_id, s.id AS new_id FROM lead AS a
JOIN lead AS s ON s.channel_id = a.channel_id AND s.contact_id = :survivor
  AND s.stage NOT IN ('converted', 'lost')
WHERE a.workspace_id = :workspace_id AND a.contact_id = :absorbed
  AND a.stage NOT IN ('converted', 'lost')
"""
LEADS = """
SELECT * FROM lead
WHERE workspace_id = :workspace_id AND contact_id = :contact_id ORDER BY id FOR UPDATE
"""
TOLD = """
SELECT e.*, m.conversation_id FROM lead_event AS e LEFT JOIN message AS m ON m.id = e.message_id
WHERE e.workspace_id = :workspace_id AND e.lead_id = ANY(CAST(:leads AS uuid[]))
  AND NOT e.id = ANY(CAST(:known AS uuid[]))
  AND e.kind NOT IN ('lead.opened', 'lead.merged', 'lead.unmerged')
ORDER BY e.id
"""
HAND_BACK = """
UPDATE lead AS l SET contact_id = :absorbed,
       conversation_id = CASE WHEN c.contact_id = :absorbed THEN l.conversation_id
                              ELSE COALESCE(w.conversation_id, l.conversation_id) END
FROM unnest(CAST(:ids AS uuid[]), CAST(:conversations AS uuid[])) AS w(id, conversation_id),
     conversation AS c
WHERE l.workspace_id = :workspace_id AND l.id = w.id AND c.id = l.conversation_id
"""
MOVE_LINES = """
UPDATE lead_event AS e SET lead_id = w.new_id
FROM unnest(CAST(:messages AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[]))
  AS w(message_id, old_id, new_id)
WHERE e.message_id = w.message_id AND e.lead_id = w.old_id AND e.kind <> 'lead.opened'
"""
MOVE_POINTS = """
UPDATE score_entry AS s SET lead_id = w.new_id
FROM unnest(CAST(:messages AS uuid[]), CAST(:old AS uuid[]), CAST(:new AS uuid[]))
  AS w(message_id, old_id, new_id)
WHERE s.message_id = w.message_id AND s.lead_id = w.old_id AND NOT EXISTS (
    SELECT 1 FROM score_entry AS k WHERE k.lead_id = w.new_id AND k.cadence_key = s.cadence_key)
"""
DROP_POINTS = """
DELETE FROM score_entry AS s
USING unnest(CAST(:messages AS uuid[]), CAST(:old AS uuid[])) AS w(message_id, old_id)
WHERE s.message_id = w.message_id AND s.lead_id = w.old_id
"""
MOVE_REST = """
UPDATE lead_event AS e SET lead_id = w.new_id
FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
WHERE e.lead_id = w.old_id AND e.kind <> 'lead.opened'
"""
# What no message earned, decay and what was taken back, follows the lead that it was about.
MOVE_REST_POINTS = """
UPDATE score_entry AS s SET lead_id = w.new_id
FROM unnest(CAST(:old AS uuid[]), CAST(:new AS uuid[])) AS w(old_id, new_id)
WHERE s.lead_id = w.old_id AND NOT EXISTS (
    SELECT 1 FROM score_entry AS k WHERE k.lead_id = w.new_id AND k.cadence_key = s.cadence_key)
"""
DROP_REST_POINTS = "DELETE FROM score_entry WHERE lead_id = ANY(CAST(:old AS uuid[]))"
MAKE_ROOM = """
UPDATE lead SET stage = 'lost'
WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
"""
OPENED = """
INSERT INTO lead_event (id, workspace_id, lead_id, kind, actor_name, data, occurred_at, created_at)
SELECT gen_random_uuid(), l.workspace_id, l.id, 'lead.opened', 'LeadFlow', '{}', l.opened_at, :now
FROM lead AS l
WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:ids AS uuid[])) AND NOT EXISTS (
    SELECT 1 FROM lead_event AS e WHERE e.lead_id = l.id AND e.kind = 'lead.opened')
"""
DATE = """
UPDATE lead_event AS e SET occurred_at = l.opened_at FROM lead AS l
WHERE l.id = ANY(CAST(:ids AS uuid[])) AND e.lead_id = l.id AND e.kind = 'lead.opened'
"""
# A lead that was opened by a message of the other side began with its own first one.
OPENER = """
UPDATE lead_event AS e SET message_id = (
    SELECT k.message_id FROM lead_event AS k
    WHERE k.lead_id = e.lead_id AND k.kind = 'message.received'
    ORDER BY k.occurred_at, k.id LIMIT 1)
FROM lead AS l, message AS m, conversation AS c
WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:ids AS uuid[])) AND e.lead_id = l.id
  AND e.kind = 'lead.opened' AND m.id = e.message_id AND c.id = m.conversation_id
  AND c.contact_id <> l.contact_id
"""
SUM = """
UPDATE lead AS l
SET score = COALESCE((SELECT sum(points) FROM score_entry WHERE lead_id = l.id), 0)
WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:ids AS uuid[]))
"""
FIRST = """
SELECT DISTINCT ON (e.lead_id) e.lead_id, e.message_id, l.channel_id, e.occurred_at
FROM lead_event AS e JOIN lead AS l ON l.id = e.lead_id
WHERE e.workspace_id = :workspace_id AND e.lead_id = ANY(CAST(:ids AS uuid[]))
  AND e.kind = 'message.received' AND e.message_id IS NOT NULL
ORDER BY e.lead_id, e.occurred_at, e.id
"""
REPOINT = """
UPDATE lead AS l SET conversation_id = f.conversation_id
FROM (
    SELECT DISTINCT ON (e.lead_id) e.lead_id, m.conversation_id
    FROM lead AS o
    JOIN conversation AS c ON c.id = o.conversation_id AND c.contact_id <> o.contact_id
    JOIN lead_event AS e ON e.lead_id = o.id AND e.kind = 'message.received'
    JOIN message AS m ON m.id = e.message_id
    WHERE o.workspace_id = :workspace_id AND o.contact_id IN (:survivor, :absorbed)
    ORDER BY e.lead_id, e.occurred_at DESC, e.id DESC
) AS f
WHERE l.id = f.lead_id
"""


def names_of(workspace_id: UUID, merge: Merge | Unmerge) -> dict[str, Any]:
    """Return what the statements ask of a merge."""
    return {
        "workspace_id": workspace_id,
        "survivor": merge.survivor,
        "absorbed": merge.absorbed,
    }


def joined(uow: UnitOfWork, names: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return which open lead (old_id) of the absorbed goes into which (new_id)."""
    return [dict(row) for row in uow.execute(JOINED, names).mappings()]


def leads_of(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID
) -> dict[UUID, Mapping[str, Any]]:
    """Hold a contact's leads, and return them by id."""
    asked = {"workspace_id": workspace_id, "contact_id": contact_id}
    return {row["id"]: dict(row) for row in uow.execute(LEADS, asked).mappings()}


def told_since(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID], known: Sequence[UUID]
) -> Sequence[Mapping[str, Any]]:
    """Return the lines of timelines that an image does not know, in the order of recording."""
    asked = {"workspace_id": workspace_id, "leads": list(lead_ids), "known": list(known)}
    return [dict(row) for row in uow.execute(TOLD, asked).mappings()]


def hand_back(
    uow: UnitOfWork, workspace_id: UUID, merge: Unmerge, leads: Mapping[UUID, UUID | None]
) -> None:
    """Give leads, with their conversations of before, back to the absorbed contact."""
    asked = {"ids": list(leads), "conversations": list(leads.values())}
    uow.execute(HAND_BACK, {**names_of(workspace_id, merge), **asked})


def make_room(uow: UnitOfWork, workspace_id: UUID, given: Collection[UUID]) -> None:
    """Close leads that are about to go, since the one they go into may be open again."""
    uow.execute(MAKE_ROOM, {"workspace_id": workspace_id, "ids": sorted(given)})


def move(uow: UnitOfWork, moved: Sequence[MovedMessage], given: Mapping[UUID, UUID]) -> None:
    """Hand lines and points of messages over, and the rest of leads that are given up."""
    asked = {
        "messages": [one.message_id for one in moved],
        "old": [one.old_id for one in moved],
        "new": [one.new_id for one in moved],
    }
    for statement in (MOVE_LINES, MOVE_POINTS, DROP_POINTS):
        uow.execute(statement, asked)
    for statement in (MOVE_REST, MOVE_REST_POINTS):
        uow.execute(statement, {"old": list(given), "new": list(given.values())})
    uow.execute(DROP_REST_POINTS, {"old": list(given)})


def settle(uow: UnitOfWork, workspace_id: UUID, merge: Unmerge, lead_ids: Collection[UUID]) -> None:
    """Bring openings, scores and conversations of leads to what their histories say."""
    asked = {**names_of(workspace_id, merge), "ids": sorted(lead_ids), "now": uow.now}
    for statement in (OPENED, DATE, OPENER, SUM, REPOINT):
        uow.execute(statement, asked)


def first_messages(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Collection[UUID]
) -> tuple[Mapping[str, Any], ...]:
    """Return the first message of each lead."""
    asked = {"workspace_id": workspace_id, "ids": sorted(lead_ids)}
    return tuple(dict(row) for row in uow.execute(FIRST, asked).mappings())


def tell(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Collection[UUID], told: Mapping[str, Any]
) -> None:
    """Add the same line, `told` as in `Effect`, to some timelines."""
    effects = [Effect(lead_id=LeadId(lead_id), **told) for lead_id in sorted(lead_ids)]
    LeadRepository(uow, workspace_id).add_events(effects)


def tell_merged(
    uow: UnitOfWork, workspace_id: UUID, merge: Merge, *, but: Collection[UUID]
) -> None:
    """Let the timelines of a merged contact say who merged it and why."""
    leads = leads_of(uow, workspace_id, merge.survivor)
    tell(uow, workspace_id, set(leads) - set(but), merged(uow, merge.said))


def merged(uow: UnitOfWork, said: Said) -> dict[str, Any]:
    """Return the line that tells of a merge."""
    return {
        "kind": EventKind.MERGED,
        "data": {"reason": said.reason},
        "actor_name": said.by,
        "occurred_at": uow.now,
    }
