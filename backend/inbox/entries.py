"""What stands in a thread beside the messages: notes with mentions, and what was done."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend import notices
from backend.auth import Actor, Permission
from backend.inbox import queries
from backend.inbox.errors import BadNote, ConversationNotFound, NeedsPerson
from backend.inbox.models import ConversationEntry
from backend.inbox.schemas import ConversationView
from backend.inbox.team_policy import MOST_NOTE, handles, mentioned
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import Colleague, EntryKind, EntryView, NewEntry
from backend.kit.ids import new_id
from backend.kit.text import clean
from backend.notices import Notice, NoticeKind
from backend.platform.unit_of_work import UnitOfWork

MOST_ENTRIES: Final = 200
EXCERPT: Final = 120


def list_colleagues(uow: UnitOfWork, actor: Actor) -> tuple[Colleague, ...]:
    """Return who can answer customers here, each with the handle that mentions them."""
    actor.require(Permission.CONVERSATIONS_READ)
    return handles(TeamRepository(uow, actor.workspace_id).colleagues())


def list_entries(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, since: datetime | None = None
) -> tuple[EntryView, ...]:
    """Return the latest notes and deeds of a conversation since a moment, newest first.

    Raises `ConversationNotFound`.
    """
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)
    repository = TeamRepository(uow, actor.workspace_id)
    found = repository.entries(conversation_id, since=since, limit=MOST_ENTRIES)
    return tuple(_view(row) for row in found)


def add_note(uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, text: str) -> EntryView:
    """Write something that only colleagues see, and tell those whom it mentions.

    Raises `ConversationNotFound`, `BadNote`.
    """
    conversation = findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    queries.hold_for_writing(uow, conversation_id)
    said = clean(text).strip()
    if not 1 <= len(said) <= MOST_NOTE:
        message = f"a note of {len(said):,} characters cannot be kept"
        raise BadNote(message, field="text", expected=f"1 to {MOST_NOTE:,} characters")
    colleagues = list_colleagues(uow, actor)
    people = mentioned(said, colleagues)
    details = {"mentions": [str(one) for one in people]}
    row = write_entry(uow, actor, conversation_id, NewEntry(EntryKind.NOTE, said, details))
    told = [one for one in people if one != actor.user_id]
    notice = Notice(
        kind=NoticeKind.MENTION,
        subject=subject_of(conversation_id),
        text=f"{actor.name} mentioned you on {name_of(conversation)}: {_excerpt(said)}",
        key=f"note:{row.id}",
    )
    notices.notify(uow, actor.workspace_id, told, notice=notice)
    return EntryView(
        id=row.id,
        conversation_id=conversation.id,
        kind=EntryKind.NOTE,
        author_id=actor.user_id,
        author_name=actor.name,
        text=said,
        details=details,
        created_at=row.created_at,
    )


def write_entry(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, given: NewEntry
) -> ConversationEntry:
    """Put something beside the messages, and tell the screens."""
    row = ConversationEntry(
        id=new_id(),
        workspace_id=actor.workspace_id,
        conversation_id=conversation_id,
        kind=given.kind,
        author_id=actor.user_id,
        text=given.text,
        details={"by": actor.name, **given.details},
        created_at=uow.now,
    )
    TeamRepository(uow, actor.workspace_id).add_entry(row)
    uow.announce("inbox", conversation_id)
    return row


def findable(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, needed: Permission
) -> ConversationView:
    """Return a conversation that the actor may work with; raises `ConversationNotFound`."""
    actor.require(needed)
    found = queries.find_conversation(
        uow, actor.workspace_id, conversation_id, reader_id=actor.user_id
    )
    if found is None:
        message = "no such conversation"
        raise ConversationNotFound(message)
    return found


def person_of(actor: Actor) -> UUID:
    """Return who acts; raises `NeedsPerson` for a key."""
    if actor.user_id is None:
        message = "this belongs to somebody who is signed in"
        raise NeedsPerson(message, expected="a session of a person, instead of a key")
    return actor.user_id


def subject_of(conversation_id: UUID) -> str:
    """Return how a notification names a conversation."""
    return f"conversation:{conversation_id}"


def name_of(conversation: ConversationView) -> str:
    """Return what people call the customer of a conversation."""
    known = (
        conversation.contact_name,
        conversation.contact_phone,
        conversation.contact_username,
        "a customer",
    )
    return next(name for name in known if name)


def _excerpt(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else f"{line[: EXCERPT - 1]}\N{HORIZONTAL ELLIPSIS}"


def _view(row: RowMapping) -> EntryView:
    columns: dict[str, Any] = {
        **row,
        "kind": EntryKind(row["kind"]),
        "author_name": row["author_name"] or row["details"].get("by"),
    }
    return EntryView(**columns)


def ordered(conversation_ids: Sequence[UUID]) -> list[UUID]:
    """Return ids in the order in which rows are locked."""
    return sorted(set(conversation_ids))
