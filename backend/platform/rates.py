"""How often one may ask: requests to the API by key and by address, and attempts to sign in.

A window of a minute slides over the requests of each caller (two counters each, in Redis when
`REDIS_URL` is set, otherwise in this process). A key that was accepted before has its own window.
Whatever else comes is weighed by its address: what carries no key, and each key that turns out
to be wrong. Nothing here asks the database.

Headers: https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/
"""

import hashlib
import math
import time
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any

import structlog
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from redis.asyncio import ConnectionPool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.kit.addresses import canonical
from backend.platform import problems
from backend.platform.proxies import peer_of
from backend.platform.settings import QueueSettings, RateSettings, load

WINDOW_SECONDS = 60
REDIS_SECONDS = 0.5
WITHOUT_REDIS_SECONDS = 5.0
MAX_KNOWN_KEYS = 10_000
IPV6_SITE_BITS = 64
API = "/v1/"
SIGN_IN = "/auth/"
# Played customers and deliveries come in bursts, and have their own back-pressure.
FREE = "/v1/mock/"
UNAUTHENTICATED = 401
SLOWLY = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>LeadFlow</title>'
    "<p>Too many attempts from your network. Go back and try again in {seconds} seconds.</p>"
)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Rule:
    """What is counted under one name, and how many a minute are allowed."""

    name: str
    allowed: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one request: allowed or not, how many are left, when there will be more."""

    rule: Rule
    is_allowed: bool
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Return the policy and where the caller stands in it."""
        return {
            "RateLimit-Policy": f'"{self.rule.name}";q={self.rule.allowed};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.rule.name}";r={self.left};t={self.seconds}',
        }


class Windows:
    """The sliding windows of every caller; without its Redis a process counts for itself."""

    def __init__(self, redis_url: str | None = None) -> None:
        """Count in Redis, or here."""
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._pool = _pool(redis_url) if redis_url else None
        self._shared = SlidingWindowCounterRateLimiter(_redis(self._pool)) if self._pool else None
        self._shared_again_at = 0.0

    async def hit(self, rule: Rule, caller: str) -> Verdict:
        """Count one request."""
        return await self._asked(rule, caller, is_counted=True)

    async def look(self, rule: Rule, caller: str) -> Verdict:
        """Say what would become of a request, without counting it."""
        return await self._asked(rule, caller, is_counted=False)

    async def close(self) -> None:
        """Close the connections to Redis."""
        if self._pool is not None:
            await self._pool.disconnect()

    async def _asked(self, rule: Rule, caller: str, *, is_counted: bool) -> Verdict:
        if self._shared is not None and time.monotonic() >= self._shared_again_at:
            try:
                return await _ask(self._shared, rule, caller, is_counted=is_counted)
            except StorageError as error:
                self._shared_again_at = time.monotonic() + WITHOUT_REDIS_SECONDS
                log.warning("requests are counted in this process only", error=str(error))
        return await _ask(self._here, rule, caller, is_counted=is_counted)


class RateGate:
    """ASGI middleware of the API and of signing in."""

    def __init__(self, app: ASGIApp) -> None:
        """Let through to `app` what the settings allow."""
        self._app = app
        settings = load(RateSettings)
        self._per_key = Rule("key", settings.rate_per_key)
        self._per_address = Rule("address", settings.rate_per_address)
        self._sign_in = Rule("sign-in", settings.rate_sign_in)
        self._windows = Windows(load(QueueSettings).redis_url)
        # Digests of the keys that were accepted, the latest last.
        self._known: dict[str, None] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or say when to come back."""
        path, key = scope["path"], _key_of(scope)
        verdict = await self._weigh(scope, key)
        told = send if verdict is None else _telling(send, verdict)
        if verdict is not None and not verdict.is_allowed:
            await _refusal(scope, verdict)(scope, receive, told)
        elif key and path.startswith(API):
            await self._app(scope, receive, self._remembering(scope, key, told))
        else:
            await self._app(scope, receive, told)

    async def _weigh(self, scope: Scope, key: str) -> Verdict | None:
        """Say what the rules make of a request; `None` when none of them is about it."""
        path: str = scope["path"]
        if path.startswith(SIGN_IN) and scope["method"] == "POST":
            return await self._windows.hit(self._sign_in, _caller(scope))
        if not path.startswith(API):
            return None
        if key in self._known:
            is_free = path.startswith(FREE)
            return None if is_free else await self._windows.hit(self._per_key, key)
        if key:  # counted once it turns out to be wrong
            return await self._windows.look(self._per_address, _caller(scope))
        return await self._windows.hit(self._per_address, _caller(scope))

    def _remembering(self, scope: Scope, key: str, send: Send) -> Send:
        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start":
                await self._remember(scope, key, is_good=message["status"] != UNAUTHENTICATED)
            await send(message)

        return remember

    async def _remember(self, scope: Scope, key: str, *, is_good: bool) -> None:
        if is_good:
            self._known[key] = None
            if len(self._known) > MAX_KNOWN_KEYS:
                del self._known[next(iter(self._known))]
        else:
            self._known.pop(key, None)
            await self._windows.hit(self._per_address, _caller(scope))


async def _ask(
    limiter: SlidingWindowCounterRateLimiter, rule: Rule, caller: str, *, is_counted: bool
) -> Verdict:
    item = RateLimitItemPerMinute(rule.allowed, namespace="leadflow")
    weigh = limiter.hit if is_counted else limiter.test
    is_allowed = await weigh(item, rule.name, caller)
    stats = await limiter.get_window_stats(item, rule.name, caller)
    seconds = max(math.ceil(stats.reset_time - time.time()), 1)
    return Verdict(rule, is_allowed, stats.remaining, seconds)


def _telling(send: Send, verdict: Verdict) -> Send:
    async def tell(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(verdict.headers())
        await send(message)

    return tell


def _refusal(scope: Scope, verdict: Verdict) -> Response:
    """Ask a program to come back as a problem document, and a person in a sentence."""
    detail = f"at most {verdict.rule.allowed} requests a minute; try again in {verdict.seconds} s"
    headers = {"Retry-After": str(verdict.seconds), "Cache-Control": "no-store"}
    if "text/html" in Headers(scope=scope).get("accept", ""):
        return HTMLResponse(
            SLOWLY.format(seconds=verdict.seconds), problems.TOO_MANY.status, headers
        )
    return problems.answer(scope, problems.TOO_MANY, detail, headers=headers)


def _key_of(scope: Scope) -> str:
    """Return a digest of what was sent as a key; nothing when nothing was."""
    given = Headers(scope=scope).get("authorization", "")
    return hashlib.sha256(given.encode()).hexdigest() if given else ""


def _caller(scope: Scope) -> str:
    """Return the caller's address; IPv6 gives everybody a network, which counts as one."""
    said = peer_of(scope)
    if not said:
        return "unknown"
    address = canonical(ip_address(said))
    if isinstance(address, IPv6Address):
        return str(IPv6Network((int(address), IPV6_SITE_BITS), strict=False))
    return str(address)


def _pool(url: str) -> ConnectionPool:
    seconds = {"socket_timeout": REDIS_SECONDS, "socket_connect_timeout": REDIS_SECONDS}
    return ConnectionPool.from_url(url, **seconds)  # pyright: ignore[reportUnknownMemberType]


def _redis(pool: ConnectionPool) -> RedisStorage:
    # The address is that of the pool; this one only says which kind of store it is.
    options: dict[str, Any] = {"connection_pool": pool}
    return RedisStorage(
        "async+redis://",
        wrap_exceptions=True,
        implementation="redispy",
        key_prefix="leadflow",
        **options,
    )
