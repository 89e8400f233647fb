"""A live inbox reads what changed, and shows what reading everything would have shown."""

import pytest

from backend import inbox
from backend.auth import Role
from backend.inbox import TextReply
from backend.platform.live import Change
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.reading import InboxQuestion
from leadflow_app.pages.inbox.updating import InboxUpdate
from tests.factories import create_user, phone_number, run_as, say
from tests.statements import statements


@pytest.fixture
def colleague(actor):
    return run_as(actor, create_user, role=Role.OPERATOR)


def asked(state="open", chosen="", wanted=50):
    return InboxQuestion(InboxFilters(state=state, chosen=str(chosen)), wanted)


def read(person, question):
    return run_as(person, question)


def update(person, question, screen, topic, *ids):
    change = Change(topic, str(person.workspace_id), tuple(str(one) for one in ids))
    return run_as(person, InboxUpdate(question, screen, (change,)))


def listed(screen):
    return [(row.name, row.unread, row.snippet) for row in screen.rows]


def keys(screen):
    return [row.key for row in screen.rows]


def test_a_message_in_another_conversation_costs_one_query(actor, operator, mock_channel):
    senders = [phone_number() for _ in range(4)]
    said = [say(actor, mock_channel, sender=sender) for sender in senders]
    question = asked(chosen=said[0].conversation_id)
    screen = read(operator, question)
    say(actor, mock_channel, "news", sender=senders[2])
    with statements() as seen:
        after = update(operator, question, screen, "inbox", said[2].conversation_id)
    # One opens the transaction and names the workspace.
    assert len(seen) == 2
    assert after == read(operator, question)
    assert after.rows[0].snippet == "news"


def test_the_cost_does_not_grow_with_the_conversations_that_changed(actor, operator, mock_channel):
    question = asked()
    screen = read(operator, question)
    for many in (1, 6):
        said = [say(actor, mock_channel).conversation_id for _ in range(many)]
        if screen.is_first_run:
            screen = read(operator, question)
        with statements() as seen:
            screen = update(operator, question, screen, "inbox", *said)
        assert len(seen) == 2
    assert keys(screen) == keys(read(operator, question))


def test_a_new_one_comes_and_one_that_fits_no_more_goes(actor, operator, mock_channel):
    first = say(actor, mock_channel)
    question = asked()
    screen = read(operator, question)
    second = say(actor, mock_channel)
    screen = update(operator, question, screen, "inbox", second.conversation_id)
    assert len(screen.rows) == 2
    run_as(operator, inbox.close, first.conversation_id)
    screen = update(operator, question, screen, "inbox", first.conversation_id)
    assert keys(screen) == [str(second.conversation_id)] == keys(read(operator, question))


def test_what_is_below_the_last_one_shown_stays_out(actor, operator, mock_channel):
    said = [say(actor, mock_channel) for _ in range(4)]
    question = asked(wanted=2)
    screen = read(operator, question)
    assert screen.has_more
    oldest = said[0].conversation_id
    assert update(operator, question, screen, "inbox", oldest) == screen
    run_as(operator, inbox.reply, oldest, content=TextReply("hello"))
    screen = update(operator, question, screen, "inbox", oldest)
    assert keys(screen) == keys(read(operator, question))
    assert screen.has_more


def test_the_open_conversation_is_read_when_it_changed(actor, operator, colleague, mock_channel):
    said = say(actor, mock_channel)
    here = said.conversation_id
    question = asked(chosen=here)
    screen = read(operator, question)
    run_as(colleague, inbox.be_present, here, is_writing=True)
    screen = update(operator, question, screen, "presence", here)
    assert screen.open.here == f"{colleague.name} is replying"
    run_as(colleague, inbox.add_note, here, text="careful")
    run_as(colleague, inbox.assign, here, user_id=operator.user_id)
    screen = update(operator, question, screen, "inbox", here)
    assert [row.entry for row in screen.open.messages] == ["", "note", "deed"]
    assert screen.open.is_mine
    screen = update(operator, question, screen, "notices", operator.user_id)
    assert screen.team.unread == "1"


def test_a_message_in_ones_own_conversation_is_news(actor, operator, mock_channel):
    sender = phone_number()
    said = say(actor, mock_channel, sender=sender)
    run_as(operator, inbox.assign, said.conversation_id, user_id=operator.user_id)
    question = asked("mine")
    screen = read(operator, question)
    assert screen.news.key == ""
    say(actor, mock_channel, "are you there?", sender=sender)
    screen = update(operator, question, screen, "inbox", said.conversation_id)
    assert screen.news.text == "are you there?"


@pytest.mark.parametrize("topic", ["inbox", "leads", "channels"])
def test_what_changed_without_saying_where_is_read_as_a_whole(actor, operator, mock_channel, topic):
    question = asked()
    say(actor, mock_channel)
    screen = read(operator, question)
    say(actor, mock_channel)
    assert listed(update(operator, question, screen, topic)) == listed(read(operator, question))


@pytest.mark.parametrize("state", ["mine", "unassigned", "waiting", "unread", "snoozed", "all"])
def test_every_view_reads(actor, operator, mock_channel, state):
    say(actor, mock_channel)
    assert len(read(operator, asked(state)).rows) in {0, 1}
