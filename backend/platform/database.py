"""The one engine of this process, over psycopg 3."""

import threading

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url

from backend.kit.errors import Unavailable
from backend.platform import embedded_postgres
from backend.platform.settings import DatabaseSettings, DataSettings, load

POOL_SIZE = 10
POOL_OVERFLOW = 10
POOL_WAIT_SECONDS = 10

_lock = threading.Lock()
_engines: dict[str, Engine] = {}


def database_url() -> URL:
    """Where the database is: `DATABASE_URL`, else the embedded server of the data directory.

    Raises `Unavailable` when neither is there.
    """
    given = load(DatabaseSettings).database_url
    found = given or embedded_postgres.connection_url(load(DataSettings).data_dir)
    if not found:
        message = (
            "no database: DATABASE_URL is not set and the embedded server is not running;"
            " start it with `make run`"
        )
        raise Unavailable(message)
    return make_url(found).set(drivername="postgresql+psycopg")


def psycopg_dsn() -> str:
    """Return the same address in the form psycopg itself takes."""
    return database_url().set(drivername="postgresql").render_as_string(hide_password=False)


def engine() -> Engine:
    """Return the pooled engine, made at first use; connections speak UTC."""
    with _lock:
        if "main" not in _engines:
            _engines["main"] = create_engine(
                database_url(),
                pool_size=POOL_SIZE,
                max_overflow=POOL_OVERFLOW,
                pool_timeout=POOL_WAIT_SECONDS,
                pool_pre_ping=True,
                hide_parameters=True,  # a logged error must not carry what customers wrote
                connect_args={"options": "-c timezone=UTC", "connect_timeout": 10},
            )
        return _engines["main"]


def dispose() -> None:
    """Close every pooled connection; the next use opens new ones."""
    with _lock:
        for pooled in _engines.values():
            pooled.dispose()
        _engines.clear()
