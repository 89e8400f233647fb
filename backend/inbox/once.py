"""Keeping a reply from being sent twice, by one person or by two."""

from uuid import UUID

from backend.auth import Actor
from backend.inbox.contents import ButtonsReply, Reply, TextReply
from backend.inbox.errors import ColleagueReplied, KeyReused
from backend.inbox.queries import find_message
from backend.inbox.schemas import MessageView
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import SendOnce
from backend.platform.unit_of_work import UnitOfWork


def sent_already(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, once: SendOnce, content: Reply
) -> MessageView | None:
    """Return the message that this key became; the caller holds the conversation.

    Raises `KeyReused` when that said something else, and `ColleagueReplied` when it became none
    and somebody else answered since this was begun.
    """
    repository = TeamRepository(uow, actor.workspace_id)
    if once.send_key is not None:
        message_id = repository.sent_as(conversation_id, send_key=once.send_key)
        if message_id is not None:
            return _the_same(find_message(uow, message_id), content)
    if not once.despite_colleagues:
        _refuse_second(repository, actor, conversation_id, once)
    return None


def finished(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> None:
    """Forget the draft of what was sent, and count the thread as read by whoever sent it."""
    if actor.user_id is None:
        return
    repository = TeamRepository(uow, actor.workspace_id)
    repository.drop_draft(conversation_id, user_id=actor.user_id)
    repository.read(conversation_id, user_id=actor.user_id)


def _the_same(earlier: MessageView, content: Reply) -> MessageView:
    said = content.text.strip() if isinstance(content, TextReply | ButtonsReply) else earlier.text
    if said != earlier.text:
        message = "another text was sent under this key before"
        raise KeyReused(message, field="send_key", expected="a new key for a new reply")
    return earlier


def _refuse_second(
    repository: TeamRepository, actor: Actor, conversation_id: UUID, once: SendOnce
) -> None:
    since = once.began_at
    if since is None and actor.user_id is not None and once.send_key is not None:
        draft = repository.draft(conversation_id, user_id=actor.user_id)
        since = draft["began_at"] if draft else None
    if since is None:
        return
    name = repository.replied_since(conversation_id, since=since, user_id=actor.user_id)
    if name is not None:
        message = f"{name} replied since you began to write"
        expected = "a look at that reply, and despite_colleagues when yours is still wanted"
        raise ColleagueReplied(message, expected=expected)
