"""The door for providers: verify, store once, acknowledge. A bare ASGI application.

`GET` answers a provider's subscription check. `POST` reads the raw body, has the channel's
adapter verify the provider's own signature over it, and answers once it is committed. Nothing is
stored for an unknown channel (404), a bad signature (401) or a body that is too long (413).
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

import structlog
from prometheus_client import Counter
from starlette.types import Receive, Scope, Send

from backend.channels import ChannelNotFound, Connection, SignedRequest, webhook_connection
from backend.intake.acceptor import Acceptor
from backend.kit.errors import NotFound, Unavailable
from backend.platform.unit_of_work import SYSTEM, unit_of_work

PREFIX = "/webhooks/"
# Meta posts up to 3 MB (webhook payload size, Graph API documentation).
MAX_BODY_BYTES = 4 * 1024 * 1024
CONNECTION_SECONDS = 5.0
MAX_CONNECTIONS = 1_000
RETRY_AFTER_SECONDS = "2"
PATH_PARTS = 2

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
    """What is answered, as plain text."""

    status: HTTPStatus
    text: str
    retry_after: str | None = None


class Connections:
    """Opened channels, kept for a few seconds so that a burst opens each of them once."""

    def __init__(self) -> None:
        """Start empty."""
        self._held: dict[tuple[str, str], tuple[float, Connection]] = {}

    async def get(self, provider: str, channel: str) -> Connection:
        """Return the channel that an address names; raises `ChannelNotFound`."""
        now = time.monotonic()
        opened_at, held = self._held.get((provider, channel), (0.0, None))
        if held is not None and now - opened_at < CONNECTION_SECONDS:
            return held
        connection = await asyncio.to_thread(_open, provider, channel)
        if len(self._held) >= MAX_CONNECTIONS:
            self._held.clear()
        self._held[provider, channel] = (now, connection)
        return connection


class WebhookDoor:
    """The ASGI application under `/webhooks/`."""

    def __init__(self, acceptor: Acceptor) -> None:
        """Hand verified deliveries to this acceptor."""
        self._acceptor = acceptor
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
        ANSWERS.labels(provider, str(reply.status.value)).inc()
        await _respond(send, reply)

    async def _reply(self, scope: Scope, receive: Receive, parts: list[str]) -> Reply:
        if len(parts) != PATH_PARTS:
            raise ChannelNotFound(scope["path"])
        connection = await self._connections.get(parts[0], parts[1])
        if scope["method"] == "GET":
            return _handshake(connection, scope)
        if scope["method"] != "POST":
            return Reply(HTTPStatus.METHOD_NOT_ALLOWED, "use GET or POST")
        request = _signed(scope, await _body(scope, receive))
        if not connection.adapter.verify(connection.credentials, request):
            log.warning("webhook signature refused", channel_id=str(connection.channel_id))
            return Reply(HTTPStatus.UNAUTHORIZED, "the signature is missing or wrong")
        await self._acceptor.accept(connection.workspace_id, connection.channel_id, request.body)
        return Reply(HTTPStatus.OK, "ok")


def _open(provider: str, channel: str) -> Connection:
    try:
        channel_id = UUID(channel)
    except ValueError:
        raise ChannelNotFound(channel) from None
    with unit_of_work(SYSTEM) as uow:
        return webhook_connection(uow, provider, channel_id)


def _handshake(connection: Connection, scope: Scope) -> Reply:
    challenge = connection.adapter.handshake(connection.credentials, _query(scope))
    if challenge is None:
        return Reply(HTTPStatus.FORBIDDEN, "the verify token is wrong")
    return Reply(HTTPStatus.OK, challenge)


def _query(scope: Scope) -> Mapping[str, str]:
    return dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))


def _signed(scope: Scope, body: bytes) -> SignedRequest:
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    return SignedRequest(
        method=scope["method"],
        url=scope["path"],
        query=_query(scope),
        headers=headers,
        body=body,
    )


async def _body(scope: Scope, receive: Receive) -> bytes:
    """Read the whole body, refusing one that is too long as early as it shows."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and int(value) > MAX_BODY_BYTES:
            raise TooLarge
    chunks: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        chunk: bytes = message.get("body", b"")
        length += len(chunk)
        if length > MAX_BODY_BYTES:
            raise TooLarge
        chunks.append(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)


async def _respond(send: Send, reply: Reply) -> None:
    body = reply.text.encode()
    headers: list[tuple[bytes, bytes]] = [
        (b"content-type", b"text/plain; charset=utf-8"),
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
