"""Doing one thing to several conversations, and taking it back for a while."""

import json
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend import notices
from backend.auth import Actor, Permission
from backend.inbox.assigning import assignee_name, moment_to_wake
from backend.inbox.entries import ordered, write_entry
from backend.inbox.errors import BadMoment, BulkNotFound, ConversationNotFound, UndoGone
from backend.inbox.folding import fold_conversations
from backend.inbox.models import BulkChange
from backend.inbox.quick_repository import BulkRepository
from backend.inbox.team_policy import UNDO_TIME
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import BulkInput, BulkKind, BulkView, EntryKind, NewEntry
from backend.kit.ids import new_id
from backend.notices import Notice, NoticeKind
from backend.platform.unit_of_work import UnitOfWork

MOST_AT_ONCE: Final = 200
UNDONE: Final = {
    BulkKind.CLOSE: EntryKind.REOPENED,
    BulkKind.ASSIGN: EntryKind.ASSIGNED,
    BulkKind.SNOOZE: EntryKind.WOKE,
}


def change_several(
    uow: UnitOfWork, actor: Actor, conversation_ids: Sequence[UUID], *, given: BulkInput
) -> BulkView:
    """Close, assign or snooze conversations; those that already are so are passed over.

    Raises `ConversationNotFound` when one of them is nobody's here, `NoColleague`, `BadMoment`.
    """
    actor.require(Permission.CONVERSATIONS_WRITE)
    ids = ordered(conversation_ids[:MOST_AT_ONCE])
    repository = BulkRepository(uow, actor.workspace_id)
    before = repository.before(ids)
    if not ids or len(before) < len(ids):
        message = "one of these conversations does not exist"
        raise ConversationNotFound(message, field="ids")
    changed, after = _changed(uow, actor, ids, given)
    _told(uow, actor, changed, given)
    row = BulkChange(
        id=new_id(),
        workspace_id=actor.workspace_id,
        author_id=actor.user_id,
        kind=given.kind,
        before=[_image(one) for one in before if one["id"] in set(changed)],
        after=after,
        created_at=uow.now,
    )
    repository.add(row)
    fold_conversations(uow, changed)
    uow.announce("inbox", *changed)
    return BulkView(
        id=row.id, kind=given.kind, changed=len(changed), undo_until=uow.now + UNDO_TIME
    )


def undo_several(uow: UnitOfWork, actor: Actor, bulk_id: UUID) -> int:
    """Take back what the actor did to several; returns how many went back.

    What somebody changed since stays as it is. Raises `BulkNotFound`, `UndoGone`.
    """
    actor.require(Permission.CONVERSATIONS_WRITE)
    repository = BulkRepository(uow, actor.workspace_id)
    since = uow.now - UNDO_TIME
    claimed = repository.claim(bulk_id, user_id=actor.user_id, since=since)
    if claimed is None:
        if not repository.exists(bulk_id, user_id=actor.user_id):
            message = "nothing of that id was done"
            raise BulkNotFound(message)
        message = "this was taken back already, or is too long ago"
        raise UndoGone(message, expected="what was done in the last 10 minutes")
    restored = repository.put_back(before=claimed["before"], after=claimed["after"])
    for conversation_id in restored:
        entry = NewEntry(UNDONE[BulkKind(claimed["kind"])], details={"undo": True})
        write_entry(uow, actor, conversation_id, entry)
    fold_conversations(uow, restored)
    return len(restored)


def _changed(
    uow: UnitOfWork, actor: Actor, ids: Sequence[UUID], given: BulkInput
) -> tuple[list[UUID], dict[str, Any]]:
    """Do it; returns to which, and what of them is different now."""
    repository = TeamRepository(uow, actor.workspace_id)
    match given.kind:
        case BulkKind.CLOSE:
            return repository.close(ids), {"state": "closed", "closed_at": uow.now.isoformat()}
        case BulkKind.ASSIGN:
            assignee_name(uow, actor, given.assignee_id)
            changed = repository.assign(ids, user_id=given.assignee_id)
            held = str(given.assignee_id) if given.assignee_id else None
            return changed, {"assignee_id": held}
        case BulkKind.SNOOZE:
            if given.until is None:
                message = "nobody said until when"
                raise BadMoment(message, field="until", expected="a moment in the future")
            until = moment_to_wake(uow, actor, given.until)
            return repository.snooze(ids, until=until), {"snoozed_until": until.isoformat()}


def _told(uow: UnitOfWork, actor: Actor, changed: Sequence[UUID], given: BulkInput) -> None:
    """Write it in each thread, and tell whoever was given them, once for all."""
    entry = _entry(uow, actor, given)
    for conversation_id in changed:
        write_entry(uow, actor, conversation_id, entry)
    user_id = given.assignee_id if given.kind is BulkKind.ASSIGN else None
    if user_id is None or user_id == actor.user_id or not changed:
        return
    said = f"{len(changed)} conversations" if len(changed) > 1 else "a conversation"
    notice = Notice(
        kind=NoticeKind.ASSIGNMENT,
        subject=f"conversation:{changed[0]}",
        text=f"{actor.name} assigned {said} to you",
    )
    notices.notify(uow, actor.workspace_id, [user_id], notice=notice)


def _entry(uow: UnitOfWork, actor: Actor, given: BulkInput) -> NewEntry:
    match given.kind:
        case BulkKind.CLOSE:
            return NewEntry(EntryKind.CLOSED)
        case BulkKind.ASSIGN:
            name = assignee_name(uow, actor, given.assignee_id)
            if not name:
                return NewEntry(EntryKind.UNASSIGNED)
            return NewEntry(EntryKind.ASSIGNED, details={"to": name})
        case BulkKind.SNOOZE:
            until = given.until.isoformat() if given.until else ""
            return NewEntry(EntryKind.SNOOZED, details={"until": until})


def _image(row: RowMapping) -> dict[str, Any]:
    return json.loads(json.dumps(dict(row), default=str))
