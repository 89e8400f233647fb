"""Taking back what rules did to leads: by entries that compensate, never by forgetting.

A lead then stands as though those acts had never been and all others had. What somebody changed
since stays as they left it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.ids import LeadId, new_id
from backend.leads.lifecycle import moves_in
from backend.leads.models import LeadEvent, ScoreEntry
from backend.leads.policy import Stage, has_ended
from backend.leads.repository import LeadRepository
from backend.leads.reverting import Act, Standing, Told, standing
from backend.leads.schemas import EventKind
from backend.platform.unit_of_work import UnitOfWork

TAG_SEPARATOR = "\x1f"
LEADS = """
SELECT l.id, l.stage, l.tags, l.channel_id, l.contact_id, l.qualified_at, l.converted_at,
       l.lost_at, EXISTS (
         SELECT 1 FROM lead AS o WHERE o.channel_id = l.channel_id AND o.contact_id = l.contact_id
           AND o.stage NOT IN ('converted', 'lost') AND o.id <> l.id) AS has_rival
FROM lead AS l WHERE l.workspace_id = :workspace_id AND l.id = ANY(CAST(:leads AS uuid[]))
ORDER BY l.id FOR UPDATE OF l
"""
TOLD = """
SELECT id, lead_id, kind, data, occurred_at FROM lead_event
WHERE workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))
  AND kind IN ('stage.changed', 'tag.added', 'tag.removed')
  AND NOT data ? 'rule' AND NOT data ? 'undone'
ORDER BY id
"""
ENTRIES = """
SELECT lead_id, cadence_key, points, message_id, rule_version_id FROM score_entry AS e
WHERE workspace_id = :workspace_id AND lead_id = ANY(CAST(:leads AS uuid[]))
  AND cadence_key = ANY(CAST(:keys AS text[]))
  AND NOT EXISTS (SELECT FROM score_entry AS d WHERE d.lead_id = e.lead_id
                  AND d.cadence_key = 'dispute:' || e.id)
"""
STORE = """
UPDATE lead AS l
SET stage = w.stage, qualified_at = w.qualified_at, updated_at = :now,
    tags = CASE WHEN w.tags = '' THEN '{}' ELSE string_to_array(w.tags, chr(31)) END,
    score = COALESCE((SELECT sum(points) FROM score_entry WHERE lead_id = l.id), 0),
    converted_at = CASE WHEN w.stage = 'converted' THEN l.converted_at END,
    lost_at = CASE WHEN w.stage = 'lost' THEN l.lost_at END
FROM unnest(CAST(:leads AS uuid[]), CAST(:stages AS text[]), CAST(:tags AS text[]),
            CAST(:qualified AS timestamptz[])) AS w(lead_id, stage, tags, qualified_at)
WHERE l.workspace_id = :workspace_id AND l.id = w.lead_id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleActs:
    """What rules did to one lead: what is taken back, and what stays."""

    taken: list[Act]
    staying: list[Act]


@dataclass(slots=True)
class TakenBack:
    """What became of it; `kept` are stages and tags that stay as somebody left them."""

    leads: int = 0
    points: int = 0
    stages: int = 0
    tags: int = 0
    kept: int = 0


@dataclass(slots=True)
class _Work:
    now: Any
    workspace_id: UUID
    by: str
    done: TakenBack = field(default_factory=TakenBack)
    entries: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    events: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    stored: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    opened: set[tuple[UUID, UUID]] = field(default_factory=set[tuple[UUID, UUID]])


def take_back(
    uow: UnitOfWork, workspace_id: UUID, acts: Mapping[LeadId, RuleActs], *, by: str
) -> TakenBack:
    """Take acts of rules back on some leads, in the name of whoever asked for it."""
    asked = {"workspace_id": workspace_id, "leads": sorted(acts)}
    work = _Work(uow.now, workspace_id, by)
    told, moves = _told(uow, asked), moves_in(uow, workspace_id)
    entries = _entries(uow, asked, acts)
    for row in uow.execute(LEADS, asked).mappings().all():
        mine = acts[row["id"]]
        _take_points(work, row["id"], mine.taken, entries)
        _put_back(work, row, mine, told.get(row["id"], []), moves)
    _write(uow, work)
    return work.done


def _told(uow: UnitOfWork, asked: Mapping[str, Any]) -> dict[UUID, list[Told]]:
    found: dict[UUID, list[Told]] = {}
    for row in uow.execute(TOLD, asked).mappings():
        told = Told(
            id=row["id"], kind=row["kind"], data=row["data"], occurred_at=row["occurred_at"]
        )
        found.setdefault(row["lead_id"], []).append(told)
    return found


def _entries(
    uow: UnitOfWork, asked: Mapping[str, Any], acts: Mapping[LeadId, RuleActs]
) -> Mapping[tuple[UUID, str], RowMapping]:
    keys = {
        effect["cadence_key"]
        for mine in acts.values()
        for act in mine.taken
        for effect in act.effects
        if effect["kind"] == EventKind.SCORED
    }
    if not keys:
        return {}
    found = uow.execute(ENTRIES, {**asked, "keys": sorted(keys)}).mappings()
    return {(row["lead_id"], row["cadence_key"]): row for row in found}


