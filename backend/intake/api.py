"""Playing a customer, and stored deliveries, over HTTP."""

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AliasChoices, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from backend.auth.api import CurrentActor
from backend.channels import DeliveryStatus
from backend.contacts import ContactView
from backend.contacts.api import ContactAnswer
from backend.intake import merging, service
from backend.intake.schemas import (
    EventQuery,
    EventState,
    SimulatedMessage,
    SimulatedResult,
    SimulatedStatus,
    WebhookEventView,
)
from backend.kit.paging import Page
from backend.platform.api import Answer, Document, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

MAX_ID_LENGTH = 512
YEAR_2100 = 4_102_444_800
SECONDS = re.compile(r"[0-9]{1,20}(\.[0-9]{1,9})?")
A_MOMENT = "a time such as 2026-01-31T12:00:00Z, or unix seconds such as 1769860800"

router = APIRouter(prefix="/v1")


class MergeQuestion(Question):
    """Which contact becomes part of this one."""

    absorbed_id: UUID = Field(description="The contact that goes; all that is theirs moves.")


def read_moment(given: object) -> datetime | None:
    """Read an ISO 8601 time with its offset, or unix seconds as a number or as text."""
    if given is None:
        return None
    seconds, moment = _seconds(given), _iso_time(given)
    if seconds is None and moment is None:
        fault = "is neither an ISO 8601 time nor unix seconds"
    elif moment is not None and moment.tzinfo is None:
        fault = "has no offset from UTC, so it could mean any of several moments"
    else:
        instant = moment.timestamp() if moment else seconds
        if instant is not None and 0 <= instant < YEAR_2100:
            return datetime.fromtimestamp(instant, UTC)
        fault = "is not between 1970 and 2100; unix times are in seconds"
    kind, words = "moment", {"fault": fault, "expected": A_MOMENT}
    raise PydanticCustomError(kind, "{fault}", words)


def _seconds(given: object) -> int | float | None:
    if isinstance(given, str):
        return float(given) if SECONDS.fullmatch(given.strip()) else None
    return given if isinstance(given, int | float) and not isinstance(given, bool) else None


def _iso_time(given: object) -> datetime | None:
    if not isinstance(given, str) or SECONDS.fullmatch(given.strip()):
        return None
    try:
        return datetime.fromisoformat(given.strip())
    except ValueError:
        return None


def read_button(given: object) -> object:
    """Take a button that is only a text for one whose payload is its text."""
    return {"text": given, "payload": given} if isinstance(given, str) else given


Moment = Annotated[datetime | None, BeforeValidator(read_moment)]


class ButtonBody(Question):
    """The button that the customer taps."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    payload: str | None = Field(None, validation_alias=AliasChoices("payload", "id"))
    text: str | None = Field(None, validation_alias=AliasChoices("text", "title"))


class InboundBody(Question):
    """What a simulated customer sends."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    channel_id: UUID
    sender: str = Field(
        alias="from",
        max_length=MAX_ID_LENGTH,
        description="A phone number, or a business-scoped user id such as US.1234.",
    )
    text: str | None = None
    profile_name: str | None = Field(None, max_length=500)
    message_id: str | None = Field(
        None, max_length=MAX_ID_LENGTH, description="The same id again has no second effect."
    )
    timestamp: Moment = Field(None, description="ISO 8601 with its offset, or unix seconds.")
    referral: Document | None = Field(
        None, description="The ad or post: source_type, source_id, source_url, headline, ..."
    )
    context_message_id: str | None = Field(
        None, max_length=MAX_ID_LENGTH, description="The message that this one answers."
    )
    button: Annotated[ButtonBody | None, BeforeValidator(read_button)] = None


class InboundAnswer(Answer):
    """What the message made, or had made before."""

    message_id: UUID
    contact_id: UUID
    conversation_id: UUID
    lead_id: UUID | None
    duplicate: bool


