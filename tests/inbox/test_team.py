"""Who has a conversation, notes and mentions, snoozing, several at once, and one's own mark."""

import uuid
from datetime import timedelta

import pytest

from backend import inbox, notices
from backend.auth import Role
from backend.inbox import BulkInput, BulkKind, ConversationQuery, EntryKind, Snooze
from backend.inbox.tasks import wake
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_user, phone_number, run_as, say


@pytest.fixture
def colleague(actor):
    return run_as(actor, create_user, role=Role.OPERATOR)


@pytest.fixture
def landed(actor, mock_channel):
    return say(actor, mock_channel, profile_name="Ana Silva")


def listed(person, **query):
    found = run_as(person, inbox.list_conversations, ConversationQuery(**query), PageRequest())
    return [one.id for one in found.items]


def shown(person, landed):
    return run_as(person, inbox.get_conversation, landed.conversation_id)


def entries(person, landed):
    found = run_as(person, inbox.list_entries, landed.conversation_id)
    return [(one.kind, one.author_name) for one in found]


def told(person):
    return [one.text for one in run_as(person, notices.list_notices, PageRequest()).items]


def test_a_conversation_is_given_to_a_colleague_who_is_told(operator, colleague, landed):
    found = run_as(operator, inbox.assign, landed.conversation_id, user_id=colleague.user_id)
    assert (found.assignee_id, found.assignee_name) == (colleague.user_id, colleague.name)
    assert told(colleague) == [f"{operator.name} assigned Ana Silva to you"]
    assert entries(operator, landed) == [("assigned", operator.name)]
    again = run_as(operator, inbox.assign, landed.conversation_id, user_id=colleague.user_id)
    assert again == found
    assert len(told(colleague)) == 1


def test_taking_one_oneself_tells_nobody_and_giving_it_up_shows(operator, landed):
    run_as(operator, inbox.assign, landed.conversation_id, user_id=operator.user_id)
    assert told(operator) == []
    found = run_as(operator, inbox.assign, landed.conversation_id, user_id=None)
    assert (found.assignee_id, found.assignee_name) == (None, None)
    assert [kind for kind, _ in entries(operator, landed)] == ["unassigned", "assigned"]


def test_nobody_who_cannot_answer_is_given_one(actor, operator, landed):
    viewer = run_as(actor, create_user, role=Role.VIEWER)
    with pytest.raises(inbox.NoColleague) as refused:
        run_as(operator, inbox.assign, landed.conversation_id, user_id=viewer.user_id)
    assert refused.value.field == "user_id"


def test_the_lists_of_a_team(actor, operator, colleague, mock_channel):
    mine, theirs, nobodys = (say(actor, mock_channel).conversation_id for _ in range(3))
    run_as(operator, inbox.assign, mine, user_id=operator.user_id)
    run_as(operator, inbox.assign, theirs, user_id=colleague.user_id)
    run_as(operator, inbox.reply, mine, content=inbox.TextReply("yes"))
    run_as(operator, inbox.snooze, nobodys, until=Snooze.TOMORROW)
    assert listed(operator, assignee_id=operator.user_id) == [mine]
    assert listed(operator, unassigned_only=True) == [nobodys]
    assert set(listed(operator, waiting_only=True)) == {theirs, nobodys}
    assert listed(operator, is_snoozed=True) == [nobodys]
    assert set(listed(operator, is_snoozed=False)) == {mine, theirs}
    assert listed(operator, only_ids=(theirs,), is_snoozed=False) == [theirs]
    assert listed(operator, only_ids=()) == []


def test_a_note_stands_in_the_thread_and_tells_whom_it_mentions(operator, colleague, landed):
    (handle,) = (
        one.handle for one in run_as(operator, inbox.list_colleagues) if one.id == colleague.user_id
    )
    note = run_as(
        operator, inbox.add_note, landed.conversation_id, text=f"@{handle} can you? a@b.example"
    )
    assert note.details["mentions"] == [str(colleague.user_id)]
    assert told(colleague)[0].startswith(f"{operator.name} mentioned you on Ana Silva: @")
    assert entries(colleague, landed) == [("note", operator.name)]
    messages = run_as(operator, inbox.list_messages, landed.conversation_id, PageRequest())
    assert [one.text for one in messages.items] == ["hello"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 4097])
def test_a_note_that_is_empty_or_too_long_is_refused(operator, landed, text):
    with pytest.raises(inbox.BadNote):
        run_as(operator, inbox.add_note, landed.conversation_id, text=text)


def test_a_snoozed_conversation_wakes_when_the_customer_writes(actor, operator, mock_channel):
    sender = phone_number()
    landed = say(actor, mock_channel, sender=sender)
    run_as(operator, inbox.snooze, landed.conversation_id, until=Snooze.NEXT_WEEK)
    assert shown(operator, landed).snoozed_until is not None
    say(actor, mock_channel, "are you there?", sender=sender)
    assert shown(operator, landed).snoozed_until is None


