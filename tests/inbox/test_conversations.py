"""Conversations: opened by a message, counted, read, closed, reopened."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import inbox
from backend.auth import Actor, ActorKind, NotPermitted
from backend.inbox import AnotherIsOpen, ConversationNotFound, ConversationQuery
from backend.inbox.schemas import ConversationState
from backend.kit.errors import Invalid
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, create_workspace, run_as, say
from tests.laws import assert_lawful

SENDER = "+12065550123"


def conversations(actor, **query):
    query = ConversationQuery(**query)
    return run_as(actor, inbox.list_conversations, query, PageRequest(limit=200)).items


def test_messages_of_a_customer_stay_in_one_conversation(actor, mock_channel):
    first = say(actor, mock_channel, sender=SENDER)
    second = say(actor, mock_channel, sender=SENDER)
    assert first.conversation_id == second.conversation_id
    assert len(conversations(actor)) == 1


def test_a_conversation_shows_its_latest_message_whatever_came_last(actor, mock_channel):
    say(actor, mock_channel, "later", sender=SENDER, timestamp=NOON + timedelta(hours=1))
    say(actor, mock_channel, "earlier", sender=SENDER, timestamp=NOON)
    (shown,) = conversations(actor)
    assert (shown.snippet, shown.last_message_at) == ("later", NOON + timedelta(hours=1))
    assert shown.opened_at == NOON
    assert shown.window_expires_at == NOON + timedelta(hours=25)


def test_a_snippet_is_one_short_line(actor, mock_channel):
    say(actor, mock_channel, "first\n\n  line " + "x" * 300)
    (shown,) = conversations(actor)
    assert shown.snippet.startswith("first line xxx")
    assert len(shown.snippet) == 120


def test_messages_are_unread_until_somebody_looks(actor, operator, mock_channel):
    for _ in range(3):
        landed = say(actor, mock_channel, sender=SENDER)
    assert conversations(actor)[0].unread_count == 3
    assert run_as(operator, inbox.mark_read, landed.conversation_id).unread_count == 0
    assert conversations(actor, unread_only=True) == ()


def test_only_what_came_after_the_look_is_unread(actor, operator, mock_channel):
    landed = say(actor, mock_channel, sender=SENDER, timestamp=NOON)
    run_as(operator, inbox.mark_read, landed.conversation_id)
    say(actor, mock_channel, sender=SENDER, timestamp=NOON + timedelta(minutes=1))
    assert conversations(actor, unread_only=True)[0].unread_count == 1


def test_looking_twice_changes_nothing(actor, operator, mock_channel):
    landed = say(actor, mock_channel)
    first = run_as(operator, inbox.mark_read, landed.conversation_id)
    assert run_as(operator, inbox.mark_read, landed.conversation_id) == first


def test_a_message_after_closing_opens_a_new_conversation(actor, operator, mock_channel):
    old = say(actor, mock_channel, sender=SENDER)
    closed = run_as(operator, inbox.close, old.conversation_id)
    assert closed.state is ConversationState.CLOSED
    assert closed.closed_at is not None
    new = say(actor, mock_channel, sender=SENDER)
    assert new.conversation_id != old.conversation_id
    assert new.lead_id == old.lead_id
    assert_lawful()


def test_a_closed_conversation_can_be_taken_up_again(actor, operator, mock_channel):
    landed = say(actor, mock_channel, sender=SENDER)
    run_as(operator, inbox.close, landed.conversation_id)
    reopened = run_as(operator, inbox.reopen, landed.conversation_id)
    assert (reopened.state, reopened.closed_at) == (ConversationState.OPEN, None)
    assert run_as(operator, inbox.reopen, landed.conversation_id) == reopened
    assert say(actor, mock_channel, sender=SENDER).conversation_id == landed.conversation_id


def test_an_older_conversation_stays_closed_beside_an_open_one(actor, operator, mock_channel):
    old = say(actor, mock_channel, sender=SENDER)
    run_as(operator, inbox.close, old.conversation_id)
    say(actor, mock_channel, sender=SENDER)
    with pytest.raises(AnotherIsOpen):
        run_as(operator, inbox.reopen, old.conversation_id)
    assert len(conversations(actor, state=ConversationState.OPEN)) == 1


def test_closing_twice_keeps_the_first_moment(actor, operator, mock_channel):
    landed = say(actor, mock_channel)
    first = run_as(operator, inbox.close, landed.conversation_id)
    assert run_as(operator, inbox.close, landed.conversation_id) == first


@pytest.mark.parametrize("use_case", [inbox.mark_read, inbox.close, inbox.reopen])
def test_an_unknown_conversation_is_not_found(operator, use_case):
    with pytest.raises(ConversationNotFound):
        run_as(operator, use_case, new_id())


@pytest.mark.parametrize(
    "use_case", [inbox.mark_read, inbox.close, inbox.reopen, inbox.get_conversation]
)
def test_a_conversation_of_another_workspace_is_not_found(actor, mock_channel, use_case):
    landed = say(actor, mock_channel)
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    with pytest.raises(ConversationNotFound):
        run_as(stranger, use_case, landed.conversation_id)
    with pytest.raises(ConversationNotFound):
        run_as(stranger, inbox.list_messages, landed.conversation_id, PageRequest())
    assert conversations(stranger) == ()


def test_a_key_that_may_only_read_does_not_close(actor, mock_channel):
    landed = say(actor, mock_channel)
    key = Actor(
        workspace_id=actor.workspace_id,
        kind=ActorKind.API_KEY,
        name="reader",
        scopes=frozenset({"conversations:read"}),
    )
    assert run_as(key, inbox.get_conversation, landed.conversation_id)
    with pytest.raises(NotPermitted):
        run_as(key, inbox.close, landed.conversation_id)


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("ana", True),
        ("SILVA", True),
        ("2065550123", True),
        ("+1 (206) 555-0123", True),
        ("206 555", True),
        ("555-0123", True),
        ("0123", True),
        ("0206 555 0123", True),
        ("+2065550123", False),
        ("555-0124", False),
        ("- 0", False),
        ("0-01", False),
        ("%", False),
        ("_", False),
        ("bo", False),
    ],
)
def test_a_conversation_is_found_by_name_and_number(actor, mock_channel, search, is_found):
    say(actor, mock_channel, sender=SENDER, profile_name="Ana Silva")
    assert bool(conversations(actor, search=search)) is is_found


def test_conversations_are_found_by_when_they_began(actor, mock_channel):
    for hour in range(4):
        say(actor, mock_channel, timestamp=NOON + timedelta(hours=hour))
    wanted = {"opened_from": NOON + timedelta(hours=1), "opened_to": NOON + timedelta(hours=3)}
    assert {shown.opened_at.hour for shown in conversations(actor, **wanted)} == {13, 14}


def test_pages_leave_no_gap_where_times_are_equal(actor, mock_channel):
    for number in range(7):
        say(actor, mock_channel, timestamp=NOON + timedelta(minutes=number // 3))
    seen, cursor = [], None
    while True:
        page = run_as(
            actor,
            inbox.list_conversations,
            ConversationQuery(),
            PageRequest(limit=2, cursor=cursor),
        )
        seen += [shown.id for shown in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [shown.id for shown in conversations(actor)]
    assert len(set(seen)) == 7


def test_messages_page_newest_first_without_gap(actor, mock_channel):
    for number in range(7):
        landed = say(actor, mock_channel, str(number), sender=SENDER, timestamp=NOON)
    thread, cursor = [], None
    while True:
        page = PageRequest(limit=3, cursor=cursor)
        found = run_as(actor, inbox.list_messages, landed.conversation_id, page)
        thread += [shown.id for shown in found.items]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert len(set(thread)) == len(thread) == 7


@pytest.mark.parametrize("cursor", ["", "nonsense", "WyJhIiwgImIiXQ", "é"])
def test_a_cursor_that_is_not_ours_is_refused(actor, cursor):
    page = PageRequest(cursor=cursor)
    with pytest.raises(Invalid):
        run_as(actor, inbox.list_conversations, ConversationQuery(), page)


def test_nothing_is_older_than_the_epoch_of_now(actor, mock_channel):
    say(actor, mock_channel, timestamp=datetime(1990, 1, 1, tzinfo=UTC))
    assert conversations(actor)[0].window_expires_at < NOON
