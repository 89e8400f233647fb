"""A reply is written, handed over once, and its outcome is told as it is."""

from datetime import timedelta

import pytest

from backend import inbox
from backend.channels import DeliveryStatus, Direction, SendRefused, SendUnknown, TextContent, mock
from backend.inbox import BadText, RepliesUnsupported, WindowClosed, sending
from backend.inbox.tasks import send, sweep
from backend.kit.paging import PageRequest
from backend.platform import queue
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, deliver, envelope, message, run_as, say
from tests.laws import assert_lawful
from tests.platform._brokers import work_off

SENDER = "+12065550123"


@pytest.fixture
def landed(actor, mock_channel):
    """Let a customer write, just now."""
    return say(actor, mock_channel, sender=SENDER)


@pytest.fixture
def provider(monkeypatch):
    """Stand at the provider's end of the mock channel; returns what it was asked to send.

    Set `provider.outcome` to have it refuse or not answer.
    """

    class Provider(list):
        outcome = None

    sent, hand_over = Provider(), mock.MockAdapter.send

    def send(adapter, access, message):
        sent.append(message)
        if sent.outcome:
            raise sent.outcome
        return hand_over(adapter, access, message)

    monkeypatch.setattr(mock.MockAdapter, "send", send)
    return sent


def thread(actor, landed):
    return run_as(actor, inbox.list_messages, landed.conversation_id, PageRequest()).items


def aged(actor, by):
    with unit_of_work(actor) as uow:
        uow.execute(
            "UPDATE message SET created_at = created_at - :by, posting_at = posting_at - :by",
            {"by": by},
        )


def delivery_state(actor):
    question = "SELECT delivery_state FROM message WHERE direction = 'out'"
    return run_as(actor, lambda uow, _: uow.execute(question).scalar_one())


def test_a_reply_is_queued_and_delivered_by_the_worker(actor, operator, landed):
    written = run_as(
        operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("  Ten dollars ")
    )
    assert (written.text, written.direction, written.status) == ("Ten dollars", Direction.OUT, None)
    work_off()
    reply, _ = thread(actor, landed)
    assert reply.status is DeliveryStatus.DELIVERED
    assert reply.author_name == operator.name
    assert reply.provider_message_id == f"mock.out.{written.id}"
    assert_lawful()


def test_a_reply_goes_to_the_customer_with_our_reference(operator, landed, provider):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    work_off()
    (sent,) = provider
    assert (sent.recipient.phone, sent.content) == (SENDER, TextContent("Ten"))
    assert sent.reference == str(written.id)


def test_the_task_run_twice_sends_once(operator, landed, provider):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    send(str(operator.workspace_id), str(written.id))
    send(str(operator.workspace_id), str(written.id))
    work_off()
    assert len(provider) == 1


def test_a_conversation_shows_the_reply_and_when_it_was_first_answered(actor, operator, landed):
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    shown = run_as(actor, inbox.get_conversation, landed.conversation_id)
    assert (shown.snippet, shown.last_direction) == ("Ten", Direction.OUT)
    first = shown.first_responded_at
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Eleven"))
    again = run_as(actor, inbox.get_conversation, landed.conversation_id)
    assert again.first_responded_at == first is not None


def test_a_message_before_the_customers_is_no_answer(actor, whatsapp_channel):
    echo = envelope()
    change = echo["entry"][0]["changes"][0]
    change["field"] = "smb_message_echoes"
    ours = message(at=NOON - timedelta(hours=1), sender="15550783881")
    change["value"]["message_echoes"] = [{**ours, "to": "16505551234"}]
    deliver(actor, whatsapp_channel, envelope(messages=[message(at=NOON)]), echo)
    query = inbox.ConversationQuery()
    (shown,) = run_as(actor, inbox.list_conversations, query, PageRequest()).items
    assert shown.first_responded_at is None


@pytest.mark.parametrize("text", ["", "   ", "\n", "x" * 4097])
def test_an_empty_or_too_long_reply_is_refused(operator, landed, text):
    with pytest.raises(BadText):
        run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply(text))


def test_a_reply_after_the_window_is_refused(operator, actor, mock_channel):
    with unit_of_work(SYSTEM) as uow:
        yesterday = uow.now - timedelta(hours=24)
    late = say(actor, mock_channel, timestamp=yesterday)
    with pytest.raises(WindowClosed):
        run_as(operator, inbox.reply, late.conversation_id, content=inbox.TextReply("Ten"))
    assert len(thread(actor, late)) == 1


