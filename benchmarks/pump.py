"""The load: posts signed webhooks over plain connections, in a process of its own.

    python -m benchmarks.pump '{"port": 8100, "path": "/webhooks/...", "count": 4000, ...}'

Closed loop: each connection posts the next one when the last was answered. Open loop (`rate`):
each one is due at a time that was fixed before, and its latency counts from then, also when all
connections are busy. Prints one line of JSON.
"""

import asyncio
import json
import sys
import time
from collections import Counter, deque
from dataclasses import asdict, dataclass, field

from benchmarks.load import bodies, signature, updates_in_one

END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Plan:
    """What to post where: `rate` per second for an open loop, 0 for a closed one."""

    port: int
    path: str
    count: int
    connections: int = 64
    rate: int = 0
    people: int = 500
    seed: int = 1
    updates: int = 1


@dataclass(slots=True)
class Result:
    """What came of it: answers by status, seconds in all, latencies in milliseconds."""

    statuses: dict[int, int]
    seconds: float
    p50: float
    p99: float
    worst: float
    started_at: float


@dataclass(slots=True)
class Run:
    """The requests that wait, when each is due, and what was answered."""

    requests: deque[tuple[float, bytes]]
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One connection with one request under way at a time."""

    def __init__(self, run: Run, done: asyncio.Future[None]) -> None:
        """Take requests from this run until none is left."""
        self._run = run
        self._done = done
        self._held = b""
        self._due = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Post the first one."""
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """Count a whole answer and post the next request."""
        self._held += data
        head, found, body = self._held.partition(END_OF_HEAD)
        if not found:
            return
        lines = head.lower() + b"\r\n"
        at = lines.find(b"content-length:")
        length = int(lines[at + 15 : lines.find(b"\r\n", at)]) if at >= 0 else 0
        if len(body) < length:
            return
        self._run.statuses[int(head[9:12])] += 1
        self._run.latencies.append(time.perf_counter() - self._due)
        self._held = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop: a server that hangs up is a fault of the run."""
        if not self._done.done():
            self._done.set_exception(exc or ConnectionResetError("the server hung up"))

    def _next(self) -> None:
        if not self._run.requests:
            if not self._done.done():
                self._done.set_result(None)
            return
        due, request = self._run.requests.popleft()
        now = time.perf_counter()
        self._due = due or now
        if due > now:
            asyncio.get_running_loop().call_at(due, self._transport.write, request)
        else:
            self._transport.write(request)


def main() -> None:
    """Run the plan of the command line."""
    plan = Plan(**json.loads(sys.argv[1]))
    made = [_request(plan, body) for body in _bodies(plan)]
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(asdict(asyncio.run(_post(plan, made)))), flush=True)


def _bodies(plan: Plan) -> list[bytes]:
    if plan.updates > 1:
        return updates_in_one(plan.count, updates=plan.updates, people=plan.people, seed=plan.seed)
    return bodies(plan.count, people=plan.people, seed=plan.seed)


def _request(plan: Plan, body: bytes) -> bytes:
    return (
        f"POST {plan.path} HTTP/1.1\r\nHost: 127.0.0.1:{plan.port}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        f"X-Hub-Signature-256: {signature(body).decode()}\r\n\r\n"
    ).encode() + body


async def _post(plan: Plan, made: list[bytes]) -> Result:
    loop = asyncio.get_running_loop()
    started, started_at = time.perf_counter(), time.time()
    step = 1 / plan.rate if plan.rate else 0.0
    begin = started + 0.05 if step else 0.0
    run = Run(deque((begin + number * step, request) for number, request in enumerate(made)))
    waiting = []
    for _ in range(plan.connections):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        await loop.create_connection(
            lambda done=done: Connection(run, done), "127.0.0.1", plan.port
        )
    await asyncio.gather(*waiting)
    seconds = time.perf_counter() - started
    ordered = sorted(run.latencies)
    return Result(
        statuses=dict(run.statuses),
        seconds=seconds,
        p50=ordered[len(ordered) // 2] * 1000,
        p99=ordered[len(ordered) * 99 // 100] * 1000,
        worst=ordered[-1] * 1000,
        started_at=started_at,
    )


if __name__ == "__main__":
    main()
