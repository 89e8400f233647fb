"""F4: one process after the other is killed under a stream of deliveries.

A soak run (`make soak`) kills one every five seconds for a minute and asks for the whole rate
afterwards; the short form cannot measure a rate well, and asks that there is one.
"""

import os
import sys
import time
from itertools import cycle

import pytest

from tests.faults._provider import deliveries, delivering
from tests.faults._system import Process, Web, assert_processed_exactly, path_of, running

IS_SOAK = "SOAK_DELIVERIES" in os.environ
KILLS, PAUSE_SECONDS, WINDOW_SECONDS = (12, 5.0, 15.0) if IS_SOAK else (2, 0.5, 1.0)
LEAST_RATE = 0.95 if IS_SOAK else 0.3
MORE_THAN_FIT = 150_000 if IS_SOAK else 20_000
WARM_SECONDS = 1.0

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def rate(ledger):
    """Return how many are acknowledged in a second, from now on, for a while."""
    time.sleep(WARM_SECONDS)
    before = len(ledger.acknowledged)
    time.sleep(WINDOW_SECONDS)
    return (len(ledger.acknowledged) - before) / WINDOW_SECONDS


def test_kill_after_kill_loses_nothing_and_the_rate_comes_back(actor, whatsapp_channel):
    given = deliveries(MORE_THAN_FIT)
    path = path_of(whatsapp_channel)
    with (
        running(Web()) as web,
        running(Process("worker")) as worker,
        delivering(web.port, path, given, is_endless=True) as ledger,
    ):
        earlier = rate(ledger)
        for _, victim in zip(range(KILLS), cycle((web, worker)), strict=False):
            time.sleep(PAUSE_SECONDS)
            victim.kill()
            victim.start()
        later = rate(ledger)
    sys.stdout.write(f"{KILLS} kills; {earlier:.0f} a second before, {later:.0f} after\n")
    assert len(ledger.acknowledged) < len(given)
    assert later >= LEAST_RATE * earlier
    kept = set(ledger.acknowledged)
    assert_processed_exactly(actor, [one for one in given if one.id in kept], ledger)
