"""What is measured; each scenario returns a rate per second."""

import asyncio
import time
from collections.abc import Sequence

from starlette.types import Message

from backend import intake
from backend.analytics.tasks import roll_up_marked
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import PREFIX, WebhookDoor
from benchmarks.load import signature
from benchmarks.place import Bench


def acknowledge(bench: Bench, load: Sequence[bytes], *, connections: int = 64) -> float:
    """Signed webhooks through the door and the acceptor, committed before each answer.

    In process, without a network: what verification, group commit and PostgreSQL allow.
    """
    return asyncio.run(_acknowledge(bench, load, connections))


def process(bench: Bench, *, batch_size: int) -> float:
    """Work stored deliveries off through the whole of intake, demo rules on, and roll up."""
    started = time.perf_counter()
    settled = intake.drain_workspace(bench.actor.workspace_id, batch_size=batch_size)
    roll_up_marked()
    return settled / (time.perf_counter() - started)


async def _acknowledge(bench: Bench, load: Sequence[bytes], connections: int) -> float:
    acceptor = Acceptor()
    door = WebhookDoor(acceptor)
    path = f"{PREFIX}{bench.channel.provider}/{bench.channel.id}"
    waiting = iter(load)

    async def connection() -> None:
        for body in waiting:
            status = await _post(door, path, body)
            if status != 200:  # noqa: PLR2004  anything else makes the figure worthless
                message = f"the door answered {status}"
                raise RuntimeError(message)

    async with acceptor.running():
        started = time.perf_counter()
        await asyncio.gather(*(connection() for _ in range(connections)))
        return len(load) / (time.perf_counter() - started)


async def _post(door: WebhookDoor, path: str, body: bytes) -> int:
    answers: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"x-hub-signature-256", signature(body))],
    }
    await door(scope, receive, send)
    return int(answers[0]["status"])
