"""The engines of this process, over psycopg 3: the application's, and the owner's for migrations.

The application works as a role that owns nothing, so that row-level security holds for it
whatever it says. Where the database's administrator gave no such role, it works as the role of
`DATABASE_URL`, for which every policy is forced; one that could pass by them is refused.
"""

import threading

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import URL, make_url

from backend.kit.errors import Unavailable
from backend.platform import embedded_postgres, pipelining
from backend.platform.row_security import APPLICATION_ROLE
from backend.platform.settings import DatabaseSettings, DataSettings, load

POOL_SIZE = 10
POOL_OVERFLOW = 10
POOL_WAIT_SECONDS = 10
CONNECT_SECONDS = 10
OWNER_OPTIONS = "-c timezone=UTC"

RIGHTS = """
SELECT rolsuper OR rolbypassrls,
       (SELECT pg_has_role(oid, 'MEMBER') FROM pg_roles WHERE rolname = %s)
FROM pg_roles WHERE rolname = current_user
"""

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


def session_options(**settings: str) -> str:
    """Return what a session of the application says when it connects: UTC, its role, settings.

    Raises `Unavailable` when nothing would keep the workspaces apart.
    """
    said = {"timezone": "UTC", **settings}
    if role := _application_role():
        said["role"] = role
    return " ".join(f"-c {name}={value}" for name, value in said.items())


def engine() -> Engine:
    """Return the application's pooled engine, made at first use."""
    with _lock:
        if "main" not in _engines:
            _engines["main"] = _make(session_options())
        return _engines["main"]


def owner_engine() -> Engine:
    """Return the engine of the tables' owner: for migrations, never for a use case."""
    with _lock:
        if "owner" not in _engines:
            _engines["owner"] = _make(OWNER_OPTIONS)
        return _engines["owner"]


def _make(options: str) -> Engine:
    made = create_engine(
        database_url(),
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_SECONDS,
        pool_pre_ping=True,
        hide_parameters=True,  # a logged error must not carry what customers wrote
        connect_args={"options": options, "connect_timeout": CONNECT_SECONDS},
    )
    pipelining.install(made)
    return made


def _application_role() -> str | None:
    """Return the role to work as, or `None` for the role of the address itself."""
    try:
        with psycopg.connect(psycopg_dsn(), connect_timeout=CONNECT_SECONDS) as connection:
            rights = connection.execute(RIGHTS, [APPLICATION_ROLE]).fetchone()
    except psycopg.OperationalError as error:
        message = "the database does not answer"
        raise Unavailable(message) from error
    may_bypass, is_member = rights or (True, False)
    if may_bypass and not is_member:
        message = "the database role could read every workspace's rows, and there is no other"
        expected = f"a role without BYPASSRLS, or one that may create the role {APPLICATION_ROLE}"
        raise Unavailable(message, field="DATABASE_URL", expected=expected)
    return APPLICATION_ROLE if is_member else None


def dispose() -> None:
    """Close every pooled connection; the next use opens new ones."""
    with _lock:
        for pooled in _engines.values():
            pooled.dispose()
        _engines.clear()
