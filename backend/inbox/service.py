"""What operators do with conversations: look, read, close, reopen."""

from uuid import UUID

from sqlalchemy.exc import IntegrityError

from backend.auth import Actor, Permission
from backend.inbox import queries
from backend.inbox.entries import findable, write_entry
from backend.inbox.errors import AnotherIsOpen
from backend.inbox.folding import fold_conversations, read_to_the_end
from backend.inbox.receipts import tell_read_soon
from backend.inbox.schemas import (
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
)
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import EntryKind, NewEntry
from backend.kit.paging import Page, PageRequest
from backend.platform.unit_of_work import UnitOfWork


def list_conversations(
    uow: UnitOfWork, actor: Actor, query: ConversationQuery, page: PageRequest
) -> Page[ConversationView]:
    """Return the conversations that a query asks for, the latest message first."""
    actor.require(Permission.CONVERSATIONS_READ)
    return queries.page_of_conversations(
        uow, actor.workspace_id, query, page, reader_id=actor.user_id
    )


def get_conversation(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Return one conversation; raises `ConversationNotFound`."""
    return findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)


def list_messages(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, page: PageRequest
) -> Page[MessageView]:
    """Return a thread, newest first; raises `ConversationNotFound`."""
    get_conversation(uow, actor, conversation_id)
    return queries.page_of_messages(uow, conversation_id, page)


def mark_read(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Count everything up to the latest message as read, by the actor and by the team."""
    found = _writable(uow, actor, conversation_id)
    team = TeamRepository(uow, actor.workspace_id)
    if actor.user_id and team.read(conversation_id, user_id=actor.user_id):
        uow.announce("inbox", conversation_id)
    if found.unread_count == 0:
        return get_conversation(uow, actor, conversation_id)
    read_to_the_end(uow, conversation_id)
    tell_read_soon(uow, found)
    return _folded(uow, actor, conversation_id)


def close(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Say that nothing is left to do; the customer's next message opens a new conversation."""
    _writable(uow, actor, conversation_id)
    if TeamRepository(uow, actor.workspace_id).close([conversation_id]):
        write_entry(uow, actor, conversation_id, NewEntry(EntryKind.CLOSED))
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
    write_entry(uow, actor, conversation_id, NewEntry(EntryKind.REOPENED))
    return _folded(uow, actor, conversation_id)


def provider_id_of(uow: UnitOfWork, workspace_id: UUID, message_id: UUID) -> str | None:
    """Return what the provider calls one of our messages, once it has a name."""
    found = uow.execute(
        "SELECT provider_message_id FROM message WHERE workspace_id = :workspace_id AND id = :id",
        {"workspace_id": workspace_id, "id": message_id},
    )
    return found.scalar_one_or_none()


def _writable(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    return findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)


def _folded(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    fold_conversations(uow, [conversation_id])
    uow.announce("inbox", conversation_id)
    return get_conversation(uow, actor, conversation_id)
