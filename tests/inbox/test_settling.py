"""What became of an unknown reply is asked once in a while, and read messages are told once."""

from datetime import timedelta

import pytest

from backend import inbox
from backend.channels import DeliveryStatus, Feature, SendReceipt, SendRefused, SendUnknown, mock
from backend.inbox.tasks import send, sweep
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import unit_of_work
from tests.factories import run_as, say
from tests.laws import assert_lawful
from tests.platform._brokers import work_off


@pytest.fixture
def provider(monkeypatch):
    """Stand at the far end of a mock channel that can be asked and told; returns what it heard."""

    class Provider:
        found = None
        refusal = None

        def __init__(self):
            self.asked, self.read, self.sent = [], [], []

    heard = Provider()

    def send_it(_adapter, _access, message):
        heard.sent.append(message)
        message = "the answer was lost"
        raise SendUnknown(message)

    def look_up(_adapter, _access, *, reference, recipient):
        assert recipient.phone
        heard.asked.append(reference)
        if isinstance(heard.found, Exception):
            raise heard.found
        return heard.found

    def mark_read(_adapter, _access, provider_message_id):
        heard.read.append(provider_message_id)
        if heard.refusal:
            raise heard.refusal

    offered = mock.MockAdapter.features | {Feature.LOOK_UP, Feature.MARK_READ}
    monkeypatch.setattr(mock.MockAdapter, "features", offered)
    monkeypatch.setattr(mock.MockAdapter, "send", send_it)
    monkeypatch.setattr(mock.MockAdapter, "look_up", look_up)
    monkeypatch.setattr(mock.MockAdapter, "mark_read", mark_read)
    return heard


@pytest.fixture
def landed(actor, mock_channel):
    return say(actor, mock_channel)


@pytest.fixture
def unknown(operator, landed, provider):
    """Send a reply whose answer is lost."""
    assert provider
    content = inbox.TextReply("Ten")
    written = run_as(operator, inbox.reply, landed.conversation_id, content=content)
    send(str(operator.workspace_id), str(written.id))
    return written


def wait(actor):
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE message SET next_attempt_at = next_attempt_at - interval '1 hour'")


def shown(actor, landed):
    return run_as(actor, inbox.list_messages, landed.conversation_id, PageRequest()).items[0]


def test_the_provider_is_asked_and_believed(actor, landed, provider, unknown):
    provider.found = SendReceipt("mock.found", (DeliveryStatus.SENT,))
    sweep()
    assert provider.asked == [], "it waits before it asks"
    wait(actor)
    sweep()
    reply = shown(actor, landed)
    assert (reply.status, reply.is_unknown) == (DeliveryStatus.SENT, False)
    assert reply.provider_message_id == "mock.found"
    assert provider.asked == [str(unknown.id)]
    assert_lawful()


def test_what_the_provider_does_not_have_failed_and_is_not_sent_by_itself(
    actor, landed, provider, unknown
):
    assert unknown
    for _ in range(3):
        wait(actor)
        sweep()
    reply = shown(actor, landed)
    assert (reply.status, len(provider.asked), len(provider.sent)) == ("failed", 1, 1)
    assert "was not sent" in reply.error


def test_a_provider_that_cannot_tell_is_asked_some_times_and_no_more(
    actor, landed, provider, unknown
):
    assert unknown
    provider.found = SendUnknown("nobody knows")
    for _ in range(20):
        wait(actor)
        sweep()
    assert 5 <= len(provider.asked) <= 12
    assert shown(actor, landed).is_unknown
    assert len(provider.sent) == 1


def test_whoever_reads_a_conversation_tells_the_customer_once(actor, landed, operator, provider):
    for _ in range(2):
        run_as(operator, inbox.mark_read, landed.conversation_id)
        work_off()
    (told,) = provider.read
    assert told == shown(actor, landed).provider_message_id


def test_whoever_answers_tells_the_customer_too(operator, landed, provider):
    content = inbox.TextReply("Ten")
    run_as(operator, inbox.reply, landed.conversation_id, content=content)
    work_off()
    assert len(provider.read) == 1


def test_a_receipt_that_is_refused_is_not_told_again(operator, landed, provider):
    provider.refusal = SendRefused("1", "no")
    for _ in range(2):
        content = inbox.TextReply("Ten")
        run_as(operator, inbox.reply, landed.conversation_id, content=content)
        work_off()
    assert len(provider.read) == 1


def test_a_later_message_is_told_anew(actor, mock_channel, operator, provider):
    sender = "+12065550123"
    with unit_of_work(actor) as uow:
        before = uow.now - timedelta(minutes=1)
    said = say(actor, mock_channel, sender=sender, timestamp=before)
    run_as(operator, inbox.mark_read, said.conversation_id)
    work_off()
    say(actor, mock_channel, sender=sender)
    run_as(operator, inbox.mark_read, said.conversation_id)
    work_off()
    assert len(provider.read) == 2
