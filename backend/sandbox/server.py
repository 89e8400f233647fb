"""Serve a sandbox on loopback, over bare sockets: a fault may break what no web server breaks.

`/{account}/...` is the provider's own API. `GET /ledger` says what was taken and told.
`POST /sandbox/{account}/connect` takes `{"webhook_url": ..., "deliver_to": ...}`, and
`POST /sandbox/{account}/customers` takes the fields of a `Script`.
"""

import asyncio
import json
import socket
import struct
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from pydantic import TypeAdapter, ValidationError

from backend.channels import FakeAnswer, FakeRequest
from backend.kit.errors import Invalid
from backend.sandbox.customers import Script
from backend.sandbox.faults import CallFault
from backend.sandbox.provider import Sandbox

HOST: Final = "127.0.0.1"
MOST_HEADER_BYTES: Final = 65_536
MOST_BODY_BYTES: Final = 16 * 1024 * 1024
SLOW_BYTE_SECONDS: Final = 0.02
JSON: Final = {"content-type": "application/json"}
# On, with no seconds to linger: closing sends a reset instead of an end.
RESET: Final = struct.pack("ii", 1, 0)
CONTROL_PARTS: Final = 3


@asynccontextmanager
async def serving(sandbox: Sandbox, port: int = 0) -> AsyncGenerator[str]:
    """Serve until the block ends; yields the address, of any free port where none is given."""
    open_ones: set[asyncio.Task[None]] = set()

    def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(_connection(sandbox, reader, writer))
        open_ones.add(task)
        task.add_done_callback(open_ones.discard)

    server = await asyncio.start_server(answer, HOST, port, limit=MOST_HEADER_BYTES)
    try:
        yield f"http://{HOST}:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in open_ones:
            task.cancel()
        await asyncio.gather(*open_ones, return_exceptions=True)
        await sandbox.close()


async def _connection(
    sandbox: Sandbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    try:
        request = await _read(reader)
        answer, fault = await _answer(sandbox, request)
        await _write(sandbox, writer, answer, fault)
    except (OSError, EOFError, ValueError, asyncio.LimitOverrunError):
        pass
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> FakeRequest:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    pairs = (line.split(":", 1) for line in head[1:] if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    length = int(headers.get("content-length", "0"))
    if length > MOST_BODY_BYTES:
        raise ValueError(length)
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    body = await reader.readexactly(length)
    return FakeRequest(method, unquote(parts.path), query, headers, body)


async def _answer(sandbox: Sandbox, request: FakeRequest) -> tuple[FakeAnswer, CallFault]:
    first, _, rest = request.path.removeprefix("/").partition("/")
    if first.isdecimal():
        own = FakeRequest(request.method, f"/{rest}", request.query, request.headers, request.body)
        return await sandbox.take(int(first), own)
    try:
        return _control(sandbox, request), CallFault.NONE
    except ValidationError as error:
        said = error.errors()[0]
        reason = f"{'.'.join(map(str, said['loc']))}: {said['msg']}"
    except Invalid as error:
        reason = error.message
    return _json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": reason}), CallFault.NONE


def _control(sandbox: Sandbox, request: FakeRequest) -> FakeAnswer:
    if (request.method, request.path) == ("GET", "/ledger"):
        return _json(HTTPStatus.OK, sandbox.ledger.as_json())
    parts = request.path.strip("/").split("/")
    is_control = len(parts) == CONTROL_PARTS and parts[0] == "sandbox" and parts[1].isdecimal()
    if request.method != "POST" or not is_control:
        return _json(HTTPStatus.NOT_FOUND, {"error": "the sandbox has nothing at this path"})
    account = int(parts[1])
    match parts[2]:
        case "connect":
            given = TypeAdapter(dict[str, str]).validate_json(request.body)
            sandbox.connect(account, given.get("webhook_url", ""), given.get("deliver_to", ""))
        case "customers":
            sandbox.play(account, TypeAdapter(Script).validate_json(request.body))
        case _:
            return _json(HTTPStatus.NOT_FOUND, {"error": "connect or customers was expected"})
    return _json(HTTPStatus.ACCEPTED, {})


async def _write(
    sandbox: Sandbox, writer: asyncio.StreamWriter, answer: FakeAnswer, fault: CallFault
) -> None:
    match fault:
        case CallFault.RESET:
            held: socket.socket = writer.get_extra_info("socket")
            held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            return
        case CallFault.UNANSWERED:
            await asyncio.sleep(sandbox.plan.unanswered_seconds)
            return
        case CallFault.BROKEN:
            half = answer.body[: len(answer.body) // 2]
            writer.write(_bytes(FakeAnswer(answer.status, half, answer.headers)))
        case CallFault.SLOW:
            for byte in _bytes(answer):
                writer.write(bytes((byte,)))
                await asyncio.sleep(SLOW_BYTE_SECONDS)
        case _:
            writer.write(_bytes(answer))
    await writer.drain()


def _bytes(answer: FakeAnswer) -> bytes:
    status = HTTPStatus(answer.status)
    headers = {
        **answer.headers,
        "content-length": str(len(answer.body)),
        "connection": "close",
    }
    lines = [f"HTTP/1.1 {status.value} {status.phrase}", *(f"{k}: {v}" for k, v in headers.items())]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + answer.body


def _json(status: HTTPStatus, value: dict[str, Any]) -> FakeAnswer:
    return FakeAnswer(status, json.dumps(value).encode(), JSON)
