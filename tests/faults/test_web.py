"""F1, F5 and F18: the process that acknowledges, under what happens to machines."""

import random
import threading
import time
from contextlib import contextmanager

import psycopg
import pytest
from psycopg import sql

from tests.faults._provider import THREADS, deliveries, delivering
from tests.faults._system import Web, assert_processed_exactly, path_of, running

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

END_ALL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND usename = 'leadflow'
"""
ENDS_EVERY_SECONDS = 0.2
AWAY_SECONDS = 16.0
BACK_SECONDS = 10.0


def test_a_killed_web_process_loses_nothing_that_it_acknowledged(actor, whatsapp_channel):
    """F1: three kills, each at a moment of its own in the stream of acknowledgements."""
    given = deliveries(3_000)
    moments = sorted(random.Random(1).sample(range(100, 2_500), 3))
    with (
        running(Web()) as web,
        delivering(web.port, path_of(whatsapp_channel), given) as ledger,
    ):
        for moment in moments:
            ledger.wait_for(moment)
            web.kill()
            web.start()
    assert ledger.answers[0] > 0
    assert_processed_exactly(actor, given, ledger)


@contextmanager
def connections_ending(superuser_url):
    """End every connection of the database five times a second while the block runs."""
    is_over = threading.Event()

    def end_them():
        with psycopg.connect(superuser_url, autocommit=True) as superuser:
            while not is_over.wait(ENDS_EVERY_SECONDS):
                superuser.execute(END_ALL)

    ending = threading.Thread(target=end_them)
    ending.start()
    try:
        yield
    finally:
        is_over.set()
        ending.join()


def test_connections_that_end_cost_a_retry_and_nothing_else(actor, whatsapp_channel, superuser_url):
    """F5, first half."""
    given = deliveries(1_000)
    with running(Web()) as web:
        path = path_of(whatsapp_channel)
        with connections_ending(superuser_url), delivering(web.port, path, given) as ledger:
            pass
    assert set(ledger.answers) == {200, 503}
    assert_processed_exactly(actor, given, ledger)


def test_a_database_that_was_away_is_back_in_ten_seconds(private_server):
    """F5, second half: it crashes and stays away; 503 all the while, never an acknowledgement."""
    given = deliveries(1_000)
    with running(Web()) as web:
        path = path_of(private_server.channel)
        with delivering(web.port, path, given) as ledger:
            ledger.wait_for(200)
            private_server.stop()
            kept = len(ledger.acknowledged)
            time.sleep(AWAY_SECONDS)
            assert len(ledger.acknowledged) - kept <= THREADS
            private_server.start()
            returned_at = time.monotonic()
    assert ledger.answers[503] > 0
    assert ledger.retry_after == {"2"}
    first = next(at for at in ledger.acknowledged_at if at > returned_at)
    assert first - returned_at < BACK_SECONDS
    assert_processed_exactly(private_server.actor, given, ledger)


@pytest.fixture
def connection_limit(superuser_url, database):
    """Return a function that sets how many connections the test's database takes."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]
    statement = sql.SQL("ALTER DATABASE {} CONNECTION LIMIT {}")

    def limit(count):
        with psycopg.connect(superuser_url, autocommit=True) as superuser:
            superuser.execute(statement.format(sql.Identifier(name), count))
            superuser.execute(END_ALL)

    yield limit
    limit(-1)


def test_a_database_without_a_free_connection_is_an_outage_that_passes(
    actor, whatsapp_channel, connection_limit
):
    """F18: nobody gets in, so everything is turned away; then everything is taken."""
    given = deliveries(500)
    with (
        running(Web()) as web,
        delivering(web.port, path_of(whatsapp_channel), given) as ledger,
    ):
        ledger.wait_for(100)
        connection_limit(0)
        ledger.wait_for_refusals(50)
        kept = len(ledger.acknowledged)
        ledger.wait_for_refusals(100)
        assert len(ledger.acknowledged) == kept
        connection_limit(-1)
    assert set(ledger.answers) == {200, 503}
    assert ledger.retry_after == {"2"}
    assert_processed_exactly(actor, given, ledger)
