"""The real application over the real database, called with a real key."""

import pytest

from backend import auth
from backend.auth import Actor
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rest import rest_app
from tests.factories import create_workspace
from tests.rest.calling import Client


@pytest.fixture(scope="session")
def app():
    """Make the application once; it keeps nothing between requests."""
    return rest_app()


@pytest.fixture
def client_of(app, request):
    """Return a function that makes a client for an actor's workspace, with some scopes."""
    request.getfixturevalue("database")

    def make(actor, *scopes):
        with unit_of_work(actor) as uow:
            wanted = frozenset(scopes or ("all",))
            key = auth.create_api_key(uow, actor, name="test", scopes=wanted).key
        return Client(app, {"Authorization": f"Bearer {key}"})

    return make


@pytest.fixture
def client(client_of, actor):
    """Call with every scope in the workspace."""
    return client_of(actor)


@pytest.fixture
def stranger(client_of):
    """Call with every scope in another workspace."""
    with unit_of_work(SYSTEM) as uow:
        other = create_workspace(uow)
    return client_of(Actor.system(other.id))


@pytest.fixture
def anonymous(app, request):
    """Call without a key."""
    request.getfixturevalue("database")
    return Client(app)


@pytest.fixture
def inbound(client, mock_channel):
    """Return a function that lets a customer write over REST."""

    def send(text="hello", **fields):
        body = {
            "channel_id": str(mock_channel.id),
            "from": "+12065550123",
            "text": text,
            **fields,
        }
        return client.post("/v1/mock/whatsapp/inbound", json=body)

    return send
