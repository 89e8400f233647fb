"""People are told once, read what is theirs, and nobody else's."""

import pytest

from backend import notices
from backend.auth import Actor, ActorKind, Role
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.notices import Notice, NoticeKind
from tests.factories import create_user, run_as

SUBJECT = f"conversation:{new_id()}"


@pytest.fixture
def colleague(actor):
    return run_as(actor, create_user, role=Role.OPERATOR)


def told(key=None, subject=SUBJECT):
    return Notice(kind=NoticeKind.MENTION, subject=subject, text="look at this", key=key)


def tell(actor, *people, notice=None):
    def use_case(uow, actor):
        users = [person.user_id for person in people]
        return notices.notify(uow, actor.workspace_id, users, notice=notice or told())

    return run_as(actor, use_case)


def unread(person):
    return run_as(person, notices.count_unread)


def test_who_is_told_reads_it_once(actor, operator, colleague):
    assert tell(actor, operator) == (operator.user_id,)
    (shown,) = run_as(operator, notices.list_notices, PageRequest()).items
    assert (shown.kind, shown.subject, shown.text) == ("mention", SUBJECT, "look at this")
    assert (unread(operator), unread(colleague)) == (1, 0)
    assert run_as(operator, notices.mark_notices_read) == 1
    assert run_as(operator, notices.mark_notices_read) == 0
    assert unread(operator) == 0


def test_the_same_key_tells_once(actor, operator):
    for _ in range(2):
        tell(actor, operator, notice=told("run:1"))
    tell(actor, operator, notice=told("run:2"))
    assert unread(operator) == 2


def test_who_cannot_sign_in_here_is_passed_over(actor, operator):
    stranger = Actor(
        workspace_id=actor.workspace_id, kind=ActorKind.USER, name="No one", user_id=new_id()
    )
    assert tell(actor, operator, stranger) == (operator.user_id,)


def test_pages_follow_each_other_and_may_leave_out_what_was_seen(actor, operator):
    for number in range(5):
        tell(actor, operator, notice=told(f"run:{number}"))
    first = run_as(operator, notices.list_notices, PageRequest(limit=3))
    rest = run_as(operator, notices.list_notices, PageRequest(cursor=first.next_cursor))
    assert len({one.id for one in (*first.items, *rest.items)}) == 5
    run_as(operator, notices.mark_notices_read, [first.items[0].id])
    left = run_as(operator, notices.list_notices, PageRequest(), unread_only=True)
    assert len(left.items) == 4


def test_nobody_marks_what_another_was_told(actor, operator, colleague):
    tell(actor, operator)
    (shown,) = run_as(operator, notices.list_notices, PageRequest()).items
    assert run_as(colleague, notices.mark_notices_read, [shown.id]) == 0
    assert unread(operator) == 1


def test_what_is_about_a_subject_is_seen_with_it_and_moves_with_it(actor, operator):
    tell(actor, operator)
    moved = f"conversation:{new_id()}"
    run_as(actor, lambda uow, by: notices.move_subjects(uow, by.workspace_id, {SUBJECT: moved}))
    assert run_as(operator, notices.mark_subject_read, SUBJECT) == 0
    assert run_as(operator, notices.mark_subject_read, moved) == 1


def test_what_was_said_of_an_erased_person_is_blanked(actor, operator):
    tell(actor, operator)
    run_as(actor, lambda uow, by: notices.erase(uow, by.workspace_id, [SUBJECT]))
    (shown,) = run_as(operator, notices.list_notices, PageRequest()).items
    assert shown.text == ""


def test_a_key_has_no_notifications(actor):
    assert run_as(actor, notices.list_notices, PageRequest()).items == ()
    assert unread(actor) == run_as(actor, notices.mark_notices_read) == 0
    assert run_as(actor, notices.mark_subject_read, SUBJECT) == 0
