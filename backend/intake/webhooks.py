"""The door for providers: verify, store once, acknowledge. A bare ASGI application.

`GET` answers a provider's subscription check. `POST` reads the raw body, has the channel's
adapter verify the provider's own signature over it, and answers once it is committed. Nothing is
stored for an unknown channel (404), a bad signature (401) or a body that is too long (413).
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from backend.channels import ChannelNotFound, Connection, SignedRequest, webhook_connection
from backend.intake.acceptor import Acceptor, IntakeFull
from backend.intake.door_watch import WRONG_SIGNATURE, WRONG_TOKEN, DoorWatch
from backend.kit.errors import NotFound, Unavailable
from backend.platform.unit_of_work import SYSTEM, unit_of_work

PREFIX = "/webhooks/"
# Meta posts up to 3 MB (webhook payload size, Graph API documentation).
MAX_BODY_BYTES = 4 * 1024 * 1024
CONNECTION_SECONDS = 5.0
MAX_CONNECTIONS = 1_000
RETRY_AFTER_SECONDS = "2"
PATH_PARTS = 2
MAX_COUNTERS = 256

ANSWERS = Counter(
    "leadflow_webhooks_total", "Webhooks by provider and answer", ["provider", "status"]
)
log = structlog.get_logger(__name__)


class TooLarge(Exception):
    """The body is longer than any provider's."""


class Gone(Exception):
    """The provider hung up before its body was whole; nobody waits for an answer."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered."""

    status: HTTPStatus
    text: str
    retry_after: str | None = None
    content_type: str = "text/plain; charset=utf-8"


class Connections:
    """Opened channels, kept for a few seconds; a burst opens each of them once and waits for it."""

    def __init__(self) -> None:
        """Start empty."""
        self._held: dict[tuple[str, str], tuple[float, Connection]] = {}
        self._opening: dict[tuple[str, str], asyncio.Task[Connection]] = {}

    async def get(self, provider: str, channel: str) -> Connection:
        """Return the channel that an address names; raises `ChannelNotFound`."""
        now = time.monotonic()
        opened_at, held = self._held.get((provider, channel), (0.0, None))
        if held is not None and now - opened_at < CONNECTION_SECONDS:
            return held
        key = (provider, channel)
        opening = self._opening.get(key)
        if opening is None:
            opening = asyncio.create_task(self._open(key))
            self._opening[key] = opening
        return await asyncio.shield(opening)  # one that hangs up leaves it to the others

    async def _open(self, key: tuple[str, str]) -> Connection:
        began = time.monotonic()
        try:
            connection = await asyncio.to_thread(_open, *key)
            if len(self._held) >= MAX_CONNECTIONS:
                self._held.clear()
            self._held[key] = (began, connection)
            return connection
        finally:
            del self._opening[key]


class WebhookDoor:
    """The ASGI application under `/webhooks/`."""

    def __init__(self, acceptor: Acceptor, watch: DoorWatch | None = None) -> None:
        """Hand verified deliveries to this acceptor, and tell the watch what came."""
        self._acceptor = acceptor
        self._watch = watch or DoorWatch()
        self._connections = Connections()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        parts = scope["path"].removeprefix(PREFIX).split("/")
        provider = parts[0] if len(parts) == PATH_PARTS else "unknown"
        try:
            reply = await self._reply(scope, receive, parts)
        except Gone:
            return
        except NotFound:
            provider = "unknown"
            reply = Reply(HTTPStatus.NOT_FOUND, "no such channel")
        except TooLarge:
            text = f"the body is longer than {MAX_BODY_BYTES} bytes"
            reply = Reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text)
        except Unavailable as error:
            reply = Reply(HTTPStatus.SERVICE_UNAVAILABLE, error.message, RETRY_AFTER_SECONDS)
        except Exception:
            log.exception("webhook failed")
            reply = Reply(HTTPStatus.SERVICE_UNAVAILABLE, "try again", RETRY_AFTER_SECONDS)
        _answers(provider, reply.status).inc()
        await _respond(send, reply)

    async def _reply(self, scope: Scope, receive: Receive, parts: list[str]) -> Reply:
        try:
            connection = await self._connection(scope, parts)
        except Exception:
            await _discard(scope, receive)
            raise
        if scope["method"] == "GET":
            return self._handshake(connection, scope)
        if scope["method"] != "POST":
            return Reply(HTTPStatus.METHOD_NOT_ALLOWED, "use GET or POST")
        with self._acceptor.room() as take:
            request = _signed(connection, scope, await _body(scope, receive, take))
            return await self._store(connection, request)

    async def _connection(self, scope: Scope, parts: list[str]) -> Connection:
        if len(parts) != PATH_PARTS:
            raise ChannelNotFound(scope["path"])
        return await self._connections.get(parts[0], parts[1])

    async def _store(self, connection: Connection, request: SignedRequest) -> Reply:
        if not connection.adapter.verify(connection.credentials, request):
            log.warning("webhook signature refused", channel_id=str(connection.channel_id))
            self._watch.refused(connection, WRONG_SIGNATURE, request.received_at)
            return Reply(HTTPStatus.UNAUTHORIZED, WRONG_SIGNATURE)
        self._watch.verified(connection, request.received_at)
        await self._acceptor.accept(connection.workspace_id, connection.channel_id, request.body)
        said = connection.adapter.acknowledgement
        return Reply(HTTPStatus.OK, said.text, content_type=said.content_type)

    def _handshake(self, connection: Connection, scope: Scope) -> Reply:
        challenge = connection.adapter.handshake(connection.credentials, _query(scope))
        if challenge is None:
            self._watch.refused(connection, WRONG_TOKEN, datetime.now(UTC))
            return Reply(HTTPStatus.FORBIDDEN, WRONG_TOKEN)
        self._watch.handshake(connection, datetime.now(UTC))
        return Reply(HTTPStatus.OK, challenge)


