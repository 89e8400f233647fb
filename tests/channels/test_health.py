"""How a channel fares: by its webhook, by its provider, and by what its provider tells of it."""

import asyncio
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import permutations

import pytest

from backend import channels, inbox, intake
from backend.channels import AccountChange, NotOffered, Provider, SignedRequest, tasks
from backend.channels.adapters import fakes
from backend.channels.policy import Known, fresher
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import DoorWatch, WebhookDoor
from backend.kit.paging import PageRequest
from tests.factories import (
    APP_SECRET,
    NOON,
    WHATSAPP_CREDENTIALS,
    create_channel,
    deliver,
    envelope,
    message,
    run_as,
    status,
    store,
)
from tests.intake.test_webhooks import signed
from tests.rest.calling import Client


@pytest.fixture
def channel(actor, wanted):
    return channels.connect_channel(actor, wanted())


@pytest.fixture
def watch():
    return DoorWatch()


def health(actor, channel):
    return run_as(actor, channels.get_health, channel.id)


def call(watch, method, path, **given):
    """Call the door, with a process's acceptor behind it."""

    async def served():
        acceptor = Acceptor()
        client = Client(WebhookDoor(acceptor, watch))
        async with acceptor.running():
            return await client._request(method, path, **given)  # noqa: SLF001

    answer = asyncio.run(served())
    watch.flush()
    return answer


def told(actor, channel, **given):
    change = AccountChange(**{"address": None, "occurred_at": NOON} | given)

    def apply(uow, actor):
        channels.apply_account_changes(uow, actor.workspace_id, [(channel.id, change)])

    run_as(actor, apply)


def test_of_a_new_channel_nothing_is_known(actor, whatsapp_channel):
    known = health(actor, whatsapp_channel)
    assert (known.checked_at, known.handshake_at, known.refused_count) == (None, None, 0)


def test_a_handshake_is_seen(actor, channel, watch):
    query = {
        "hub.mode": "subscribe",
        "hub.challenge": "7",
        "hub.verify_token": WHATSAPP_CREDENTIALS["verify_token"],
    }
    assert call(watch, "GET", channel.webhook_path, params=query).text == "7"
    assert health(actor, channel).handshake_at is not None


def test_a_wrong_verify_token_is_seen_with_its_cause(actor, channel, watch):
    assert call(watch, "GET", channel.webhook_path, params={"hub.mode": "x"}).status_code == 403
    known = health(actor, channel)
    assert (known.handshake_at, known.refused_count) == (None, 1)
    assert known.last_refused_reason == "the verify token is wrong"


def test_a_right_signature_is_seen_first_and_last(actor, channel, watch):
    for body in (b"{}", b"[]"):
        headers = signed(body, APP_SECRET)
        answer = call(watch, "POST", channel.webhook_path, content=body, headers=headers)
        assert answer.status_code == 200
    known = health(actor, channel)
    assert known.first_verified_at < known.last_verified_at


def test_wrong_signatures_are_counted_and_written_once(actor, channel, watch):
    client = Client(WebhookDoor(Acceptor(), watch))
    for _ in range(3):
        headers = signed(b"{}", "another secret")
        answer = client.post(channel.webhook_path, content=b"{}", headers=headers)
        assert answer.status_code == 401
    assert health(actor, channel).refused_count == 0
    watch.flush()
    known = health(actor, channel)
    assert (known.refused_count, known.first_verified_at) == (3, None)
    assert known.last_refused_reason == "the signature is missing or wrong"
    watch.flush()
    assert health(actor, channel).refused_count == 3


def test_a_running_watch_writes_what_is_left_at_its_end(actor, channel, watch):
    async def serve():
        async with watch.running():
            client = Client(WebhookDoor(Acceptor(), watch))
            await client._request("POST", channel.webhook_path, content=b"{}")  # noqa: SLF001

    asyncio.run(serve())
    assert health(actor, channel).refused_count == 1


def test_a_check_writes_down_what_the_provider_says(actor, provider, channel):
    provider.facts |= {
        "quality": "yellow",
        "messaging_limit": 1000,
        "token_expires_at": NOON.isoformat(),
        "warnings": ["The name is under review."],
    }
    assert channels.check_channel(actor.workspace_id, channel.id) == ""
    known = health(actor, channel)
    assert (known.quality, known.messaging_limit, known.token_expires_at) == ("yellow", 1000, NOON)
    assert known.warnings == ("The name is under review.",)
    provider.facts |= {"token_expires_at": None, "warnings": []}
    tasks.check_one(str(actor.workspace_id), str(channel.id))
    known = health(actor, channel)
    assert (known.token_expires_at, known.warnings) == (None, ())


def test_a_refused_check_says_why_and_keeps_what_was_known(actor, provider, channel):
    provider.refusal = "10"
    assert channels.check_channel(actor.workspace_id, channel.id) == (
        "Refused for a reason (code 10)."
    )
    known = health(actor, channel)
    assert (known.check_error, known.quality) == ("Refused for a reason (code 10).", "green")


def test_a_channel_that_cannot_be_asked_is_not_checked(actor, mock_channel):
    with pytest.raises(NotOffered):
        channels.check_channel(actor.workspace_id, mock_channel.id)


