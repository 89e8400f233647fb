"""Whose task a lead is."""

from uuid import UUID

from backend import inbox, notices
from backend.auth import Actor
from backend.leads.repository import LeadRepository
from backend.leads.schemas import EventKind, LeadView
from backend.leads.service import get_lead, load, record
from backend.notices import Notice, NoticeKind
from backend.platform.unit_of_work import UnitOfWork


def set_owner(uow: UnitOfWork, actor: Actor, lead_id: UUID, *, user_id: UUID | None) -> LeadView:
    """Give a lead to somebody who can answer customers, or to nobody, and tell them.

    Raises `LeadNotFound`, `NoColleague`.
    """
    state = load(uow, actor, lead_id)
    name = inbox.answering(uow, actor.workspace_id, user_id)
    is_change = LeadRepository(uow, actor.workspace_id).set_owner(lead_id, user_id)
    if is_change:
        record(uow, actor, state, [(EventKind.OWNED, {"to": name or None})])
    lead = get_lead(uow, actor, lead_id)
    if is_change and user_id not in (None, actor.user_id):
        _tell(uow, actor, lead)
    return lead


def _tell(uow: UnitOfWork, actor: Actor, lead: LeadView) -> None:
    called = lead.contact_name or lead.contact_phone or "a customer"
    notice = Notice(
        kind=NoticeKind.ASSIGNMENT,
        subject=f"conversation:{lead.conversation_id}",
        text=f"{actor.name} made {called} your lead",
    )
    owners = [lead.owner_id] if lead.owner_id else []
    notices.notify(uow, actor.workspace_id, owners, notice=notice)
