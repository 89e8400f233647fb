"""Every event handler, called over a bare websocket by somebody who should not.

The server is the real one, in a process of its own; the client has no page and draws nothing, so
nothing is hidden from it: any handler, any payload.
"""

import importlib
import inspect
import os
import socket
import subprocess
import sys
import time

import httpx
import psycopg
import pytest
from reflex_base.registry import RegistrationContext
from sqlalchemy.engine import make_url

from backend import auth, inbox
from backend.auth import Role
from backend.kit.ids import new_id
from backend.platform import database as platform_database
from backend.platform.frontend import serving_environment
from backend.platform.settings import PROJECT_ROOT
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app import session
from tests.factories import PASSWORD, create_user, run_as
from tests.security.socket_client import BareClient
from tests.security.worlds import MARK, fingerprint, populate

SERVE = "import sys; from backend.platform import webserver; webserver.serve('127.0.0.1', {port})"
START_SECONDS = 60
HANDSHAKE = """\
GET /_event/?EIO=4&transport=websocket&token=t HTTP/1.1
Host: {host}:{port}
Origin: {origin}
Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==

"""
QUIET_SECONDS = 2.5
SECRET_WORD = "bubinga"  # stands in every text of the workspace that is attacked
# What a person does in passing and what is theirs: not a change to the workspace.
OWN_TABLES = (
    "session",
    "user_account",
    "audit_entry",
    "audit_head",
    "api_key",
    "conversation_presence",
)
OUTSIDERS_PRESENT = """
SELECT count(*) FROM conversation_presence AS p WHERE p.workspace_id = %s AND NOT EXISTS (
    SELECT FROM membership AS m
    WHERE m.workspace_id = p.workspace_id AND m.user_id = p.user_id)
"""


@pytest.fixture(scope="module")
def place(server, new_database):
    """Give this module a database, a populated workspace in it, and a web process before it."""
    url = new_database()
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("LEADFLOW_PORT", str(port))
        platform_database.dispose()
        superuser_url = server.superuser_url(make_url(url).database)
        with psycopg.connect(superuser_url, autocommit=True) as superuser:
            theirs, ours = populate(superuser, mark=SECRET_WORD), populate(superuser)
            with web_process(port) as address:
                yield Place(address, superuser, theirs, ours)
        platform_database.dispose()


class Place:
    """A running web process with two populated workspaces behind it."""

    def __init__(self, url, superuser, theirs, ours):
        self.url, self.superuser, self.theirs, self.ours = url, superuser, theirs, ours

    def cookie(self, world, role):
        """Sign a new person in and return their Cookie header."""
        email = f"{role}{time.monotonic_ns()}@example.com"
        run_as(world.actor, create_user, role=role, email=email)
        token = auth.sign_in(email=email, password=PASSWORD).token
        return f"{auth.SESSION_COOKIE}={token}"

    def state_of_theirs(self):
        found = fingerprint(self.superuser, self.theirs)
        return {table: kept for table, kept in found.items() if table not in OWN_TABLES}

    def outsiders_present(self):
        given = [self.theirs.actor.workspace_id]
        return self.superuser.execute(OUTSIDERS_PRESENT, given).fetchone()[0]


class web_process:  # noqa: N801  reads as what it starts
    """Serve on a port while the block runs."""

    def __init__(self, port):
        self.port = port

    def __enter__(self):
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE.format(port=self.port)],
            cwd=PROJECT_ROOT,
            env=os.environ | serving_environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = f"http://127.0.0.1:{self.port}"
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            assert self.process.poll() is None
            try:
                if httpx.get(f"{url}/readyz").is_success:
                    return url
            except httpx.TransportError:
                time.sleep(0.2)
        pytest.fail("the web process did not start")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)


def our_handlers():
    importlib.import_module("leadflow_app.leadflow_app")
    registered = RegistrationContext.get().event_handlers
    return {
        name: one.handler.fn
        for name, one in registered.items()
        if getattr(one.handler.fn, session.GUARDED, False)
    }


HANDLERS = our_handlers()


def payloads(function, world):
    """Return payloads with ids and words of a workspace, of the kinds that pages send."""
    rows = world.rows
    ids = {
        "conversation_id": str(rows["conversation"]["id"]),
        "lead_id": str(rows["lead"]["id"]),
        "event_id": str(rows["webhook_event"]["id"]),
    }
    form = {
        "text": MARK,
        "tag": MARK,
        "value": "1",
        "currency": "EUR",
        "nonce": str(new_id()),
        "name": MARK,
        "role": "admin",
        "email": f"{MARK}@example.com",
        **ids,
    }
    filled = {}
    for name, parameter in list(inspect.signature(function).parameters.items())[1:]:
        if "dict" in str(parameter.annotation):
            filled[name] = form
        elif "bool" in str(parameter.annotation):
            filled[name] = True
        elif "int" in str(parameter.annotation):
            filled[name] = 1
        else:
            filled[name] = ids.get(name) or _word(name, world)
    return filled


def _word(name, world):
    known = {"stage": "lost", "status": "read", "visibility": "visible", "role": "admin"}
    if name.endswith(("_id", "key")):
        table = name.removesuffix("_id").removesuffix("_key")
        row = world.rows.get(table, world.rows["lead"])
        return str(row.get("id", MARK))
    return known.get(name, MARK)


