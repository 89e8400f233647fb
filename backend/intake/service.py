"""Playing a customer, and looking after stored deliveries."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend import inbox, leads
from backend.auth import Actor, Permission
from backend.channels import Connection, DeliveryStatus, Provider, connection_of, mock
from backend.intake.draining import is_passing, sentence, settle
from backend.intake.errors import BodyGone, EventNotFound, NotAMockChannel, SimulationInvalid
from backend.intake.process import process
from backend.intake.repository import EventRepository
from backend.intake.schemas import (
    Delivery,
    Effects,
    EventQuery,
    EventState,
    SimulatedMessage,
    SimulatedResult,
    SimulatedStatus,
    WebhookEventView,
)
from backend.kit.ids import WebhookEventId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork

MAX_BODY_SHOWN = 20_000
BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9.]{1,128}")


def simulate_inbound(uow: UnitOfWork, actor: Actor, given: SimulatedMessage) -> SimulatedResult:
    """Play a customer on a mock channel: a webhook's own path, in this transaction.

    Raises `ChannelNotFound`, `NotAMockChannel`, `SimulationInvalid`.
    """
    actor.require(Permission.MOCK_WRITE)
    connection = mock_connection(uow, actor, given.channel_id)
    if not (given.text or given.button):
        message = "the message has neither text nor a button"
        raise SimulationInvalid(message, field="text", expected="some text, or a button")
    is_bsuid = is_user_id(given.sender.strip())
    body = mock.message_body(
        sender="" if is_bsuid else given.sender,
        user_id=given.sender.strip() if is_bsuid else None,
        message_id=given.message_id or f"mock.in.{new_id()}",
        sent_at=given.timestamp or uow.now,
        text=given.text,
        profile_name=given.profile_name,
        referral=given.referral,
        context_message_id=given.context_message_id,
        button=given.button,
    )
    effects = _take_in(uow, actor, connection, body)
    if not effects.messages:
        message = "a message of this id was erased with its person's data"
        raise SimulationInvalid(message, field="message_id", expected="an id of its own, or none")
    landed = effects.messages[0]
    lead_id = landed.lead_id or leads.lead_of_message(uow, actor.workspace_id, landed.message_id)
    return SimulatedResult(
        message_id=landed.message_id,
        contact_id=landed.contact_id,
        conversation_id=landed.conversation_id,
        lead_id=lead_id,
        duplicate=not landed.is_new,
    )


def simulate_status(uow: UnitOfWork, actor: Actor, given: SimulatedStatus) -> None:
    """Report a step of an outgoing message; one that nobody knows yet is kept for later.

    Raises `ChannelNotFound`, `NotAMockChannel`, `SimulationInvalid`.
    """
    actor.require(Permission.MOCK_WRITE)
    connection = mock_connection(uow, actor, given.channel_id)
    if given.status not in set(DeliveryStatus):
        message = f"there is no status {given.status!r}"
        expected = "one of " + ", ".join(DeliveryStatus)
        raise SimulationInvalid(message, field="status", expected=expected)
    body = mock.status_body(
        message_id=provider_id(uow, actor, given.message_id),
        status=DeliveryStatus(given.status),
        occurred_at=given.timestamp or uow.now,
        error_code=given.error_code,
    )
    _take_in(uow, actor, connection, body)


def list_events(
    uow: UnitOfWork, actor: Actor, query: EventQuery, page: PageRequest
) -> Page[WebhookEventView]:
    """Return stored deliveries, the latest first, without their bodies."""
    actor.require(Permission.EVENTS_READ)
    rows = EventRepository(uow, actor.workspace_id).page(query, page)
    return paged(rows, page, view=_view, key=lambda row: (str(row["sequence"]),))


def get_event(uow: UnitOfWork, actor: Actor, event_id: UUID) -> WebhookEventView:
    """Return one delivery with its body as text, cut at 20,000 characters."""
    actor.require(Permission.EVENTS_READ)
    row = EventRepository(uow, actor.workspace_id).find(event_id)
    if row is None:
        raise EventNotFound(NO_SUCH_EVENT)
    corrected = row["corrected_body"]
    return _view(
        row,
        body=_text(row["body"]),
        corrected_body=None if corrected is None else _text(corrected),
    )


def replay(uow: UnitOfWork, actor: Actor, event_id: UUID) -> WebhookEventView:
    """Process one delivery again with today's code; what took effect before does not again.

    One that fails again stays quarantined, with what was wrong this time.
    """
    actor.require(Permission.EVENTS_WRITE)
    repository = EventRepository(uow, actor.workspace_id)
    repository.lock()
    if not repository.release(event_id):
        raise EventNotFound(NO_SUCH_EVENT)
    rows = repository.reclaim([event_id])
    if not all(row["body"] for row in rows):
        message = "the body of this delivery is gone: it was kept for as long as was set"
        raise BodyGone(message, expected="a delivery that still has its body")
    try:
        with uow.session.begin_nested():
            settle(uow, actor.workspace_id, rows)
    except Exception as error:
        if is_passing(error):
            raise
        repository.settle({event_id: sentence(error)})
    return get_event(uow, actor, event_id)


NO_SUCH_EVENT = "no such webhook event"


def is_user_id(sender: str) -> bool:
    """Whether a sender is named by a business-scoped user id."""
    return BSUID.fullmatch(sender) is not None


def mock_connection(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> Connection:
    """Open a mock channel, for this slice alone; raises `ChannelNotFound`, `NotAMockChannel`."""
    connection = connection_of(uow, actor.workspace_id, channel_id)
    if connection.provider is not Provider.MOCK:
        message = "only a mock channel can be simulated; real customers write to this one"
        raise NotAMockChannel(message, field="channel_id", expected="the id of a mock channel")
    return connection


def _take_in(uow: UnitOfWork, actor: Actor, connection: Connection, body: bytes) -> Effects:
    """Store a delivery of our own and let it take effect at once."""
    repository = EventRepository(uow, actor.workspace_id)
    repository.lock()
    event_id = WebhookEventId(new_id())
    repository.store(event_id, connection.channel_id, body)
    effects = process(uow, actor.workspace_id, [Delivery(event_id, connection, body, uow.now)])
    if fault := effects.faults.get(event_id):
        raise SimulationInvalid(fault)
    repository.settle({event_id: None})
    return effects


def provider_id(uow: UnitOfWork, actor: Actor, message_id: str) -> str:
    """Return the provider's id of a message, given either that or ours."""
    try:
        ours = UUID(message_id)
    except ValueError:
        return message_id
    return inbox.provider_id_of(uow, actor.workspace_id, ours) or message_id


def _text(body: bytes) -> str:
    return bytes(body).decode("utf-8", "replace")[:MAX_BODY_SHOWN]


def _view(
    row: RowMapping, *, body: str | None = None, corrected_body: str | None = None
) -> WebhookEventView:
    names: tuple[str, ...] = (
        "id",
        "channel_id",
        "channel_name",
        "attempts",
        "error",
        "received_at",
        "processed_at",
        "corrected_by",
        "corrected_at",
        "ignored_by",
        "ignored_reason",
        "ignored_at",
    )
    known: dict[str, Any] = {name: row[name] for name in names}
    return WebhookEventView(
        state=EventState(row["state"]), body=body, corrected_body=corrected_body, **known
    )
