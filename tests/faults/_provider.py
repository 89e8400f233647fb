"""A provider that delivers until it is told that a delivery is kept, and a ledger of what it heard.

It stands outside: real HTTP to a real process. A delivery that was not answered with 200 is
delivered again, as providers do; one that was is not.
"""

import http.client
import json
import threading
import time
from collections import Counter
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta

from tests.factories import NOON, envelope, message
from tests.intake.test_webhooks import signed

TEXTS = ("hello", "What does it cost?", "I want to buy it")
PEOPLE = 40
THREADS = 8
PATIENCE_SECONDS = 60.0
PAUSE_SECONDS = 0.05
UNANSWERED = 0


@dataclass(frozen=True, slots=True)
class Delivery:
    """The bytes of one delivery and the provider's id of the message in it."""

    id: str
    body: bytes


def deliveries(count, *, first=0, padding=0):
    """Return so many deliveries of one text each, with ids of their own, perhaps made longer."""
    return [_delivery(number, padding) for number in range(first, first + count)]


def _delivery(number, padding):
    text = message(
        id=f"wamid.{number}",
        at=NOON + timedelta(seconds=number),
        sender=f"1650555{number % PEOPLE:04}",
        text=TEXTS[number % len(TEXTS)],
    )
    return Delivery(text["id"], json.dumps(envelope(messages=[text])).encode() + b" " * padding)


class Ledger:
    """What was acknowledged and when, and how everything else was answered."""

    def __init__(self):
        self.acknowledged = []
        self.acknowledged_at = []
        self.answers = Counter()
        self.retry_after = set()
        self._lock = threading.Lock()

    def note(self, delivery, status, retry_after):
        """Write down one answer."""
        with self._lock:
            self.answers[status] += 1
            if status == http.client.OK:
                self.acknowledged.append(delivery.id)
                self.acknowledged_at.append(time.monotonic())
            elif status == http.client.SERVICE_UNAVAILABLE:
                self.retry_after.add(retry_after)

    def wait_for(self, count):
        """Return once so many are acknowledged; there has to be one every now and then."""
        self._wait(lambda: len(self.acknowledged), count)

    def wait_for_refusals(self, count):
        """Return once so many were turned away with 503."""
        self._wait(lambda: self.answers[http.client.SERVICE_UNAVAILABLE], count)

    def _wait(self, reached, count):
        seen, until = 0, time.monotonic() + PATIENCE_SECONDS
        while (now := reached()) < count:
            if now > seen:
                seen, until = now, time.monotonic() + PATIENCE_SECONDS
            assert time.monotonic() < until, dict(self.answers)
            time.sleep(0.005)


@dataclass(frozen=True, slots=True)
class _Signals:
    """When a provider stops: after the delivery under way, or at once."""

    is_enough: threading.Event = field(default_factory=threading.Event)
    is_over: threading.Event = field(default_factory=threading.Event)


@contextmanager
def delivering(port, path, given, *, threads=THREADS, is_endless=False):
    """Deliver beside the block, each until it is acknowledged; yields the ledger.

    The block is left when all is acknowledged, or with `is_endless` what is under way, or at once
    when it fails.
    """
    ledger, signals = Ledger(), _Signals()
    workers = [
        threading.Thread(target=_deliver, args=(port, path, given[place::threads], ledger, signals))
        for place in range(threads)
    ]
    for worker in workers:
        worker.start()
    try:
        yield ledger
        if is_endless:
            signals.is_enough.set()
        else:
            ledger.wait_for(len(given))
    except BaseException:
        signals.is_enough.set()
        signals.is_over.set()
        raise
    finally:
        for worker in workers:
            worker.join()


def _deliver(port, path, given, ledger, signals):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for delivery in given:
        status = None
        if signals.is_enough.is_set():
            break
        while status != http.client.OK and not signals.is_over.is_set():
            status, retry_after = _post(connection, path, delivery.body)
            ledger.note(delivery, status, retry_after)
            if status != http.client.OK:
                signals.is_over.wait(PAUSE_SECONDS)
    connection.close()


def _post(connection, path, body):
    """Post once, on a new connection when the old one broke."""
    with suppress(OSError, http.client.HTTPException):
        connection.request("POST", path, body, signed(body))
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.getheader("retry-after")
    connection.close()
    return UNANSWERED, None
