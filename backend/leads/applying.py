"""What messages do to leads: open them, carry them on, or open them again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.channels import Direction
from backend.inbox import Recorded
from backend.kit.ids import LeadId, new_id
from backend.leads.policy import Activity, Stage
from backend.leads.recording import SYSTEM_NAME
from backend.leads.repository import LeadRepository, Pair
from backend.leads.returning import asked_about, lost_before, reopened
from backend.leads.schemas import Effect, EventKind, OpenedLead
from backend.platform.unit_of_work import UnitOfWork


def apply(
    uow: UnitOfWork, workspace_id: UUID, recorded: Sequence[Recorded]
) -> tuple[OpenedLead, ...]:
    """Give each new message of a customer to their open lead, opening one where there is none.

    A customer whose lead was converted begins a new one; one whose lead was lost does, too, unless
    the workspace wants such leads reopened. Messages that nobody can read belong to no lead.
    """
    counted = [item for item in recorded if _counts(item)]
    if not counted:
        return ()
    repository = LeadRepository(uow, workspace_id)
    known = repository.open_leads(_pair(item) for item in counted)
    lost = lost_before(uow, workspace_id, counted, known)
    known |= reopened(uow, workspace_id, lost)
    before = {pair: _activity(row) for pair, row in known.items()}
    after = dict(before)
    openers: dict[Pair, Recorded] = {}
    for item in counted:
        pair, message = _pair(item), item.arrival.message
        if pair not in after:
            openers[pair] = item
            after[pair] = _begun(item)
        after[pair] = after[pair].with_message(message.sent_at, item.conversation_id)
    repository.add([_lead_row(uow, workspace_id, after[pair], openers[pair]) for pair in openers])
    repository.carry_on([after[pair] for pair in known])
    _redate(uow, repository, before, after)
    lead_ids = [after[_pair(item)].lead_id for item in counted]
    openings = [
        _effect(EventKind.OPENED, after[pair], item, occurred_at=after[pair].opened_at)
        for pair, item in openers.items()
    ]
    messages = [
        _effect(EventKind.MESSAGE, after[_pair(item)], item, occurred_at=_sent_at(item))
        for item in counted
    ]
    returns = asked_about(uow, workspace_id, lost, {pair: after[pair].lead_id for pair in openers})
    repository.add_events(openings + returns + messages)
    uow.announce("leads", *lead_ids)
    opened = {item.message_id for item in openers.values()}
    return tuple(
        OpenedLead(
            lead_id=LeadId(after[_pair(item)].lead_id),
            message_id=item.message_id,
            is_new=item.message_id in opened,
            is_earliest=_sent_at(item) == after[_pair(item)].opened_at,
        )
        for item in counted
    )


def _counts(item: Recorded) -> bool:
    message = item.arrival.message
    return item.is_new and message.direction is Direction.IN and message.kind.opens_lead


def _pair(item: Recorded) -> Pair:
    return item.arrival.channel_id, item.arrival.contact_id


def _sent_at(item: Recorded) -> datetime:
    return item.arrival.message.sent_at


def _activity(row: RowMapping) -> Activity:
    return Activity(
        lead_id=row["id"],
        conversation_id=row["conversation_id"],
        opened_at=row["opened_at"],
        last_activity_at=row["last_activity_at"],
    )


def _begun(item: Recorded) -> Activity:
    return Activity(
        lead_id=new_id(),
        conversation_id=item.conversation_id,
        opened_at=_sent_at(item),
        last_activity_at=_sent_at(item),
    )


def _redate(
    uow: UnitOfWork,
    repository: LeadRepository,
    before: Mapping[Pair, Activity],
    after: Mapping[Pair, Activity],
) -> None:
    """Count leads on the day on which they began, and no longer on a later one."""
    earlier: list[UUID] = []
    for pair, activity in after.items():
        known = before.get(pair)
        if known and known.opened_at == activity.opened_at:
            continue
        uow.note(pair[0], [known and known.opened_at, activity.opened_at])
        if known:
            earlier.append(known.lead_id)
    repository.date_openings(earlier)


def _lead_row(
    uow: UnitOfWork, workspace_id: UUID, activity: Activity, item: Recorded
) -> dict[str, Any]:
    return {
        "id": activity.lead_id,
        "workspace_id": workspace_id,
        "channel_id": item.arrival.channel_id,
        "contact_id": item.arrival.contact_id,
        "conversation_id": activity.conversation_id,
        "stage": Stage.NEW,
        "tags": [],
        "score": 0,
        "opened_at": activity.opened_at,
        "last_activity_at": activity.last_activity_at,
        "created_at": uow.now,
        "updated_at": uow.now,
    }


def _effect(
    kind: EventKind, activity: Activity, item: Recorded, *, occurred_at: datetime
) -> Effect:
    return Effect(
        lead_id=LeadId(activity.lead_id),
        kind=kind,
        data={},
        actor_name=SYSTEM_NAME,
        occurred_at=occurred_at,
        message_id=item.message_id,
    )
