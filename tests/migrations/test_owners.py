"""Workspaces that were there before there were owners get one."""

import pytest
from alembic import command
from sqlalchemy import text

from backend.platform import database, migrations

BEFORE = "0006"
ROWS = """
INSERT INTO workspace (id, name, timezone, currency, created_at)
SELECT id, 'W', 'UTC', 'USD', now() FROM unnest(CAST(:workspaces AS uuid[])) AS w(id);
"""
PERSON = """
INSERT INTO user_account (id, email, name, password_hash, is_disabled, created_at)
VALUES (:id, :email, 'P', 'x', false, now())
"""
MEMBER = """
INSERT INTO membership (workspace_id, user_id, role, created_at)
VALUES (:workspace, :id, :role, now() + CAST(:joined || ' minutes' AS interval))
"""
OWNERS = "SELECT workspace_id::text, user_id::text FROM membership WHERE is_owner"
AS_SYSTEM = "SELECT set_config('leadflow.scope', 'system', true)"
FIRST, SECOND = ("00000000-0000-7000-8000-00000000000" + digit for digit in "12")
# Who belongs where as what, and in which minute they came.
MEMBERS = (
    (FIRST, "a", "operator", 0),
    (FIRST, "b", "admin", 2),
    (FIRST, "c", "admin", 1),
    (SECOND, "d", "viewer", 0),
)


def person(letter):
    return f"00000000-0000-7000-8000-0000000000{letter}0"


@pytest.fixture
def before_owners(new_database, monkeypatch):
    """Bring a database to the shape before owners, with people in it."""
    monkeypatch.setenv("DATABASE_URL", new_database(is_empty=True))
    database.dispose()
    with database.owner_engine().begin() as connection:
        command.upgrade(migrations.config(connection), BEFORE)
    with database.owner_engine().begin() as connection:
        connection.execute(text(AS_SYSTEM))
        connection.execute(text(ROWS), {"workspaces": [FIRST, SECOND]})
        for workspace, letter, role, joined in MEMBERS:
            row = {"id": person(letter), "email": f"{letter}@leadflow.example"}
            connection.execute(text(PERSON), row)
            row |= {"workspace": workspace, "role": role, "joined": str(joined)}
            connection.execute(text(MEMBER), row)
    yield
    database.dispose()


@pytest.mark.usefixtures("before_owners")
def test_who_was_an_admin_first_owns_a_workspace():
    migrations.upgrade()
    with database.owner_engine().begin() as connection:
        connection.execute(text(AS_SYSTEM))
        owners = [tuple(row) for row in connection.execute(text(OWNERS))]
    assert owners == [(FIRST, person("c"))]
