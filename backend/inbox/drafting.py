"""What people have begun to write, and who is in a conversation at this moment.

Both are rows, so that they survive a reload, show in another tab, and are the same for every
web process. Presence ends by itself when nobody renews it.
"""

from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import RowMapping

from backend.auth import Actor, Permission
from backend.inbox.entries import findable, person_of
from backend.inbox.errors import BadText
from backend.inbox.policy import MAX_TEXT_LENGTH
from backend.inbox.team_policy import SEEN_TIME, WRITING_TIME
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import DraftView, PresenceView
from backend.kit.ids import new_id
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

PRESENCE = "presence"


def get_draft(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> DraftView:
    """Return what the actor has begun to write here; the same key in every tab.

    An API key has begun nothing, and gets a new one each time. Raises `ConversationNotFound`.
    """
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    user_id = actor.user_id
    if user_id is None:
        return DraftView(text="", send_key=new_id())
    repository = TeamRepository(uow, actor.workspace_id)
    row = repository.draft(conversation_id, user_id=user_id)
    if row is not None:
        return DraftView(text=row["text"], send_key=row["send_key"], began_at=row["began_at"])
    last = repository.last_own_message(conversation_id, user_id=user_id)
    return DraftView(text="", send_key=uuid5(conversation_id, f"{user_id}:{last}"))


def keep_draft(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, text: str, send_key: UUID
) -> None:
    """Keep what the actor has begun to write; what was sent under this key is kept no more.

    Raises `ConversationNotFound`, `NeedsPerson`, `BadText`.
    """
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    user_id, said = person_of(actor), clean(text)
    if len(said) > MAX_TEXT_LENGTH:
        message = f"the text has {len(said):,} characters"
        raise BadText(message, field="text", expected=f"at most {MAX_TEXT_LENGTH:,} characters")
    repository = TeamRepository(uow, actor.workspace_id)
    if said.strip():
        repository.keep_draft(conversation_id, user_id=user_id, text=said, send_key=send_key)
    else:
        repository.drop_draft(conversation_id, user_id=user_id)


def be_present(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, is_writing: bool | None = None
) -> tuple[PresenceView, ...]:
    """Say that the actor is here for the next seconds, and whether they write, if that is known.

    Returns the colleagues who are, too. Raises `ConversationNotFound`, `NeedsPerson`.
    """
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)
    user_id = person_of(actor)
    repository = TeamRepository(uow, actor.workspace_id)
    before = repository.was_present(conversation_id, user_id=user_id)
    was_here = before is not None and before["seen_until"] > uow.now
    was_writing = _is_writing(uow.now, before)
    repository.be_present(
        conversation_id,
        user_id=user_id,
        seen_until=uow.now + SEEN_TIME,
        writes_until=_writes_until(uow.now, before, is_writing=is_writing),
    )
    if not was_here or is_writing not in {None, was_writing}:
        uow.announce(PRESENCE, conversation_id)
    return _colleagues(repository, conversation_id, user_id)


def leave(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> None:
    """Say that the actor is here no more; raises `NeedsPerson`."""
    actor.require(Permission.CONVERSATIONS_READ)
    user_id = person_of(actor)
    if TeamRepository(uow, actor.workspace_id).leave(conversation_id, user_id=user_id):
        uow.announce(PRESENCE, conversation_id)


def who_is_here(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> tuple[PresenceView, ...]:
    """Return the colleagues who are in a conversation; raises `ConversationNotFound`."""
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)
    return _colleagues(TeamRepository(uow, actor.workspace_id), conversation_id, actor.user_id)


def replied_since(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, since: datetime
) -> str | None:
    """Return which colleague answered last since a moment; raises `ConversationNotFound`."""
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)
    repository = TeamRepository(uow, actor.workspace_id)
    return repository.replied_since(conversation_id, since=since, user_id=actor.user_id)


def _is_writing(now: datetime, row: RowMapping | None) -> bool:
    until = row["writes_until"] if row else None
    return until is not None and until > now


def _writes_until(
    now: datetime, before: RowMapping | None, *, is_writing: bool | None
) -> datetime | None:
    if is_writing is None:
        return before["writes_until"] if before else None
    return now + WRITING_TIME if is_writing else None


def _colleagues(
    repository: TeamRepository, conversation_id: UUID, user_id: UUID | None
) -> tuple[PresenceView, ...]:
    return tuple(
        PresenceView(user_id=row["user_id"], name=row["name"], is_writing=row["is_writing"])
        for row in repository.present(conversation_id)
        if row["user_id"] != user_id
    )
