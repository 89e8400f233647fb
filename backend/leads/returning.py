"""Customers who write again after their lead was lost: a new lead, the old one, or a question.

Only a lost lead is opened again: a sale is counted for good, so who bought is a new lead. What
counts as soon enough is told by the message, not by the clock, so that a delivery which comes
late, or twice, has the same effect.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor
from backend.inbox import Recorded
from backend.kit.ids import LeadId
from backend.leads import service
from backend.leads.errors import NotReturned
from backend.leads.lifecycle_policy import Returning
from backend.leads.lifecycle_repository import LifecycleRepository
from backend.leads.merging import hand_history_over
from backend.leads.parting_rows import make_room
from backend.leads.policy import Stage, has_ended
from backend.leads.recording import SYSTEM_NAME, load_states, record_effects
from backend.leads.repository import Pair
from backend.leads.schemas import Effect, EventKind, LeadView
from backend.platform.unit_of_work import UnitOfWork

Lost = Mapping[Pair, RowMapping]


def lost_before(
    uow: UnitOfWork, workspace_id: UUID, counted: Sequence[Recorded], known: Collection[Pair]
) -> dict[Pair, RowMapping]:
    """Return the lost leads of customers who wrote soon after and have no open one."""
    wrote: dict[Pair, datetime] = {}
    for item in counted:
        pair = item.arrival.channel_id, item.arrival.contact_id
        if pair not in known:
            at = item.arrival.message.sent_at
            wrote[pair] = max(at, wrote.get(pair, at))
    found = LifecycleRepository(uow, workspace_id).came_back(wrote)
    return {(row["channel_id"], row["contact_id"]): row for row in found}


def reopened(uow: UnitOfWork, workspace_id: UUID, lost: Lost) -> dict[Pair, RowMapping]:
    """Open the lost leads again of a workspace that wants it, and return them."""
    back = {pair: row for pair, row in lost.items() if row["returning"] == Returning.REOPEN}
    if not back:
        return {}
    states = load_states(uow, workspace_id, [row["id"] for row in back.values()])
    effects: list[Effect] = []
    for row in back.values():
        state = states[row["id"]]
        state.stage = Stage.QUALIFIED if row["qualified_at"] else Stage.NEW
        data = {"from": Stage.LOST, "to": state.stage, "why": "returned"}
        effects.append(_told(state.lead_id, EventKind.STAGE, data, at=uow.now))
    record_effects(uow, workspace_id, states, effects)
    return back


def asked_about(
    uow: UnitOfWork, workspace_id: UUID, lost: Lost, fresh: Mapping[Pair, UUID]
) -> list[Effect]:
    """Note which new leads may be old ones, and return what their timelines say about it."""
    pairs = [pair for pair in fresh if pair in lost]
    LifecycleRepository(uow, workspace_id).ask_about(
        {fresh[pair]: lost[pair]["id"] for pair in pairs}
    )
    return [
        _told(
            LeadId(fresh[pair]),
            EventKind.RETURNED,
            {"lead": str(lost[pair]["id"])},
            at=uow.now,
        )
        for pair in pairs
    ]


def keep_return(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> LeadView:
    """Say that a customer who came back is a new lead; raises `LeadNotFound`, `NotReturned`."""
    _asked(uow, actor, lead_id)
    LifecycleRepository(uow, actor.workspace_id).settle_return(lead_id)
    uow.announce("leads", lead_id)
    return service.get_lead(uow, actor, lead_id)


def rejoin(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> Mapping[LeadId, LeadId]:
    """Let a lead be the lost one of the same customer, open again; returns which went into which.

    The caller moves what hangs on it and then calls `remove_absorbed`. Raises `LeadNotFound`,
    `NotReturned`.
    """
    lead = _asked(uow, actor, lead_id)
    old_id = LeadId(lead_id)
    lost_id = LeadId(lead.returned_from or lead_id)
    states = load_states(uow, actor.workspace_id, [old_id, lost_id])
    lost = states.get(lost_id)
    if lost is None or lost.stage is not Stage.LOST or has_ended(states[old_id].stage):
        message = "these two leads cannot be one any more"
        raise NotReturned(message, field="lead_id", expected="an open lead beside a lost one")
    fresh = states[old_id]
    make_room(uow, actor.workspace_id, [old_id])
    hand_history_over(uow, actor.workspace_id, old_id, lost_id)
    data = {"from": Stage.LOST, "to": fresh.stage, "why": "returned"}
    lost.stage = fresh.stage
    lost.tags |= fresh.tags
    effect = Effect(
        lead_id=lost_id,
        kind=EventKind.STAGE,
        data=data,
        actor_name=actor.name,
        occurred_at=uow.now,
    )
    record_effects(uow, actor.workspace_id, {lost_id: lost}, [effect])
    return {old_id: lost_id}


def _asked(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> LeadView:
    service.load(uow, actor, lead_id)
    lead = service.get_lead(uow, actor, lead_id)
    if lead.returned_from is None:
        message = "nothing is to be decided about this lead"
        raise NotReturned(message, field="lead_id", expected="a lead of a customer who came back")
    return lead


def _told(lead_id: LeadId, kind: EventKind, data: Mapping[str, str], *, at: datetime) -> Effect:
    return Effect(lead_id=lead_id, kind=kind, data=data, actor_name=SYSTEM_NAME, occurred_at=at)