def _take_points(
    work: _Work,
    lead_id: UUID,
    taken: Sequence[Act],
    entries: Mapping[tuple[UUID, str], RowMapping],
) -> None:
    for act in taken:
        for effect in act.effects:
            entry = entries.get((lead_id, effect.get("cadence_key", "")))
            # Of two leads that became one, the points of the same occasion counted once.
            if entry is None or entry["message_id"] != act.message_id:
                continue
            data = {
                "points": -entry["points"],
                "reason": f"Undone: {effect['reason']}",
                "cadence_key": f"undone:{act.id}:{entry['cadence_key']}",
            }
            row = {**_row(work, lead_id, act), **data}
            work.entries.append({**row, "rule_version_id": entry["rule_version_id"]})
            _tell(work, lead_id, act, EventKind.SCORED, data)
            work.done.points += entry["points"]


def _put_back(
    work: _Work,
    row: RowMapping,
    mine: RuleActs,
    told: Sequence[Told],
    moves: Mapping[Stage, Collection[Stage]],
) -> None:
    before = standing([*mine.taken, *mine.staying], told, moves)
    after = standing(mine.staying, told, moves)
    last = max(mine.taken, key=lambda act: act.id)
    stage = _stage(work, row, before, after)
    changes = work.done.stages + work.done.tags
    if stage is not Stage(row["stage"]):
        _tell(work, row["id"], last, EventKind.STAGE, {"from": row["stage"], "to": stage})
        work.done.stages += 1
    tags = set(row["tags"])
    for tag in sorted(before.tags ^ after.tags):
        is_there = tag in before.tags
        if (tag in tags) is not is_there:
            continue
        tags ^= {tag}
        kind = EventKind.UNTAGGED if is_there else EventKind.TAGGED
        _tell(work, row["id"], last, kind, {"tag": tag})
        work.done.tags += 1
    changes = work.done.stages + work.done.tags - changes
    work.done.kept += max(_standing_effects(mine.taken) - changes, 0)
    work.done.leads += 1
    work.stored.append(
        {
            "id": row["id"],
            "stage": stage,
            "tags": TAG_SEPARATOR.join(sorted(tags)),
            "qualified_at": _qualified_at(row, mine.taken, after),
        }
    )


def _stage(work: _Work, row: RowMapping, before: Standing, after: Standing) -> Stage:
    """Return where the lead goes: nowhere, unless it stands where the acts left it."""
    now = Stage(row["stage"])
    if now is not before.stage or after.stage is now:
        return now
    place = row["channel_id"], row["contact_id"]
    if has_ended(now) and not has_ended(after.stage):
        if row["has_rival"] or place in work.opened:
            return now  # the customer has another open lead on this channel by now
        work.opened.add(place)
    return after.stage


def _qualified_at(row: RowMapping, taken: Sequence[Act], after: Standing) -> object:
    """Return since when the lead counts as qualified, once these acts do not count."""
    if after.qualified_at is None:
        return None
    is_theirs = row["qualified_at"] in {act.occurred_at for act in taken}
    return after.qualified_at if is_theirs else row["qualified_at"]


def _standing_effects(taken: Sequence[Act]) -> int:
    kinds = {EventKind.STAGE, EventKind.TAGGED, EventKind.UNTAGGED}
    return sum(effect["kind"] in kinds for act in taken for effect in act.effects)


def _row(work: _Work, lead_id: UUID, act: Act) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": work.workspace_id,
        "lead_id": lead_id,
        "message_id": act.message_id,
        "occurred_at": work.now,
        "created_at": work.now,
    }


def _tell(
    work: _Work, lead_id: UUID, act: Act, kind: EventKind, data: Mapping[str, object]
) -> None:
    row = _row(work, lead_id, act)
    told = {**data, "undone": act.rule_name}
    work.events.append({**row, "kind": kind, "actor_name": work.by, "data": told})


def _write(uow: UnitOfWork, work: _Work) -> None:
    leads = [each["id"] for each in work.stored]
    if not leads:
        return
    repository = LeadRepository(uow, work.workspace_id)
    uow.insert(ScoreEntry, work.entries, once=True)
    uow.insert(LeadEvent, work.events)
    _note(uow, repository, leads)
    uow.execute(
        STORE,
        {
            "workspace_id": work.workspace_id,
            "now": uow.now,
            "leads": leads,
            "stages": [each["stage"] for each in work.stored],
            "tags": [each["tags"] for each in work.stored],
            "qualified": [each["qualified_at"] for each in work.stored],
        },
    )
    _note(uow, repository, leads)
    uow.announce("leads", *leads)


def _note(uow: UnitOfWork, repository: LeadRepository, leads: Sequence[UUID]) -> None:
    """Have the days counted anew on which these leads count."""
    for row in repository.moments(leads):
        times = (row["opened_at"], row["qualified_at"], row["converted_at"], row["lost_at"])
        uow.note(row["channel_id"], times)
