"""Answering a customer: checked, written down in one transaction, sent by a worker (`sending`)."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from backend import contacts, media
from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.channels import (
    Connection,
    DeliveryStatus,
    MessageKind,
    Reader,
    TemplateView,
    connection_of,
    find_template,
    reader_of,
)
from backend.inbox.contents import (
    ButtonsReply,
    MediaReply,
    Reply,
    Stored,
    TemplateReply,
    TextReply,
    find_attachment,
    kind_of,
    stored_buttons,
    stored_media,
    stored_template,
    stored_text,
)
from backend.inbox.errors import (
    AlreadySentAgain,
    BadText,
    ConversationNotFound,
    MayArriveTwice,
    MessageNotFound,
    NotSendableAgain,
    OptedOut,
    RepliesUnsupported,
    TemplateNotApproved,
    WindowClosed,
)
from backend.inbox.folding import fold_conversations, read_to_the_end
from backend.inbox.models import Message
from backend.inbox.once import finished, sent_already
from backend.inbox.policy import snippet
from backend.inbox.queries import find_conversation, find_message, hold_for_writing, sendable_row
from backend.inbox.receipts import tell_read_soon
from backend.inbox.schemas import ConversationView, MessageView
from backend.inbox.sendable import Obstacle, ReplyKind, Situation, WhyNot, why_not
from backend.inbox.team_schemas import SendOnce
from backend.kit.ids import new_id
from backend.platform.unit_of_work import UnitOfWork

IN_ANY_CASE = SendOnce()
NO_SUCH_CONVERSATION = "no such conversation"
REFUSALS = {
    Obstacle.NOT_OFFERED: RepliesUnsupported,
    Obstacle.WINDOW_CLOSED: WindowClosed,
    Obstacle.NOT_APPROVED: TemplateNotApproved,
    Obstacle.OPTED_OUT: OptedOut,
}
PLACES = {Obstacle.OPTED_OUT: "template_id"}


def reply(
    uow: UnitOfWork,
    actor: Actor,
    conversation_id: UUID,
    *,
    content: Reply,
    once: SendOnce = IN_ANY_CASE,
) -> MessageView:
    """Write a reply and wake the worker that sends it; the same key is the same message.

    Raises `ConversationNotFound`, `BadText`, `RepliesUnsupported`, `WindowClosed`,
    `TemplateNotApproved`, `OptedOut`, `KeyReused`, `ColleagueReplied`.
    """
    conversation = _writable(uow, actor, conversation_id)
    earlier = sent_already(uow, actor, conversation_id, once=once, content=content)
    if earlier is not None:
        return earlier
    connection = connection_of(uow, actor.workspace_id, conversation.channel_id)
    wanted = content.template_id if isinstance(content, TemplateReply) else None
    template = _template(uow, connection, wanted)
    situation = _situation(uow, actor.workspace_id, conversation, connection)
    _allowed(why_not(kind_of(content), situation, template=template and template.status))
    stored = _stored(uow, connection, content, template)
    written = _written(uow, actor, conversation, stored, send_key=once.send_key)
    if stored.media_id:
        _attach(uow, actor, stored.media_id, written)
    finished(uow, actor, conversation_id)
    return written


def resend(
    uow: UnitOfWork,
    actor: Actor,
    conversation_id: UUID,
    *,
    message_id: UUID,
    may_arrive_twice: bool = False,
) -> MessageView:
    """Send a reply anew that failed, or that nobody knows of, as a message of its own.

    Of one that nobody knows of the customer may then read two, which has to be said yes to.
    Raises `ConversationNotFound`, `MessageNotFound`, `NotSendableAgain`, `AlreadySentAgain`,
    `MayArriveTwice`, and what `reply` raises.
    """
    conversation = _writable(uow, actor, conversation_id)
    row = sendable_row(uow, conversation_id, message_id)
    if row is None:
        message = "no such reply"
        raise MessageNotFound(message)
    is_unknown = _checked_again(row, may_arrive_twice=may_arrive_twice)
    stored = Stored(kind=MessageKind(row["kind"]), text=row["text"], payload=row["payload"])
    connection = connection_of(uow, actor.workspace_id, conversation.channel_id)
    template = _template(uow, connection, stored.template_id)
    situation = _situation(uow, actor.workspace_id, conversation, connection)
    _allowed(why_not(stored.reply_kind, situation, template=template and template.status))
    again = _written(uow, actor, conversation, stored)
    uow.execute(
        "UPDATE message SET resent_as = :again, next_attempt_at = NULL WHERE id = :id",
        {"id": message_id, "again": again.id},
    )
    details = {"again_as": str(again.id), "was_unknown": is_unknown}
    subject = f"message:{message_id}"
    record_audit(uow, actor, AuditAction.REPLY_RESENT, subject=subject, details=details)
    return again


def what_may_be_sent(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID
) -> Mapping[ReplyKind, WhyNot | None]:
    """Say of each kind of reply what stands in its way now, or `None`.

    Raises `ConversationNotFound`.
    """
    actor.require(Permission.CONVERSATIONS_READ)
    conversation = find_conversation(uow, actor.workspace_id, conversation_id)
    if conversation is None:
        raise ConversationNotFound(NO_SUCH_CONVERSATION)
    reader = reader_of(uow, actor.workspace_id, conversation.channel_id)
    situation = _situation(uow, actor.workspace_id, conversation, reader)
    return {kind: why_not(kind, situation) for kind in ReplyKind}


def _writable(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    actor.require(Permission.CONVERSATIONS_WRITE)
    conversation = find_conversation(uow, actor.workspace_id, conversation_id)
    if conversation is None:
        raise ConversationNotFound(NO_SUCH_CONVERSATION)
    hold_for_writing(uow, conversation_id)
    return conversation


def _checked_again(row: Mapping[str, Any], *, may_arrive_twice: bool) -> bool:
    """Whether nobody knows what became of a reply that may be sent again; raises why not."""
    if row["resent_as"] is not None:
        message = "this reply was sent again before"
        raise AlreadySentAgain(message)
    is_unknown = row["delivery_state"] == "unknown"
    if not is_unknown and row["status"] != DeliveryStatus.FAILED:
        message = "this reply is on its way or has arrived"
        raise NotSendableAgain(message, expected="one that failed, or that nobody knows of")
    if is_unknown and not may_arrive_twice:
        message = "nobody knows whether this reply was sent, so it may arrive twice"
        raise MayArriveTwice(message, expected="may_arrive_twice, when that is all right")
    return is_unknown


def _template(
    uow: UnitOfWork, connection: Connection, template_id: UUID | None
) -> TemplateView | None:
    if template_id is None:
        return None
    template = find_template(uow, connection.workspace_id, connection.channel_id, template_id)
    if template is None:
        message = "no such template"
        raise BadText(message, field="template_id", expected="a template of this channel")
    return template


def _situation(
    uow: UnitOfWork, workspace_id: UUID, conversation: ConversationView, reader: Reader
) -> Situation:
    features = reader.adapter.features
    contact_id = conversation.contact_id
    return Situation(
        channel_name=conversation.channel_name,
        features=features,
        window_expires_at=conversation.window_expires_at,
        now=uow.now,
        is_opted_out=contacts.is_opted_out(uow, workspace_id, contact_id),
    )


def _allowed(obstacle: WhyNot | None) -> None:
    if obstacle is not None:
        refused = REFUSALS[obstacle.obstacle]
        field = PLACES.get(obstacle.obstacle)
        raise refused(obstacle.message, field=field, expected=obstacle.instead)


def _stored(
    uow: UnitOfWork, connection: Connection, content: Reply, template: TemplateView | None
) -> Stored:
    match content:
        case TextReply():
            return stored_text(content)
        case ButtonsReply():
            return stored_buttons(content)
        case MediaReply():
            return stored_media(content, find_attachment(uow, connection, content.media_id))
        case TemplateReply():
            wanted = content.media_id
            attachment = find_attachment(uow, connection, wanted) if wanted else None
            return stored_template(content, cast("TemplateView", template), attachment)


def _written(
    uow: UnitOfWork,
    actor: Actor,
    conversation: ConversationView,
    stored: Stored,
    *,
    send_key: UUID | None = None,
) -> MessageView:
    row = Message(
        id=new_id(),
        workspace_id=actor.workspace_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        direction="out",
        kind=stored.kind,
        text=stored.text,
        payload=dict(stored.payload),
        snippet=snippet(stored.text),
        author_id=actor.user_id,
        send_key=send_key,
        delivery_state="queued",
        sent_at=uow.now,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    # Whoever answers has read what stands above.
    read_to_the_end(uow, conversation.id)
    fold_conversations(uow, [conversation.id])
    uow.note(conversation.channel_id, [row.sent_at, conversation.opened_at])
    uow.announce("inbox", conversation.id)
    uow.enqueue("inbox.send", actor.workspace_id, row.id)
    tell_read_soon(uow, conversation)
    return find_message(uow, row.id)


def _attach(uow: UnitOfWork, actor: Actor, media_id: UUID, written: MessageView) -> None:
    try:
        media.attach(uow, actor.workspace_id, media_id, written.id)
    except media.MediaNotFound:
        message = "this file was sent already"
        expected = "a file that no message carries"
        raise BadText(message, field="media_id", expected=expected) from None