class StatusBody(Question):
    """A step of an outgoing message."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    channel_id: UUID
    message_id: str = Field(max_length=MAX_ID_LENGTH, description="Our id, or the provider's.")
    status: DeliveryStatus
    timestamp: Moment = Field(None, description="ISO 8601 with its offset, or unix seconds.")
    error_code: str | None = Field(None, max_length=100)


class StatusAnswer(Answer):
    """The step as it was taken in."""

    channel_id: UUID
    message_id: str
    status: DeliveryStatus


class EventFilter(PageQuery):
    """Which deliveries."""

    channel_id: UUID | None = None
    state: EventState | None = None


class EventAnswer(Answer):
    """A delivery of a provider; `error` says why it is quarantined."""

    id: UUID
    channel_id: UUID
    state: EventState
    attempts: int
    error: str | None
    received_at: Instant
    processed_at: Instant | None
    channel_name: str
    corrected_by: str | None
    corrected_at: Instant | None
    ignored_by: str | None
    ignored_reason: str | None
    ignored_at: Instant | None


class EventDetailAnswer(EventAnswer):
    """A delivery with its body as text, cut at 20,000 characters, and what is read instead."""

    body: str | None
    corrected_body: str | None


@router.post("/mock/whatsapp/inbound", response_model=InboundAnswer, tags=["mock"])
def simulate_inbound(actor: CurrentActor, given: InboundBody) -> SimulatedResult:
    """Play a customer who writes to a mock channel."""
    message = SimulatedMessage(
        channel_id=given.channel_id,
        sender=given.sender,
        text=given.text,
        profile_name=given.profile_name,
        message_id=given.message_id,
        timestamp=given.timestamp,
        referral=given.referral,
        context_message_id=given.context_message_id,
        button=given.button.model_dump(exclude_none=True) if given.button else None,
    )
    with unit_of_work(actor) as uow:
        return service.simulate_inbound(uow, actor, message)


@router.post("/mock/whatsapp/status", tags=["mock"])
def simulate_status(actor: CurrentActor, given: StatusBody) -> StatusAnswer:
    """Report what became of a message that went out on a mock channel."""
    step = SimulatedStatus(
        channel_id=given.channel_id,
        message_id=given.message_id,
        status=given.status,
        timestamp=given.timestamp,
        error_code=given.error_code,
    )
    with unit_of_work(actor) as uow:
        service.simulate_status(uow, actor, step)
    return StatusAnswer.model_validate(given)


@router.get("/webhook-events", response_model=Listed[EventAnswer], tags=["webhook-events"])
def list_events(
    actor: CurrentActor, asked: Annotated[EventFilter, Query()]
) -> Page[WebhookEventView]:
    """List stored deliveries, the latest first."""
    query = EventQuery(channel_id=asked.channel_id, state=asked.state)
    with unit_of_work(actor) as uow:
        return service.list_events(uow, actor, query, asked.page())


@router.get("/webhook-events/{event_id}", response_model=EventDetailAnswer, tags=["webhook-events"])
def get_event(actor: CurrentActor, event_id: UUID) -> WebhookEventView:
    """Show a delivery with its body."""
    with unit_of_work(actor) as uow:
        return service.get_event(uow, actor, event_id)


@router.post(
    "/webhook-events/{event_id}/replay",
    response_model=EventDetailAnswer,
    tags=["webhook-events"],
)
def replay(actor: CurrentActor, event_id: UUID) -> WebhookEventView:
    """Process a delivery again; what took effect before does not again."""
    with unit_of_work(actor) as uow:
        return service.replay(uow, actor, event_id)


@router.post("/contacts/{contact_id}/merge", response_model=ContactAnswer, tags=["contacts"])
def merge_contacts(actor: CurrentActor, contact_id: UUID, asked: MergeQuestion) -> ContactView:
    """Make another contact part of this one; it can be undone."""
    with unit_of_work(actor) as uow:
        return merging.merge_contacts(uow, actor, contact_id, asked.absorbed_id)


@router.post("/contacts/merges/{merge_id}/undo", response_model=ContactAnswer, tags=["contacts"])
def undo_merge(actor: CurrentActor, merge_id: UUID) -> ContactView:
    """Make two contacts of one again, each with their history; returns the one that comes back."""
    with unit_of_work(actor) as uow:
        return merging.unmerge(uow, actor, merge_id)
