"""A real PostgreSQL for every test that asks for one, and who acts in it.

Each test process starts one server, migrates a template once and works in a copy of it. Before a
test the copy is emptied, which takes a few milliseconds where another copy takes 160; every
transaction really commits, so that notices, wake-ups and second connections work as they do in
production. A test that needs a database of its own for longer asks `new_database` for an address.

A use case that should be seen by others runs in `unit_of_work(actor)` of its own, or through
`tests.factories.run_as`. The fixture `uow` is one open transaction, committed when the test ends.
"""

import os
import shutil
from itertools import count

import psycopg
import pytest
import structlog
from hypothesis import settings as hypothesis_settings
from psycopg import sql

from backend import wiring
from backend.auth import Actor, Role
from backend.channels import Provider
from backend.platform import database as platform_database
from backend.platform import migrations, queue
from backend.platform.embedded_postgres import embedded_server
from backend.platform.postgres_place import SYSTEM_SOCKETS, home_of, read_identity
from backend.platform.row_security import let_indexes_search
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.seed.demo import RULES
from tests.factories import (
    WHATSAPP_CREDENTIALS,
    create_channel,
    create_rule,
    create_user,
    create_workspace,
)

WIRED = wiring
OURS = ("LEADFLOW_", "DATABASE_URL", "REDIS_URL")
TEMPLATE = "leadflow_template"
CLOSE_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"

hypothesis_settings.register_profile(
    "leadflow", deadline=None, derandomize="CI" in os.environ, print_blob=True
)
hypothesis_settings.load_profile("leadflow")

# Plain lines: the default shows every variable of every frame of an error, which takes seconds.
PLAIN = [structlog.processors.format_exc_info, structlog.processors.KeyValueRenderer()]
structlog.configure(processors=PLAIN)


@pytest.fixture(scope="session", autouse=True)
def _nothing_from_outside(tmp_path_factory):
    """Let nothing that the caller's environment says reach a test, nor a test reach `.data`."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith(OURS)]:
            patch.delenv(name)
        patch.setenv("LEADFLOW_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        yield


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """Run the PostgreSQL server of this test process; it leaves no trace."""
    directory = tmp_path_factory.mktemp("server")
    with embedded_server(directory, durable=False) as running:
        yield running
    identity = read_identity(directory)
    shutil.rmtree(home_of(directory, identity), ignore_errors=True)
    shutil.rmtree(SYSTEM_SOCKETS / identity.name, ignore_errors=True)


@pytest.fixture(scope="session")
def _superuser(server):
    with psycopg.connect(server.superuser_url(), autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def new_database(server, _superuser):
    """Return a function that makes a database and returns its address.

    It has every migration; with `is_empty` it has none.
    """
    numbers = count()

    def create(*, is_empty: bool = False) -> str:
        name = f"test_{next(numbers)}"
        template = "template1" if is_empty else TEMPLATE
        statement = sql.SQL("CREATE DATABASE {} OWNER leadflow TEMPLATE {}")
        _superuser.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        return server.url(name)

    _superuser.execute(f"CREATE DATABASE {TEMPLATE} OWNER leadflow")
    with psycopg.connect(server.superuser_url(TEMPLATE)) as template:
        template.execute("; ".join(let_indexes_search()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", server.url(TEMPLATE))
        platform_database.dispose()
        migrations.upgrade()
        platform_database.dispose()
    return create


@pytest.fixture(scope="session")
def _shared_database(server, new_database):
    """Return the address of the database that tests share, and a function that empties it."""
    url = new_database()
    with psycopg.connect(url) as named:
        name = named.info.dbname
    with psycopg.connect(server.superuser_url(name), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")

        def empty() -> None:
            connection.execute(CLOSE_OTHERS)
            tables = {row[0] for row in connection.execute(TABLES)} - {"alembic_version"}
            deletions = (sql.SQL("DELETE FROM {}").format(sql.Identifier(t)) for t in tables)
            connection.execute(sql.SQL(";").join(deletions))

        yield url, empty


@pytest.fixture
def database(_shared_database, monkeypatch):
    """Give `DATABASE_URL` the address of an empty, migrated database, and return it."""
    url, empty = _shared_database
    _disconnect()
    empty()
    monkeypatch.setenv("DATABASE_URL", url)
    yield url
    _disconnect()


def _disconnect() -> None:
    queue.dispose()
    platform_database.dispose()


@pytest.fixture
def workspace(request):
    """Make a workspace in UTC, with nothing in it."""
    request.getfixturevalue("database")
    with unit_of_work(SYSTEM) as uow:
        return create_workspace(uow)


@pytest.fixture
def actor(workspace):
    """Let the system work for the workspace."""
    return Actor.system(workspace.id)


@pytest.fixture
def uow(actor):
    """Open one transaction of the workspace, committed when the test ends."""
    with unit_of_work(actor) as opened:
        yield opened


@pytest.fixture
def admin(actor):
    """Make a person who may do everything."""
    with unit_of_work(actor) as uow:
        return create_user(uow, actor, role=Role.ADMIN)


@pytest.fixture
def operator(actor):
    """Make a person who does the daily work."""
    with unit_of_work(actor) as uow:
        return create_user(uow, actor, role=Role.OPERATOR)


@pytest.fixture
def mock_channel(actor):
    """Connect a channel whose provider is LeadFlow itself."""
    with unit_of_work(actor) as uow:
        return create_channel(uow, actor)


@pytest.fixture
def whatsapp_channel(actor):
    """Connect a number that Meta delivers to, signed with `WHATSAPP_CREDENTIALS`."""
    with unit_of_work(actor) as uow:
        return create_channel(
            uow, actor, provider=Provider.WHATSAPP_CLOUD, credentials=WHATSAPP_CREDENTIALS
        )


@pytest.fixture
def demo_rules(actor):
    """Put the rules of the demo workspace in force."""
    with unit_of_work(actor) as uow:
        return tuple(create_rule(uow, actor, given) for given in RULES)
