"""Live updates reach the screens that care, at the commit, and again after a dropped line."""

import asyncio
import contextlib

import pytest

from backend.kit.ids import new_id
from backend.platform import live
from backend.platform.live import RECONNECTED, WAITING_CHANGES, Change, LiveHub
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import administer

PATIENCE_SECONDS = 10
CUT = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND query LIKE 'LISTEN%%'
"""

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(autouse=True)
def _retry_at_once(monkeypatch):
    monkeypatch.setattr(live, "RETRY_SECONDS", 0.05)


@contextlib.asynccontextmanager
async def connected():
    """Run a hub that is listening."""
    hub = LiveHub()
    listener = asyncio.create_task(hub.run())
    try:
        await _until(lambda: hub.is_connected)
        yield hub
    finally:
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener


async def _until(holds):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():  # noqa: ASYNC110  the hub tells nobody else
            await asyncio.sleep(0.01)


async def soon(feed):
    async with asyncio.timeout(PATIENCE_SECONDS):
        return await feed.next()


async def silent(feed):
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            return await feed.next()


def announce(actor, topic, *ids):
    with unit_of_work(actor) as uow:
        uow.announce(topic, *ids)


def fail_after_announcing(actor):
    with unit_of_work(actor) as uow:
        uow.announce("leads")
        raise ZeroDivisionError


def test_a_change_reaches_a_screen_at_the_commit(actor):
    one = new_id()

    async def story():
        async with connected() as hub, hub.subscribe(actor.workspace_id, {"leads"}) as feed:
            with unit_of_work(actor) as uow:
                uow.announce("leads", one)
                assert await silent(feed) is None
            return await soon(feed)

    assert asyncio.run(story()) == Change("leads", str(actor.workspace_id), (str(one),))


def test_a_rollback_reaches_nobody(actor):
    async def story():
        async with connected() as hub, hub.subscribe(actor.workspace_id, {"leads"}) as feed:
            with pytest.raises(ZeroDivisionError):
                fail_after_announcing(actor)
            return await silent(feed)

    assert asyncio.run(story()) is None


def test_a_screen_hears_of_its_topics_and_its_workspace_only(actor):
    async def story():
        async with connected() as hub, hub.subscribe(actor.workspace_id, {"leads"}) as feed:
            announce(actor, "inbox")
            announce(SYSTEM, "leads")
            announce(actor, "leads")
            return await soon(feed), await silent(feed)

    first, second = asyncio.run(story())
    assert first.topic == "leads"
    assert first.workspace_id == str(actor.workspace_id)
    assert second is None


def test_a_closed_screen_hears_nothing_more(actor):
    async def story():
        async with connected() as hub:
            async with hub.subscribe(actor.workspace_id, {"leads"}) as closed:
                pass
            async with hub.subscribe(actor.workspace_id, {"leads"}) as feed:
                announce(actor, "leads")
                await soon(feed)
            return closed.drain()

    assert asyncio.run(story()) == ()


def test_every_screen_is_told_when_the_line_is_back(actor):
    async def story():
        async with connected() as hub, hub.subscribe(actor.workspace_id, {"leads"}) as feed:
            assert administer(CUT)
            told = await soon(feed)
            announce(actor, "leads")
            return told, await soon(feed)

    told, next_one = asyncio.run(story())
    assert told == Change(RECONNECTED, str(actor.workspace_id))
    assert next_one.topic == "leads"


def test_a_hub_waits_for_a_database_that_is_not_there_yet(actor, monkeypatch, database):
    async def story():
        monkeypatch.setenv("DATABASE_URL", f"{database}-missing")
        hub = LiveHub()
        listener = asyncio.create_task(hub.run())
        async with hub.subscribe(actor.workspace_id, {"leads"}) as feed:
            await asyncio.sleep(0.2)
            assert not hub.is_connected
            monkeypatch.setenv("DATABASE_URL", database)
            told = await soon(feed)
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
        return told

    assert asyncio.run(story()).topic == RECONNECTED


def test_a_screen_far_behind_reads_everything_again(actor):
    feed = live.Feed(str(actor.workspace_id), {"leads"})
    for number in range(WAITING_CHANGES + 3):
        feed.offer(Change("leads", feed.workspace_id, (str(number),)))
    left = feed.drain()
    assert left[0] == Change(RECONNECTED, feed.workspace_id)
    assert [change.topic for change in left[1:]] == ["leads", "leads"]


def test_the_process_hub_listens_while_the_application_runs(actor):
    async def story():
        async with live.listening():
            await _until(lambda: live.hub().is_connected)
            async with live.hub().subscribe(actor.workspace_id, {"leads"}) as feed:
                announce(actor, "leads")
                return await soon(feed)

    assert asyncio.run(story()).topic == "leads"
