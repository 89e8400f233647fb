"""What every HTTP request to the API passes: its id, the limit of its body, and being counted."""

import re
import time
from collections.abc import Sequence

import structlog
from prometheus_client import Counter, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.kit.ids import new_id
from backend.platform import problems

ID_HEADER = "X-Request-ID"
GIVEN = ID_HEADER.lower().encode()
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
NOWHERE = "unmatched"

REQUESTS = Counter(
    "leadflow_http_requests_total",
    "Requests by method, route and status",
    ["method", "route", "status"],
)
SECONDS = Histogram("leadflow_http_request_seconds", "Time to answer by route", ["route"])

log = structlog.get_logger(__name__)


class BodyTooLarge(HTTPException):
    """The body is longer than the limit, said or sent."""

    def __init__(self, limit: int) -> None:
        """Say the limit."""
        super().__init__(problems.TOO_LARGE.status, f"the body is longer than {limit} bytes")


class RequestGate:
    """ASGI middleware; what fails unexpectedly is logged here, and answered with a 500."""

    def __init__(
        self, app: ASGIApp, max_body_bytes: int, roomy: Sequence[tuple[re.Pattern[str], int]] = ()
    ) -> None:
        """Let requests with a body up to the limit through to `app`.

        `roomy` gives the paths that match as a whole a limit of their own, in bytes.
        """
        self._app = app
        self._max_body_bytes = max_body_bytes
        self._roomy = roomy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = request_id_of(scope)
        scope[problems.REQUEST_ID] = request_id
        answer = _Answer(send, request_id)
        began = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._pass(scope, _Limited(scope, receive, self._limit(scope)), answer)
        route = getattr(scope.get("route"), "path", NOWHERE)
        method = scope["method"] if scope["method"] in METHODS else "other"
        REQUESTS.labels(method, route, str(answer.status)).inc()
        SECONDS.labels(route).observe(time.perf_counter() - began)

    def _limit(self, scope: Scope) -> int:
        limits = (limit for path, limit in self._roomy if path.fullmatch(scope["path"]))
        return next(limits, self._max_body_bytes)

    async def _pass(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception:
            log.exception("request failed", method=scope["method"], path=scope["path"])
            if answer.status:
                raise
            detail = "it has been logged under the request's id"
            response = problems.answer(scope, problems.INTERNAL, detail)
            await response(scope, receive, answer)


class _Limited:
    """Receives a body up to a limit, whether its length was announced or not."""

    def __init__(self, scope: Scope, receive: Receive, limit: int) -> None:
        said = Headers(scope=scope).get("content-length", "")
        self._announced = int(said) if said.isascii() and said.isdigit() else 0
        self._receive = receive
        self._limit = limit
        self._length = 0

    async def __call__(self) -> Message:
        if self._announced > self._limit:
            raise BodyTooLarge(self._limit)
        message = await self._receive()
        body: bytes = message.get("body", b"")
        self._length += len(body)
        if self._length > self._limit:
            raise BodyTooLarge(self._limit)
        return message


class _Answer:
    """Sends an answer with its headers, and remembers its status."""

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            headers[ID_HEADER] = self._request_id
            headers.setdefault("Cache-Control", "no-store")
            headers.setdefault("X-Content-Type-Options", "nosniff")
        await self._send(message)


def request_id_of(scope: Scope) -> str:
    """Return the id that a caller or a proxy gave, if it is harmless, or a new one."""
    known: str | None = scope.get(problems.REQUEST_ID)
    if known:
        return known
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == GIVEN), "")
    return given if GIVEN_ID.fullmatch(given) else str(new_id())
