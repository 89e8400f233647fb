"""Texts that everybody in the workspace can put into a reply, with named placeholders."""

from typing import Final
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.exc import IntegrityError

from backend.auth import Actor, Permission, get_workspace
from backend.inbox.entries import findable
from backend.inbox.errors import BadQuickReply, QuickReplyNotFound, ShortcutTaken
from backend.inbox.models import QuickReply
from backend.inbox.quick_repository import QuickReplyRepository
from backend.inbox.team_policy import (
    MOST_QUICK_REPLY,
    SHORTCUT,
    VARIABLES,
    filled,
    is_well_formed,
    unknown_variables,
)
from backend.inbox.team_schemas import QuickReplyInput, QuickReplyView
from backend.kit.ids import new_id
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

MOST_LISTED: Final = 500
TOPIC: Final = "quick_replies"
NAMES: Final = ", ".join(f"{{{{{name}}}}}" for name in VARIABLES)


def list_quick_replies(uow: UnitOfWork, actor: Actor) -> tuple[QuickReplyView, ...]:
    """Return the quick replies of the workspace by their shortcuts."""
    actor.require(Permission.CONVERSATIONS_READ)
    rows = QuickReplyRepository(uow, actor.workspace_id).listed(limit=MOST_LISTED)
    return tuple(_view(row) for row in rows)


def create_quick_reply(uow: UnitOfWork, actor: Actor, given: QuickReplyInput) -> QuickReplyView:
    """Write a quick reply; raises `BadQuickReply`, `ShortcutTaken`."""
    actor.require(Permission.CONVERSATIONS_WRITE)
    checked = _checked(given)
    row = QuickReply(
        id=new_id(),
        workspace_id=actor.workspace_id,
        shortcut=checked.shortcut,
        text=checked.text,
        author_id=actor.user_id,
        updated_at=uow.now,
    )
    try:
        with uow.savepoint():
            QuickReplyRepository(uow, actor.workspace_id).add(row)
    except IntegrityError:
        raise _taken(checked) from None
    uow.announce(TOPIC, row.id)
    return QuickReplyView(
        id=row.id, shortcut=checked.shortcut, text=checked.text, updated_at=uow.now
    )


def change_quick_reply(
    uow: UnitOfWork, actor: Actor, quick_reply_id: UUID, given: QuickReplyInput
) -> QuickReplyView:
    """Write a quick reply anew; raises `QuickReplyNotFound`, `BadQuickReply`, `ShortcutTaken`."""
    actor.require(Permission.CONVERSATIONS_WRITE)
    checked = _checked(given)
    repository = QuickReplyRepository(uow, actor.workspace_id)
    try:
        with uow.savepoint():
            row = repository.change(quick_reply_id, shortcut=checked.shortcut, text=checked.text)
    except IntegrityError:
        raise _taken(checked) from None
    uow.announce(TOPIC, quick_reply_id)
    return _view(_there(row))


def remove_quick_reply(uow: UnitOfWork, actor: Actor, quick_reply_id: UUID) -> None:
    """Delete a quick reply; raises `QuickReplyNotFound`."""
    actor.require(Permission.CONVERSATIONS_WRITE)
    if not QuickReplyRepository(uow, actor.workspace_id).remove(quick_reply_id):
        _there(None)
    uow.announce(TOPIC, quick_reply_id)


def fill_quick_reply(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, quick_reply_id: UUID
) -> str:
    """Return a quick reply with the names of a conversation's people in it.

    Raises `ConversationNotFound`, `QuickReplyNotFound`.
    """
    conversation = findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)
    row = _there(QuickReplyRepository(uow, actor.workspace_id).find(quick_reply_id))
    full_name = " ".join((conversation.contact_name or "").split())
    values = {
        "first_name": full_name.partition(" ")[0],
        "full_name": full_name,
        "agent_name": actor.name,
        "agent_first_name": actor.name.partition(" ")[0],
        "workspace_name": get_workspace(uow, actor).name,
    }
    return filled(row["text"], values)


def _checked(given: QuickReplyInput) -> QuickReplyInput:
    shortcut = clean(given.shortcut).strip().removeprefix("/").lower()
    text = clean(given.text).strip()
    if not SHORTCUT.fullmatch(shortcut):
        message = f"{given.shortcut!r} cannot be typed after a slash"
        expected = "1 to 32 letters a to z, digits, - or _"
        raise BadQuickReply(message, field="shortcut", expected=expected)
    if not 1 <= len(text) <= MOST_QUICK_REPLY:
        message = f"the text has {len(text):,} characters"
        expected = f"1 to {MOST_QUICK_REPLY:,} characters"
        raise BadQuickReply(message, field="text", expected=expected)
    if unknown := unknown_variables(text):
        message = f"{{{{{unknown[0]}}}}} names nothing that we know"
        raise BadQuickReply(message, field="text", expected=f"one of {NAMES}")
    if not is_well_formed(text):
        message = "a pair of braces is not closed"
        raise BadQuickReply(message, field="text", expected=f"one of {NAMES}")
    return QuickReplyInput(shortcut=shortcut, text=text)


def _taken(given: QuickReplyInput) -> ShortcutTaken:
    message = f"/{given.shortcut} is the shortcut of another quick reply"
    return ShortcutTaken(message, field="shortcut", expected="a shortcut of its own")


def _there(row: RowMapping | None) -> RowMapping:
    if row is None:
        message = "no such quick reply"
        raise QuickReplyNotFound(message)
    return row


def _view(row: RowMapping) -> QuickReplyView:
    return QuickReplyView(
        id=row["id"], shortcut=row["shortcut"], text=row["text"], updated_at=row["updated_at"]
    )
