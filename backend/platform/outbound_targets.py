"""Addresses that users give: read once and strictly, and judged by what they resolve to.

Nothing here touches the network. What is read is never parsed again: the same host goes into the
look-up, the `Host` header and the certificate's check.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import quote

import idna

from backend.kit.addresses import Address, Network, is_public, is_within
from backend.platform.outbound_errors import TargetRefused

PORTS = {"http": 80, "https": 443}
USUAL_PORTS = frozenset({80, 443, 8443})
MAX_URL_LENGTH = 2048
MAX_HOST_LENGTH = 253

EXPECTED = "an address like https://crm.example.com/hooks"
EXPECTED_PUBLIC = (
    "an address on the internet; whoever runs LeadFlow can open ranges of their own network"
    " with LEADFLOW_ALLOW_PRIVATE_TARGETS"
)
UNREAD = "the address"


class Rule(StrEnum):
    """Why an address is refused, as the sentence goes on after its host."""

    LENGTH = f"has more than {MAX_URL_LENGTH} characters"
    CHARACTERS = "holds a space, a backslash or a character that cannot be seen"
    SCHEME = "does not begin with https://"
    USER = "holds a user name or a password, which do not belong there"
    NO_HOST = "names no host"
    HOST = "has a host that is no name"
    NUMBER = "has a number for a host that is not written as four decimal numbers"
    IPV6 = "has a host that is no IPv6 address"
    ZONE = "names a zone of a local network"
    PORT = "has a port that is no number from 1 to 65535"
    NOT_PUBLIC = "is not on the public internet"
    NOT_ENCRYPTED = "is only called over https"
    UNUSUAL_PORT = "is only called at the ports 443, 8443 and 80"


_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# What resolvers read as a number, in any base (WHATWG URL, "ends in a number").
_LAST_IS_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_MAX_PORT = 65535
_PATH_CHARACTERS = "/%:@!$&'()*+,;=~[]?"


@dataclass(frozen=True, slots=True)
class Target:
    """A URL as it was read: `host` in ASCII without brackets, `path` with its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def literal(self) -> Address | None:
        """The host as an address, when it is written as one."""
        if ":" in self.host:
            return IPv6Address(self.host)
        return IPv4Address(self.host) if _LAST_IS_NUMBER.fullmatch(self.host) else None

    @property
    def authority(self) -> str:
        """Host and port as the `Host` header says them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> tuple[str, str, int]:
        """What has to be the same for credentials to go along."""
        return self.scheme, self.host, self.port

    @property
    def url(self) -> str:
        """The whole address, without its fragment."""
        return f"{self.scheme}://{self.authority}{self.path}"


@dataclass(frozen=True, slots=True)
class PinnedTarget:
    """A target and the addresses that were checked for it: dial these, and never ask again."""

    target: Target
    addresses: tuple[Address, ...]


def read_target(url: str) -> Target:
    """Read an address as users give it; raises `TargetRefused`."""
    if len(url) > MAX_URL_LENGTH:
        raise _unreadable(Rule.LENGTH)
    if any(sign in " \\" or not sign.isprintable() for sign in url):
        raise _unreadable(Rule.CHARACTERS)
    scheme, separator, rest = url.partition("://")
    scheme = scheme.lower()
    if not separator or scheme not in PORTS:
        raise _unreadable(Rule.SCHEME)
    rest = rest.partition("#")[0]
    place = re.match(r"[^/?]*", rest)
    authority = place.group() if place else ""
    path = rest.removeprefix(authority)
    host, port = _host_and_port(authority)
    return Target(
        scheme=scheme,
        host=host,
        port=int(port) if port else PORTS[scheme],
        path=quote(path if path.startswith("/") else f"/{path}", safe=_PATH_CHARACTERS),
    )


def check_pinned(
    target: Target,
    addresses: Sequence[Address],
    *,
    opened: Sequence[Network],
    allow_http: bool = False,
) -> None:
    """Raise `TargetRefused` unless a host may be called at everything that it resolves to.

    Into `opened` ranges any port and plain HTTP are allowed.
    """
    if all(is_within(address, opened) for address in addresses):
        return
    if not all(is_public(address) or is_within(address, opened) for address in addresses):
        raise TargetRefused(target.host, Rule.NOT_PUBLIC, expected=EXPECTED_PUBLIC)
    if target.scheme == "http" and not allow_http:
        raise TargetRefused(target.host, Rule.NOT_ENCRYPTED, expected=EXPECTED)
    if target.port not in USUAL_PORTS:
        raise TargetRefused(target.host, Rule.UNUSUAL_PORT, expected=EXPECTED)


def _host_and_port(authority: str) -> tuple[str, str]:
    if "@" in authority:
        raise _unreadable(Rule.USER)
    if authority.startswith("["):
        inside, bracket, after = authority[1:].partition("]")
        if not bracket or (after and not after.startswith(":")):
            raise _unreadable(Rule.IPV6)
        return _ipv6(inside), _port(after)
    host, colon, port = authority.partition(":")
    return _host(host), _port(colon + port)


def _port(text: str) -> str:
    """Return the digits of `:443`, or nothing for no port at all."""
    port = text.removeprefix(":")
    if text and (not _PORT.fullmatch(port) or int(port) > _MAX_PORT):
        raise _unreadable(Rule.PORT)
    return port


def _ipv6(text: str) -> str:
    if "%" in text:
        raise _unreadable(Rule.ZONE)
    try:
        return str(IPv6Address(text))
    except AddressValueError:
        raise _unreadable(Rule.IPV6) from None


def _host(text: str) -> str:
    if not text:
        raise _unreadable(Rule.NO_HOST)
    if len(text) > MAX_HOST_LENGTH:
        raise _unreadable(Rule.HOST)
    host = text.lower() if text.isascii() else _in_ascii(text)
    if _LAST_IS_NUMBER.fullmatch(host):
        return _ipv4(host)
    if not _NAME.fullmatch(host):
        raise _unreadable(Rule.HOST)
    return host


def _in_ascii(text: str) -> str:
    """Encode by IDNA 2008, without mapping: digits in circles are not made plain but refused."""
    try:
        return idna.encode(text.lower(), strict=True).decode("ascii")
    except idna.IDNAError:
        raise _unreadable(Rule.HOST) from None


def _ipv4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise _unreadable(Rule.NUMBER) from None


def _unreadable(rule: Rule) -> TargetRefused:
    return TargetRefused(UNREAD, rule, expected=EXPECTED)
