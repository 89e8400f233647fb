"""What operators do with conversations: look, read, close, reopen."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from backend.auth import Actor, Permission
from backend.inbox import queries
from backend.inbox.errors import AnotherIsOpen, ConversationNotFound
from backend.inbox.folding import fold_conversations, read_to_the_end
from backend.inbox.schemas import (
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
)
from backend.kit.paging import Page, PageRequest
from backend.platform.unit_of_work import UnitOfWork


def list_conversations(
    uow: UnitOfWork, actor: Actor, query: ConversationQuery, page: PageRequest
) -> Page[ConversationView]:
    """Return the conversations that a query asks for, the latest message first."""
    actor.require(Permission.CONVERSATIONS_READ)
    return queries.page_of_conversations(uow, actor.workspace_id, query, page)


def get_conversation(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Return one conversation; raises `ConversationNotFound`."""
    actor.require(Permission.CONVERSATIONS_READ)
    found = queries.find_conversation(uow, actor.workspace_id, conversation_id)
    if found is None:
        message = "no such conversation"
        raise ConversationNotFound(message)
    return found


def list_messages(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, page: PageRequest
) -> Page[MessageView]:
    """Return a thread, newest first; raises `ConversationNotFound`."""
    get_conversation(uow, actor, conversation_id)
    return queries.page_of_messages(uow, conversation_id, page)


def mark_read(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Count everything up to the latest message as read."""
    found = _writable(uow, actor, conversation_id)
    if found.unread_count == 0:
        return found
    read_to_the_end(uow, conversation_id)
    return _folded(uow, actor, conversation_id)


def close(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Say that nothing is left to do; the customer's next message opens a new conversation."""
    _writable(uow, actor, conversation_id)
    uow.execute(
        "UPDATE conversation SET state = 'closed', closed_at = :now"
        " WHERE id = :id AND state = 'open'",
        {"id": conversation_id, "now": uow.now},
    )
    return _folded(uow, actor, conversation_id)


def reopen(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Take a closed conversation up again; raises `AnotherIsOpen`."""
    found = _writable(uow, actor, conversation_id)
    if found.state is ConversationState.OPEN:
        return found
    queries.hold_for_writing(uow, conversation_id)
    try:
        uow.execute(
            "UPDATE conversation SET state = 'open', closed_at = NULL WHERE id = :id",
            {"id": conversation_id},
        )
    except IntegrityError as error:
        message = "a newer conversation with this customer is open"
        raise AnotherIsOpen(message) from error
    return _folded(uow, actor, conversation_id)


def provider_id_of(uow: UnitOfWork, workspace_id: UUID, message_id: UUID) -> str | None:
    """Return what the provider calls one of our messages, once it has a name."""
    found = uow.execute(
        "SELECT provider_message_id FROM message WHERE workspace_id = :workspace_id AND id = :id",
        {"workspace_id": workspace_id, "id": message_id},
    )
    return found.scalar_one_or_none()


def _writable(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    actor.require(Permission.CONVERSATIONS_WRITE)
    found = queries.find_conversation(uow, actor.workspace_id, conversation_id)
    if found is None:
        message = "no such conversation"
        raise ConversationNotFound(message)
    return found


def _folded(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    fold_conversations(uow, [conversation_id])
    uow.announce("inbox", conversation_id)
    return get_conversation(uow, actor, conversation_id)
