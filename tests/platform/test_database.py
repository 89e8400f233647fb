"""Where the database is found, and what its connections are like."""

import pytest
from sqlalchemy import text

from backend.kit.errors import Unavailable
from backend.platform.database import database_url, dispose, engine, psycopg_dsn


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
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
    with engine().connect() as first, engine().connect() as other:
        killed, killer = (first, other) if _pid(first) == pid else (other, first)
        assert _pid(killed) == pid
        killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        killed.invalidate()
    with engine().connect() as connection:
        assert _pid(connection) != pid


def _pid(connection):
    return connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
