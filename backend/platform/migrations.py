"""Bring the database to the newest shape, one process at a time."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from backend.platform.database import engine
from backend.platform.settings import PROJECT_ROOT

LOCK_KEY = 4_709_412_001


def config(connection: Connection | None = None) -> Config:
    """Return alembic's configuration; `connection` is where its `env.py` finds the database."""
    made = Config()
    made.set_main_option("script_location", str(PROJECT_ROOT / "alembic"))
    made.attributes["connection"] = connection
    return made


def upgrade() -> None:
    """Apply every migration that is missing, each in its transaction; waits for its turn."""
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as turn:
        turn.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK_KEY})
        try:
            with engine().begin() as connection:
                command.upgrade(config(connection), "head")
        finally:
            turn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": LOCK_KEY})


def is_at_head() -> bool:
    """Tell whether the database has every migration that this code knows."""
    wanted = set(ScriptDirectory.from_config(config()).get_heads())
    with engine().connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) == wanted
