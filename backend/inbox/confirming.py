"""Answering a customer by itself who opted out or in: once for each change, where it is allowed."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.channels import reader_of
from backend.inbox.contents import TextReply, stored_text
from backend.inbox.folding import fold_conversations
from backend.inbox.models import Message
from backend.inbox.policy import snippet
from backend.inbox.queries import find_conversation
from backend.inbox.sendable import ReplyKind, Situation, why_not
from backend.kit.ids import ConversationId, MessageId, new_id
from backend.platform.unit_of_work import UnitOfWork


def confirm(
    uow: UnitOfWork, workspace_id: UUID, texts: Mapping[MessageId, tuple[ConversationId, str]]
) -> None:
    """Queue an answer (conversation, text) to each of these messages; the worker sends it.

    A message is answered once: its id is the answer's key. One that comes too late for the 24
    hours, or on a channel that sends nothing, is not answered.
    """
    for message_id, (conversation_id, text) in texts.items():  # a change is rare
        conversation = find_conversation(uow, workspace_id, conversation_id)
        if conversation is None:
            continue
        situation = Situation(
            channel_name=conversation.channel_name,
            features=reader_of(uow, workspace_id, conversation.channel_id).adapter.features,
            window_expires_at=conversation.window_expires_at,
            now=uow.now,
        )
        if why_not(ReplyKind.TEXT, situation) is not None:
            continue
        stored = stored_text(TextReply(text))
        reply_id = new_id()
        row: dict[str, Any] = {
            "id": reply_id,
            "workspace_id": workspace_id,
            "channel_id": conversation.channel_id,
            "conversation_id": conversation_id,
            "direction": "out",
            "kind": stored.kind,
            "text": stored.text,
            "payload": {"automatic": "consent"},  # so that it is nobody's first response
            "snippet": snippet(stored.text),
            "send_key": message_id,
            "delivery_state": "queued",
            "sent_at": uow.now,
            "created_at": uow.now,
        }
        uow.insert(Message, [row], once=True)
        fold_conversations(uow, [conversation_id])
        uow.note(conversation.channel_id, [uow.now, conversation.opened_at])
        uow.announce("inbox", conversation_id)
        uow.enqueue("inbox.send", workspace_id, reply_id)
