"""The one way out: calls to addresses that users gave, for CRMs, tools, media and providers.

An address is read strictly, resolved once, and refused when anything it resolves to is not on the
public internet or in a range that `LEADFLOW_ALLOW_PRIVATE_TARGETS` opens. The connection goes to
the address that was checked, so that a second answer of the name server cannot matter. Time and
size are limited over the whole exchange.

    answer = send(Call("POST", url, headers={"Authorization": f"Bearer {token}"}, content=body))

Never call it inside a transaction: claim, call, record. What came back is for our code to read;
no error repeats it.
"""

import re
import ssl
import time
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import BinaryIO, Literal
from urllib.parse import urljoin

import httpcore
import httpx
import structlog

from backend.kit.addresses import Network
from backend.platform.outbound_errors import (
    AnswerTooLarge,
    HostUnknown,
    TargetError,
    TargetRefused,
    TargetUnreachable,
)
from backend.platform.outbound_targets import (
    EXPECTED,
    PinnedTarget,
    Rule,
    Target,
    check_pinned,
    read_target,
)
from backend.platform.outbound_wire import (
    Budget,
    Dial,
    PinnedBackend,
    Resolve,
    dial,
    look_up,
    resolve_by_system,
)
from backend.platform.settings import NetworkSettings, load

Method = Literal["DELETE", "GET", "HEAD", "PATCH", "POST", "PUT"]

