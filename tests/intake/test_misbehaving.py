"""What a provider does wrong on a mock channel, and what becomes of it."""

import pytest

from backend import inbox, intake
from backend.channels import Provider
from backend.inbox import ConversationQuery, TextReply, tasks
from backend.intake import (
    DeliveryVerdict,
    EventQuery,
    NetworkFault,
    NotAMockChannel,
    SimulatedFault,
    SimulationInvalid,
)
from backend.kit.paging import PageRequest
from tests.factories import WHATSAPP_CREDENTIALS, create_channel, run_as, say
from tests.laws import assert_lawful

SENDER = "+12065550123"


def play(actor, channel, fault, **given):
    asked = SimulatedFault(channel_id=channel.id, fault=fault, **{"sender": SENDER} | given)
    return run_as(actor, intake.simulate_fault, asked)


def verdicts(outcomes):
    return {one.verdict.value: one.count for one in outcomes}


def texts(actor, outcomes):
    where = outcomes[0].conversation_id
    thread = run_as(actor, inbox.list_messages, where, PageRequest(limit=200)).items
    return [message.text for message in reversed(thread)]


def events(actor):
    return run_as(actor, intake.list_events, EventQuery(), PageRequest()).items


@pytest.mark.parametrize("times", [1, 5, 20])
def test_a_repeat_counts_once(actor, mock_channel, times):
    outcomes = play(actor, mock_channel, NetworkFault.REPEATED, times=times)
    assert verdicts(outcomes) == {"accepted": 1, "duplicate": times}
    assert len(texts(actor, outcomes)) == 1
    assert_lawful()


def test_what_comes_out_of_order_stands_in_order(actor, mock_channel):
    outcomes = play(actor, mock_channel, NetworkFault.SHUFFLED)
    assert verdicts(outcomes) == {"accepted": 3}
    assert texts(actor, outcomes) == ["First", "Second", "Third"]
    assert_lawful()


@pytest.mark.parametrize("sender", [SENDER, "US.134912065550123"])
def test_somebody_without_a_number_is_known_by_their_id(actor, mock_channel, sender):
    (accepted,) = play(actor, mock_channel, NetworkFault.WITHOUT_NUMBER, sender=sender)
    shown = run_as(actor, inbox.get_conversation, accepted.conversation_id)
    assert accepted.verdict is DeliveryVerdict.ACCEPTED
    assert shown.contact_phone is None


def test_a_late_status_takes_nothing_back(actor, mock_channel):
    said = say(actor, mock_channel, sender=SENDER)
    reply = run_as(actor, inbox.reply, said.conversation_id, content=TextReply("Hello"))
    tasks.send(str(actor.workspace_id), str(reply.id))
    outcomes = play(actor, mock_channel, NetworkFault.LATE_STATUS, message_id=str(reply.id))
    assert verdicts(outcomes) == {"accepted": 2}
    thread = run_as(actor, inbox.list_messages, said.conversation_id, PageRequest())
    assert thread.items[0].status == "read"
    assert_lawful()


def test_without_a_reply_no_status_is_late(actor, mock_channel):
    with pytest.raises(SimulationInvalid) as refused:
        play(actor, mock_channel, NetworkFault.LATE_STATUS)
    assert refused.value.field == "message_id"


def test_an_orphan_status_is_kept_and_shown_nowhere(actor, mock_channel):
    outcomes = play(actor, mock_channel, NetworkFault.ORPHAN_STATUS)
    assert verdicts(outcomes) == {"accepted": 1}
    assert outcomes[0].conversation_id is None
    found = run_as(actor, inbox.list_conversations, ConversationQuery(), PageRequest())
    assert found.items == ()


def test_a_broken_body_is_quarantined_with_its_cause(actor, mock_channel):
    (outcome,) = play(actor, mock_channel, NetworkFault.BROKEN_BODY)
    (event,) = events(actor)
    assert outcome.verdict is DeliveryVerdict.QUARANTINED
    assert (event.id, event.error) == (outcome.event_id, outcome.reason)
    assert outcome.reason


def test_what_nobody_signed_is_refused_and_not_kept(actor, mock_channel):
    outcomes = play(actor, mock_channel, NetworkFault.UNSIGNED)
    assert verdicts(outcomes) == {"refused": 1}
    assert not events(actor)


@pytest.mark.parametrize(("times", "twice"), [(1, 1), (5, 2), (20, 7)])
def test_everything_said_during_an_outage_is_there_once(actor, mock_channel, times, twice):
    outcomes = play(actor, mock_channel, NetworkFault.OUTAGE, times=times)
    assert verdicts(outcomes) == {"duplicate": twice, "accepted": times}
    expected = [f"Are you there? ({number + 1})" for number in range(times)]
    assert texts(actor, outcomes) == expected
    assert_lawful()


@pytest.mark.parametrize("times", [0, 21])
def test_how_often_is_bounded(actor, mock_channel, times):
    with pytest.raises(SimulationInvalid) as refused:
        play(actor, mock_channel, NetworkFault.REPEATED, times=times)
    assert refused.value.field == "times"


def test_a_real_channel_does_not_misbehave_on_request(actor):
    real = run_as(
        actor, create_channel, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
    )
    with pytest.raises(NotAMockChannel):
        play(actor, real, NetworkFault.REPEATED)


def test_who_is_no_number_and_no_id_is_quarantined(actor, mock_channel):
    outcomes = play(actor, mock_channel, NetworkFault.REPEATED, sender="nobody", times=2)
    assert verdicts(outcomes) == {"quarantined": 1, "duplicate": 2}
