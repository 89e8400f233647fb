"""Leads over HTTP."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth import Actor, get_workspace
from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.leads import service
from backend.leads.policy import Stage
from backend.leads.schemas import (
    EventKind,
    LeadEventView,
    LeadMoment,
    LeadQuery,
    LeadSort,
    LeadView,
)
from backend.platform.api import (
    Answer,
    Day,
    Instant,
    Listed,
    PageQuery,
    Question,
    Search,
    instants,
    page_of,
)
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

MAX_TAGS = 50

router = APIRouter(prefix="/v1/leads", tags=["leads"])


class LeadFilter(PageQuery):
    """Which leads, in which order."""

    stage: Stage | None = None
    tag: Search | None = None
    q: Search | None = Field(None, description="Part of the contact's name or number.")
    sort: LeadSort = LeadSort.LAST_ACTIVITY
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    moment: LeadMoment | None = Field(
        None, description="What `from` and `to` are about; `opened` without it."
    )
    from_: Day | None = Field(None, alias="from", description="On this local day or later.")
    to: Day | None = Field(None, description="On this local day or earlier.")


class StageBody(Question):
    """Where the lead goes."""

    stage: Stage


class TagsBody(Question):
    """Tags to put on or to take off."""

    tags: list[str] = Field(max_length=MAX_TAGS)


class ValueBody(Question):
    """What the lead is worth; null takes the value away."""

    value: Decimal | None = Field(max_digits=18, decimal_places=2, ge=0)
    currency: str | None = Field(
        None, min_length=3, max_length=3, description="An ISO 4217 code such as EUR."
    )


class LeadAnswer(Answer):
    """A lead."""

    id: UUID
    contact_id: UUID
    conversation_id: UUID
    campaign_send_id: UUID | None
    stage: Stage
    tags: list[str]
    score: int = Field(description="The sum of its ledger.")
    owner_id: UUID | None
    value: Decimal | None = Field(description="A decimal number as text.")
    currency: str | None
    created_at: Instant
    updated_at: Instant
    contact_name: str | None
    contact_phone: str | None
    contact_username: str | None
    channel_id: UUID
    opened_at: Instant
    last_activity_at: Instant


class LeadEventAnswer(Answer):
    """A line of the timeline."""

    id: UUID
    kind: EventKind
    occurred_at: Instant
    actor_name: str
    data: dict[str, Any]
    message_id: UUID | None
    message_text: str | None
    message_kind: str | None


class ScoreEntryAnswer(Answer):
    """Points, why, and the message that earned them."""

    id: UUID
    points: int
    reason: str
    message_id: UUID | None
    message_text: str | None
    occurred_at: Instant


class ScoreAnswer(Listed[ScoreEntryAnswer]):
    """One page of the ledger, oldest entry first, and the whole score."""

    score: int


@router.get("", response_model=Listed[LeadAnswer])
def list_leads(actor: CurrentActor, asked: Annotated[LeadFilter, Query()]) -> Page[LeadView]:
    """List the leads."""
    with unit_of_work(actor) as uow:
        return service.list_leads(uow, actor, _query(uow, actor, asked), asked.page())


@router.get("/{lead_id}", response_model=LeadAnswer)
def get_lead(actor: CurrentActor, lead_id: UUID) -> LeadView:
    """Show a lead."""
    with unit_of_work(actor) as uow:
        return service.get_lead(uow, actor, lead_id)


@router.get("/{lead_id}/timeline", response_model=Listed[LeadEventAnswer])
def timeline(
    actor: CurrentActor, lead_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[LeadEventView]:
    """Tell what happened to a lead, newest first."""
    with unit_of_work(actor) as uow:
        return service.timeline(uow, actor, lead_id, asked.page())


@router.get("/{lead_id}/score")
def score(actor: CurrentActor, lead_id: UUID, asked: Annotated[PageQuery, Query()]) -> ScoreAnswer:
    """Explain a lead's score."""
    with unit_of_work(actor) as uow:
        lead = service.get_lead(uow, actor, lead_id)
        entries = service.score_entries(uow, actor, lead_id)
    page = page_of(entries, asked.page(), key=lambda entry: str(entry.id))
    return ScoreAnswer(
        items=[ScoreEntryAnswer.model_validate(entry) for entry in page.items],
        next_cursor=page.next_cursor,
        score=lead.score,
    )


@router.post("/{lead_id}/stage", response_model=LeadAnswer)
@router.put("/{lead_id}/stage", response_model=LeadAnswer)
def set_stage(actor: CurrentActor, lead_id: UUID, given: StageBody) -> LeadView:
    """Move a lead to a stage."""
    with unit_of_work(actor) as uow:
        return service.set_stage(uow, actor, lead_id, stage=given.stage)


@router.post("/{lead_id}/tags", response_model=LeadAnswer)
def add_tags(actor: CurrentActor, lead_id: UUID, given: TagsBody) -> LeadView:
    """Tag a lead; tags are kept in lower case."""
    with unit_of_work(actor) as uow:
        return service.add_tags(uow, actor, lead_id, tags=given.tags)


@router.delete("/{lead_id}/tags", response_model=LeadAnswer)
def remove_tags(
    actor: CurrentActor,
    lead_id: UUID,
    tag: Annotated[tuple[str, ...], Query(max_length=MAX_TAGS)] = (),
    given: TagsBody | None = None,
) -> LeadView:
    """Take tags off a lead, named in the query or in the body; others are passed over."""
    tags = (*tag, *(given.tags if given else ()))
    with unit_of_work(actor) as uow:
        return service.remove_tags(uow, actor, lead_id, tags=tags)


@router.put("/{lead_id}/value", response_model=LeadAnswer)
def set_value(actor: CurrentActor, lead_id: UUID, given: ValueBody) -> LeadView:
    """Say what a lead is worth."""
    with unit_of_work(actor) as uow:
        return service.set_value(uow, actor, lead_id, value=given.value, currency=given.currency)


def _query(uow: UnitOfWork, actor: Actor, asked: LeadFilter) -> LeadQuery:
    timezone = get_workspace(uow, actor).timezone
    moment_from, moment_to = instants(asked.from_, asked.to, timezone)
    has_days = asked.from_ is not None or asked.to is not None
    return LeadQuery(
        stage=asked.stage,
        tag=asked.tag,
        search=asked.q,
        channel_id=asked.channel_id,
        contact_id=asked.contact_id,
        conversation_id=asked.conversation_id,
        sort=asked.sort,
        moment=asked.moment or (LeadMoment.OPENED if has_days else None),
        moment_from=moment_from,
        moment_to=moment_to,
    )
