"""The inbox of a team, as a plain object on a real database."""

import pytest

from backend import inbox
from backend.auth import Role
from backend.kit.paging import PageRequest
from leadflow_app import routes
from leadflow_app.pages.inbox.state import InboxState
from tests.factories import create_user, run_as, say
from tests.ui._pages import open_page, person_of, reload, send, sign_in, visit


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def arrived(actor, mock_channel):
    return say(actor, mock_channel, "I want the price", profile_name="Maya Chen")


def opened(state_class, address, actor, cookie):
    state = open_page(state_class, address, cookie)
    reload(state, actor)
    return state


def messages_of(actor, conversation_id):
    return run_as(actor, inbox.list_messages, conversation_id, PageRequest()).items


def test_a_draft_waits_in_its_conversation(actor, mock_channel, arrived, cookie):
    other, person = say(actor, mock_channel), person_of(cookie)
    address = routes.conversation(arrived.conversation_id)
    state = opened(InboxState, address, person, cookie)
    send(state, "keep_draft", "half a sent", state.nonce)
    visit(state, routes.conversation(other.conversation_id), cookie)
    reload(state, person)
    assert state.draft == ""
    visit(state, address, cookie)
    reload(state, person)
    assert state.draft == "half a sent"


def test_a_reply_beside_a_colleagues_is_sent_when_somebody_says_so(actor, arrived, cookie):
    here, person = arrived.conversation_id, person_of(cookie)
    colleague = run_as(actor, create_user)
    state = opened(InboxState, routes.conversation(here), person, cookie)
    send(state, "keep_draft", "49 a month", state.nonce)
    run_as(colleague, inbox.reply, here, content=inbox.TextReply("It is free"))
    send(state, "reply", {"text": "49 a month", "nonce": state.nonce})
    assert "replied since you began to write" in state.asked.title
    assert (state.draft, messages_of(actor, here)[0].text) == ("49 a month", "It is free")
    send(state, "send_twice")
    assert (state.asked.title, messages_of(actor, here)[0].text) == ("", "49 a month")


def test_what_was_sent_in_another_tab_leaves_the_box(actor, arrived, cookie):
    here, person = arrived.conversation_id, person_of(cookie)
    state = opened(InboxState, routes.conversation(here), person, cookie)
    send(state, "keep_draft", "49 a month", state.nonce)
    again = opened(InboxState, routes.conversation(here), person, cookie)
    assert (again.draft, again.nonce) == ("49 a month", state.nonce)
    send(state, "reply", {"text": "49 a month", "nonce": state.nonce})
    send(again, "reply", {"text": "49 a month", "nonce": again.nonce})
    assert again.draft == ""
    assert len(messages_of(actor, here)) == 2


def test_a_quick_reply_is_written_found_used_and_removed(arrived, cookie):
    address, person = routes.conversation(arrived.conversation_id), person_of(cookie)
    state = opened(InboxState, address, person, cookie)
    send(state, "set_quick_open", True)
    send(state, "save_quick", {"shortcut": "two words", "text": "x"})
    assert state.fault.field == "shortcut"
    send(state, "save_quick", {"shortcut": "hi", "text": "Hello {{first_name}}"})
    (row,) = state.screen.team.quick_replies
    send(state, "keep_draft", "/h", state.nonce)
    assert [one.shortcut for one in state.picks] == ["hi"]
    send(state, "use_quick", row.key)
    assert (state.draft, state.picks) == ("Hello Maya", [])
    send(state, "edit_quick", row.key)
    send(state, "save_quick", {"shortcut": "hey", "text": "Hey"})
    assert [one.shortcut for one in state.screen.team.quick_replies] == ["hey"]
    send(state, "remove_quick", row.key)
    assert state.screen.team.quick_replies == []


def test_several_are_selected_changed_and_taken_back(arrived, cookie):
    assert arrived
    person = person_of(cookie)
    state = opened(InboxState, "/inbox", person, cookie)
    for handler, given in (("take_several", ()), ("snooze_several", ("tomorrow",))):
        send(state, "set_selecting", True)
        send(state, "select_one", state.screen.rows[0].key)
        send(state, "select_one", "nothing of ours")
        send(state, handler, *given)
    assert (state.screen.rows, state.undo.text) == ([], "1 conversation snoozed")
    send(state, "undo_several")
    assert (state.screen.rows[0].assignee, state.undo.key) == (person.name, "")


def test_a_conversation_is_taken_snoozed_and_noted(actor, arrived, cookie):
    address, person = routes.conversation(arrived.conversation_id), person_of(cookie)
    state = opened(InboxState, address, person, cookie)
    send(state, "assign_to_me")
    assert state.screen.open.is_mine
    send(state, "snooze", "tomorrow")
    assert state.screen.open.snoozed.startswith("Snoozed until")
    send(state, "wake")
    send(state, "assign_to", "nobody")
    assert (state.screen.open.snoozed, state.screen.open.is_mine) == ("", False)
    send(state, "set_noting", True)
    send(state, "note", {"note": "careful"})
    assert (state.is_noting, state.screen.open.messages[-1].text) == (False, "careful")
    assert len(messages_of(actor, arrived.conversation_id)) == 1
