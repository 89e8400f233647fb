"""Who has a conversation, and letting it sleep until a moment or until the customer writes."""

from datetime import datetime
from uuid import UUID

from backend import notices
from backend.auth import Actor, Permission, get_workspace
from backend.inbox import queries
from backend.inbox.entries import findable, name_of, subject_of, write_entry
from backend.inbox.errors import BadMoment, NoColleague
from backend.inbox.schemas import ConversationView
from backend.inbox.team_policy import LONGEST_SNOOZE, Snooze, is_moment_to_wake, snoozed_until
from backend.inbox.team_repository import TeamRepository
from backend.inbox.team_schemas import EntryKind, NewEntry
from backend.notices import Notice, NoticeKind
from backend.platform.unit_of_work import UnitOfWork


def assign(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, user_id: UUID | None
) -> ConversationView:
    """Give a conversation to somebody who can answer, or to nobody.

    Raises `ConversationNotFound`, `NoColleague`.
    """
    found = findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    queries.hold_for_writing(uow, conversation_id)
    name = assignee_name(uow, actor, user_id)
    changed = TeamRepository(uow, actor.workspace_id).assign([conversation_id], user_id=user_id)
    if changed:
        record_assignment(uow, actor, found, to=(user_id, name))
    return findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)


def assignee_name(uow: UnitOfWork, actor: Actor, user_id: UUID | None) -> str:
    """Return how somebody who can answer is called, or nothing; raises `NoColleague`."""
    actor.require(Permission.CONVERSATIONS_READ)
    return answering(uow, actor.workspace_id, user_id)


def answering(uow: UnitOfWork, workspace_id: UUID, user_id: UUID | None) -> str:
    """Return how somebody who can answer is called, or nothing; raises `NoColleague`."""
    if user_id is None:
        return ""
    names = dict(TeamRepository(uow, workspace_id).colleagues())
    if user_id not in names:
        message = "nobody of that id can answer customers here"
        expected = "an operator, manager or admin of this workspace"
        raise NoColleague(message, field="user_id", expected=expected)
    return names[user_id]


def record_assignment(
    uow: UnitOfWork, actor: Actor, conversation: ConversationView, *, to: tuple[UUID | None, str]
) -> None:
    """Write in the thread who has it now, and tell them when it was not their own doing."""
    user_id, name = to
    kind = EntryKind.ASSIGNED if user_id else EntryKind.UNASSIGNED
    entry = NewEntry(kind, details={"to": name} if name else {})
    row = write_entry(uow, actor, conversation.id, entry)
    if user_id is None or user_id == actor.user_id:
        return
    notice = Notice(
        kind=NoticeKind.ASSIGNMENT,
        subject=subject_of(conversation.id),
        text=f"{actor.name} assigned {name_of(conversation)} to you",
        key=f"entry:{row.id}",
    )
    notices.notify(uow, actor.workspace_id, [user_id], notice=notice)


def snooze(
    uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, until: datetime | Snooze
) -> ConversationView:
    """Let an open conversation sleep until a moment, or until the customer writes.

    Raises `ConversationNotFound`, `BadMoment`.
    """
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    queries.hold_for_writing(uow, conversation_id)
    at = moment_to_wake(uow, actor, until)
    if TeamRepository(uow, actor.workspace_id).snooze([conversation_id], until=at):
        entry = NewEntry(EntryKind.SNOOZED, details={"until": at.isoformat()})
        write_entry(uow, actor, conversation_id, entry)
    return findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)


def wake(uow: UnitOfWork, actor: Actor, conversation_id: UUID) -> ConversationView:
    """Let a conversation sleep no longer; raises `ConversationNotFound`."""
    findable(uow, actor, conversation_id, Permission.CONVERSATIONS_WRITE)
    queries.hold_for_writing(uow, conversation_id)
    if TeamRepository(uow, actor.workspace_id).snooze([conversation_id], until=None):
        write_entry(uow, actor, conversation_id, NewEntry(EntryKind.WOKE))
    return findable(uow, actor, conversation_id, Permission.CONVERSATIONS_READ)


def moment_to_wake(uow: UnitOfWork, actor: Actor, until: datetime | Snooze) -> datetime:
    """Return when a snooze ends; raises `BadMoment`."""
    if isinstance(until, Snooze):
        until = snoozed_until(until, uow.now, get_workspace(uow, actor).timezone)
    if not is_moment_to_wake(until, uow.now):
        message = f"a conversation cannot sleep until {until.isoformat()}"
        expected = f"a moment within the next {LONGEST_SNOOZE.days} days"
        raise BadMoment(message, field="until", expected=expected)
    return until


def wake_due(uow: UnitOfWork, workspace_id: UUID) -> int:
    """Wake what has slept long enough and tell whoever has it; doing it twice does it once."""
    actor = Actor.system(workspace_id)
    woken = TeamRepository(uow, workspace_id).wake_due()
    for row in woken:
        entry = write_entry(uow, actor, row["id"], NewEntry(EntryKind.WOKE))
        if row["assignee_id"] is None:
            continue
        notice = Notice(
            kind=NoticeKind.TIMER,
            subject=subject_of(row["id"]),
            text="A conversation that you had snoozed is back",
            key=f"entry:{entry.id}",
        )
        notices.notify(uow, workspace_id, [row["assignee_id"]], notice=notice)
    return len(woken)
