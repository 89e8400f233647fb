"""What messages and rules do to leads: open them, and record every effect with its reason."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.channels import Direction
from backend.inbox import Recorded
from backend.kit.ids import LeadId, new_id
from backend.leads.policy import Stage
from backend.leads.repository import LeadRepository, Pair
from backend.leads.schemas import Effect, EventKind, LeadState, OpenedLead
from backend.platform.unit_of_work import UnitOfWork

TAG_SEPARATOR = "\x1f"
SYSTEM_NAME = "LeadFlow"


def apply(
    uow: UnitOfWork, workspace_id: UUID, recorded: Sequence[Recorded]
) -> tuple[OpenedLead, ...]:
    """Give each new message of a customer to their open lead, opening one where there is none.

    A customer whose lead was converted or lost begins a new one. Messages that nobody can read
    belong to no lead.
    """
    counted = [item for item in recorded if _counts(item)]
    if not counted:
        return ()
    repository = LeadRepository(uow, workspace_id)
    pairs = [(item.arrival.channel_id, item.arrival.contact_id) for item in counted]
    leads = repository.open_leads(pairs)
    openers = _openers(counted, pairs, leads)
    leads |= {pair: new_id() for pair in openers}
    repository.add(
        [_lead_row(uow, workspace_id, leads[pair], item) for pair, item in openers.items()]
    )
    lead_ids = [leads[pair] for pair in pairs]
    _count_anew(uow, repository, lead_ids)
    repository.saw_messages(
        [
            (lead_id, item.conversation_id, item.arrival.message.sent_at)
            for lead_id, item in zip(lead_ids, counted, strict=True)
        ]
    )
    repository.date_openings(lead_ids)
    _count_anew(uow, repository, lead_ids)
    opened = {openers[pair].message_id: leads[pair] for pair in openers}
    repository.add_events(
        [
            _effect(EventKind.OPENED, lead_id, openers[pair])
            for pair, lead_id in leads.items()
            if pair in openers
        ]
        + [
            _effect(EventKind.MESSAGE, lead_id, item)
            for lead_id, item in zip(lead_ids, counted, strict=True)
        ]
    )
    uow.announce("leads", *lead_ids)
    return tuple(
        OpenedLead(
            lead_id=LeadId(lead_id), message_id=item.message_id, is_new=item.message_id in opened
        )
        for lead_id, item in zip(lead_ids, counted, strict=True)
    )


def load_states(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Iterable[UUID]
) -> dict[LeadId, LeadState]:
    """Lock some leads and return what rules see of them."""
    return {
        LeadId(row["id"]): LeadState(
            lead_id=LeadId(row["id"]),
            stage=Stage(row["stage"]),
            tags=set(row["tags"]),
            score=row["score"],
            cadence_keys=set(row["cadence_keys"]),
            qualified_at=row["qualified_at"],
        )
        for row in LeadRepository(uow, workspace_id).states(lead_ids)
    }


def record_effects(
    uow: UnitOfWork,
    workspace_id: UUID,
    states: Mapping[LeadId, LeadState],
    effects: Sequence[Effect],
) -> None:
    """Write what changed: the ledger and the timeline first, then the leads that follow them."""
    redated = {state.lead_id for state in states.values() if state.is_redated}
    changed = sorted({effect.lead_id for effect in effects} | redated)
    if not changed:
        return
    repository = LeadRepository(uow, workspace_id)
    repository.add_score_entries(effects)
    repository.add_events(effects)
    moved: dict[UUID, datetime] = {}
    for effect in effects:
        if effect.kind is EventKind.STAGE:
            moved[effect.lead_id] = effect.occurred_at
    _count_anew(uow, repository, changed)
    repository.store([_stored(states[lead_id], moved.get(lead_id)) for lead_id in changed])
    _count_anew(uow, repository, changed)
    uow.announce("leads", *changed)


def _counts(item: Recorded) -> bool:
    message = item.arrival.message
    return item.is_new and message.direction is Direction.IN and message.kind.opens_lead


def _openers(
    counted: Sequence[Recorded], pairs: Sequence[Pair], leads: Mapping[Pair, UUID]
) -> dict[Pair, Recorded]:
    openers: dict[Pair, Recorded] = {}
    for pair, item in zip(pairs, counted, strict=True):
        if pair not in leads:
            openers.setdefault(pair, item)
    return openers


def _count_anew(uow: UnitOfWork, repository: LeadRepository, lead_ids: Sequence[UUID]) -> None:
    """Note the days on which these leads count now; called before and after a change."""
    for row in repository.moments(lead_ids):
        times = (row["opened_at"], row["qualified_at"], row["converted_at"], row["lost_at"])
        uow.note(row["channel_id"], times)


def _lead_row(uow: UnitOfWork, workspace_id: UUID, lead_id: UUID, item: Recorded) -> dict[str, Any]:
    return {
        "id": lead_id,
        "workspace_id": workspace_id,
        "channel_id": item.arrival.channel_id,
        "contact_id": item.arrival.contact_id,
        "conversation_id": item.conversation_id,
        "stage": Stage.NEW,
        "tags": [],
        "score": 0,
        "opened_at": item.arrival.message.sent_at,
        "last_activity_at": item.arrival.message.sent_at,
        "created_at": uow.now,
        "updated_at": uow.now,
    }


def _effect(kind: EventKind, lead_id: UUID, item: Recorded) -> Effect:
    return Effect(
        lead_id=LeadId(lead_id),
        kind=kind,
        data={},
        actor_name=SYSTEM_NAME,
        occurred_at=item.arrival.message.sent_at,
        message_id=item.message_id,
    )


def _stored(state: LeadState, moved_at: datetime | None) -> dict[str, Any]:
    return {
        "lead_id": state.lead_id,
        "stage": state.stage,
        "tags": TAG_SEPARATOR.join(sorted(state.tags)),
        "moved_at": moved_at,
        "qualified_at": state.qualified_at,
    }
