"""Telling people something, and letting them read what they were told."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, Permission
from backend.kit.erasure import Erased
from backend.kit.paging import Page, PageRequest, paged
from backend.notices.repository import NoticeRepository
from backend.notices.schemas import Notice, NoticeKind, NoticeView
from backend.platform.unit_of_work import UnitOfWork

MOST_COUNTED: Final = 100
TOPIC: Final = "notices"


def notify(
    uow: UnitOfWork, workspace_id: UUID, user_ids: Collection[UUID], *, notice: Notice
) -> tuple[UUID, ...]:
    """Tell people of this workspace something; returns who of them can sign in here.

    Whoever cannot is passed over, and so is whoever was told the same `key` before.
    """
    repository = NoticeRepository(uow, workspace_id)
    told = repository.members(sorted(set(user_ids)))
    if told:
        repository.add(told, notice)
        uow.announce(TOPIC, *told, workspace_id=workspace_id)
    return tuple(told)


def list_notices(
    uow: UnitOfWork, actor: Actor, page: PageRequest, *, unread_only: bool = False
) -> Page[NoticeView]:
    """Return what the actor was told, the latest first; a key is told nothing."""
    user_id = _person(actor)
    if user_id is None:
        return Page((), None)
    repository = NoticeRepository(uow, actor.workspace_id)
    rows = repository.page(user_id, page, unread_only=unread_only)
    return paged(rows, page, view=_view, key=lambda row: (str(row["id"]),))


def count_unread(uow: UnitOfWork, actor: Actor) -> int:
    """Return how many notices the actor has not seen, counted no further than `MOST_COUNTED`."""
    user_id = _person(actor)
    if user_id is None:
        return 0
    return NoticeRepository(uow, actor.workspace_id).count_unread(user_id, most=MOST_COUNTED)


def mark_notices_read(uow: UnitOfWork, actor: Actor, notice_ids: Sequence[UUID] = ()) -> int:
    """Mark some of the actor's notices as seen, or all without any; returns how many it changed."""
    user_id = _person(actor)
    if user_id is None:
        return 0
    count = NoticeRepository(uow, actor.workspace_id).mark_read(user_id, notice_ids)
    if count:
        uow.announce(TOPIC, user_id)
    return count


def mark_subject_read(uow: UnitOfWork, actor: Actor, subject: str) -> int:
    """Mark what the actor was told of a subject as seen; returns how many it changed."""
    user_id = _person(actor)
    if user_id is None:
        return 0
    count = NoticeRepository(uow, actor.workspace_id).mark_subject_read(user_id, subject)
    if count:
        uow.announce(TOPIC, user_id)
    return count


def move_subjects(uow: UnitOfWork, workspace_id: UUID, moves: Mapping[str, str]) -> None:
    """Let what was told of some subjects be about others: conversations and leads are merged."""
    if moves:
        NoticeRepository(uow, workspace_id).move(moves)


def held_about(
    uow: UnitOfWork, workspace_id: UUID, subjects: Sequence[str]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row about these subjects, by table."""
    return {"notification": NoticeRepository(uow, workspace_id).held(subjects)}


def erase(uow: UnitOfWork, workspace_id: UUID, subjects: Sequence[str]) -> tuple[Erased, ...]:
    """Take the words out of what was told of these subjects."""
    count = NoticeRepository(uow, workspace_id).blank(subjects)
    return (Erased(table="notification", blanked=count, note="that somebody was told stays"),)


def _person(actor: Actor) -> UUID | None:
    actor.require(Permission.CONVERSATIONS_READ)
    return actor.user_id


def _view(row: RowMapping) -> NoticeView:
    columns: dict[str, Any] = {**row, "kind": NoticeKind(row["kind"])}
    return NoticeView(**columns)
