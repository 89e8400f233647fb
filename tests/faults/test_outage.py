"""A provider that could not deliver for eight hours delivers everything at once.

`SOAK_DELIVERIES` sets how many; `make soak` asks for 100,000.
"""

import os
import sys
import time

import pytest

from backend import intake
from tests.factories import store
from tests.faults._outage import at_once, outage
from tests.faults._provider import Delivery, delivering
from tests.faults._system import Process, Web, ask, path_of, running
from tests.intake.canonical import canonical_state
from tests.intake.delivering import new_scene, roll_up
from tests.laws import assert_lawful

COUNT = int(os.environ.get("SOAK_DELIVERIES", "3000"))
DIFFERENT = 0.7
LEFT = """
SELECT (SELECT count(*) FROM webhook_event WHERE state = 'received')
     + (SELECT count(*) FROM analytics_mark)
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(300 + COUNT // 10),
    pytest.mark.usefixtures("database"),
]


def outcome_in_order(deliveries):
    """Deliver each once, in order, without any process beside."""
    actor, channel = new_scene()
    store(actor, channel, *deliveries)
    intake.drain_workspace(actor.workspace_id)
    roll_up(actor)
    return canonical_state(actor)


def say(what, began_at, process):
    """Tell whoever watches a long run how far it is."""
    took, memory = time.monotonic() - began_at, process.memory()
    sys.stdout.write(f"{COUNT} {what} after {took:.1f} s; {memory:.0f} MiB\n")


def test_eight_hours_delivered_at_once_end_as_if_delivered_in_order():
    deliveries = outage(int(COUNT * DIFFERENT), seed=5)
    bodies = at_once(deliveries, COUNT, seed=6)
    given = [Delivery(str(number), body) for number, body in enumerate(bodies)]
    actor, channel = new_scene()
    began_at = time.monotonic()
    with running(Web()) as web, running(Process("worker")) as worker:
        with delivering(web.port, path_of(channel), given) as ledger:
            ledger.wait_for(COUNT)
        say("acknowledged", began_at, web)
        while ask(actor, LEFT):
            time.sleep(0.2)
        say("processed", began_at, worker)
    assert ledger.answers == {200: COUNT}
    assert ask(actor, "SELECT count(*) FROM webhook_event WHERE state <> 'processed'") == 0
    actual, expected = canonical_state(actor), outcome_in_order(deliveries)
    assert len(expected["message"]) > COUNT * DIFFERENT / 2
    for table, rows in expected.items():
        assert actual[table] == rows, table
    assert_lawful()
