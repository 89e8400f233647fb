"""The providers' door: what is stored, what is answered, and in which order."""

import asyncio
import hashlib
import hmac
import json

import httpx
import psycopg
import pytest

from backend import intake
from backend.intake import acceptor as acceptor_module
from backend.intake import webhooks as webhooks_module
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import MAX_BODY_BYTES, Connections, WebhookDoor
from backend.kit.errors import Unavailable
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform import database
from backend.platform.unit_of_work import unit_of_work
from tests.factories import APP_SECRET, create_channel, envelope, message
from tests.statements import statements
from tests.vectors import signed_by_meta

NO_SERVER = "postgresql://leadflow@127.0.0.1:9/leadflow"
COMMITS = "SELECT count(*), count(DISTINCT CAST(xmin AS text)) FROM webhook_event"
SIGNATURE = "X-Hub-Signature-256"
BURST = 40


def signed(body: bytes, secret: str = APP_SECRET) -> dict[str, str]:
    return {SIGNATURE: "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def send(*requests: httpx.Request, acceptor: Acceptor | None = None) -> list[httpx.Response]:
    """Send requests to a door of their own, all at once."""

    async def exchange() -> list[httpx.Response]:
        behind = acceptor or Acceptor()
        transport = httpx.ASGITransport(WebhookDoor(behind))
        async with (
            behind.running(),
            httpx.AsyncClient(transport=transport, base_url="http://leadflow.test") as client,
        ):
            return await asyncio.gather(*(client.send(request) for request in requests))

    return asyncio.run(exchange())


def delivery(channel, body: bytes, headers: dict[str, str] | None = None) -> httpx.Request:
    url = f"http://leadflow.test{channel.webhook_path}"
    return httpx.Request(
        "POST", url, content=body, headers=signed(body) if headers is None else headers
    )


def stored(actor) -> list:
    with unit_of_work(actor) as uow:
        return list(
            intake.list_events(uow, actor, intake.EventQuery(), PageRequest(limit=200)).items
        )


def text(number: int = 1) -> bytes:
    return json.dumps(envelope(messages=[message(id=f"wamid.{number}")])).encode()


def test_a_signed_delivery_is_stored_before_it_is_acknowledged(actor, whatsapp_channel):
    (answer,) = send(delivery(whatsapp_channel, text()))
    assert (answer.status_code, answer.text) == (200, "ok")
    (event,) = stored(actor)
    assert (event.channel_id, event.state) == (whatsapp_channel.id, intake.EventState.RECEIVED)


def test_what_meta_really_signed_is_accepted_and_refused_with_one_byte_changed(actor):
    genuine = signed_by_meta()
    body = genuine.body
    credentials = {
        "app_secret": genuine.secret,
        "verify_token": "v",
        "phone_number_id": "277321005464405",
    }
    with unit_of_work(actor) as uow:
        channel = create_channel(uow, actor, provider="whatsapp_cloud", credentials=credentials)
    headers = {SIGNATURE: genuine.header}
    changed = body.replace(b"PyWa.", b"PyWa!")
    answers = send(delivery(channel, body, headers), delivery(channel, changed, headers))
    assert [answer.status_code for answer in answers] == [200, 401]
    assert len(stored(actor)) == 1
    assert intake.drain_workspace(actor.workspace_id) == 1
    assert [event.state for event in stored(actor)] == [intake.EventState.PROCESSED]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {SIGNATURE: ""},
        {SIGNATURE: "sha256="},
        {SIGNATURE: "sha1=0000"},
        signed(text(), "another secret"),
        signed(text(2)),
    ],
)
def test_an_unsigned_or_wrongly_signed_delivery_is_refused(actor, whatsapp_channel, headers):
    (answer,) = send(delivery(whatsapp_channel, text(), headers))
    assert answer.status_code == 401
    assert stored(actor) == []


@pytest.mark.parametrize(
    "path", ["whatsapp_cloud/not-an-id", "twilio/{id}", "whatsapp_cloud", "{new}"]
)
def test_an_unknown_channel_is_not_found(actor, whatsapp_channel, path):
    known = path.replace("{id}", str(whatsapp_channel.id))
    place = known.replace("{new}", f"whatsapp_cloud/{new_id()}")
    body = text()
    url = f"http://leadflow.test/webhooks/{place}"
    (answer,) = send(httpx.Request("POST", url, content=body, headers=signed(body)))
    assert answer.status_code == 404
    assert stored(actor) == []