@lru_cache(MAX_COUNTERS)
def _answers(provider: str, status: HTTPStatus) -> Counter:
    return ANSWERS.labels(provider, str(status.value))


def _open(provider: str, channel: str) -> Connection:
    try:
        channel_id = UUID(channel)
    except ValueError:
        raise ChannelNotFound(channel) from None
    with unit_of_work(SYSTEM) as uow:
        return webhook_connection(uow, provider, channel_id)


def _query(scope: Scope) -> Mapping[str, str]:
    query = scope["query_string"].decode("latin-1")
    return dict(parse_qsl(query, keep_blank_values=True)) if query else {}


def _signed(connection: Connection, scope: Scope, body: bytes) -> SignedRequest:
    query = scope["query_string"].decode("latin-1")
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    return SignedRequest(
        method=scope["method"],
        url=f"{connection.webhook_url}?{query}" if query else connection.webhook_url,
        query=_query(scope),
        headers=headers,
        body=body,
        received_at=datetime.now(UTC),
    )


async def _body(scope: Scope, receive: Receive, take: Callable[[int], None]) -> bytes:
    """Read the whole body, refusing one that is too long as early as it shows.

    One that there is no room for is read to its end and thrown away: a provider that is still
    sending would not hear the answer.
    """
    _refuse_length(scope)
    chunks: list[bytes] = []
    length = 0
    refusal: IntakeFull | None = None
    is_whole = False
    while not is_whole:
        chunk, is_whole = await _chunk(receive)
        length += len(chunk)
        if length > MAX_BODY_BYTES:
            raise TooLarge
        try:
            take(len(chunk) if refusal is None else 0)
        except IntakeFull as full:
            refusal = full
            chunks.clear()
        if refusal is None:
            chunks.append(chunk)
    if refusal:
        raise refusal
    return b"".join(chunks)


async def _discard(scope: Scope, receive: Receive) -> None:
    """Read a body to its end and keep none of it, for the same reason; raises `TooLarge`."""
    _refuse_length(scope)
    length = 0
    is_whole = False
    while not is_whole:
        chunk, is_whole = await _chunk(receive)
        length += len(chunk)
        if length > MAX_BODY_BYTES:
            raise TooLarge


def _refuse_length(scope: Scope) -> None:
    """Raise `TooLarge` when the body says of itself that it is."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY_BYTES:
            raise TooLarge


async def _chunk(receive: Receive) -> tuple[bytes, bool]:
    """Receive a piece of the body, and whether it is the last one."""
    message = await receive()
    if message["type"] == "http.disconnect":
        raise Gone
    return message.get("body", b""), not message.get("more_body", False)


async def _respond(send: Send, reply: Reply) -> None:
    body = reply.text.encode()
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", reply.content_type.encode()),
        (b"content-length", str(len(body)).encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if reply.retry_after:
        headers.append((b"retry-after", reply.retry_after.encode()))
    start: dict[str, Any] = {
        "type": "http.response.start",
        "status": reply.status.value,
        "headers": headers,
    }
    await send(start)
    await send({"type": "http.response.body", "body": body})
