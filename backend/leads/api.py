"""Leads over HTTP."""

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.leads import lifecycle, owning, scoring, service
from backend.leads.lifecycle_policy import Band
from backend.leads.policy import Stage
from backend.leads.query_api import LeadFilter, LeadPage, StageCountsAnswer
from backend.leads.schemas import (
    EventKind,
    LeadEventView,
    LeadSort,
    LeadView,
    Move,
    Waterfall,
)
from backend.platform.api import (
    Answer,
    Instant,
    Listed,
    PageQuery,
    Question,
    page_of,
)
from backend.platform.unit_of_work import unit_of_work

MAX_TAGS = 50
ENTRY = (
    "id",
    "points",
    "reason",
    "message_id",
    "message_text",
    "occurred_at",
    "rule_name",
    "rule_version",
)

router = APIRouter(prefix="/v1/leads", tags=["leads"])


class StageBody(Question):
    """Where the lead goes, and what is said about it."""

    stage: Stage
    value: Decimal | None = Field(
        None, max_digits=18, decimal_places=2, ge=0, description="What a sale is worth."
    )
    currency: str | None = Field(
        None, min_length=3, max_length=3, description="An ISO 4217 code such as EUR."
    )
    reason: str | None = Field(None, max_length=80, description="Why the lead was lost.")
    note: str | None = Field(None, max_length=500)


class TagsBody(Question):
    """Tags to put on or to take off."""

    tags: list[str] = Field(max_length=MAX_TAGS)


class ValueBody(Question):
    """What the lead is worth; null takes the value away."""

    value: Decimal | None = Field(max_digits=18, decimal_places=2, ge=0)
    currency: str | None = Field(
        None, min_length=3, max_length=3, description="An ISO 4217 code such as EUR."
    )


class OwnerBody(Question):
    """Whose task a lead is; null for nobody."""

    user_id: UUID | None = Field(description="An operator, manager or admin of this workspace.")


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
    band: Band
    loss_reason: str | None
    stale_at: Instant | None
    owner_name: str | None
    returned_from: UUID | None = Field(
        description="The lost lead of a customer who came back, until somebody decides."
    )


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
    rule_name: str | None
    rule_version: int | None
    total: int = Field(description="The score after this entry.")
    disputes: UUID | None = Field(description="The entry that this one takes back.")
    disputed_by: UUID | None


class WithoutRuleAnswer(Answer):
    """What score and band would be without the entries of one rule."""

    rule_name: str
    points: int
    score: int
    band: Band


class ScoreAnswer(Listed[ScoreEntryAnswer]):
    """One page of the ledger, oldest entry first, and the whole score."""

    score: int
    band: Band
    without: list[WithoutRuleAnswer]


class DisputeBody(Question):
    """Which points are wrong, and why."""

    entry_id: UUID
    reason: str = Field(min_length=1, max_length=200)


@router.get("", response_model=Listed[LeadAnswer])
def list_leads(actor: CurrentActor, asked: Annotated[LeadPage, Query()]) -> Page[LeadView]:
    """List the leads."""
    with unit_of_work(actor) as uow:
        query = asked.query(uow, actor, asked.sort)
        return service.list_leads(uow, actor, query, asked.page())


@router.get("/counts")
def count_leads(actor: CurrentActor, asked: Annotated[LeadFilter, Query()]) -> StageCountsAnswer:
    """Count the leads by stage."""
    with unit_of_work(actor) as uow:
        query = asked.query(uow, actor, LeadSort.LAST_ACTIVITY)
        return StageCountsAnswer.of(service.count_leads(uow, actor, query))


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
        shown = scoring.waterfall(uow, actor, lead_id)
    return _explained(shown, asked)


@router.post("/{lead_id}/score/dispute")
def dispute(actor: CurrentActor, lead_id: UUID, given: DisputeBody) -> ScoreAnswer:
    """Take the points of one entry back, by another that names it; each entry once."""
    with unit_of_work(actor) as uow:
        shown = scoring.dispute(uow, actor, lead_id, entry_id=given.entry_id, reason=given.reason)
    return _explained(shown, PageQuery(limit=50, cursor=None))


@router.post("/{lead_id}/stage", response_model=LeadAnswer)
@router.put("/{lead_id}/stage", response_model=LeadAnswer)
def set_stage(actor: CurrentActor, lead_id: UUID, given: StageBody) -> LeadView:
    """Move a lead to a stage, as the workspace allows."""
    with unit_of_work(actor) as uow:
        return lifecycle.move(uow, actor, lead_id, to=Move(**given.model_dump()))


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


@router.put("/{lead_id}/owner", response_model=LeadAnswer)
def set_owner(actor: CurrentActor, lead_id: UUID, given: OwnerBody) -> LeadView:
    """Give a lead to somebody who can answer customers, or to nobody."""
    with unit_of_work(actor) as uow:
        return owning.set_owner(uow, actor, lead_id, user_id=given.user_id)


def _explained(shown: Waterfall, asked: PageQuery) -> ScoreAnswer:
    page = page_of(shown.steps, asked.page(), key=lambda step: str(step.entry.id))
    return ScoreAnswer(
        items=[
            ScoreEntryAnswer.model_validate(
                {
                    **{name: getattr(step.entry, name) for name in ENTRY},
                    "total": step.total,
                    "disputes": step.disputes,
                    "disputed_by": step.disputed_by,
                }
            )
            for step in page.items
        ],
        next_cursor=page.next_cursor,
        score=shown.score,
        band=shown.band,
        without=[WithoutRuleAnswer.model_validate(one) for one in shown.without],
    )