def test_the_mock_channel_takes_no_webhooks(actor, mock_channel):
    (answer,) = send(delivery(mock_channel, b'{"messages": []}', {}))
    assert answer.status_code == 401
    assert stored(actor) == []


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_body_that_is_too_long_is_refused(actor, whatsapp_channel, is_announced):
    body = b"x" * (MAX_BODY_BYTES + 1)

    async def in_pieces():
        for start in range(0, len(body), 1 << 20):
            yield body[start : start + (1 << 20)]

    url = f"http://leadflow.test{whatsapp_channel.webhook_path}"
    content = body if is_announced else in_pieces()
    (answer,) = send(httpx.Request("POST", url, content=content, headers=signed(body)))
    assert answer.status_code == 413
    assert stored(actor) == []


def test_the_same_delivery_again_is_acknowledged_and_stored_once(actor, whatsapp_channel):
    requests = [delivery(whatsapp_channel, text()) for _ in range(5)]
    assert {answer.status_code for answer in send(*requests)} == {200}
    assert len(stored(actor)) == 1


def test_a_burst_is_stored_whole_in_few_commits(actor, whatsapp_channel):
    requests = [delivery(whatsapp_channel, text(number)) for number in range(150)]
    assert {answer.status_code for answer in send(*requests)} == {200}
    with unit_of_work(actor) as uow:
        found = uow.execute(COMMITS).one()
    assert found[0] == 150
    assert found[1] < 75


def test_a_full_waiting_room_turns_away_with_a_time_to_come_back(
    actor, whatsapp_channel, monkeypatch
):
    monkeypatch.setattr(acceptor_module, "MAX_WAITING", 3)
    requests = [delivery(whatsapp_channel, text(number)) for number in range(40)]
    answers = send(*requests, acceptor=Acceptor())
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 503}
    assert {answer.headers["retry-after"] for answer in answers if answer.status_code == 503} == {
        "2"
    }
    assert len(stored(actor)) == codes.count(200)


def test_a_body_takes_its_room_while_it_is_read(actor, whatsapp_channel, monkeypatch):
    """Many that are on their way in would fill the memory just as those that wait."""
    first, second = text(1), text(2)
    monkeypatch.setattr(acceptor_module, "MAX_HELD_BYTES", len(first) + len(second) // 2)

    async def exchange():
        is_refused = asyncio.Event()

        async def slowly():
            yield first[:-1]
            await is_refused.wait()
            yield first[-1:]

        behind = Acceptor()
        transport = httpx.ASGITransport(WebhookDoor(behind))
        async with (
            behind.running(),
            httpx.AsyncClient(transport=transport, base_url="http://leadflow.test") as client,
        ):
            path = whatsapp_channel.webhook_path
            slow = client.post(path, content=slowly(), headers=signed(first))
            under_way = asyncio.create_task(slow)
            await asyncio.sleep(0.5)
            refused = await client.send(delivery(whatsapp_channel, second))
            is_refused.set()
            later = await under_way, await client.send(delivery(whatsapp_channel, second))
            return [answer.status_code for answer in (refused, *later)]

    assert asyncio.run(exchange()) == [503, 200, 200]
    assert len(stored(actor)) == 2


def test_a_database_that_goes_away_is_never_acknowledged(actor, whatsapp_channel, server, database):
    """The door says 503 while connections are cut, and stores again afterwards."""
    name = psycopg.conninfo.conninfo_to_dict(database)["dbname"]

    async def exchange() -> list[int]:
        behind = Acceptor()
        transport = httpx.ASGITransport(WebhookDoor(behind))
        codes = []
        async with (
            behind.running(),
            httpx.AsyncClient(transport=transport, base_url="http://leadflow.test") as client,
        ):
            for number in range(30):
                if number in {5, 6, 7}:
                    _cut(server, name)
                codes.append(
                    (await client.send(delivery(whatsapp_channel, text(number)))).status_code
                )
        return codes

    codes = asyncio.run(exchange())
    assert codes[-1] == 200
    assert set(codes) <= {200, 503}
    assert len(stored(actor)) == codes.count(200)


def _cut(server, name: str) -> None:
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = 'leadflow'",
            [name],
        )


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("hub.mode=subscribe&hub.verify_token=verify&hub.challenge=1158201444", 200, "1158201444"),
        ("hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1", 403, None),
        ("hub.mode=unsubscribe&hub.verify_token=verify&hub.challenge=1", 403, None),
        ("", 403, None),
    ],
)
def test_the_subscription_check_is_answered_with_the_challenge(actor, query, status, said):
    credentials = {"app_secret": "s", "verify_token": "verify", "phone_number_id": "1"}
    with unit_of_work(actor) as uow:
        channel = create_channel(uow, actor, provider="whatsapp_cloud", credentials=credentials)
    url = f"http://leadflow.test{channel.webhook_path}?{query}"
    (answer,) = send(httpx.Request("GET", url))
    assert answer.status_code == status
    assert said is None or answer.text == said


