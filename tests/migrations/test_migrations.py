"""Migrations make what the models say, take it away again, and wait for each other."""

import re
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


OLD_POLICY = """
ALTER POLICY own_rows ON message
USING (workspace_id = NULLIF(current_setting('leadflow.workspace_id', true), '')::uuid);
ALTER POLICY system_select ON message
USING (current_setting('leadflow.scope', true) = 'system' AND delivery_state = 'queued')
"""


@pytest.mark.usefixtures("empty")
def test_policies_of_before_are_worked_out_once_for_a_statement():
    migrations.upgrade()
    with_config(command.downgrade, "0008")
    with database.owner_engine().begin() as connection:
        connection.exec_driver_sql(OLD_POLICY)
    migrations.upgrade()
    with database.owner_engine().connect() as connection:
        policies = connection.execute(text("SELECT tablename, qual, with_check FROM pg_policies"))
        said = [(row.tablename, clause) for row in policies for clause in row[1:] if clause]
    assert any("'queued'" in clause for _, clause in said)
    for table, clause in said:
        once = re.findall(r"SELECT \((?:NULLIF\()?current_setting", clause)
        assert clause.count("current_setting") == len(once), (table, clause)
