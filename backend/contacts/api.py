"""Contacts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.contacts import service
from backend.contacts.schemas import ContactView, IdentifierView, MergeReason, MergeView
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Search
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/contacts", tags=["contacts"])


class ContactFilter(PageQuery):
    """Which contacts."""

    q: Search | None = Field(None, description="Part of a name, number or username.")


class ContactAnswer(Answer):
    """A person; any of the identifiers may be absent."""

    id: UUID
    display_name: str | None
    phone: str | None = Field(description="In E.164.")
    bsuid: str | None = Field(description="WhatsApp's business-scoped user id.")
    username: str | None
    last_seen_at: Instant
    created_at: Instant


class IdentifierAnswer(Answer):
    """One way to find a person, and when it was last seen."""

    kind: str = Field(description="`phone`, `bsuid` or `username`.")
    value: str
    seen_at: Instant


class MergeAnswer(Answer):
    """Two contacts that became one."""

    id: UUID
    survivor_id: UUID
    absorbed_id: UUID
    absorbed_name: str
    reason: MergeReason = Field(
        description="`evidence`: a number and a user id came in one message; `changed`: the"
        " provider told of a new number or user id; `manual`: somebody merged them."
    )
    merged_by: str
    merged_at: Instant
    undone_by: str | None
    undone_at: Instant | None
    can_be_undone: bool = Field(description="False while a later merge stands on this one.")


@router.get("", response_model=Listed[ContactAnswer])
def list_contacts(
    actor: CurrentActor, asked: Annotated[ContactFilter, Query()]
) -> Page[ContactView]:
    """List the contacts, those seen last first."""
    with unit_of_work(actor) as uow:
        return service.list_contacts(uow, actor, asked.page(), search=asked.q)


@router.get("/{contact_id}", response_model=ContactAnswer)
def get_contact(actor: CurrentActor, contact_id: UUID) -> ContactView:
    """Show a contact."""
    with unit_of_work(actor) as uow:
        return service.get_contact(uow, actor, contact_id)


@router.get("/{contact_id}/identifiers", response_model=list[IdentifierAnswer])
def list_identifiers(actor: CurrentActor, contact_id: UUID) -> tuple[IdentifierView, ...]:
    """List by what a contact is known, the one seen last first; fifty at most."""
    with unit_of_work(actor) as uow:
        return service.identifiers(uow, actor, contact_id)


@router.get("/{contact_id}/merges", response_model=Listed[MergeAnswer])
def list_merges(
    actor: CurrentActor, contact_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[MergeView]:
    """List the merges that a contact was part of, the latest first."""
    with unit_of_work(actor) as uow:
        return service.list_merges(uow, actor, contact_id, asked.page())


@router.get("/{contact_id}/possible-duplicates", response_model=list[ContactAnswer])
def list_possible_duplicates(actor: CurrentActor, contact_id: UUID) -> tuple[ContactView, ...]:
    """List contacts with the same name or number; five at most, and a person decides."""
    with unit_of_work(actor) as uow:
        return service.possible_duplicates(uow, actor, contact_id)