ADDRESSES = {
    "inbox_state": "/inbox?c={conversation}",
    "lead_state": "/leads/{lead}",
    "leads_state": "/leads",
    "operations_state": "/operations",
    "quarantine_state": "/operations/quarantine?event={webhook_event}",
    "replays_state": "/operations/replay?replay={replay_run}",
    "simulator_state": "/simulator",
}


def address_of(handler, world):
    """Return the page that a handler belongs to, open on a row of the workspace."""
    for state, address in ADDRESSES.items():
        if f"{state}." in handler:
            ids = {table: row["id"] for table, row in world.rows.items() if "id" in row}
            return address.format(**ids)
    return "/"


def call_everything(place, cookie):
    """Call every handler of ours, each over a connection of its own; return what was heard."""
    clients = {name: BareClient(place.url, cookie=cookie) for name in HANDLERS}
    for name, client in clients.items():
        payload = payloads(HANDLERS[name], place.theirs)
        client.emit(name, payload, path=address_of(name, place.theirs))
    time.sleep(QUIET_SECONDS)
    heard = {name: client.hear(0.05) for name, client in clients.items()}
    for client in clients.values():
        client.close()
    return heard


def test_there_are_handlers_to_call():
    assert len(HANDLERS) > 25


@pytest.mark.parametrize("cookie", ["", f"{auth.SESSION_COOKIE}=made-up"])
def test_a_stranger_is_sent_to_the_sign_in_page_by_every_handler(place, cookie):
    before = place.state_of_theirs()
    heard = call_everything(place, cookie)
    assert [name for name, said in heard.items() if "/sign-in" not in said] == []
    assert [name for name, said in heard.items() if SECRET_WORD in said] == []
    assert place.state_of_theirs() == before


def test_a_member_of_another_workspace_sees_and_changes_nothing(place):
    cookie = place.cookie(place.ours, Role.ADMIN)
    before = place.state_of_theirs()
    heard = call_everything(place, cookie)
    assert [name for name, said in heard.items() if SECRET_WORD in said] == []
    assert place.state_of_theirs() == before
    assert place.outsiders_present() == 0


def test_a_viewer_looks_and_changes_nothing(place):
    cookie = place.cookie(place.theirs, Role.VIEWER)
    before = place.state_of_theirs()
    heard = call_everything(place, cookie)
    assert any(SECRET_WORD in said for said in heard.values())
    assert place.state_of_theirs() == before


def test_an_operator_changes_what_a_viewer_cannot(place):
    """What shows that the calls above could change something."""
    cookie = place.cookie(place.theirs, Role.OPERATOR)
    before = place.state_of_theirs()
    call_everything(place, cookie)
    after = place.state_of_theirs()
    changed = {table for table in before if after[table] != before[table]}
    assert changed >= {"lead_event", "message"}


@pytest.mark.parametrize(
    "origin",
    ["https://evil.example", "null", "http://127.0.0.1.evil.example", "http://localhost:1"],
)
def test_a_websocket_of_another_sites_page_is_refused(place, origin):
    assert handshake(place.url, origin) == 403
    assert handshake(place.url, place.url) == 101


def handshake(url, origin):
    """Ask for a websocket and return the status of the answer."""
    host, _, port = url.removeprefix("http://").partition(":")
    asked = HANDSHAKE.format(host=host, port=port, origin=origin)
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(asked.replace("\n", "\r\n").encode())
        return int(connection.recv(64).split()[1])


def test_a_tabs_token_opens_nothing_for_another_session(place):
    lead = f"/leads/{place.theirs.rows['lead']['id']}"
    follow = next(name for name in HANDLERS if name.endswith("lead_state.follow"))
    hydrate = "reflex___state____state.hydrate"
    owner = BareClient(place.url, cookie=place.cookie(place.theirs, Role.OPERATOR))
    owner.emit(follow, {}, path=lead)
    assert SECRET_WORD in owner.hear(1.5)
    owner.close()
    for cookie in ("", place.cookie(place.ours, Role.ADMIN)):
        thief = BareClient(place.url, cookie=cookie, token=owner.token)
        thief.emit(hydrate, {}, path=lead)
        assert SECRET_WORD not in thief.hear(1.0)
        thief.close()


def test_a_websocket_ends_with_its_session(place):
    cookie = place.cookie(place.theirs, Role.OPERATOR)
    other = BareClient(place.url, cookie=place.cookie(place.theirs, Role.OPERATOR))
    client = BareClient(place.url, cookie=cookie)
    follow = next(name for name in HANDLERS if name.endswith("leads_state.follow"))
    client.emit(follow, {}, path="/leads")
    assert SECRET_WORD in client.hear(1.5)
    token = cookie.partition("=")[2]
    with unit_of_work(SYSTEM) as uow:
        auth.sign_out(uow, token)
        uow.enter(place.theirs.actor)
        uow.announce("session")
    assert "/sign-in" in client.hear(0.9)
    assert client.is_closed_within(5)
    assert not other.is_closed_within(1)
    other.close()


def test_a_change_is_told_to_who_may_see_it_only(place):
    stranger = BareClient(place.url, cookie=place.cookie(place.ours, Role.ADMIN))
    follow = next(name for name in HANDLERS if name.endswith("inbox_state.follow"))
    stranger.emit(follow, {}, path="/inbox")
    stranger.hear(1.5)
    operator = run_as(place.theirs.actor, create_user, role=Role.OPERATOR)
    conversation = place.theirs.rows["message"]["conversation_id"]
    run_as(operator, inbox.close, conversation)
    assert str(conversation) not in stranger.hear(1.0)
    stranger.close()