def test_what_the_provider_tells_of_a_number_ends_the_same_in_any_order(actor, whatsapp_channel):
    changes = [
        {"quality": "red", "occurred_at": NOON},
        {"messaging_limit": 250, "occurred_at": NOON + timedelta(hours=1)},
        {"quality": "green", "occurred_at": NOON + timedelta(hours=2)},
        {"restriction": "Sending is blocked.", "occurred_at": NOON},
        {"restriction": "", "occurred_at": NOON + timedelta(hours=1)},
    ]
    ends = set()
    for order in permutations(changes):
        for change in order:
            told(actor, whatsapp_channel, **change)
        known = health(actor, whatsapp_channel)
        ends.add((known.quality, known.messaging_limit, known.restriction))
    assert ends == {("green", 250, "")}


def test_of_two_reports_of_one_moment_the_same_one_wins():
    for first, second in (("red", "green"), ("green", "red")):
        known = fresher(Known({}, {}), {"quality": first}, NOON)
        assert fresher(known, {"quality": second}, NOON).facts == {"quality": "red"}


def test_failures_are_grouped_by_cause_and_people_written_to_first_are_counted(
    actor, whatsapp_channel
):
    def now(uow, _actor):
        return uow.now

    at = run_as(actor, now) - timedelta(hours=1)
    failed = {"errors": [{"code": 131047, "title": "Re-engagement message"}]}
    steps = [
        status(message_id=f"wamid.{number}", status="failed", at=at, **failed)
        for number in range(2)
    ]
    old = status(message_id="wamid.9", status="failed", at=NOON - timedelta(days=900), **failed)
    deliver(actor, whatsapp_channel, envelope(statuses=[*steps, old]))
    figures = run_as(actor, inbox.channel_figures, [whatsapp_channel.id])[whatsapp_channel.id]
    (cause,) = figures.failures
    assert (cause.cause, cause.times) == ("131047: Re-engagement message", 2)
    assert figures.written_first == 0


def test_the_lag_is_the_age_of_the_oldest_that_waits(actor, whatsapp_channel):
    assert run_as(actor, intake.channel_lag) == {}
    store(actor, whatsapp_channel, envelope(messages=[message()]))
    assert list(run_as(actor, intake.channel_lag)) == [whatsapp_channel.id]
    intake.drain_workspace(actor.workspace_id)
    assert run_as(actor, intake.channel_lag) == {}


class Signing:
    """Signs as Meta does, with the secret that the channel holds."""

    provider = Provider.WHATSAPP_CLOUD

    def __init__(self, secret=None):
        self.secret = secret

    def delivery(self, account, events, now):
        (notice,) = events
        body = b'{"object": "whatsapp_business_account", "entry": [{"changes": [{"field": "%s"}]}]}'
        body %= notice.topic.encode()
        headers = signed(body, self.secret or account.credentials["app_secret"])
        return (SignedRequest("POST", account.webhook_url, {}, headers, body, now),)


@pytest.fixture
def signing(monkeypatch):
    """Return a function that lets deliveries be signed with a secret, or with the channel's."""

    def sign(secret=None):
        played = Signing(secret)
        monkeypatch.setitem(fakes._FAKES, Provider.WHATSAPP_CLOUD, played)  # noqa: SLF001

    return sign


@pytest.fixture
def served(watch):
    """Serve the door on loopback; returns its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = call(watch, "POST", self.path, content=body, headers=dict(self.headers))
            self.send_response(answer.status_code)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("secret", [None, "another"], ids=["right", "wrong"])
def test_a_signed_probe_proves_the_address_and_the_secret(actor, wanted, served, signing, secret):
    signing(secret)
    channel = channels.connect_channel(actor, wanted(public_url=served))
    error = channels.probe_webhook(actor, channel.id)
    intake.drain_workspace(actor.workspace_id)
    known = health(actor, channel)
    assert known.probed_at is not None
    assert error == known.probe_error
    assert (error == "", known.last_verified_at is not None) == (secret is None, secret is None)
    found = run_as(actor, inbox.list_conversations, inbox.ConversationQuery(), PageRequest())
    assert list(found.items) == []


def test_a_probe_says_that_nobody_is_at_the_address(actor, wanted, signing):
    signing()
    channel = channels.connect_channel(actor, wanted(public_url="http://127.0.0.1:1"))
    assert "127.0.0.1" in channels.probe_webhook(actor, channel.id)


def test_what_cannot_be_signed_here_is_not_probed(actor, mock_channel):
    with pytest.raises(NotOffered):
        channels.probe_webhook(actor, mock_channel.id)


def test_news_of_a_number_reaches_the_number_it_names(actor, whatsapp_channel):
    credentials = {**WHATSAPP_CREDENTIALS, "phone_number_id": "2002"}

    def another(uow, who):
        return create_channel(
            uow,
            who,
            provider=Provider.WHATSAPP_CLOUD,
            credentials=credentials,
            address="+1 555 078 3999",
        )

    other = run_as(actor, another)
    value = {"display_phone_number": "15550783999", "event": "FLAGGED", "current_limit": "TIER_1K"}
    change = {"field": "phone_number_quality_update", "value": value}
    entry = {"id": "W", "time": 1_772_000_000, "changes": [change]}
    deliver(actor, whatsapp_channel, {"object": "whatsapp_business_account", "entry": [entry]})
    assert health(actor, other).quality == "red"
    assert health(actor, whatsapp_channel).quality is None
