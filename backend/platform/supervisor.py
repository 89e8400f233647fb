"""Keep the processes of one machine running together, and end them together.

A child that ends by itself is started again, after a pause that grows with every quick failure.
Children die with their supervisor even when it is killed outright: each asks the kernel for that
(`die_with_parent`), so no orphan is left holding the port.
"""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import structlog

from backend.kit.addresses import EVERYWHERE
from backend.platform.errors import SetupError
from backend.platform.outbound import Call, Outbound
from backend.platform.outbound_errors import TargetError

PR_SET_PDEATHSIG = 1
STOPPING = (signal.SIGINT, signal.SIGTERM)
TICK_SECONDS = 0.1
GRACE_SECONDS = 6.0
REAP_SECONDS = 1.0
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
STEADY_SECONDS = 30.0
READY_SECONDS = 60.0
QUICK_FAILURES_ALLOWED = 3

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Child:
    """One process that has to be there."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    quick_failures: int = 0

    def start(self) -> None:
        """Start the process in a session of its own, so that Ctrl-C reaches us alone."""
        self.process = subprocess.Popen(  # noqa: S603  our own commands, without a shell
            self.command, stdin=subprocess.DEVNULL, start_new_session=True
        )
        self.started_at = time.monotonic()

    def tend(self) -> None:
        """Start the process if it is due; plan the next start if it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        self._end_group(signal.SIGKILL)
        is_quick = now - self.started_at < STEADY_SECONDS
        self.quick_failures = self.quick_failures + 1 if is_quick else 1
        self.start_at = now + pause_after(self.quick_failures)
        self.process = None
        log.warning("process ended", process=self.name, code=code, failures=self.quick_failures)

    def ask_to_end(self) -> None:
        """Ask the process to finish."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def end(self, until: float) -> None:
        """Wait for the process, but not for ever; whatever it started ends with it."""
        if self.process is None:
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.0, until - time.monotonic()))
        self._end_group(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(REAP_SECONDS)
        self.process = None

    def _end_group(self, number: signal.Signals) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


def supervise(
    commands: Mapping[str, Sequence[str]],
    *,
    is_ready: Callable[[], bool],
    when_ready: Callable[[], None],
) -> None:
    """Keep a process running for every command until Ctrl-C or SIGTERM; then end them in seconds.

    `when_ready` is called once `is_ready` holds. Raises `SetupError` when a child keeps failing
    before that, because then it would never come up.
    """
    children = [Child(name, command) for name, command in commands.items()]
    given_up_at = time.monotonic() + READY_SECONDS
    waiting = True
    with _signals_noted() as noted, _ended_at_last(children):
        while not noted:
            for child in children:
                child.tend()
            if waiting and is_ready():
                waiting = False
                when_ready()
            elif waiting:
                _check_hope(children, given_up_at)
            time.sleep(TICK_SECONDS)


def pause_after(failures: int) -> float:
    """Return how long to wait before the next start, in seconds."""
    return min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2 ** min(failures - 1, 10))


def leave_on_signals() -> None:
    """Let the first Ctrl-C or SIGTERM end this process in order, and later ones not disturb it."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        for number in STOPPING:
            signal.signal(number, signal.SIG_IGN)
        raise SystemExit(0)

    for number in STOPPING:
        signal.signal(number, leave)


@contextmanager
def _signals_noted() -> Generator[list[int]]:
    """Note signals instead of acting on them: an exception out of nowhere may leave a lock shut."""
    noted: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        noted.append(number)

    before = [signal.signal(number, note) for number in STOPPING]
    try:
        yield noted
    finally:
        for number, handler in zip(STOPPING, before, strict=True):
            signal.signal(number, signal.SIG_IGN if noted else handler)


def die_with_parent(parent: int | None = None) -> None:
    """Have the kernel kill this process when its parent ends, however that happens.

    `parent` is the process id that should be the parent; when it is gone already, end now.
    """
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def check_port_is_free(host: str, port: int) -> None:
    """Raise `SetupError` in one sentence when the port cannot be listened on."""
    try:
        address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        message = f"LEADFLOW_HOST is {host!r}, which is not an address of this machine."
        raise SetupError(message) from None
    with socket.socket(address[0], socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address[4])
        except OSError as error:
            raise SetupError(_refusal(error, host, port)) from None


def answers(host: str, port: int) -> bool:
    """Tell whether our web process serves requests there."""
    asking = Call("GET", f"http://{reachable(host)}:{port}/healthz", seconds=1.0)
    try:
        return Outbound(opened=EVERYWHERE).send(asking).is_success
    except TargetError:
        return False


def reachable(host: str) -> str:
    """Return where a listener on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104  only compared


def _refusal(error: OSError, host: str, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return (
            f"port {port} on {host} is in use; stop the program that uses it or set"
            " LEADFLOW_PORT to another number."
        )
    if error.errno == errno.EACCES:
        return f"port {port} needs more rights; set LEADFLOW_PORT to a number above 1023."
    return f"LEADFLOW_HOST is {host!r}, which is not an address of this machine."


def _check_hope(children: Sequence[Child], given_up_at: float) -> None:
    for child in children:
        if child.quick_failures >= QUICK_FAILURES_ALLOWED:
            message = f"the {child.name} process ends again and again; its own words are above."
            raise SetupError(message)
    if time.monotonic() > given_up_at:
        message = f"LeadFlow did not answer within {READY_SECONDS:.0f} seconds."
        raise SetupError(message)


@contextmanager
def _ended_at_last(children: Sequence[Child]) -> Generator[None]:
    try:
        yield
    finally:
        for child in children:
            child.ask_to_end()
        until = time.monotonic() + GRACE_SECONDS
        for child in children:
            child.end(until)
