"""LeadFlow under measurement: a durable PostgreSQL, the webhook process and a worker.

Everything is the product's own: the processes are started by its command line, and the load comes
in over HTTP. What is here is gone when the benchmark ends.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from backend import auth, channels, rules, wiring
from backend.auth import Actor
from backend.channels import ChannelInput, ChannelView, Platform, Provider
from backend.platform import database, logging, migrations, queue
from backend.platform.embedded_postgres import connection_url, embedded_server
from backend.platform.settings import PROJECT_ROOT
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rules import RuleInput
from benchmarks import load

REGISTERED = (wiring,)
START_SECONDS = 60.0
TICK_SECONDS = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace with one number and 20 rules, in a database of its own."""

    folder: Path
    actor: Actor
    channel: ChannelView

    @property
    def path(self) -> str:
        """Where the load goes to."""
        return f"/webhooks/{self.channel.provider}/{self.channel.id}"

    @contextmanager
    def web(self) -> Generator["Process"]:
        """Run the process that takes webhooks in, warm."""
        port = free_port()
        command = [sys.executable, "-m", "backend.cli", "web", "--webhooks-only"]
        with running(command, {"LEADFLOW_PORT": str(port)}, port=port, path="/readyz") as process:
            yield process

    @contextmanager
    def worker(self) -> Generator[None]:
        """Run a worker."""
        with running([sys.executable, "-m", "backend.cli", "worker"], {}):
            yield

    def count(self, question: str) -> Any:  # noqa: ANN401  one value of any type
        """Ask the database for one value, as the workspace."""
        with unit_of_work(self.actor) as uow:
            return uow.execute(question).scalar_one()

    def wait_until(self, question: str, expected: int, *, seconds: float = 300.0) -> None:
        """Wait until the database answers so; raises `TimeoutError`."""
        ends_at = time.monotonic() + seconds
        while self.count(question) != expected:
            if time.monotonic() > ends_at:
                message = f"{question}: {self.count(question)} instead of {expected}"
                raise TimeoutError(message)
            time.sleep(TICK_SECONDS)


@dataclass(frozen=True, slots=True)
class Process:
    """A process under measurement and where it listens."""

    id: int
    port: int

    def cpu_seconds(self) -> float:
        """Return the processor time of it and of its children."""
        total = 0.0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                _, _, rest = stat.read_text().rpartition(")")
            except OSError:
                continue
            fields = rest.split()
            if self.id in {int(stat.parent.name), int(fields[1])}:
                total += (int(fields[11]) + int(fields[12])) / TICKS
        return total


@contextmanager
def place() -> Generator[Place]:
    """Start a durable server, migrate, connect a number and write the rules."""
    logging.configure()
    with tempfile.TemporaryDirectory(prefix="leadflow-bench-") as folder:
        os.environ["LEADFLOW_DATA_DIR"] = folder
        os.environ.pop("DATABASE_URL", None)
        with embedded_server(Path(folder)):
            migrations.upgrade()
            actor, channel = _furnish()
            yield Place(Path(folder), actor, channel)
            queue.dispose()
            database.dispose()


def _furnish() -> tuple[Actor, ChannelView]:
    with unit_of_work(SYSTEM) as uow:
        auth.ensure_first_admin(uow)
        actor = Actor.system(auth.sole_workspace(uow).id)
    with unit_of_work(actor) as uow:
        channel = channels.create_channel(uow, actor, _number())
        for priority, rule in enumerate(load.RULES):
            made = rules.create_rule(uow, actor, _rule(priority, rule))
            rules.enable(uow, actor, made.id)
    return actor, channel


def server_address(folder: Path) -> str:
    """Return the address of the running server, for a peer's own database beside ours."""
    found = connection_url(folder)
    if found is None:
        message = "the database server is not running"
        raise RuntimeError(message)
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(
    command: list[str], environment: dict[str, str], *, port: int = 0, path: str = "/"
) -> Generator[Process]:
    """Run a process of ours until the block ends; with a port, wait until it answers there."""
    process = subprocess.Popen(  # noqa: S603
        command,
        cwd=environment.get("PWD", str(PROJECT_ROOT)),
        env=os.environ | environment,
        start_new_session=True,
    )
    try:
        if port:
            _wait_for(process, f"http://127.0.0.1:{port}{path}")
        yield Process(process.pid, port)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], url: str) -> None:
    ends_at = time.monotonic() + START_SECONDS
    while time.monotonic() < ends_at:
        if process.poll() is not None:
            message = f"{process.args!r} ended with {process.returncode}"
            raise RuntimeError(message)
        try:
            httpx.get(url)
        except httpx.TransportError:
            time.sleep(TICK_SECONDS)
        else:
            return
    message = f"{url} does not answer"
    raise TimeoutError(message)


def _number() -> ChannelInput:
    return ChannelInput(
        name="Benchmark",
        platform=Platform.WHATSAPP,
        provider=Provider.WHATSAPP_CLOUD,
        address="+15550100100",
        credentials={
            "app_secret": load.SECRET,
            "verify_token": "verify",
            "phone_number_id": load.PHONE_NUMBER_ID,
        },
    )


def _rule(priority: int, rule: dict[str, Any]) -> RuleInput:
    condition = {"field": "text", "operator": "contains_any", "value": rule["phrases"]}
    points = {"action": "add_points", "points": rule["points"], "reason": rule["tag"]}
    return RuleInput(
        name=f"Mentions {rule['tag']}",
        priority=priority,
        definition={"if": condition, "then": [{"action": "add_tag", "tag": rule["tag"]}, points]},
    )
