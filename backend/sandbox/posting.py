"""Post webhooks to a LeadFlow on this machine, over a few kept connections.

This is the far side of the outbound guard, not a way out: it opens connections to loopback
addresses only, whatever it is told (ADR 0020).
"""

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from backend.channels import SignedRequest
from backend.kit.errors import Invalid

CONNECTIONS: Final = 32
ANSWER_SECONDS: Final = 20.0
MOST_HEADER_BYTES: Final = 65_536
NO_ANSWER: Final = 0
LOCAL: Final = "127.0.0.1"


class NotLoopback(Invalid):
    """Webhooks of a sandbox go to this machine only."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where on this machine webhooks are posted to."""

    host: str
    port: int


def read_place(url: str) -> Place:
    """Return the place of a plain loopback address; raises `NotLoopback`."""
    expected = "an address such as http://127.0.0.1:8000"
    try:
        parts = urlsplit(url)
        host = LOCAL if parts.hostname == "localhost" else parts.hostname or ""
        is_ours = parts.scheme == "http" and ip_address(host).is_loopback
        port = parts.port or 80
    except ValueError:
        message = "this is not an address on this machine"
        raise NotLoopback(message, field="url", expected=expected) from None
    if not is_ours:
        message = "a sandbox posts to this machine only, over plain HTTP"
        raise NotLoopback(message, field="url", expected=expected)
    return Place(host, port)


def is_loopback(url: str) -> bool:
    """Whether a plain address is one of this machine."""
    try:
        read_place(url)
    except NotLoopback:
        return False
    return True


class Poster:
    """Posts to one place, at most `CONNECTIONS` at a time."""

    def __init__(self, place: Place) -> None:
        """Open nothing yet."""
        self._place = place
        self._slots = asyncio.Semaphore(CONNECTIONS)
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, request: SignedRequest) -> int:
        """Return the status of the answer, or 0 where there was none."""
        async with self._slots:
            kept = self._idle.pop() if self._idle else None
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    return await self._exchange(kept, request)
            except (OSError, EOFError, ValueError, TimeoutError, asyncio.LimitOverrunError):
                return NO_ANSWER

    async def close(self) -> None:
        """Close what is kept open."""
        while self._idle:
            _, writer = self._idle.pop()
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _exchange(
        self,
        kept: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None,
        request: SignedRequest,
    ) -> int:
        place = self._place
        reader, writer = kept or await asyncio.open_connection(
            place.host, place.port, limit=MOST_HEADER_BYTES
        )
        is_kept = False
        try:
            writer.write(_written(request))
            status, is_kept = await _read(reader)
        finally:
            if is_kept:
                self._idle.append((reader, writer))
            else:
                writer.close()
        return status


def _written(request: SignedRequest) -> bytes:
    parts = urlsplit(request.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {"host": parts.netloc, **request.headers, "content-length": str(len(request.body))}
    lines = [f"{request.method} {path} HTTP/1.1", *(f"{key}: {headers[key]}" for key in headers)]
    return "\r\n".join((*lines, "", "")).encode("latin-1") + request.body


async def _read(reader: asyncio.StreamReader) -> tuple[int, bool]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower().split("\r\n")
    status = int(head[0].split(" ")[1])
    headers = dict(line.split(": ", 1) for line in head[1:] if ": " in line)
    if "content-length" not in headers:
        return status, False
    await reader.readexactly(int(headers["content-length"]))
    return status, headers.get("connection") != "close"
