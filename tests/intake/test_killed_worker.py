"""A worker that is killed at any moment loses nothing and doubles nothing."""

import os
import random
import signal
import time
from datetime import timedelta

import pytest

from backend import intake
from backend.platform import queue
from tests.factories import NOON, administer, envelope, message, run_as, store
from tests.intake.canonical import canonical_state
from tests.intake.delivering import new_scene, roll_up
from tests.laws import assert_lawful
from tests.platform._processes import eventually, started

KILLS = 50
DELIVERIES = 2_000
PEOPLE = 60
TEXTS = ("hello", "What does it cost?", "I want to buy it", "thanks")

# Importing takes a second; a fork of a process that has imported is a worker at once.
NURSERY = """
import os, sys
from backend import worker
for _ in sys.stdin:
    child = os.fork()
    if child == 0:
        os.setsid()
        worker.run()
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
"""

LEFT = """
SELECT (SELECT count(*) FROM webhook_event WHERE state = 'received')
     + (SELECT count(*) FROM analytics_mark) AS left
"""
BUSY = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
  AND pid <> pg_backend_pid() AND xact_start IS NOT NULL AND backend_xid IS NOT NULL
"""


def deliveries():
    for number in range(DELIVERIES):
        yield envelope(
            messages=[
                message(
                    id=f"wamid.{number}",
                    at=NOON + timedelta(minutes=number),
                    sender=f"1650555{number % PEOPLE:04}",
                    text=TEXTS[number % len(TEXTS)],
                )
            ]
        )


def asked(actor, question):
    return run_as(actor, lambda uow, _: uow.execute(question).scalar_one())


def becomes_busy():
    """Wait until a transaction writes, for a second at most: there may be nothing left to do."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if administer(BUSY)[0][0] > 0:
            return True
    return False


class Nursery:
    """Starts workers, one after the other, each to be killed by its number."""

    def __init__(self, process):
        self._process = process
        self._worker = None

    def start(self):
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        self._worker = int(self._process.stdout.readline())

    def kill(self):
        if self._worker is not None:
            os.kill(self._worker, signal.SIGKILL)
            self._worker = None


@pytest.fixture
def nursery(database):
    """Make workers of the test's database; none is left when the test ends."""
    assert os.environ["DATABASE_URL"] == database
    with started(NURSERY) as process:
        made = Nursery(process)
        try:
            yield made
        finally:
            made.kill()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_fifty_kills_during_two_thousand_deliveries_change_nothing(nursery):
    chance = random.Random(2)
    given = list(deliveries())
    actor, channel = new_scene()
    was_busy = 0
    for kill in range(KILLS):
        store(actor, channel, *given[kill::KILLS])
        queue.enqueue("intake.drain")
        nursery.start()
        was_busy += becomes_busy()
        time.sleep(chance.uniform(0, 0.05))
        nursery.kill()
    queue.enqueue("intake.drain")
    nursery.start()
    assert eventually(lambda: asked(actor, LEFT) == 0)
    nursery.kill()
    assert was_busy
    assert asked(actor, "SELECT count(*) FROM webhook_event WHERE attempts = 1") == DELIVERIES
    assert asked(actor, "SELECT count(*) FROM message") == DELIVERIES
    assert asked(actor, "SELECT sum(unread_count) FROM conversation") == DELIVERIES
    assert_lawful()
    assert canonical_state(actor) == undisturbed(given)


def undisturbed(given):
    actor, channel = new_scene()
    store(actor, channel, *given)
    intake.drain_workspace(actor.workspace_id)
    roll_up(actor)
    return canonical_state(actor)
