"""LeadFlow's own processes, to be killed and started again, and what they must have come to."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

from backend import intake
from tests.factories import run_as
from tests.laws import assert_lawful
from tests.platform._processes import eventually

PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024
SESSION, RESIDENT_PAGES = 3, 21


class Process:
    """A process of the product in a session of its own, started by the command line."""

    def __init__(self, *command, **environment):
        """Remember what to start."""
        self._command = [sys.executable, "-m", "backend.cli", *command]
        self._environment = environment
        self._process = None

    def start(self):
        """Start it, without waiting for it."""
        self._process = subprocess.Popen(
            self._command,
            env=os.environ | self._environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self):
        """End it and its children at once, as a power cut would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def stop(self):
        """End it by its rules; what does not end so is killed."""
        if self._process is None or self._process.poll() is not None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self.kill()

    def memory(self):
        """Return the resident memory of it and its children in MiB."""
        pages = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[SESSION]) == self._process.pid:
                pages += int(fields[RESIDENT_PAGES])
        return pages * PAGE_KIB / 1024


class Web(Process):
    """The process that takes webhooks in, always on the same port."""

    def __init__(self, **environment):
        """Choose the port."""
        self.port = _free_port()
        super().__init__("web", "--webhooks-only", LEADFLOW_PORT=str(self.port), **environment)

    def start(self):
        """Start it and wait until it answers."""
        super().start()
        assert eventually(self.is_up)

    def kill(self):
        """Kill it and wait until nobody answers."""
        super().kill()
        assert eventually(lambda: not self.is_up())

    def is_up(self):
        """Tell whether it answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def running(process):
    """Run a process until the block ends."""
    try:
        process.start()
        yield process
    finally:
        process.stop()


def path_of(channel):
    """Return where a channel's provider delivers to."""
    return f"/webhooks/{channel.provider}/{channel.id}"


def ask(actor, question):
    """Ask the database for one value."""
    return run_as(actor, lambda uow, _: uow.execute(question).scalar_one())


def assert_processed_exactly(actor, given, ledger):
    """Compare what was acknowledged with what is there: each once, and nothing else."""
    expected = sorted(delivery.id for delivery in given)
    assert sorted(ledger.acknowledged) == expected
    intake.drain_workspace(actor.workspace_id)
    assert _ids(actor) == expected
    assert ask(actor, "SELECT count(*) FROM webhook_event WHERE state = 'processed'") == len(given)
    assert ask(actor, "SELECT sum(unread_count) FROM conversation") == len(given)
    assert_lawful()


def _ids(actor):
    found = "SELECT provider_message_id FROM message"
    return sorted(run_as(actor, lambda uow, _: uow.execute(found).scalars()))


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