SECONDS = 10.0
ANSWER_BYTES = 64 * 1024
# The body of an answer may come in chunks of one byte, which take six on the wire.
WIRE_BYTES_FOR_EACH = 8
REDIRECTS = frozenset({301, 302, 303, 307, 308})
FOLLOWED_METHODS = frozenset({"GET", "HEAD"})
# What another origin may see of a request that was meant for the first.
HARMLESS_HEADERS = frozenset({"accept", "accept-language", "user-agent"})
OUR_HEADERS = frozenset(
    {
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)

NOT_HTTP = "does not answer in HTTP as it should"
NOT_ASKED_FOR = "answers in an encoding that it was not asked for"

_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?|")
_ZLIB_GZIP = 16 + zlib.MAX_WBITS

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and what it may cost: seconds in all, bytes of the answer's body unpacked.

    A redirect is an answer unless `redirects` says how many to follow; those of GET and HEAD are
    followed, each to an address that is checked like the first. The body of a success is written
    to `into` as it comes, when that is given, and the answer's own is empty; what came before an
    error stays in it.
    """

    method: Method
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    content: bytes = field(default=b"", repr=False)
    allow_http: bool = False
    redirects: int = 0
    seconds: float = SECONDS
    answer_bytes: int = ANSWER_BYTES
    into: BinaryIO | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are in lower case. Not for the eyes of users."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_success(self) -> bool:
        """Whether the other side did what it was asked."""
        return 200 <= self.status < 300  # noqa: PLR2004  the class of success


@cache
def authorities() -> ssl.SSLContext:
    """Trust whom browsers trust, or `SSL_CERT_FILE`."""
    return httpx.create_ssl_context()


@dataclass(frozen=True, slots=True)
class Outbound:
    """A way out with some ranges opened; what it needs of the network can be replaced."""

    opened: tuple[Network, ...] = ()
    resolve: Resolve = resolve_by_system
    dial: Dial = dial
    tls: Callable[[], ssl.SSLContext] = authorities

    def send(self, call: Call) -> Answer:
        """Make a call; raises `TargetError` of one sort or another."""
        ends_at = time.monotonic() + call.seconds
        first = target = read_target(call.url)
        answer = self._exchange(call, target, ends_at)
        with _told_of(first):
            for _ in range(call.redirects):
                location = _followed(call, answer)
                if location is None:
                    return answer
                origin, target = target.origin, _redirected(target, location)
                call = call if target.origin == origin else _stripped(call)
                answer = self._exchange(call, target, ends_at)
        if call.redirects and _followed(call, answer) is not None:
            raise TargetUnreachable(first.host, "redirects again and again")
        return answer

    def resolve_target(self, url: str, *, allow_http: bool = False) -> PinnedTarget:
        """Return where an address leads, checked; for engines that dial by themselves."""
        target = read_target(url)
        budget = Budget(target.host, time.monotonic() + SECONDS)
        return self._pinned(target, budget, allow_http=allow_http)

    def check_target(self, url: str, *, field: str = "url", allow_http: bool = False) -> None:
        """Raise `TargetRefused` of a form's field when an address is not to be saved.

        It asks the name server, so it comes before the transaction. A name server that does not
        answer raises `TargetUnreachable` or `TargetTooSlow`.
        """
        try:
            self.resolve_target(url, allow_http=allow_http)
        except (TargetRefused, HostUnknown) as error:
            expected = error.expected or EXPECTED
            raise TargetRefused(error.host, error.reason, field=field, expected=expected) from None

    def _exchange(self, call: Call, target: Target, ends_at: float) -> Answer:
        budget = Budget(target.host, ends_at)
        headers = _headers(call, target)
        pinned = self._pinned(target, budget, allow_http=call.allow_http)
        url = httpcore.URL(
            scheme=target.scheme, host=target.host, port=target.port, target=target.path
        )
        connection = httpcore.HTTPConnection(
            url.origin,
            ssl_context=self.tls() if target.scheme == "https" else None,
            network_backend=PinnedBackend(pinned, budget, self.dial),
        )
        request = httpcore.Request(call.method, url, headers=headers, content=call.content)
        with _in_words(budget), connection:
            response = connection.handle_request(request)
            budget.take(-WIRE_BYTES_FOR_EACH * call.answer_bytes)
            return _read_answer(response, budget, call)

    def _pinned(self, target: Target, budget: Budget, *, allow_http: bool) -> PinnedTarget:
        addresses = look_up(self.resolve, target, budget)
        try:
            check_pinned(target, addresses, opened=self.opened, allow_http=allow_http)
        except TargetRefused as refused:
            log.warning("outbound call refused", host=target.host, reason=refused.reason)
            raise
        return PinnedTarget(target, addresses)


def send(call: Call) -> Answer:
    """Make a call with the ranges of the settings; raises as `Outbound.send` does."""
    return _of_settings().send(call)


def resolve_target(url: str, *, allow_http: bool = False) -> PinnedTarget:
    """Return where an address leads, checked by the settings; raises `TargetError`."""
    return _of_settings().resolve_target(url, allow_http=allow_http)


def check_target(url: str, *, field: str = "url", allow_http: bool = False) -> None:
    """Raise `TargetRefused` when the settings do not allow an address to be saved."""
    _of_settings().check_target(url, field=field, allow_http=allow_http)


def _of_settings() -> Outbound:
    return Outbound(opened=load(NetworkSettings).allow_private_targets)


@contextmanager
def _told_of(first: Target) -> Generator[None]:
    """Speak of the host that the user wrote, not of where it redirects to."""
    try:
        yield
    except TargetError as error:
        error.tell_of(first.host)
        raise


@contextmanager
def _in_words(budget: Budget) -> Generator[None]:
    """Say what went wrong between two ends of a connection, and whether anything had left."""
    try:
        yield
    except (TargetError, httpcore.ProtocolError, zlib.error) as error:
        said = error if isinstance(error, TargetError) else budget.broken(NOT_HTTP)
        said.has_left = budget.has_sent
        raise said from None


def _followed(call: Call, answer: Answer) -> str | None:
    """Return where an answer sends a call that may be sent on."""
    if answer.status not in REDIRECTS or call.method not in FOLLOWED_METHODS:
        return None
    return answer.headers.get("location")


def _redirected(target: Target, location: str) -> Target:
    try:
        further = read_target(urljoin(target.url, location))
    except ValueError:
        raise TargetRefused(target.host, Rule.HOST) from None
    if target.scheme == "https" and further.scheme == "http":
        raise TargetRefused(further.host, Rule.NOT_ENCRYPTED)
    return further


def _stripped(call: Call) -> Call:
    """Leave credentials behind, under whatever header they travel."""
    harmless = {
        name: value for name, value in call.headers.items() if name.lower() in HARMLESS_HEADERS
    }
    return replace(call, headers=harmless, content=b"")


def _headers(call: Call, target: Target) -> list[tuple[bytes, bytes]]:
    headers = {"host": target.authority, "user-agent": "LeadFlow", "accept": "*/*"}
    for name, value in call.headers.items():
        is_ours = name.lower() in OUR_HEADERS
        if is_ours or not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
            raise TargetRefused(target.host, "cannot be sent one of the headers")
        headers[name.lower()] = value
    headers |= {"accept-encoding": "gzip", "connection": "close"}
    if call.content or call.method not in FOLLOWED_METHODS:
        headers["content-length"] = str(len(call.content))
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _read_answer(response: httpcore.Response, budget: Budget, call: Call) -> Answer:
    headers: dict[str, str] = {}
    for name, value in response.headers:
        known = headers.get(key := name.decode("ascii").lower())
        said = value.decode("latin-1")
        headers[key] = said if known is None else f"{known}, {said}"
    try:
        pieces = _read_body(
            response, headers.get("content-encoding", ""), budget, call.answer_bytes
        )
        answer = Answer(response.status, headers, b"")
        if call.into is None or not answer.is_success:
            return replace(answer, body=b"".join(pieces))
        for piece in pieces:
            call.into.write(piece)
    except AnswerTooLarge as error:
        error.status = response.status
        raise
    return answer


def _read_body(
    response: httpcore.Response, encoding: str, budget: Budget, most: int
) -> Iterator[bytes]:
    match encoding.strip().lower():
        case "" | "identity":
            pieces = response.iter_stream()
        case "gzip" | "x-gzip":
            pieces = _unpacked(response.iter_stream(), most)
        case _:
            raise budget.broken(NOT_ASKED_FOR)
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > most:
            raise budget.too_large()
        yield piece


def _unpacked(chunks: Iterable[bytes], most: int) -> Iterator[bytes]:
    """Unpack gzip, never more than `most` and a byte at once: a bomb ends with its first piece."""
    unpacker = zlib.decompressobj(_ZLIB_GZIP)
    is_open = False
    for chunk in chunks:
        rest = chunk
        while rest:
            yield unpacker.decompress(rest, most + 1)
            rest = unpacker.unconsumed_tail or unpacker.unused_data
            is_open = not unpacker.eof
            if unpacker.eof:
                unpacker = zlib.decompressobj(_ZLIB_GZIP)
    if is_open:
        raise zlib.error
