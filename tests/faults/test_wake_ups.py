"""F6 and F7: whoever wakes the workers fails, and only the time until the work is done changes.

`tests/platform/test_queue.py` holds each broker to its contract; here real processes take
deliveries in and work them off, while Redis or the consumer goes away under them.
"""

import os
import signal

import pytest

from backend import inbox
from backend.platform import queue
from backend.platform.sweeper import Sweeper
from tests.factories import envelope, message, phone_number, run_as, say, store
from tests.faults._provider import deliveries, delivering
from tests.faults._system import Process, Web, ask, assert_processed_exactly, path_of, running
from tests.laws import assert_lawful
from tests.platform._brokers import RedisProcess, flush, waiting
from tests.platform._processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LEFT = "SELECT count(*) FROM webhook_event WHERE state = 'received'"
UNDONE = """
SELECT (SELECT count(*) FROM webhook_event WHERE state = 'received')
     + (SELECT count(*) FROM message WHERE direction = 'out' AND delivery_state = 'queued')
     + (SELECT count(*) FROM analytics_mark)
"""


@pytest.fixture
def redis(database, monkeypatch):
    """Run a Redis of the test's own and let every process use it."""
    assert database
    with RedisProcess() as made:
        monkeypatch.setenv("REDIS_URL", made.url)
        queue.dispose()
        yield made
        queue.dispose()


def flushed(redis):
    flush(redis.url)


def ended(redis):
    redis.end()


def frozen(redis):
    redis.send(signal.SIGSTOP)


@pytest.mark.parametrize("happens", [flushed, ended, frozen])
def test_a_broker_that_fails_delays_and_loses_nothing(actor, whatsapp_channel, redis, happens):
    """F6: deliveries go on while Redis is emptied, gone, or answers nobody any more."""
    given = deliveries(600)
    with (
        running(Web()) as web,
        running(Process("worker")),
        delivering(web.port, path_of(whatsapp_channel), given) as ledger,
    ):
        ledger.wait_for(200)
        happens(redis)
        ledger.wait_for(len(given))
        assert eventually(lambda: ask(actor, LEFT) == 0)
    assert set(ledger.answers) == {200}
    assert_processed_exactly(actor, given, ledger)


def test_a_broker_that_is_gone_at_the_start_delays_and_loses_nothing(
    actor, whatsapp_channel, redis
):
    """F6: and its return is noticed."""
    given = deliveries(200)
    redis.end()
    with running(Web()) as web, running(Process("worker")):
        with delivering(web.port, path_of(whatsapp_channel), given) as ledger:
            pass
        assert eventually(lambda: ask(actor, LEFT) == 0)
        redis.start()
        queue.dispose()
        queue.enqueue("intake.drain")
        assert eventually(lambda: waiting() == 0)
    assert set(ledger.answers) == {200}
    assert_processed_exactly(actor, given, ledger)


def test_the_sweeper_does_every_item_when_there_is_no_consumer(
    actor, operator, whatsapp_channel, mock_channel
):
    """F7: deliveries, replies and marked days, all of whose wake-ups nobody takes."""
    assert os.environ["DATABASE_URL"]
    asked = [say(actor, mock_channel, sender=phone_number()) for _ in range(5)]
    for said in asked:
        run_as(operator, inbox.reply, said.conversation_id, content=inbox.TextReply("answer"))
    store(actor, whatsapp_channel, *(envelope(messages=[message()]) for _ in range(300)))
    queue.enqueue("intake.drain")
    sweeper = Sweeper()
    sweeper.start()
    try:
        assert eventually(lambda: ask(actor, UNDONE) == 0)
    finally:
        sweeper.stop()
        sweeper.join()
    assert waiting() > 0
    assert ask(actor, "SELECT count(*) FROM message WHERE direction = 'in'") == 305
    sent = "SELECT count(*) FROM message WHERE delivery_state = 'handed_over'"
    assert ask(actor, sent) == len(asked)
    assert_lawful()
