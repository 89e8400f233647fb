"""Taking the leads of a merged contact apart again."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.contacts import Merge, Unmerge
from backend.kit.ids import LeadId
from backend.leads import parting_rows
from backend.leads.placing import Parting, final, place_all
from backend.leads.policy import Stage, has_ended
from backend.leads.repository import LeadRepository
from backend.leads.schemas import EventKind, PartedLeads
from backend.platform.images import Image, Row, ids_of, put_back, take
from backend.platform.unit_of_work import UnitOfWork


def image_of(uow: UnitOfWork, workspace_id: UUID, merge: Merge) -> Image:
    """Return the rows of both contacts' leads, and which will go into which."""
    names = parting_rows.names_of(workspace_id, merge)
    leads = take(uow, "lead", parting_rows.OF_BOTH, names)
    asked = {"workspace_id": workspace_id, "leads": ids_of(leads)}
    return {
        "lead": leads,
        "score_entry": take(uow, "score_entry", parting_rows.OF_LEADS, asked),
        "lead_event": take(uow, "lead_event", parting_rows.OF_LEADS, asked),
        "joined_lead": parting_rows.joined(uow, names),
    }


def part(uow: UnitOfWork, workspace_id: UUID, merge: Unmerge, *, by: str) -> PartedLeads:
    """Give each side its leads back, and what happened since to the side that it is about.

    Conversations are apart already. The caller gives each lead its touches and runs.
    """
    parting = _loaded(uow, workspace_id, merge)
    repository = LeadRepository(uow, workspace_id)
    _note(uow, repository, parting.now)
    place_all(parting)
    refolded = frozenset(parting.stirred - set(parting.given))
    finals = [{**final(parting, one), "updated_at": uow.now} for one in sorted(refolded)]
    parting_rows.hand_back(uow, workspace_id, merge, _mine(parting))
    parting_rows.make_room(uow, workspace_id, parting.given)
    put_back(uow, "lead", _ended_first(finals))
    _return_lines(uow, merge, parting.returned())
    parting_rows.move(uow, tuple(parting.moved), parting.given)
    parting_rows.settle(uow, workspace_id, merge, refolded)
    _say(uow, workspace_id, parting, by)
    _note(uow, repository, refolded)
    uow.announce("leads", *sorted({*parting.now, *parting.before}))
    return PartedLeads(
        returned=parting.returned(),
        refolded=refolded,
        gone={LeadId(old): LeadId(new) for old, new in parting.given.items()},
        moved=tuple(parting.moved),
        first=parting_rows.first_messages(uow, workspace_id, parting.stirred),
    )


def _loaded(uow: UnitOfWork, workspace_id: UUID, merge: Unmerge) -> Parting:
    images = merge.image["lead"]
    before = dict(zip(ids_of(images), images, strict=True))
    now = parting_rows.leads_of(uow, workspace_id, merge.survivor)
    known = ids_of(merge.image["lead_event"])
    told: dict[UUID, list[Row]] = {}
    for row in parting_rows.told_since(uow, workspace_id, list(now), known):
        told.setdefault(row["lead_id"], []).append(row)
    homes = {one: UUID(row["contact_id"]) for one, row in before.items()}
    for lead_id in now:
        sides = [merge.sides.get(row["message_id"]) for row in _heard(told.get(lead_id, []))]
        homes.setdefault(lead_id, next(filter(None, sides), merge.survivor))
    twins = {UUID(row["new_id"]): UUID(row["old_id"]) for row in merge.image["joined_lead"]}
    return Parting(merge=merge, now=now, before=before, homes=homes, twins=twins, told=told)


def _heard(told: Sequence[Row]) -> list[Row]:
    """Return what a lead's customer wrote since the merge, the earliest first."""
    return sorted(
        (row for row in told if row["kind"] == EventKind.MESSAGE),
        key=lambda row: (row["occurred_at"], row["id"]),
    )


def _ended_first(finals: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Order leads so that one that ended makes room for the open one of its customer."""
    return sorted(finals, key=lambda row: not has_ended(Stage(row["stage"])))


def _mine(parting: Parting) -> dict[UUID, UUID | None]:
    """Return the leads that go back to the absorbed contact, with their conversations of before."""
    return {
        lead_id: UUID(parting.before[lead_id]["conversation_id"])
        if lead_id in parting.before
        else None
        for lead_id in parting.now
        if parting.homes[lead_id] == parting.merge.absorbed and lead_id not in parting.given
    }


def _return_lines(uow: UnitOfWork, merge: Unmerge, returned: frozenset[UUID]) -> None:
    for table in ("score_entry", "lead_event"):
        rows = [row for row in merge.image[table] if UUID(row["lead_id"]) in returned]
        put_back(uow, table, rows)


def _note(uow: UnitOfWork, repository: LeadRepository, lead_ids: Iterable[UUID]) -> None:
    for row in repository.moments(lead_ids):
        times = (row["opened_at"], row["qualified_at"], row["converted_at"], row["lost_at"])
        uow.note(row["channel_id"], times)


def _say(uow: UnitOfWork, workspace_id: UUID, parting: Parting, by: str) -> None:
    """Let both timelines tell of the merge and of its end."""
    merge = parting.merge
    began: Row = {
        "kind": EventKind.MERGED,
        "data": {"reason": merge.reason},
        "actor_name": merge.merged_by,
        "occurred_at": merge.merged_at,
    }
    ended: Row = {"kind": EventKind.UNMERGED, "data": {}, "actor_name": by, "occurred_at": uow.now}
    leads = {*parting.now, *parting.before, *parting.fresh} - set(parting.given)
    parting_rows.tell(uow, workspace_id, {*parting.twins.values(), *parting.fresh}, began)
    parting_rows.tell(uow, workspace_id, leads, ended)
    for lead_id in sorted(parting.ended):
        was = parting.before[lead_id]
        again: Row = {
            "kind": EventKind.STAGE,
            "data": {"from": parting.now[lead_id]["stage"], "to": was["stage"]},
            "actor_name": by,
            "occurred_at": datetime.fromisoformat(was["converted_at"] or was["lost_at"]),
        }
        parting_rows.tell(uow, workspace_id, {lead_id}, again)
