"""A provider's own webhooks through the real door into the real database, for every adapter."""

import asyncio
from datetime import UTC, datetime
from urllib.parse import urlsplit

import httpx
import pytest

from backend import intake
from backend.channels import MessageKind
from backend.channels.conformance import subject_of
from backend.channels.samples import message
from backend.channels.traits import traits_of
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import WebhookDoor
from backend.platform.unit_of_work import unit_of_work
from tests.channels.conformance.kit import PLAYED
from tests.factories import create_channel, run_as

SIGNED = [provider for provider in PLAYED if traits_of(provider).is_signed]
ADDRESS = "https://leads.example.com"


@pytest.fixture(autouse=True)
def _known_to_the_world(monkeypatch):
    monkeypatch.setenv("LEADFLOW_PUBLIC_URL", ADDRESS)


@pytest.fixture
def subject(provider, actor):
    """Connect a channel of the provider's made-up customer."""
    found = subject_of(provider)
    channel = run_as(
        actor,
        create_channel,
        provider=provider,
        credentials=found.account.credentials,
        address=found.account.address,
    )
    found.account.webhook_url = channel.webhook_url
    return found


def through_the_door(*requests):
    async def exchange():
        acceptor = Acceptor()
        transport = httpx.ASGITransport(WebhookDoor(acceptor))
        async with (
            acceptor.running(),
            httpx.AsyncClient(transport=transport, base_url="http://10.0.0.7:8000") as client,
        ):
            return [await client.send(request) for request in requests]

    return asyncio.run(exchange())


def told_now(subject):
    """Let the provider tell of a message this moment: the door looks at its own clock."""
    (signed,) = subject.fake.delivery(
        subject.account, (message(MessageKind.TEXT),), datetime.now(UTC)
    )
    return signed


def posted(signed, *, body=None):
    """Send a webhook to where a proxy would: another scheme, host and port."""
    target = urlsplit(signed.url)
    query = f"?{target.query}" if target.query else ""
    url = f"http://10.0.0.7:8000{target.path}{query}"
    content = signed.body if body is None else body
    return httpx.Request(signed.method, url, headers=signed.headers, content=content)


COUNTS = """
SELECT (SELECT count(*) FROM webhook_event), (SELECT count(*) FROM message),
       (SELECT count(*) FROM lead)
"""


def counted(actor):
    """Return how many deliveries, messages and leads there are."""
    with unit_of_work(actor) as uow:
        return tuple(uow.execute(COUNTS).one())


@pytest.mark.parametrize("provider", SIGNED)
def test_a_message_becomes_a_lead_once(subject, actor):
    signed = told_now(subject)
    first, again = through_the_door(posted(signed), posted(signed))
    said = subject.adapter.acknowledgement
    assert (first.status_code, again.status_code) == (200, 200)
    assert (first.text, first.headers["content-type"]) == (said.text, said.content_type)
    intake.drain_workspace(actor.workspace_id)
    assert counted(actor) == (1, 1, 1)


@pytest.mark.parametrize(
    "provider", [provider for provider in SIGNED if traits_of(provider).signs_body]
)
def test_a_changed_message_is_not_stored(subject, actor):
    signed = told_now(subject)
    body = bytearray(signed.body)
    body[len(body) // 2] ^= 1
    (answer,) = through_the_door(posted(signed, body=bytes(body)))
    assert answer.status_code == 401
    assert counted(actor) == (0, 0, 0)
