"""B1 and B3: signed webhooks, answered once they are durable; then every one of them again."""

from dataclasses import replace

from benchmarks.figures import Figures
from benchmarks.peers import peer
from benchmarks.place import Place, place
from benchmarks.posting import post
from benchmarks.pump import Plan

PEERS = ("hono_bullmq", "fastify_batch", "hono_prisma")
CONNECTIONS = (64, 128)
STORED = "SELECT count(*) FROM webhook_event"


def measure(figures: Figures, *, count: int, seed: int) -> None:
    """Post to LeadFlow and to each peer in turn, on one database server."""
    with place() as ours:
        with ours.web() as web:
            for connections in CONNECTIONS:
                number = 1_000 * seed + connections
                plan = Plan(
                    port=web.port,
                    path=ours.path,
                    count=count,
                    connections=connections,
                    seed=number,
                )
                _measure_ours(figures, ours, plan)
        for name in PEERS:
            plan = Plan(port=0, path="/webhooks", count=count, seed=seed)
            _measure_peer(figures, name, plan, ours)


def _measure_ours(figures: Figures, ours: Place, plan: Plan) -> None:
    post(replace(plan, count=plan.count // 10, seed=plan.seed + 1))
    before = ours.count(STORED)
    once = post(plan)
    _check(ours, before + plan.count, "not every acknowledged delivery is stored")
    again = post(plan)
    _check(ours, before + plan.count, "a delivery was stored twice")
    figures.add(f"B1 durable ack, {plan.connections} connections", "LeadFlow", once, plan.count)
    figures.add(f"B3 every one again, {plan.connections}", "LeadFlow", again, plan.count)


def _check(ours: Place, expected: int, message: str) -> None:
    if ours.count(STORED) != expected:
        raise AssertionError(message)


def _measure_peer(figures: Figures, name: str, plan: Plan, ours: Place) -> None:
    with peer(name, ours.folder) as running:
        for connections in CONNECTIONS:
            wanted = replace(
                plan,
                port=running.process.port,
                connections=connections,
                seed=1_000 * plan.seed + connections,
            )
            post(replace(wanted, count=plan.count // 10, seed=wanted.seed + 1))
            once = post(wanted)
            figures.add(f"B1 durable ack, {connections} connections", name, once, plan.count)
