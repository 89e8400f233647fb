"""A provider's file server on loopback, and a file that a customer sent."""

from datetime import timedelta

import pytest

from backend import media
from backend.channels import MediaReference, MessageKind
from backend.kit.ids import new_id
from backend.media import Expected, MediaState
from backend.media.tasks import fetch
from backend.platform.unit_of_work import unit_of_work
from tests.factories import run_as
from tests.platform._far_side import far_side

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 64
PDF = b"%PDF-1.7\n" + b"1 0 obj\n" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _our_own_network(monkeypatch, tmp_path):
    """Let loopback stand for the internet, and keep files in a directory of this test."""
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))


@pytest.fixture
def channel(mock_channel, change):
    """Let the mock's files come over plain HTTP, as a sandbox's do."""
    change("""UPDATE channel SET settings = '{"base_url": "http://127.0.0.1"}'""")
    return mock_channel


@pytest.fixture
def change(actor):
    """Return a function that runs a statement on the workspace's rows."""

    def run(statement):
        with unit_of_work(actor) as uow:
            assert uow.execute(statement).rowcount == 1

    return run


@pytest.fixture
def sent(actor, channel):
    """Return a function that expects a file of a message and returns the message's id."""

    def send(url=None, *, kind=MessageKind.IMAGE, ago=timedelta(0), **claims):
        message_id = new_id()
        with unit_of_work(actor) as uow:
            expected = Expected(
                message_id=message_id,
                channel_id=channel.id,
                kind=kind,
                sent_at=uow.now - ago,
                files=(MediaReference(url=url, **claims),),
            )
            media.expect(uow, actor.workspace_id, [expected])
        return message_id

    return send


@pytest.fixture
def view(actor):
    """Return a function that shows the one file of a message."""

    def show(message_id):
        return run_as(actor, media.of_messages, [message_id])[message_id][0]

    return show


@pytest.fixture
def fetched(actor, sent, view):
    """Return a function that serves an answer, has it fetched, and shows what became of it."""

    def serve(reply, **named):
        with far_side(reply) as provider:
            message_id = sent(provider.url("/file"), **named)
            fetch(str(actor.workspace_id), str(view(message_id).id))
        return view(message_id)

    return serve


@pytest.fixture
def copies(tmp_path):
    """Return a function that lists the files that are kept."""
    return lambda: [path for path in (tmp_path / "media").rglob("*") if path.is_file()]


STORED = MediaState.STORED
