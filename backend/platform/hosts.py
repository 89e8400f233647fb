"""Under which names this server answers.

A page of another site can have its own name resolve to this machine (DNS rebinding) and would
then count as a page of ours. Its requests carry that name, so a name that we do not know is
refused. An address cannot be rebound, and neither can a name that the public DNS never holds.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address
from urllib.parse import urlsplit

from backend.platform.settings import HOST_NAME, DoorSettings, ServerSettings, load

HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[^:\[\]]+)(:[0-9]{1,5})?", re.IGNORECASE)
LOCAL_NAME = "localhost"
MAX_REMEMBERED = 1_024
# Reserved for use inside a network: RFC 6761, RFC 6762, RFC 8375, and ICANN for .internal.
PRIVATE_ENDINGS = (".localhost", ".local", ".home.arpa", ".internal", ".test")


class Hosts:
    """The names that are ours."""

    def __init__(self, names: Iterable[str], *, is_open: bool) -> None:
        """Answer under these names, and when `is_open` under every name of a private network."""
        self._names = frozenset(names) | {LOCAL_NAME}
        self._is_open = is_open
        self._remembered = lru_cache(MAX_REMEMBERED)(self._holds)

    def holds(self, host: str) -> bool:
        """Whether a `Host` header, with its port, names this server."""
        return self._remembered(host)

    def _holds(self, host: str) -> bool:
        found = HOST.fullmatch(host)
        name = found["name"].lower().removesuffix(".") if found else ""
        return name in self._names or _is_address(name) or (self._is_open and _is_private(name))


def own_hosts() -> Hosts:
    """Return the names that the settings give; without any, those of the private network too."""
    server, door = load(ServerSettings), load(DoorSettings)
    public = urlsplit(server.public_url).hostname if server.public_url else None
    named = [*door.allowed_hosts, *([public] if public else [])]
    return Hosts([server.host.lower(), *named], is_open=not named)


def _is_address(name: str) -> bool:
    is_bracketed = name.startswith("[") and name.endswith("]")
    try:
        address = ip_address(name[1:-1] if is_bracketed else name)
    except ValueError:
        return False
    return isinstance(address, IPv6Address) == is_bracketed


def _is_private(name: str) -> bool:
    is_local = "." not in name or name.endswith(PRIVATE_ENDINGS)
    return is_local and HOST_NAME.fullmatch(name) is not None
