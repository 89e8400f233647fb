"""One connection to an address that was checked, within a budget of seconds and bytes.

The HTTP engine (httpcore) writes and reads through it, and knows the host only by name. It asks
for its own time limits in vain: the budget's are shorter.
"""

import socket
import ssl
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Address, ip_address
from typing import Any

import httpcore

from backend.kit.addresses import Address
from backend.platform.outbound_errors import (
    AnswerTooLarge,
    HostUnknown,
    TargetTooSlow,
    TargetUnreachable,
)
from backend.platform.outbound_targets import PinnedTarget, Target

CONNECT_SECONDS = 5.0
LOOK_UP_SECONDS = 5.0
MOST_ADDRESSES = 4
HEAD_BYTES = 32 * 1024

Resolve = Callable[[str, int], Sequence[Address]]
Dial = Callable[[Address, int, float], socket.socket]

# `getaddrinfo` cannot be interrupted. Whoever waits for it gives up; these few threads do not.
_LOOK_UPS = ThreadPoolExecutor(max_workers=16, thread_name_prefix="look-up")


def resolve_by_system(host: str, port: int) -> Sequence[Address]:
    """Return every address that this machine has for a name; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(ip_address(entry[4][0]) for entry in found))


def dial(address: Address, port: int, seconds: float) -> socket.socket:
    """Connect to exactly this address; raises `OSError`."""
    family = socket.AF_INET if isinstance(address, IPv4Address) else socket.AF_INET6
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        made.settimeout(seconds)
        made.connect((str(address), port))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except OSError:
        made.close()
        raise
    return made


@dataclass(slots=True)
class Budget:
    """What an exchange with `host` may still take: time until `ends_at`, and bytes."""

    host: str
    ends_at: float
    bytes_left: int = HEAD_BYTES
    has_sent: bool = False

    def seconds(self, at_most: float = float("inf")) -> float:
        """Return the time that is left; raises `TargetTooSlow`."""
        left = min(at_most, self.ends_at - time.monotonic())
        if left <= 0:
            raise self.too_slow()
        return left

    def take(self, received: int) -> None:
        """Count what came in."""
        self.bytes_left -= received

    def room(self, wanted: int) -> int:
        """Return how much may be read now; raises `AnswerTooLarge`."""
        if self.bytes_left <= 0:
            raise self.too_large()
        return min(wanted, self.bytes_left)

    def too_slow(self) -> TargetTooSlow:
        """Say that the time is over."""
        return TargetTooSlow(self.host, "did not answer in time")

    def too_large(self) -> AnswerTooLarge:
        """Say that the bytes are used up."""
        return AnswerTooLarge(self.host, "answered more than LeadFlow reads")

    def broken(self, reason: str = "broke off the connection") -> TargetUnreachable:
        """Say that nothing more will come."""
        return TargetUnreachable(self.host, reason)


def look_up(resolve: Resolve, target: Target, budget: Budget) -> tuple[Address, ...]:
    """Return every address of a target, asked once; a number stands for itself."""
    if target.literal is not None:
        return (target.literal,)
    asked = _LOOK_UPS.submit(resolve, target.host, target.port)
    try:
        found = asked.result(budget.seconds(LOOK_UP_SECONDS))
    except TimeoutError:
        asked.cancel()
        raise TargetTooSlow(target.host, "could not be looked up in time") from None
    except OSError as error:
        if error.errno in {socket.EAI_NONAME, socket.EAI_NODATA}:
            raise _unknown(target) from None
        raise TargetUnreachable(target.host, "could not be looked up") from None
    if not found:
        raise _unknown(target)
    return tuple(found)


class PinnedBackend(httpcore.NetworkBackend):
    """Dials the checked addresses, whatever name it is given."""

    def __init__(self, pinned: PinnedTarget, budget: Budget, dial: Dial) -> None:
        """Keep where to go and how to get there."""
        self._pinned = pinned
        self._budget = budget
        self._dial = dial

    def connect_tcp(
        self,
        host: str,  # noqa: ARG002  the name was resolved already
        port: int,
        timeout: float | None = None,  # noqa: ARG002  the budget knows better
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Connect to the first address that takes it; each has its share of the time."""
        ends_at = time.monotonic() + self._budget.seconds(CONNECT_SECONDS)
        addresses = self._pinned.addresses[:MOST_ADDRESSES]
        is_slow = False
        for number, address in enumerate(addresses):
            share = (ends_at - time.monotonic()) / (len(addresses) - number)
            try:
                return BoundedStream(self._dial(address, port, max(share, 0.01)), self._budget)
            except OSError as error:
                is_slow = isinstance(error, TimeoutError)
        raise self._budget.too_slow() if is_slow else self._budget.broken("cannot be connected to")


class BoundedStream(httpcore.NetworkStream):
    """A connection that ends with its budget, however slowly or amply the other side sends."""

    def __init__(self, connected: socket.socket, budget: Budget) -> None:
        """Take over a connected socket."""
        self._socket = connected
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002
        """Return what has come, at least one byte; nothing at the end."""
        with self._in_words():
            self._socket.settimeout(self._budget.seconds())
            received = self._socket.recv(self._budget.room(max_bytes))
        self._budget.take(len(received))
        return received

    def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002
        """Send everything; a side that stopped listening may have answered already."""
        rest = memoryview(buffer)
        self._budget.has_sent = True
        try:
            while rest:
                self._socket.settimeout(self._budget.seconds())
                rest = rest[self._socket.send(rest) :]
        except TimeoutError:
            raise self._budget.too_slow() from None
        except OSError as error:
            raise httpcore.WriteError(str(error)) from None

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        """Go on encrypted, with a certificate for the name and not for the dialled address."""
        try:
            with self._in_words():
                self._socket.settimeout(self._budget.seconds(CONNECT_SECONDS))
                self._socket = ssl_context.wrap_socket(
                    self._socket, server_hostname=server_hostname
                )
        except BaseException:
            self.close()
            raise
        return self

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401, ARG002  as the engine declares it
        """Tell nothing: the engine would look for HTTP/2."""
        return None

    @contextmanager
    def _in_words(self) -> Generator[None]:
        try:
            yield
        except ssl.SSLCertVerificationError:
            reason = "shows a certificate that is not valid for this name"
            raise self._budget.broken(reason) from None
        except TimeoutError:
            raise self._budget.too_slow() from None
        except OSError:
            raise self._budget.broken() from None


def _unknown(target: Target) -> HostUnknown:
    return HostUnknown(target.host, "is a name without an address")
