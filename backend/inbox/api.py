"""Conversations over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth import Actor, get_workspace
from backend.auth.api import CurrentActor
from backend.channels import DeliveryStatus, Direction, MessageKind, Provider
from backend.inbox import replying, service
from backend.inbox.schemas import (
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
)
from backend.kit.paging import Page
from backend.platform.api import (
    Answer,
    Day,
    Instant,
    Listed,
    PageQuery,
    Question,
    Search,
    instants,
)
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

router = APIRouter(prefix="/v1/conversations", tags=["conversations"])


class ConversationFilter(PageQuery):
    """Which conversations."""

    state: ConversationState | None = None
    unread: bool = Field(default=False, description="Only those with unread messages.")
    responded: bool = Field(default=False, description="Only those that were answered.")
    q: Search | None = Field(None, description="Part of the contact's name or number.")
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    from_: Day | None = Field(None, alias="from", description="Opened on this local day or later.")
    to: Day | None = Field(None, description="Opened on this local day or earlier.")


class ReplyBody(Question):
    """What to answer the customer."""

    text: str


class ConversationAnswer(Answer):
    """A conversation and how it stands."""

    id: UUID
    channel_id: UUID
    channel_name: str
    provider: Provider
    contact_id: UUID
    contact_name: str | None
    contact_phone: str | None
    contact_username: str | None
    state: ConversationState
    unread_count: int
    snippet: str
    last_kind: MessageKind
    last_direction: Direction
    last_message_at: Instant
    window_expires_at: Instant | None = Field(description="Until when free text may be sent.")
    assignee_id: UUID | None
    opened_at: Instant
    first_responded_at: Instant | None
    closed_at: Instant | None


class QuotedAnswer(Answer):
    """The message that another one answers."""

    id: UUID
    text: str | None
    kind: MessageKind
    direction: Direction


class MessageAnswer(Answer):
    """A message; `text` is its latest edit, and absent once it was revoked."""

    id: UUID
    conversation_id: UUID
    direction: Direction
    kind: MessageKind
    text: str | None
    payload: dict[str, Any]
    provider_message_id: str | None
    sent_at: Instant
    status: DeliveryStatus | None
    status_at: Instant | None
    error: str | None
    quoted: QuotedAnswer | None
    reactions: list[str]
    is_edited: bool
    is_revoked: bool
    author_name: str | None


@router.get("", response_model=Listed[ConversationAnswer])
def list_conversations(
    actor: CurrentActor, asked: Annotated[ConversationFilter, Query()]
) -> Page[ConversationView]:
    """List the conversations, the latest message first."""
    with unit_of_work(actor) as uow:
        query = _query(uow, actor, asked)
        return service.list_conversations(uow, actor, query, asked.page())


@router.get("/{conversation_id}", response_model=ConversationAnswer)
def get_conversation(actor: CurrentActor, conversation_id: UUID) -> ConversationView:
    """Show a conversation."""
    with unit_of_work(actor) as uow:
        return service.get_conversation(uow, actor, conversation_id)


@router.get("/{conversation_id}/messages", response_model=Listed[MessageAnswer])
def list_messages(
    actor: CurrentActor, conversation_id: UUID, asked: Annotated[PageQuery, Query()]
) -> Page[MessageView]:
    """List the messages of a conversation, newest first."""
    with unit_of_work(actor) as uow:
        return service.list_messages(uow, actor, conversation_id, asked.page())


@router.post(
    "/{conversation_id}/messages",
    response_model=MessageAnswer,
    status_code=status.HTTP_201_CREATED,
)
def reply(actor: CurrentActor, conversation_id: UUID, given: ReplyBody) -> MessageView:
    """Answer the customer; the worker sends it, and its status follows."""
    with unit_of_work(actor) as uow:
        return replying.reply(uow, actor, conversation_id, text=given.text)


@router.post("/{conversation_id}/close", response_model=ConversationAnswer)
def close(actor: CurrentActor, conversation_id: UUID) -> ConversationView:
    """Close a conversation; the customer's next message opens a new one."""
    with unit_of_work(actor) as uow:
        return service.close(uow, actor, conversation_id)


@router.post("/{conversation_id}/reopen", response_model=ConversationAnswer)
def reopen(actor: CurrentActor, conversation_id: UUID) -> ConversationView:
    """Take a closed conversation up again."""
    with unit_of_work(actor) as uow:
        return service.reopen(uow, actor, conversation_id)


@router.post("/{conversation_id}/read", response_model=ConversationAnswer)
def mark_read(actor: CurrentActor, conversation_id: UUID) -> ConversationView:
    """Count every message so far as read."""
    with unit_of_work(actor) as uow:
        return service.mark_read(uow, actor, conversation_id)


def _query(uow: UnitOfWork, actor: Actor, asked: ConversationFilter) -> ConversationQuery:
    timezone = get_workspace(uow, actor).timezone
    opened_from, opened_to = instants(asked.from_, asked.to, timezone)
    return ConversationQuery(
        state=asked.state,
        unread_only=asked.unread,
        responded_only=asked.responded,
        search=asked.q,
        channel_id=asked.channel_id,
        contact_id=asked.contact_id,
        opened_from=opened_from,
        opened_to=opened_to,
    )
