import psycopg
import pytest
from sqlalchemy.engine import make_url

from backend.analytics.tasks import roll_up_marked
from tests.privacy.places import play


@pytest.fixture
def superuser(server, database):
    """See everything, past every policy."""
    url = server.superuser_url(make_url(database).database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def scene(actor, operator, whatsapp_channel, mock_channel, demo_rules):
    """Let a person and their neighbour write, be answered, tagged and scored."""
    assert demo_rules
    made = play(actor, operator, whatsapp_channel, mock_channel)
    roll_up_marked()
    return made
