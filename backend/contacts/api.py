"""Contacts over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.contacts import service
from backend.contacts.schemas import ContactView
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
