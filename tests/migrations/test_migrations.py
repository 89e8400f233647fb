"""Migrations make what the models say, take it away again, and wait for each other."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from sqlalchemy import text

from backend.platform import database, migrations

THINGS = """
SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'S', 'm')
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = c.oid AND deptype = 'e')
"""


@pytest.fixture
def empty(new_database, monkeypatch):
    """Name a database without any table."""
    monkeypatch.setenv("DATABASE_URL", new_database(is_empty=True))
    database.dispose()
    yield
    database.dispose()


def things():
    with database.owner_engine().connect() as connection:
        return set(connection.execute(text(THINGS)).scalars())


def with_config(work, *arguments):
    with database.owner_engine().begin() as connection:
        work(migrations.config(connection), *arguments)


@pytest.mark.usefixtures("empty")
def test_an_empty_database_is_brought_to_the_head():
    assert not migrations.is_at_head()
    migrations.upgrade()
    assert migrations.is_at_head()
    assert {"workspace", "message", "lead", "webhook_event"} <= things()


@pytest.mark.usefixtures("empty")
def test_the_migrations_make_what_the_models_say():
    migrations.upgrade()
    with_config(command.check)


@pytest.mark.usefixtures("empty")
def test_down_to_nothing_and_up_again():
    migrations.upgrade()
    before = things()
    with_config(command.downgrade, "base")
    assert things() == {"alembic_version"}
    migrations.upgrade()
    assert things() == before


@pytest.mark.usefixtures("empty")
def test_processes_that_start_together_wait_for_each_other():
    with ThreadPoolExecutor(3) as pool:
        for finished in [pool.submit(migrations.upgrade) for _ in range(3)]:
            finished.result()
    assert migrations.is_at_head()


@pytest.mark.usefixtures("empty")
def test_upgrading_twice_changes_nothing():
    migrations.upgrade()
    before = things()
    migrations.upgrade()
    assert things() == before