def test_a_snoozed_conversation_wakes_when_its_time_comes_and_once(operator, landed):
    run_as(operator, inbox.assign, landed.conversation_id, user_id=operator.user_id)
    run_as(operator, inbox.snooze, landed.conversation_id, until=Snooze.IN_1_HOUR)
    with unit_of_work(operator) as uow:
        uow.execute(
            "UPDATE conversation SET snoozed_until = :past", {"past": uow.now - timedelta(hours=1)}
        )
    for _ in range(2):
        wake()
    assert shown(operator, landed).snoozed_until is None
    kinds = [kind for kind, _ in entries(operator, landed)]
    assert kinds == ["woke", "snoozed", "assigned"]
    assert len(told(operator)) == 1


def test_somebody_may_wake_one_early(operator, landed):
    run_as(operator, inbox.snooze, landed.conversation_id, until=Snooze.TOMORROW)
    assert run_as(operator, inbox.wake, landed.conversation_id).snoozed_until is None


@pytest.mark.parametrize("hours", [-1, 0, 24 * 400])
def test_a_snooze_ends_in_the_next_year(operator, landed, hours):
    with unit_of_work(operator) as uow:
        until = uow.now + timedelta(hours=hours)
    with pytest.raises(inbox.BadMoment):
        run_as(operator, inbox.snooze, landed.conversation_id, until=until)


def test_closing_wakes_and_is_written_down(operator, landed):
    run_as(operator, inbox.snooze, landed.conversation_id, until=Snooze.TOMORROW)
    for _ in range(2):
        assert run_as(operator, inbox.close, landed.conversation_id).snoozed_until is None
    run_as(operator, inbox.reopen, landed.conversation_id)
    assert [kind for kind, _ in entries(operator, landed)] == ["reopened", "closed", "snoozed"]


def several(person, *landed, **given):
    ids = [one.conversation_id for one in landed]
    return run_as(person, inbox.change_several, ids, given=BulkInput(**given))


def test_several_are_closed_and_come_back(actor, operator, mock_channel):
    first, second, other = (say(actor, mock_channel) for _ in range(3))
    done = several(operator, first, second, kind=BulkKind.CLOSE)
    assert done.changed == 2
    assert listed(operator, state="open") == [other.conversation_id]
    assert run_as(operator, inbox.undo_several, done.id) == 2
    assert len(listed(operator, state="open")) == 3
    with pytest.raises(inbox.UndoGone):
        run_as(operator, inbox.undo_several, done.id)


def test_what_somebody_changed_since_stays_so(actor, operator, colleague, mock_channel):
    first, second = (say(actor, mock_channel) for _ in range(2))
    done = several(operator, first, second, kind=BulkKind.ASSIGN, assignee_id=operator.user_id)
    run_as(colleague, inbox.assign, second.conversation_id, user_id=colleague.user_id)
    assert run_as(operator, inbox.undo_several, done.id) == 1
    assert shown(operator, first).assignee_id is None
    assert shown(operator, second).assignee_id == colleague.user_id


def test_a_newer_open_conversation_keeps_the_closed_one_closed(actor, operator, mock_channel):
    sender = phone_number()
    landed = say(actor, mock_channel, sender=sender)
    done = several(operator, landed, kind=BulkKind.CLOSE)
    say(actor, mock_channel, sender=sender)
    assert run_as(operator, inbox.undo_several, done.id) == 0


def test_several_sleep_and_are_woken_by_undoing(actor, operator, mock_channel):
    first, second = (say(actor, mock_channel) for _ in range(2))
    with unit_of_work(operator) as uow:
        until = uow.now + timedelta(hours=3)
    done = several(operator, first, second, kind=BulkKind.SNOOZE, until=until)
    assert len(listed(operator, is_snoozed=True)) == done.changed == 2
    assert run_as(operator, inbox.undo_several, done.id) == 2
    assert listed(operator, is_snoozed=True) == []


def test_nobody_takes_back_what_another_did(actor, operator, colleague, mock_channel):
    done = several(operator, say(actor, mock_channel), kind=BulkKind.CLOSE)
    with pytest.raises(inbox.BulkNotFound):
        run_as(colleague, inbox.undo_several, done.id)


def test_several_with_one_unknown_changes_nothing(operator, landed):
    given = BulkInput(kind=BulkKind.CLOSE)
    with pytest.raises(inbox.ConversationNotFound):
        run_as(operator, inbox.change_several, [landed.conversation_id, uuid.uuid4()], given=given)
    assert shown(operator, landed).state == "open"


def test_everybody_has_their_own_mark(actor, operator, colleague, mock_channel):
    sender = phone_number()
    with unit_of_work(actor) as uow:
        later = uow.now + timedelta(seconds=1)
    landed = say(actor, mock_channel, sender=sender, timestamp=later)
    assert [shown(one, landed).my_unread for one in (operator, colleague)] == [1, 1]
    run_as(operator, inbox.mark_read, landed.conversation_id)
    assert [shown(one, landed).my_unread for one in (operator, colleague)] == [0, 1]
    assert shown(colleague, landed).unread_count == 0
    assert listed(operator, unread_only=True) == []
    assert listed(colleague, unread_only=True) == [landed.conversation_id]
    say(actor, mock_channel, sender=sender, timestamp=later + timedelta(seconds=1))
    assert [shown(one, landed).my_unread for one in (operator, colleague)] == [1, 2]


def test_every_kind_of_entry_is_known():
    assert {kind.value for kind in EntryKind} >= {"note", "assigned", "snoozed", "woke"}
