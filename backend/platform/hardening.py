"""What stands in front of everything that is served: screens, API, webhooks, websockets.

In this order: who asks (behind a proxy of ours), under which id, whether the request names us
as its host, whether a page of another site sent it, and on every answer the headers that tell a
browser what it may do with it. Pages of other sites are told nothing (no CORS), by nobody: such
headers are taken off whoever wrote them.
"""

from collections.abc import Iterable
from urllib.parse import urlsplit

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.platform import content_policy, problems
from backend.platform.hosts import Hosts, own_hosts
from backend.platform.origins import is_own_origin
from backend.platform.proxies import Proxies
from backend.platform.requests import request_id_of
from backend.platform.settings import DoorSettings, ServerSettings, load

Header = tuple[bytes, bytes]

ID_HEADER = b"x-request-id"
CONTENT_POLICY = b"content-security-policy"
YEAR_SECONDS = 365 * 24 * 60 * 60
NOT_MODIFIED = 304
# What an answer of ours carries unless it says otherwise itself.
UNUSED_FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
DEFAULTS: tuple[Header, ...] = (
    (b"server", b"LeadFlow"),  # or the web server would give its own name
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", ", ".join(f"{name}=()" for name in UNUSED_FEATURES).encode()),
)
TRANSPORT: Header = (
    b"strict-transport-security",
    f"max-age={YEAR_SECONDS}".encode(),
)
CLOSED: Header = (CONTENT_POLICY, content_policy.CLOSED.encode())
OPEN_TO_OTHERS = b"access-control-"
WHICH_HOST = "one of our names; LEADFLOW_PUBLIC_URL and LEADFLOW_ALLOWED_HOSTS say which"


class Front:
    """The outermost ASGI application."""

    def __init__(self, app: ASGIApp, *, hosts: Hosts, proxies: Proxies, screens: str) -> None:
        """Let through to `app`; `screens` is the content policy of its pages."""
        self._app = app
        self._hosts = hosts
        self._proxies = proxies
        self._screens = screens.encode()
        public = load(ServerSettings).public_url
        self._is_secure = public is not None and urlsplit(public).scheme == "https"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or carry one websocket."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        self._proxies.resolve(scope)
        request_id = request_id_of(scope)
        scope[problems.REQUEST_ID] = request_id
        if scope["type"] == "websocket":
            await self._carry(scope, receive, send)
            return
        answer = _Answer(send, self._headers(scope, request_id), self._screens)
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            await self._serve(scope, receive, answer)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._hosts.holds(_said(scope, b"host") or ""):
            fault = problems.FieldProblem(
                field="Host", message="is no name of this server", expected=WHICH_HOST
            )
            detail = "this server does not answer under the name that the request gives"
            refusal = problems.answer(scope, problems.MISDIRECTED, detail, [fault])
        elif _is_preflight(scope):
            detail = "pages of other sites may not call this server"
            refusal = problems.answer(scope, problems.FORBIDDEN, detail)
        else:
            await self._app(scope, receive, send)
            return
        await refusal(scope, receive, send)

    async def _carry(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a websocket open; what is refused before it opened is answered with a 403.

        A browser always says which page opens it. What says nothing is a program, which could
        say anything, and gets no further than its cookie takes it.
        """
        host, origin = _said(scope, b"host") or "", _said(scope, b"origin")
        is_ours = origin is None or is_own_origin(origin, {"HTTP_HOST": host})
        if self._hosts.holds(host) and is_ours:
            await self._app(scope, receive, send)
            return
        await receive()
        await send({"type": "websocket.close", "code": 1008})

    def _headers(self, scope: Scope, request_id: str) -> list[Header]:
        headers = [*DEFAULTS, (ID_HEADER, request_id.encode())]
        if self._is_secure or scope["scheme"] == "https":
            headers.append(TRANSPORT)
        return headers


class _Answer:
    """Sends an answer with our headers, and without those that we do not send."""

    def __init__(self, send: Send, headers: Iterable[Header], screens: bytes) -> None:
        self._send = send
        self._headers = headers
        self._screens = screens

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            lines = [(bytes(name).lower(), value) for name, value in message["headers"]]
            given = dict(lines)
            kept = [line for line in lines if not line[0].startswith(OPEN_TO_OTHERS)]
            wanted = [*self._headers, *self._by_content(message["status"], given)]
            message["headers"] = kept + [line for line in wanted if line[0] not in given]
        await self._send(message)

    def _by_content(self, status: int, given: dict[bytes, bytes]) -> Iterable[Header]:
        """Have a page asked for anew each time, because it names the scripts of one build.

        An answer that only says "not modified" would change the policy of the page it confirms.
        """
        if status == NOT_MODIFIED:
            return
        if bytes(given.get(b"content-type", b"")).startswith(b"text/html"):
            yield b"cache-control", b"no-cache"
            yield CONTENT_POLICY, self._screens
        else:
            yield CLOSED


def guarded(app: ASGIApp, *, screens: str) -> Front:
    """Put the front that the settings describe before an application."""
    trusted = load(DoorSettings).trusted_proxies
    return Front(app, hosts=own_hosts(), proxies=Proxies(trusted), screens=screens)


def _said(scope: Scope, wanted: bytes) -> str | None:
    """Return a header; sent twice, both values, which is no host and no origin."""
    found = [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]
    return ", ".join(found) if found else None


def _is_preflight(scope: Scope) -> bool:
    return scope["method"] == "OPTIONS" and bool(_said(scope, b"access-control-request-method"))
