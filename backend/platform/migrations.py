"""Bring the database to the newest shape, one process at a time."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from backend.platform.database import owner_engine
from backend.platform.row_security import (
    APPLICATION_ROLE,
    grant_to_application_role,
    make_application_role,
)
from backend.platform.settings import PROJECT_ROOT

MAY_MAKE_ROLES = "SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
MAY_USE_TABLES = """
SELECT EXISTS (SELECT 1 FROM pg_default_acl, aclexplode(defaclacl) AS granted
               WHERE granted.grantee = role.oid AND defaclrole = to_regrole(current_user::text))
FROM pg_roles AS role WHERE rolname = :role
"""
LOCK_KEY = 4_709_412_001


def config(connection: Connection | None = None) -> Config:
    """Return alembic's configuration; `connection` is where its `env.py` finds the database."""
    made = Config()
    made.set_main_option("script_location", str(PROJECT_ROOT / "alembic"))
    made.attributes["connection"] = connection
    return made


def upgrade() -> None:
    """Apply every migration that is missing, each in its transaction; waits for its turn."""
    with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as turn:
        turn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        try:
            with owner_engine().begin() as connection:
                _let_the_application_in(connection)
                command.upgrade(config(connection), "head")
        finally:
            turn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


def is_at_head() -> bool:
    """Tell whether the database has every migration that this code knows."""
    wanted = set(ScriptDirectory.from_config(config()).get_heads())
    with owner_engine().connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == wanted


def _let_the_application_in(connection: Connection) -> None:
    """Give the application a role of its own, where we may, and that role its tables, once.

    It comes before the migrations, so that one of them can take a right away again.
    """
    if connection.execute(text(MAY_MAKE_ROLES)).scalar_one():
        connection.execute(text(make_application_role()))
    may_use = connection.execute(text(MAY_USE_TABLES), {"role": APPLICATION_ROLE}).scalar()
    for statement in grant_to_application_role() if may_use is False else ():
        connection.execute(text(statement))
