"""Whose each lead and each line of a timeline is, when two contacts are taken apart: pure.

A customer has one open lead on a channel. Where taking apart would leave two, they are joined as
the leads of merged contacts are: the one that was open before the merge takes the other in. A lead
that had ended before the merge and was opened again since does not give up its history: it ends
again, and what its customer wrote since goes to the open one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.contacts import Unmerge
from backend.kit.ids import new_id
from backend.leads.policy import Stage, has_ended
from backend.leads.refolding import blank, refolded, taking_in
from backend.leads.schemas import EventKind, MovedMessage
from backend.platform.images import Row

MOMENTS = ("opened_at", "last_activity_at", "qualified_at", "converted_at", "lost_at")
LATER = ("loss_reason", "stale_at", "decayed_on", "returned_from")  # columns younger than images
Place = tuple[UUID, str]


@dataclass(slots=True, kw_only=True)
class Parting:
    """The leads of one merged contact, and what goes where.

    `homes` says whose each lead is, `twins` which one of the absorbed went into which, `told` what
    each lead's timeline tells since the merge, `placed` the same where it belongs. `given` says
    which lead made since the merge goes whole into which, `ended` which ones end again, `chosen`
    which lead is the open one of a contact on a channel where there would be two.
    """

    merge: Unmerge
    now: Mapping[UUID, Row]
    before: Mapping[UUID, Row]
    homes: dict[UUID, UUID]
    twins: Mapping[UUID, UUID]
    told: Mapping[UUID, Sequence[Row]]
    given: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    ended: set[UUID] = field(default_factory=set[UUID])
    chosen: dict[Place, UUID] = field(default_factory=dict[Place, UUID])
    fresh: dict[UUID, Row] = field(default_factory=dict[UUID, Row])
    placed: dict[UUID, list[Row]] = field(default_factory=dict[UUID, list[Row]])
    moved: dict[MovedMessage, None] = field(default_factory=dict[MovedMessage, None])
    stirred: set[UUID] = field(default_factory=set[UUID])

    def returned(self) -> frozenset[UUID]:
        """Return the leads of which the merge had made one."""
        return frozenset({*self.twins, *self.twins.values()})

    def all(self) -> set[UUID]:
        """Return the leads of both contacts that there are in the end."""
        return {*self.now, *self.twins.values(), *self.fresh} - set(self.given)

    def place_of(self, lead_id: UUID) -> Place:
        """Return whose a lead is, and on which channel."""
        row = self.fresh.get(lead_id) or self.now.get(lead_id) or self.before[lead_id]
        return self.homes[lead_id], str(row["channel_id"])

    def was_open(self, lead_id: UUID) -> bool:
        """Whether a lead was there, and open, before the merge."""
        row = self.before.get(lead_id)
        return row is not None and not has_ended(Stage(row["stage"]))


def place_all(parting: Parting) -> None:
    """Decide for all that happened since the merge which lead it belongs to."""
    _place_lines(parting)
    while _settle_rivals(parting):
        _place_lines(parting)


def final(parting: Parting, lead_id: UUID) -> dict[str, Any]:
    """Return a lead's columns: how it was before the merge, and what is told of it since."""
    own, others = _sources(parting, lead_id)
    if lead_id in parting.before:
        base = _before(parting, lead_id)
    else:
        base = blank(own, parting.fresh.get(lead_id) or parting.now[lead_id])
    lead = refolded(base, own)
    for source in sorted(others):
        rows = others[source]
        lead = taking_in(lead, refolded(blank(rows, parting.now[source]), rows))
    return {**lead, "id": lead_id, "contact_id": parting.homes[lead_id]}


def _sources(parting: Parting, lead_id: UUID) -> tuple[list[Row], dict[UUID, list[Row]]]:
    """Return what is told of a lead since the merge, and by lead what it takes in from others."""
    mine = {lead_id, *(new for new, old in parting.twins.items() if old == lead_id)}
    own: list[Row] = []
    others: dict[UUID, list[Row]] = {}
    for row in sorted(parting.placed.get(lead_id, []), key=lambda row: row["id"]):
        if lead_id in parting.fresh or row["lead_id"] in mine:
            own.append(row)
        else:
            others.setdefault(row["lead_id"], []).append(row)
    if lead_id in parting.ended:
        own = [row for row in own if row["kind"] != EventKind.STAGE]
    return own, others


