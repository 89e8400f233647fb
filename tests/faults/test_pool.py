"""F18: every pooled connection of a process is busy; it says so, and works on afterwards."""

import asyncio
from contextlib import ExitStack, asynccontextmanager, contextmanager

import httpx
import pytest
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend import auth, intake
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import WebhookDoor
from backend.platform import database as platform_database
from backend.platform.database import POOL_OVERFLOW, POOL_SIZE, engine
from backend.rest import rest_app
from tests.factories import envelope, message, run_as, store
from tests.faults._provider import deliveries
from tests.faults._system import ask
from tests.intake.test_webhooks import delivery
from tests.laws import assert_lawful
from tests.rest.calling import Client


@pytest.fixture(autouse=True)
def _impatient_pool(database, monkeypatch):
    """Let nobody wait long for a connection."""
    assert database
    monkeypatch.setattr(platform_database, "POOL_WAIT_SECONDS", 0.2)


@contextmanager
def exhausted_pool():
    """Use every connection that the process may have, until the block ends."""
    with ExitStack() as busy:
        for _ in range(POOL_SIZE + POOL_OVERFLOW):
            busy.enter_context(engine().connect())
        yield


@asynccontextmanager
async def provider():
    """Call a door of the test's own."""
    behind = Acceptor()
    transport = httpx.ASGITransport(WebhookDoor(behind))
    address = "http://leadflow.test"
    async with (
        behind.running(),
        httpx.AsyncClient(transport=transport, base_url=address) as client,
    ):
        yield client


def test_a_number_that_is_known_goes_on_and_one_that_is_not_is_told_to_come_back(
    actor, whatsapp_channel
):
    """Storing has connections of its own."""
    requests = [delivery(whatsapp_channel, one.body) for one in deliveries(20)]

    async def exchange():
        async with provider() as known, provider() as unknown:
            first = [await known.send(requests[0])]
            with exhausted_pool():
                later = await asyncio.gather(*(known.send(one) for one in requests[1:]))
                refused = await unknown.send(requests[0])
            return first + later, refused, await unknown.send(requests[0])

    stored, refused, again = asyncio.run(exchange())
    assert {answer.status_code for answer in stored} == {200}
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert again.status_code == 200
    assert intake.drain_workspace(actor.workspace_id) == len(requests)
    assert ask(actor, "SELECT count(*) FROM message") == len(requests)
    assert_lawful()


def test_a_worker_without_a_connection_leaves_everything_as_it_is(actor, whatsapp_channel):
    store(actor, whatsapp_channel, *(envelope(messages=[message()]) for _ in range(20)))
    with exhausted_pool(), pytest.raises(PoolTimeoutError):
        intake.drain()
    assert ask(actor, "SELECT count(*) FROM webhook_event WHERE state = 'received'") == 20
    assert intake.drain() == 20
    assert_lawful()


def test_a_caller_of_the_api_is_told_to_come_back(actor):
    key = run_as(actor, auth.create_api_key, name="test", scopes=frozenset({"all"})).key
    client = Client(rest_app(), {"Authorization": f"Bearer {key}"})
    with exhausted_pool():
        refused = client.get("/v1/channels")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
    assert client.get("/v1/channels").status_code == 200
