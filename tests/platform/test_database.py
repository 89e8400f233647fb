"""Where the database is found, and what its connections are like."""

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

from backend.kit.errors import Unavailable
from backend.platform.database import database_url, dispose, engine, owner_engine, psycopg_dsn
from backend.platform.row_security import APPLICATION_ROLE


def test_the_setting_names_the_database(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:p%40ss@db.example:5433/leads")
    assert database_url().drivername == "postgresql+psycopg"
    assert psycopg_dsn() == "postgresql://ann:p%40ss@db.example:5433/leads"


def test_without_one_and_without_a_server_one_sentence_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    with pytest.raises(Unavailable, match="make run"):
        database_url()


def test_a_password_is_not_shown(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:canary@db.example/leads")
    assert "canary" not in str(database_url())


@pytest.mark.usefixtures("database")
def test_connections_speak_utc():
    with engine().connect() as connection:
        assert connection.execute(text("SHOW timezone")).scalar_one() == "UTC"


@pytest.mark.usefixtures("database")
def test_there_is_one_engine_until_it_is_disposed_of():
    first = engine()
    assert engine() is first
    dispose()
    assert engine() is not first


@pytest.mark.usefixtures("database")
def test_a_connection_that_the_server_closed_is_replaced():
    with engine().connect() as connection:
        pid = _pid(connection)
        with owner_engine().connect() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        connection.invalidate()
    with engine().connect() as connection:
        assert _pid(connection) != pid


@pytest.mark.usefixtures("database")
def test_the_application_works_as_a_role_that_owns_nothing():
    with engine().connect() as connection:
        owned = "SELECT count(*) FROM pg_tables WHERE tableowner = current_user"
        assert connection.execute(text(owned)).scalar_one() == 0
        with pytest.raises(ProgrammingError, match="must be owner"):
            connection.execute(text("ALTER TABLE lead DISABLE ROW LEVEL SECURITY"))


@pytest.mark.usefixtures("database")
def test_it_cannot_empty_a_table_past_its_policy():
    with (
        engine().connect() as connection,
        pytest.raises(ProgrammingError, match="permission denied"),
    ):
        connection.execute(text("TRUNCATE touch"))


def test_a_superuser_takes_the_role_too(server, database, monkeypatch):
    name = make_url(database).database
    monkeypatch.setenv("DATABASE_URL", server.superuser_url(name))
    dispose()
    with engine().connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == APPLICATION_ROLE


@pytest.fixture
def login(server, database):
    """Return a function that makes a role with some rights and returns its address."""
    made = []

    def create(rights):
        name = f"login_{len(made)}"
        with psycopg.connect(server.superuser_url(), autocommit=True) as superuser:
            superuser.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x' {rights}")
        made.append(name)
        return make_url(database).set(username=name, password="x").render_as_string(False)

    yield create
    dispose()
    with psycopg.connect(server.superuser_url(), autocommit=True) as superuser:
        for name in made:
            superuser.execute(f"DROP ROLE {name}")


def test_a_role_that_could_pass_by_the_policies_is_refused(login, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", login("BYPASSRLS"))
    dispose()
    with pytest.raises(Unavailable, match="every workspace") as refused:
        engine()
    assert "BYPASSRLS" in refused.value.expected


def test_a_role_without_rights_works_as_itself(login, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", login("NOBYPASSRLS"))
    dispose()
    with engine().connect() as connection:
        assert connection.execute(text("SELECT current_user")).scalar_one() == "login_0"


def _pid(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
