"""Recording what led to a lead: the channel, the ad, the message that was answered."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.attribution.repository import TouchRepository
from backend.attribution.schemas import LeadMessage, TouchKind, TouchView
from backend.auth import Actor, Permission
from backend.kit.ids import LeadId, new_id
from backend.platform.unit_of_work import UnitOfWork


def record(uow: UnitOfWork, workspace_id: UUID, messages: Sequence[LeadMessage]) -> None:
    """Keep the channel touch of each lead, and a touch for each ad and each answered message."""
    if not messages:
        return
    repository = TouchRepository(uow, workspace_id)
    earliest = [_row(uow, workspace_id, item) for item in messages if item.is_earliest]
    repository.add_channel_touches(earliest)
    extra = [
        {**_row(uow, workspace_id, item), **source}
        for item in messages
        for source in _sources(item)
    ]
    repository.add(extra)


def absorb(uow: UnitOfWork, workspace_id: UUID, moves: Mapping[LeadId, LeadId]) -> None:
    """Give the touches of merged leads to the leads they went into."""
    if moves:
        TouchRepository(uow, workspace_id).hand_over(moves)


def list_touches(uow: UnitOfWork, actor: Actor, lead_id: UUID) -> tuple[TouchView, ...]:
    """Return what led to a lead, the first touch first; nothing for a lead that is not ours."""
    actor.require(Permission.LEADS_READ)
    rows = TouchRepository(uow, actor.workspace_id).of_lead(lead_id)
    return tuple(_view(row) for row in rows)


def _view(row: RowMapping) -> TouchView:
    columns: dict[str, Any] = {**row, "kind": TouchKind(row["kind"])}
    return TouchView(**columns)


def _row(uow: UnitOfWork, workspace_id: UUID, item: LeadMessage) -> dict[str, Any]:
    arrival = item.recorded.arrival
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "lead_id": item.lead_id,
        "message_id": item.recorded.message_id,
        "channel_id": arrival.channel_id,
        "occurred_at": arrival.message.sent_at,
        "created_at": uow.now,
    }


def _sources(item: LeadMessage) -> list[dict[str, Any]]:
    message = item.recorded.arrival.message
    nothing = dict.fromkeys(("source_id", "source_url", "headline", "click_id"))
    sources: list[dict[str, Any]] = []
    if referral := message.referral:
        sources.append(
            {
                "kind": TouchKind.AD,
                "source_id": referral.source_id,
                "source_url": referral.source_url,
                "headline": referral.headline,
                "click_id": referral.click_id,
            }
        )
    if message.quoted_provider_id:
        sources.append(
            {**nothing, "kind": TouchKind.REPLY, "source_id": message.quoted_provider_id}
        )
    return sources
