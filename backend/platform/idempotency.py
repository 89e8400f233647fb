"""`Idempotency-Key`: a POST that is sent twice has its effect once, and the same answer.

    Idempotency-Key: 8e03978e-40d5-43e8-bc93-6894a57f9324

The gate reads the name, hashes the request while it is read, and holds the answer back until it
is kept. A route's caller is known only inside the API, so `once`, a dependency of every route,
takes the request on (`backend.rest`). What is kept, and what a row says, is in `kept_answers`.

Source: https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
"""

import hashlib
import re
from contextvars import ContextVar
from uuid import UUID

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.kit.errors import Invalid
from backend.platform import kept_answers, problems, unit_of_work
from backend.platform.kept_answers import FIELD, Claim, KeptAnswer, Named

PATHS = "/v1/"
REPLAYED = "Idempotency-Replayed"
A_NAME = "1 to 255 printable ASCII characters, such as a UUID"
NAME = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?")
MAX_KEPT_BYTES = 1024 * 1024
RETRY_AFTER_SECONDS = "1"
# Says nothing about the request itself: the same one may well succeed the next time.
UNKEPT = frozenset({401, 408, 425, 429})
FIRST_FAULT = 500

log = structlog.get_logger(__name__)


class Passage:
    """One named request on its way: what it says so far, and the claim on it."""

    def __init__(self, scope: Scope, receive: Receive, name: str) -> None:
        """Begin with what stands before the body."""
        self.name = name
        self.claim: Claim | None = None
        self.is_read = False
        self._receive = receive
        route = f"{scope['method']} {scope['path']}?{scope['query_string'].decode('latin-1')}\n"
        self._digest = hashlib.sha256(route.encode())

    async def receive(self) -> Message:
        """Hand the next part of the body on, and hash it."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._digest.update(message.get("body", b""))
            self.is_read = not message.get("more_body", False)
        return message

    def named(self, scope: unit_of_work.Scope, key_id: UUID) -> Named:
        """Say what the request is, once it is known whose it is."""
        name_hash = hashlib.sha256(self.name.encode()).digest()
        return Named(scope, key_id, name_hash, self._digest.digest())


_current: ContextVar[Passage | None] = ContextVar("passage", default=None)


class IdempotencyGate:
    """ASGI middleware of the API."""

    def __init__(self, app: ASGIApp) -> None:
        """Let through to `app`."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        is_post = scope["type"] == "http" and scope["method"] == "POST"
        names = Headers(scope=scope).getlist(FIELD) if is_post else []
        if not names or not scope["path"].startswith(PATHS):
            await self._app(scope, receive, send)
            return
        passage = Passage(scope, receive, ", ".join(names))
        held = _Held(send)
        token = _current.set(passage)
        try:
            await self._app(scope, passage.receive, held)
        except Exception:
            await _settle(passage, None)
            raise
        finally:
            _current.reset(token)
        await _settle(passage, held.answer())
        await held.release()


class _Held:
    """Holds an answer back, as long as it is short enough to be kept."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._messages: list[Message] = []
        self._length = 0
        self._is_open = False

    async def __call__(self, message: Message) -> None:
        self._length += len(message.get("body", b""))
        self._messages.append(message)
        if self._is_open or self._length > MAX_KEPT_BYTES:
            await self.release()

    async def release(self) -> None:
        """Send what was held back, and whatever follows at once."""
        self._is_open = True
        messages, self._messages = self._messages, []
        for message in messages:
            await self._send(message)

    def answer(self) -> KeptAnswer | None:
        """Return the whole answer, or nothing when it was too long to be held."""
        if self._is_open or not self._messages:
            return None
        start, *rest = self._messages
        media_type = Headers(raw=start["headers"]).get("content-type", "")
        body = b"".join(message.get("body", b"") for message in rest)
        return KeptAnswer(start["status"], media_type, body)


async def once(request: Request, scope: unit_of_work.Scope, key_id: UUID) -> None:
    """Take the request under way on, if it has a name; raises what ends it here.

    These are `Repeated`, refusals, and a 409 with `Retry-After` while its twin is under way.
    """
    passage = _current.get()
    if passage is None:
        return
    if not NAME.fullmatch(passage.name):
        message = "the name of the request cannot be used"
        raise Invalid(message, field=FIELD, expected=A_NAME)
    if not passage.is_read:
        await request.body()
    try:
        named = passage.named(scope, key_id)
        passage.claim = await run_in_threadpool(kept_answers.take, named)
    except kept_answers.StillUnderWay:
        detail = "the same request is being answered at this moment"
        headers = {"Retry-After": RETRY_AFTER_SECONDS}
        raise HTTPException(problems.CONFLICT.status, detail, headers) from None


def mark_committed(uow: unit_of_work.UnitOfWork) -> None:
    """Mark the request under way as committed with this transaction (`unit_of_work.on_close`)."""
    passage = _current.get()
    claim = passage.claim if passage else None
    if claim is not None and uow.workspace_id == claim.request.scope.workspace_id:
        kept_answers.mark(uow, claim)


def repeat(_request: Request, repeated: Exception) -> Response:
    """Answer as before."""
    if not isinstance(repeated, kept_answers.Repeated):
        raise repeated
    kept = repeated.answer
    headers = {REPLAYED: "true", "Content-Type": kept.media_type}
    return Response(kept.body, kept.status, headers)


async def _settle(passage: Passage, answer: KeptAnswer | None) -> None:
    """Keep the answer, or let the request be done again; it has been answered either way."""
    claim, passage.claim = passage.claim, None
    if claim is None:
        return
    try:
        if answer is None or answer.status >= FIRST_FAULT or answer.status in UNKEPT:
            await run_in_threadpool(kept_answers.give_back, claim)
        else:
            await run_in_threadpool(kept_answers.keep, claim, answer)
    except Exception:
        log.exception("answer not kept")
