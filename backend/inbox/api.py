"""Conversations over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, status
from pydantic import Field

from backend.auth import Actor, get_workspace
from backend.auth.api import CurrentActor
from backend.channels import DeliveryStatus, Direction, Fault, MessageKind, Provider
from backend.inbox import replying, service
from backend.inbox.contents import (
    ButtonsReply,
    MediaReply,
    Reply,
    TemplateReply,
    TextReply,
)
from backend.inbox.errors import BadText
from backend.inbox.schemas import (
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
)
from backend.inbox.sendable import Obstacle, ReplyKind
from backend.inbox.team_schemas import SendOnce
from backend.inbox.templating import TemplateValues
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
    assignee_id: UUID | None = None
    unassigned: bool = Field(default=False, description="Only those that nobody has.")
    waiting: bool = Field(default=False, description="Only those where the customer wrote last.")
    snoozed: bool | None = Field(None, description="Only those that sleep, or that do not.")
    from_: Day | None = Field(None, alias="from", description="Opened on this local day or later.")
    to: Day | None = Field(None, description="Opened on this local day or earlier.")


class TemplateBody(Question):
    """An approved template of the channel, the values of its variables in their order, a file."""

    id: UUID
    header: list[str] = Field(default_factory=list, max_length=1)
    body: list[str] = Field(default_factory=list, max_length=100)
    buttons: list[str] = Field(default_factory=list, max_length=10)
    media_id: UUID | None = Field(None, description="The file above it, handed in before.")


class MediaBody(Question):
    """A file that was handed in before; `text` beside it stands below the file."""

    id: UUID


class ReplyBody(Question):
    """What to answer the customer: text, text with buttons, a file, or a template."""

    text: str | None = None
    buttons: list[str] | None = Field(None, max_length=10, description="Titles below the text.")
    media: MediaBody | None = None
    template: TemplateBody | None = None
    send_key: UUID | None = Field(None, description="The same key is the same message.")
    began_at: Instant | None = Field(
        None, description="When it was begun; refused when a colleague replied since."
    )
    despite_colleagues: bool = False

    def once(self) -> SendOnce:
        """Return how it is kept from being sent twice."""
        return SendOnce(
            send_key=self.send_key,
            began_at=self.began_at,
            despite_colleagues=self.despite_colleagues,
        )

    def content(self) -> Reply:
        """Return the one thing that is asked for; raises `BadText` for several."""
        given = [name for name in ("buttons", "media", "template") if getattr(self, name)]
        if len(given) > 1 or (self.template and self.text):
            message = "a reply is one of text, buttons, media and template"
            raise BadText(message, field=given[-1], expected="one of them")
        if self.template:
            named = self.template
            values = TemplateValues(
                header=tuple(named.header), body=tuple(named.body), buttons=tuple(named.buttons)
            )
            return TemplateReply(template_id=named.id, values=values, media_id=named.media_id)
        if self.media:
            return MediaReply(media_id=self.media.id, caption=self.text or "")
        if self.buttons:
            return ButtonsReply(text=self.text or "", titles=tuple(self.buttons))
        return TextReply(self.text or "")


class ResendBody(Question):
    """Whether it is all right that the customer may read the reply twice."""

    may_arrive_twice: bool = False


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
    assignee_name: str | None
    snoozed_until: Instant | None
    my_unread: int = Field(description="What the caller has not read; of a key, the team's count.")


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
    is_unknown: bool = Field(description="Nobody knows whether it was sent.")
    fault: Fault | None = Field(description="Who has to act on the provider's refusal.")
    resent_as: UUID | None = Field(description="The message that was sent in its place.")


class SendableAnswer(Answer):
    """One kind of reply: whether it may be sent now, why not, and what may be instead."""

    kind: ReplyKind
    is_allowed: bool
    why_not: Obstacle | None = None
    message: str | None = None
    instead: str | None = None


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
        content, once = given.content(), given.once()
        return replying.reply(uow, actor, conversation_id, content=content, once=once)


@router.post(
    "/{conversation_id}/messages/{message_id}/resend",
    response_model=MessageAnswer,
    status_code=status.HTTP_201_CREATED,
)
def resend(
    actor: CurrentActor, conversation_id: UUID, message_id: UUID, given: ResendBody
) -> MessageView:
    """Send a reply anew that failed, or that nobody knows of, as a message of its own."""
    with unit_of_work(actor) as uow:
        return replying.resend(
            uow,
            actor,
            conversation_id,
            message_id=message_id,
            may_arrive_twice=given.may_arrive_twice,
        )


@router.get("/{conversation_id}/sendable")
def what_may_be_sent(actor: CurrentActor, conversation_id: UUID) -> list[SendableAnswer]:
    """Say of each kind of reply whether it may be sent now, and what may be instead."""
    with unit_of_work(actor) as uow:
        found = replying.what_may_be_sent(uow, actor, conversation_id)
    return [
        SendableAnswer(
            kind=kind,
            is_allowed=why is None,
            why_not=why and why.obstacle,
            message=why and why.message,
            instead=why and why.instead,
        )
        for kind, why in found.items()
    ]


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
        assignee_id=asked.assignee_id,
        unassigned_only=asked.unassigned,
        waiting_only=asked.waiting,
        is_snoozed=asked.snoozed,
    )