def test_other_methods_are_not_allowed(whatsapp_channel):
    url = f"http://leadflow.test{whatsapp_channel.webhook_path}"
    (answer,) = send(httpx.Request("DELETE", url))
    assert answer.status_code == 405


def in_pieces(path, *pieces):
    """Give the door a request whose body comes in pieces; returns what it sent, and when."""
    coming, told = iter(pieces), []

    async def receive():
        piece = next(coming)
        told.append(piece["type"])
        return piece

    async def answer(piece):
        told.append(piece.get("status", piece["type"]))

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in signed(b"").items()],
    }
    asyncio.run(WebhookDoor(Acceptor())(scope, receive, answer))
    return told


def test_a_provider_that_hangs_up_in_the_middle_leaves_nothing(actor, whatsapp_channel):
    begun = {"type": "http.request", "body": text()[:20], "more_body": True}
    told = in_pieces(whatsapp_channel.webhook_path, begun, {"type": "http.disconnect"})
    assert told == ["http.request", "http.disconnect"]
    assert stored(actor) == []


@pytest.fixture
def path_without_database(whatsapp_channel, monkeypatch):
    """Return the path of a channel whose database does not answer until the test ends."""
    database.dispose()
    monkeypatch.setenv("DATABASE_URL", NO_SERVER)
    yield whatsapp_channel.webhook_path
    database.dispose()


def test_who_is_turned_away_is_heard_out_first(path_without_database):
    """An answer before the body came closes the connection on a provider that still sends."""
    assert heard_out(path_without_database) == 503


@pytest.mark.usefixtures("actor")
def test_who_writes_to_no_channel_is_heard_out_first():
    assert heard_out(f"/webhooks/mock/{new_id()}") == 404


def heard_out(path):
    """Send a body in two pieces; return what was answered after both were read."""
    begun = {"type": "http.request", "body": b"{", "more_body": True}
    rest = {"type": "http.request", "body": b"}", "more_body": False}
    *read, status, _ = in_pieces(path, begun, rest)
    assert read == ["http.request", "http.request"]
    return status


def test_an_unheard_of_failure_is_answered_and_the_next_delivery_is_stored(actor, whatsapp_channel):
    """A body that the driver cannot even write fails by itself; the flushers live on."""

    async def exchange():
        behind = Acceptor()
        async with behind.running():
            for _ in range(3):
                with pytest.raises(Unavailable):
                    await behind.accept(actor.workspace_id, whatsapp_channel.id, "no bytes")
            await behind.accept(actor.workspace_id, whatsapp_channel.id, text())

    asyncio.run(exchange())
    assert len(stored(actor)) == 1


def test_who_still_waits_when_the_server_stops_is_told(actor, whatsapp_channel):
    async def exchange():
        behind = Acceptor()
        async with behind.running():
            waiting = [
                asyncio.create_task(behind.accept(actor.workspace_id, whatsapp_channel.id, text(n)))
                for n in range(20)
            ]
            await asyncio.sleep(0)
        return await asyncio.wait_for(asyncio.gather(*waiting, return_exceptions=True), 5)

    answers = asyncio.run(exchange())
    assert len(stored(actor)) <= answers.count(None)
    assert all(answer is None or isinstance(answer, Unavailable) for answer in answers)


def test_a_burst_opens_its_channel_once(actor, whatsapp_channel):
    requests = [delivery(whatsapp_channel, text(number)) for number in range(BURST)]
    with statements() as seen:
        replies = send(*requests)
    assert {reply.status_code for reply in replies} == {200}
    assert len(stored(actor)) == BURST
    assert len([line for line in seen if "FROM channel" in line]) == 1


def test_a_failed_look_up_is_not_remembered(whatsapp_channel, monkeypatch):
    look_up = webhooks_module.webhook_connection
    failures = [OSError("the database is away")]

    def fail_once(*key):
        if failures:
            raise failures.pop()
        return look_up(*key)

    monkeypatch.setattr(webhooks_module, "webhook_connection", fail_once)
    connections = Connections()

    async def ask_twice():
        with pytest.raises(OSError, match="away"):
            await connections.get("whatsapp_cloud", str(whatsapp_channel.id))
        return await connections.get("whatsapp_cloud", str(whatsapp_channel.id))

    assert asyncio.run(ask_twice()).channel_id == whatsapp_channel.id
