"""F19: ten times what comes otherwise, while the database stands still and everything waits."""

import asyncio
import resource
from collections import Counter
from contextlib import contextmanager

import psycopg
import pytest

from backend.intake.acceptor import FLUSHERS, MAX_BATCH, MAX_HELD_BYTES, MAX_WAITING
from tests.faults._provider import deliveries, delivering
from tests.faults._system import Web, assert_processed_exactly, path_of, running
from tests.intake.test_webhooks import signed

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

# What waits, and what is on its way into the database with its copies.
MOST_GROWTH = 2.5
MOST_HELD = MAX_WAITING + FLUSHERS * MAX_BATCH
BEYOND = 200
OK, REFUSED = "HTTP/1.1 200", "HTTP/1.1 503"


@contextmanager
def standing_still(superuser_url):
    """Let no delivery be stored; yields what ends that, and the block's end does."""
    with psycopg.connect(superuser_url) as holder:
        holder.execute("LOCK TABLE webhook_event IN ACCESS EXCLUSIVE MODE")
        yield holder.rollback


@pytest.fixture
def many_files():
    """Allow this process as many files as the burst has connections."""
    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(allowed, 2 * MOST_HELD), most))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))


def test_large_bodies_beyond_what_fits_are_told_to_come_back(
    actor, whatsapp_channel, superuser_url
):
    """The room is bounded in bytes, and so is memory."""
    given = deliveries(86, padding=3_500_000)
    path = path_of(whatsapp_channel)
    with running(Web()) as web, standing_still(superuser_url) as end:
        before = web.memory()
        with delivering(web.port, path, given, threads=len(given)) as ledger:
            ledger.wait_for_refusals(40)
            assert web.is_up()
            assert ledger.acknowledged == []
            grown = web.memory() - before
            end()
    assert grown < MOST_GROWTH * MAX_HELD_BYTES / 2**20
    assert set(ledger.answers) == {200, 503}
    assert ledger.retry_after == {"2"}
    assert_processed_exactly(actor, given, ledger)


async def _post(port, path, body, answers):
    """Post on a connection of its own and note the first line of the answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = "".join(f"{name}: {value}\r\n" for name, value in signed(body).items())
    length = f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
    writer.write(f"POST {path} HTTP/1.1\r\nhost: localhost\r\n{head}{length}".encode() + body)
    answer = (await reader.read()).decode()
    answers[answer[: len(OK)], "\r\nretry-after: 2\r\n" in answer.lower()] += 1
    writer.close()


@pytest.mark.usefixtures("many_files")
def test_more_deliveries_than_fit_are_told_to_come_back(whatsapp_channel, superuser_url):
    """The room is bounded in number, and whoever is beyond it still gets an answer."""
    given = deliveries(MOST_HELD + BEYOND)
    answers = Counter()

    async def burst(web, end):
        path = path_of(whatsapp_channel)
        posts = [asyncio.create_task(_post(web.port, path, one.body, answers)) for one in given]
        for post in asyncio.as_completed(posts, timeout=60):
            await post
            if answers.total() >= BEYOND:
                break
        assert set(answers) == {(REFUSED, True)}
        assert await asyncio.to_thread(web.is_up)
        end()
        await asyncio.gather(*posts)

    with running(Web()) as web, standing_still(superuser_url) as end:
        asyncio.run(burst(web, end))
    assert set(answers) == {(OK, False), (REFUSED, True)}
    assert answers[REFUSED, True] >= BEYOND
    assert answers.total() == len(given)
