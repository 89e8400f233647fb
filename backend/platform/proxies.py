"""Who really asks: what a reverse proxy says of a connection, if it is one of ours.

Anybody may write `X-Forwarded-For`. It is believed from an address of `LEADFLOW_TRUSTED_PROXIES`
only, here and nowhere else; everything behind reads `scope["client"]` and `scope["scheme"]`.
"""

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

import structlog
from starlette.types import Scope

from backend.kit.addresses import Network, is_within

FORWARDED_FOR = b"x-forwarded-for"
FORWARDED_PROTO = b"x-forwarded-proto"
FORWARDING = frozenset({FORWARDED_FOR, b"forwarded", b"x-real-ip", b"via"})
SECURE = {"http": "https", "ws": "wss"}
MAX_WARNED = 20
MAX_REMEMBERED = 4_096
PLAIN = {secure: plain for plain, secure in SECURE.items()}

log = structlog.get_logger(__name__)


class Proxies:
    """The reverse proxies that are believed."""

    def __init__(self, trusted: Sequence[Network]) -> None:
        """Believe these networks."""
        self._trusted = trusted
        self._strangers: set[str] = set()

    def resolve(self, scope: Scope) -> None:
        """Put the caller's own address and scheme into a request that a proxy passed on."""
        peer = peer_of(scope)
        chain = _all(scope, FORWARDED_FOR)
        if not self._is_trusted(peer):
            if chain:
                self._warn(peer)
            return
        scope["client"] = (self._caller(peer, chain), 0)
        if said := _all(scope, FORWARDED_PROTO):
            scope["scheme"] = _scheme(scope["scheme"], said[-1])

    def _caller(self, peer: str, chain: Sequence[str]) -> str:
        """Walk the chain from our side; the first address that is no proxy of ours is the caller.

        What stands further left was written by the caller, and may be anything.
        """
        caller = peer
        for hop in reversed(chain):
            address = _address(hop)
            if not address:
                break
            caller = address
            if not self._is_trusted(address):
                break
        return caller

    def _is_trusted(self, address: str) -> bool:
        return bool(self._trusted and address) and is_within(ip_address(address), self._trusted)

    def _warn(self, peer: str) -> None:
        """Tell the operator, once for each address, why everybody has the same one."""
        if peer in self._strangers or len(self._strangers) >= MAX_WARNED:
            return
        self._strangers.add(peer)
        log.warning(
            "X-Forwarded-For is not believed; LEADFLOW_TRUSTED_PROXIES does not name its sender",
            sender=peer,
        )


def peer_of(scope: Scope) -> str:
    """Return the address of whoever is connected, or of the caller once that is resolved."""
    client: Sequence[Any] | None = scope.get("client")
    return _address(str(client[0])) if client else ""


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this very machine, and through no proxy."""
    peer = peer_of(scope)
    is_passed_on = any(name in FORWARDING for name, _ in scope["headers"])
    return bool(peer) and ip_address(peer).is_loopback and not is_passed_on


def _all(scope: Scope, wanted: bytes) -> list[str]:
    """Return the members of a header that is a list, however often it was sent."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return [part.strip() for line in lines for part in line.split(",")]


@lru_cache(MAX_REMEMBERED)
def _address(said: str) -> str:
    """Return an address without its port and brackets, or nothing when it is none."""
    host = said.strip('"')
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return ""


def _scheme(own: str, said: str) -> str:
    known = SECURE if said.lower() in {"https", "wss"} else PLAIN
    return known.get(own, own)
