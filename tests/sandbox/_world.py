"""A small provider, its far end and its caller, for the tests of the sandbox."""

import asyncio
import json
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime

from backend.channels import (
    FakeAccount,
    FakeAnswer,
    FakeSent,
    Provider,
    SignedRequest,
    Template,
    TemplateStatus,
)
from backend.sandbox import Sandbox, serving

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOOK = "/webhooks/tiny/1"


class TinyFake:
    """Takes {"to", "text", "reference"} at /send and writes each event as one JSON line."""

    provider = Provider.MOCK

    def account(self, number):
        template = Template(
            provider_template_id="t1", name="hello", language="en", status=TemplateStatus.APPROVED
        )
        return FakeAccount(
            credentials={"key": f"key-{number}"}, address=f"address-{number}", templates=[template]
        )

    def answer(self, account, request, now):
        if request.path != "/send":
            return FakeAnswer(404, b"{}")
        if account.refusals:
            return FakeAnswer(400, json.dumps({"code": account.refusals.pop(0)}).encode())
        given = json.loads(request.body)
        message_id = f"tiny.{len(account.sent)}"
        account.sent.append(
            FakeSent(
                provider_message_id=message_id,
                recipient=given["to"],
                body=given,
                text=given["text"],
                reference=given["reference"],
                at=now,
            )
        )
        return FakeAnswer(200, json.dumps({"id": message_id}).encode())

    def delivery(self, account, events, now):
        return [
            SignedRequest(
                method="POST",
                url=account.webhook_url,
                query={},
                headers={"x-signature": "good"},
                body=_written(event).encode(),
                received_at=now,
            )
            for event in events
        ]

    def handshake(self, account):
        del account


def _written(event):
    return f"{event.provider_message_id}:{getattr(event, 'status', 'message')}"


class Receiver:
    """Stands for LeadFlow: keeps every body, and answers with what it is told, then 200."""

    def __init__(self, *answers):
        self.bodies = []
        self.taken = []
        self.open_ones = 0
        self._answers = list(answers)

    async def connection(self, reader, writer):
        self.open_ones += 1
        try:
            while True:
                await self._exchange(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()
            self.open_ones -= 1

    async def _exchange(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.split("content-length: ")[1].split("\r\n")[0])
        body = (await reader.readexactly(length)).decode()
        status = self._answers.pop(0) if self._answers else 200
        self.bodies.append(body)
        if status == 200:
            self.taken.append(body)
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 2\r\n\r\nok".encode())


@asynccontextmanager
async def world(plan, *answers, seed=7):
    """Serve a sandbox whose account 1 tells a receiver."""
    receiver = Receiver(*answers)
    server = await asyncio.start_server(receiver.connection, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sandbox = Sandbox(TinyFake(), plan, seed=seed, clock=lambda: NOW)
    sandbox.connect(1, f"http://127.0.0.1:{port}{HOOK}")
    try:
        async with serving(sandbox) as address:
            yield sandbox, receiver, address
    finally:
        server.close()
        for _ in range(100):
            if receiver.open_ones:
                await asyncio.sleep(0.01)
        await asyncio.sleep(0)


async def call(address, path="/1/send", body=None, method="POST"):
    """Call the sandbox; returns the status and the bytes, or 0 where the connection broke."""
    port = int(address.rsplit(":", 1)[1])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    content = json.dumps(body or {}).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    try:
        async with asyncio.timeout(10):
            answer = await reader.read()
    except ConnectionError:
        return 0, b""
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
    if not answer:
        return 0, b""
    top, _, rest = answer.partition(b"\r\n\r\n")
    return int(top.split(b" ")[1]), rest


def message(number=0):
    return {"to": "+12065550123", "text": "Hello", "reference": f"ours-{number}"}
