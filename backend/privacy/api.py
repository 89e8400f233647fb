"""People's data over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work
from backend.privacy import retention, service
from backend.privacy.policy import LEAST_DAYS, MOST_DAYS
from backend.privacy.schemas import ContactExport, ErasureReceipt, Retention

router = APIRouter(tags=["privacy"])


class ExportAnswer(Answer):
    """Everything that is held about a person."""

    contact_id: UUID
    exported_at: Instant
    tables: dict[str, list[dict[str, Any]]] = Field(description="Rows by table, as they are kept.")


class ErasedAnswer(Answer):
    """What was done to one table."""

    table: str
    deleted: int
    blanked: int = Field(description="Rows that stay without what they said.")
    kept: int
    note: str


class ReceiptAnswer(Answer):
    """What was done when a person was erased."""

    id: UUID
    contact_id: UUID
    erased_at: Instant
    erased_by: str
    tables: list[ErasedAnswer]


class RetentionAnswer(Answer):
    """For how many days things are kept."""

    raw_days: int
    text_days: int | None


class RetentionQuestion(Question):
    """For how many days things are kept from now on."""

    raw_days: int = Field(ge=LEAST_DAYS, le=MOST_DAYS, description="Raw webhook deliveries.")
    text_days: int | None = Field(
        None, ge=LEAST_DAYS, le=MOST_DAYS, description="Words of messages; null is for ever."
    )


@router.get("/v1/contacts/{contact_id}/export", response_model=ExportAnswer)
def export_contact(actor: CurrentActor, contact_id: UUID, response: Response) -> ContactExport:
    """Return everything that is held about a person."""
    name = f"contact-{contact_id}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    with unit_of_work(actor) as uow:
        return service.export_contact(uow, actor, contact_id)


@router.delete("/v1/contacts/{contact_id}", response_model=ReceiptAnswer)
def erase_contact(actor: CurrentActor, contact_id: UUID) -> ErasureReceipt:
    """Erase a person; what is counted stays without a name. It cannot be undone."""
    with unit_of_work(actor) as uow:
        return service.erase_contact(uow, actor, contact_id)


@router.get("/v1/erasures", response_model=Listed[ReceiptAnswer])
def list_erasures(
    actor: CurrentActor, asked: Annotated[PageQuery, Query()]
) -> Page[ErasureReceipt]:
    """List the receipts of erasures, the latest first."""
    with unit_of_work(actor) as uow:
        return service.list_erasures(uow, actor, asked.page())


@router.get("/v1/retention", response_model=RetentionAnswer)
def get_retention(actor: CurrentActor) -> Retention:
    """Show for how long things are kept."""
    with unit_of_work(actor) as uow:
        return retention.get_retention(uow, actor)


@router.put("/v1/retention", response_model=RetentionAnswer)
def set_retention(actor: CurrentActor, given: RetentionQuestion) -> Retention:
    """Set for how long things are kept."""
    with unit_of_work(actor) as uow:
        wanted = Retention(raw_days=given.raw_days, text_days=given.text_days)
        return retention.set_retention(uow, actor, wanted)