def test_a_reply_right_before_the_window_closes_is_taken(operator, actor, mock_channel):
    with unit_of_work(SYSTEM) as uow:
        almost = uow.now - timedelta(hours=23, minutes=59)
    early = say(actor, mock_channel, timestamp=almost)
    assert run_as(operator, inbox.reply, early.conversation_id, content=inbox.TextReply("Ten"))


def test_a_reply_on_a_channel_that_takes_none_is_refused(
    actor, operator, whatsapp_channel, monkeypatch
):
    cloud = "backend.channels.adapters.whatsapp_cloud.WhatsAppCloudAdapter"
    monkeypatch.setattr(f"{cloud}.features", frozenset())
    deliver(actor, whatsapp_channel, envelope(messages=[message()]))
    query = inbox.ConversationQuery()
    (shown,) = run_as(actor, inbox.list_conversations, query, PageRequest()).items
    with pytest.raises(RepliesUnsupported):
        run_as(operator, inbox.reply, shown.id, content=inbox.TextReply("Ten"))


def test_a_refusal_is_shown_with_its_reason(actor, operator, landed, provider):
    provider.outcome = SendRefused("131026", "the number is blocked")
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    work_off()
    reply, _ = thread(actor, landed)
    assert (reply.status, reply.error) == (DeliveryStatus.FAILED, "the number is blocked")


def test_an_outcome_nobody_knows_is_not_sent_again(actor, operator, landed, provider):
    provider.outcome = SendUnknown("no answer")
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    work_off()
    aged(actor, timedelta(hours=1))
    sweep()
    assert len(provider) == 1
    assert delivery_state(actor) == "unknown"
    assert thread(actor, landed)[0].error == "no answer"


def test_a_reply_whose_wake_up_was_lost_is_sent_by_the_sweeper(actor, operator, landed, provider):
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    queue.broker().huey.storage.flush_queue()
    sweep()
    assert provider == []
    aged(actor, timedelta(seconds=6))
    sweep()
    assert len(provider) == 1
    assert thread(actor, landed)[0].status is DeliveryStatus.DELIVERED


def test_a_worker_that_died_between_posting_and_the_answer_leaves_it_unknown(
    actor, operator, landed, provider
):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    with unit_of_work(actor) as uow:
        claimed = sending.claim(uow, written.id)
    sending.hand_over(claimed)
    aged(actor, timedelta(minutes=2))
    sweep()
    work_off()
    assert delivery_state(actor) == "unknown"
    assert len(provider) == 1
    assert "no answer" in thread(actor, landed)[0].error


def test_a_reply_that_waited_long_is_not_given_up_while_it_is_sent(actor, operator, landed):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    aged(actor, timedelta(hours=1))
    with unit_of_work(actor) as uow:
        claimed = sending.claim(uow, written.id)
    sweep()
    assert delivery_state(actor) == "posting"
    outcome = sending.hand_over(claimed)
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, outcome)
    assert thread(actor, landed)[0].status is DeliveryStatus.DELIVERED


def test_an_answer_that_comes_after_all_is_believed(actor, operator, landed):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    with unit_of_work(actor) as uow:
        claimed = sending.claim(uow, written.id)
    outcome = sending.hand_over(claimed)
    aged(actor, timedelta(minutes=2))
    sweep()
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, outcome)
    reply, _ = thread(actor, landed)
    assert (reply.status, reply.error) == (DeliveryStatus.DELIVERED, None)


def test_whoever_answers_has_read_what_stands_above(actor, operator, landed):
    run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    shown = run_as(actor, inbox.get_conversation, landed.conversation_id)
    assert shown.unread_count == 0


def test_two_workers_do_not_claim_the_same_reply(actor, operator, landed):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    with unit_of_work(actor) as uow:
        assert sending.claim(uow, written.id) is not None
    with unit_of_work(actor) as uow:
        assert sending.claim(uow, written.id) is None


def test_a_reply_to_a_closed_conversation_is_possible_within_the_window(operator, landed):
    run_as(operator, inbox.close, landed.conversation_id)
    assert run_as(
        operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("One more thing")
    )


def test_a_reply_whose_channel_cannot_be_opened_ends_with_that_reason(
    actor, operator, landed, provider
):
    written = run_as(operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("Ten"))
    broken = "UPDATE channel SET credentials = 'gAAAA-of-another-key'"
    run_as(actor, lambda uow, _: uow.execute(broken))
    send(str(actor.workspace_id), str(written.id))
    reply, _ = thread(actor, landed)
    assert (reply.status, provider) == (DeliveryStatus.FAILED, [])
    assert "cannot be opened" in reply.error
