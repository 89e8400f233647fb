"""What is held of one person's leads; nothing in them quotes the person, so they stay."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

OF_CONTACT = "SELECT id FROM lead WHERE workspace_id = :workspace_id AND contact_id = :id"
THEIRS = f"workspace_id = :workspace_id AND lead_id IN ({OF_CONTACT})"
HELD = {
    "lead": "SELECT to_jsonb(t) FROM lead AS t"
    " WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY id",
    "lead_event": f"SELECT to_jsonb(t) FROM lead_event AS t WHERE {THEIRS}"
    " ORDER BY occurred_at, id",
    "score_entry": f"SELECT to_jsonb(t) FROM score_entry AS t WHERE {THEIRS}"
    " ORDER BY occurred_at, id",
}
# Tags are words of ours, yet somebody may have tagged a lead with a name.
BLANK = """
UPDATE lead SET tags = '{}', loss_reason = NULL, updated_at = :now
WHERE workspace_id = :workspace_id AND contact_id = :id RETURNING id
"""
BLANK_TAGGINGS = f"""
UPDATE lead_event SET data = jsonb_build_object('tag', 'erased')
WHERE {THEIRS} AND kind IN ('tag.added', 'tag.removed') AND NOT data ? 'rule'
"""
BLANK_TOLD = f"""
UPDATE lead_event SET data = '{{"erased": true}}'
WHERE {THEIRS} AND data ? 'import'
"""
# What people wrote when they moved a lead or took points back may quote somebody.
BLANK_NOTES = f"""
UPDATE lead_event SET data = data - 'note' - 'reason'
WHERE {THEIRS} AND kind = 'stage.changed' AND (data ? 'note' OR data ? 'reason')
"""
BLANK_DISPUTED = f"""
UPDATE lead_event SET data = jsonb_set(data, '{{reason}}', '"erased"')
WHERE {THEIRS} AND kind = 'score.changed' AND data ->> 'cadence_key' LIKE 'dispute:%'
"""
BLANK_DISPUTES = f"""
UPDATE score_entry SET reason = 'erased' WHERE {THEIRS} AND cadence_key LIKE 'dispute:%'
"""
COUNT = f"SELECT count(*) FROM score_entry WHERE {THEIRS}"
COUNT_EVENTS = f"SELECT count(*) FROM lead_event WHERE {THEIRS}"


def held_about(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row of a contact's leads, by table."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    return {table: uow.execute(query, asked).scalars().all() for table, query in HELD.items()}


def erase(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> tuple[Erased, ...]:
    """Take the tags off a contact's leads; stages, points and times stay and name nobody."""
    asked = {"workspace_id": workspace_id, "id": contact_id, "now": uow.now}
    leads = uow.execute(BLANK, asked).scalars().all()
    taggings = uow.execute(BLANK_TAGGINGS, asked).rowcount
    for statement in (BLANK_TOLD, BLANK_NOTES, BLANK_DISPUTED):
        taggings += uow.execute(statement, asked).rowcount
    disputes = uow.execute(BLANK_DISPUTES, asked).rowcount
    events = uow.execute(COUNT_EVENTS, asked).scalar_one()
    entries = uow.execute(COUNT, asked).scalar_one()
    uow.announce("leads", *leads)
    return (
        Erased(table="lead", blanked=len(leads), note="loses its tags; its stage and score stay"),
        Erased(table="lead_event", blanked=taggings, kept=events - taggings, note="quotes nobody"),
        Erased(
            table="score_entry",
            blanked=disputes,
            kept=entries - disputes,
            note="the ledger names rules, not people",
        ),
    )
