"""Drafts, presence, and that no reply is sent twice by one person or by two."""

import threading
import uuid
from datetime import timedelta

import pytest

from backend import inbox
from backend.auth import Role
from backend.inbox import SendOnce, TextReply
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_user, run_as, say


@pytest.fixture
def colleague(actor):
    return run_as(actor, create_user, role=Role.OPERATOR)


@pytest.fixture
def here(actor, mock_channel):
    return say(actor, mock_channel).conversation_id


def draft(person, here):
    return run_as(person, inbox.get_draft, here)


def keep(person, here, text):
    key = draft(person, here).send_key
    run_as(person, inbox.keep_draft, here, text=text, send_key=key)
    return key


def send(person, here, text, **once):
    return run_as(person, inbox.reply, here, content=TextReply(text), once=SendOnce(**once))


def sent(person, here):
    found = run_as(person, inbox.list_messages, here, PageRequest()).items
    return [one.text for one in found if one.direction == "out"]


def test_a_draft_is_kept_for_each_person(operator, colleague, here):
    key = keep(operator, here, "Dear A")
    keep(operator, here, "Dear Ana")
    assert (draft(operator, here).text, draft(operator, here).send_key) == ("Dear Ana", key)
    assert (draft(colleague, here).text, draft(colleague, here).began_at) == ("", None)
    assert draft(colleague, here).send_key != key
    keep(operator, here, " ")
    assert draft(operator, here).text == ""


def test_the_key_of_a_draft_is_the_same_in_every_tab(operator, here):
    assert draft(operator, here).send_key == draft(operator, here).send_key


def test_the_same_key_is_the_same_message(operator, here):
    key = keep(operator, here, "once")
    first = send(operator, here, "once", send_key=key)
    assert send(operator, here, "once", send_key=key).id == first.id
    assert sent(operator, here) == ["once"]
    with pytest.raises(inbox.KeyReused):
        send(operator, here, "something else", send_key=key)


def test_sending_forgets_the_draft_and_a_late_keystroke_does_not_bring_it_back(operator, here):
    key = keep(operator, here, "once")
    send(operator, here, "once", send_key=key)
    run_as(operator, inbox.keep_draft, here, text="once", send_key=key)
    assert draft(operator, here).text == ""
    assert draft(operator, here).send_key != key


def test_two_at_the_same_moment_send_one(operator, here):
    key, began = keep(operator, here, "once"), threading.Barrier(2)

    def press():
        began.wait()
        send(operator, here, "once", send_key=key)

    pressing = [threading.Thread(target=press) for _ in range(2)]
    for one in pressing:
        one.start()
    for one in pressing:
        one.join()
    assert sent(operator, here) == ["once"]


def test_who_writes_while_a_colleague_answers_is_warned(operator, colleague, here):
    key = keep(colleague, here, "I can help")
    send(operator, here, "All done", send_key=keep(operator, here, "All done"))
    with pytest.raises(inbox.ColleagueReplied) as refused:
        send(colleague, here, "I can help", send_key=key)
    assert operator.name in refused.value.message
    assert sent(operator, here) == ["All done"]
    send(colleague, here, "I can help", send_key=key, despite_colleagues=True)
    assert sent(operator, here) == ["I can help", "All done"]


def test_what_was_answered_before_one_began_does_not_warn(operator, colleague, here):
    send(operator, here, "All done")
    send(colleague, here, "And more", send_key=keep(colleague, here, "And more"))
    assert sent(operator, here) == ["And more", "All done"]


def test_a_caller_may_say_when_it_began(operator, colleague, here):
    with unit_of_work(operator) as uow:
        began_at = uow.now - timedelta(seconds=1)
    send(operator, here, "All done")
    with pytest.raises(inbox.ColleagueReplied):
        send(colleague, here, "Too", began_at=began_at, send_key=uuid.uuid4())


def present(person, here):
    return [(one.name, one.is_writing) for one in run_as(person, inbox.who_is_here, here)]


def test_colleagues_see_each_other_and_who_writes(operator, colleague, here):
    run_as(operator, inbox.be_present, here)
    found = run_as(colleague, inbox.be_present, here, is_writing=True)
    assert [one.name for one in found] == [operator.name]
    assert present(operator, here) == [(colleague.name, True)]
    run_as(colleague, inbox.be_present, here)
    assert present(operator, here) == [(colleague.name, True)]
    run_as(colleague, inbox.be_present, here, is_writing=False)
    assert present(operator, here) == [(colleague.name, False)]
    run_as(colleague, inbox.leave, here)
    assert present(operator, here) == []


def test_who_left_without_a_word_is_gone_after_a_while(operator, colleague, here):
    run_as(colleague, inbox.be_present, here, is_writing=True)
    with unit_of_work(operator) as uow:
        uow.execute("UPDATE conversation_presence SET seen_until = :past", {"past": uow.now})
    assert present(operator, here) == []


def test_a_key_has_no_draft_and_is_nowhere(actor, here):
    assert draft(actor, here).text == ""
    with pytest.raises(inbox.NeedsPerson):
        keep(actor, here, "hello")
    with pytest.raises(inbox.NeedsPerson):
        run_as(actor, inbox.be_present, here)