def _before(parting: Parting, lead_id: UUID) -> Row:
    """Return a lead as its image says; whose task it is stays as it is now."""
    row = parting.before[lead_id]
    now = parting.now.get(lead_id)
    read = {name: row[name] and datetime.fromisoformat(row[name]) for name in MOMENTS}
    later = {name: row.get(name) for name in LATER}
    return {**row, **later, **read, **({"owner_id": now["owner_id"]} if now else {})}


def _place_lines(parting: Parting) -> None:
    parting.fresh, parting.placed, parting.moved = {}, {}, {}
    parting.stirred = {
        *parting.returned(),
        *parting.given,
        *parting.given.values(),
        *parting.ended,
    }
    for lead_id, rows in parting.told.items():
        for row in rows:
            place = _place(parting, lead_id, row)
            parting.placed.setdefault(place, []).append(row)
            if place == lead_id:
                continue
            parting.stirred |= {lead_id, place}
            if row["message_id"]:
                moved = MovedMessage(message_id=row["message_id"], old_id=lead_id, new_id=place)
                parting.moved[moved] = None


def _place(parting: Parting, lead_id: UUID, row: Row) -> UUID:
    """Return the lead that a line of the timeline belongs to."""
    home = parting.homes[lead_id]
    side = parting.merge.sides.get(row["message_id"], home)
    is_left = lead_id in parting.ended and row["message_id"] in parting.merge.sides
    if side == home and not is_left:
        return parting.given.get(lead_id, lead_id)
    if side == parting.merge.absorbed and lead_id in parting.twins:
        return parting.twins[lead_id]
    return _open_lead(parting, (side, str(parting.now[lead_id]["channel_id"])), lead_id)


def _open_lead(parting: Parting, wanted: Place, source: UUID) -> UUID:
    """Return the open lead of a contact on a channel, or a new one after the pattern of another."""
    if wanted in parting.chosen:
        return parting.chosen[wanted]
    for one, lead in {**parting.now, **parting.fresh}.items():
        is_there = one in parting.fresh or not has_ended(Stage(lead["stage"]))
        is_left = one in parting.given or one in parting.ended
        if is_there and not is_left and parting.place_of(one) == wanted:
            return one
    fresh = new_id()
    parting.homes[fresh] = wanted[0]
    parting.fresh[fresh] = parting.now[source]
    return fresh


def _settle_rivals(parting: Parting) -> bool:
    """Choose between leads that would both be open; says whether there were any."""
    open_leads: dict[Place, list[UUID]] = {}
    for lead_id in sorted(parting.all()):
        is_same = lead_id in parting.now and lead_id not in parting.stirred
        lead = parting.now[lead_id] if is_same else final(parting, lead_id)
        if not has_ended(Stage(lead["stage"])):
            open_leads.setdefault(parting.place_of(lead_id), []).append(lead_id)
    rivals = {place: found for place, found in open_leads.items() if len(found) > 1}
    for place, found in rivals.items():
        chosen, *others = sorted(found, key=lambda one: _rank(parting, one))
        _give_way(parting, chosen, others)
        parting.chosen[place] = chosen
    return bool(rivals)


def _rank(parting: Parting, lead_id: UUID) -> tuple[bool, bool, bool, UUID]:
    was_there = lead_id in parting.before
    return not parting.was_open(lead_id), not was_there, lead_id in parting.fresh, lead_id


def _give_way(parting: Parting, chosen: UUID, others: Sequence[UUID]) -> None:
    for other in others:
        if other in parting.before:
            parting.ended.add(other)
        elif other in parting.now:
            parting.given |= {old: chosen for old, new in parting.given.items() if new == other}
            parting.given[other] = chosen
