"""B5: from the first request to the last event processed, 20 rules on, everything running."""

import time

from benchmarks.figures import Figures
from benchmarks.peers import peer
from benchmarks.place import Place, place
from benchmarks.posting import post
from benchmarks.pump import Plan

OPEN = "SELECT count(*) FROM webhook_event WHERE state <> 'processed'"
LAG = """
SELECT COALESCE(percentile_cont(0.99) WITHIN GROUP (
    ORDER BY extract(epoch FROM processed_at - received_at)), 0) FROM webhook_event
"""
STEADY_RATE = 3_300
PEER_SHARE = 10


def measure_all(figures: Figures, count: int, *, seconds: int, seed: int) -> None:
    """Measure the whole way of so many, and the lag at a steady rate for so long."""
    measure(figures, count=count, seed=seed)
    measure_lag(figures, seconds=seconds, seed=seed)


def measure(figures: Figures, *, count: int, seed: int) -> None:
    """Measure LeadFlow and the whole job in JavaScript."""
    with place() as ours:
        with ours.web() as web, ours.worker():
            post(Plan(port=web.port, path=ours.path, count=500, seed=seed + 700))
            ours.wait_until(OPEN, 0)
            rate = _whole(ours, Plan(port=web.port, path=ours.path, count=count, seed=seed))
            figures.note("B5 processed end to end, per second", "LeadFlow", rate)
        with peer("hono_prisma", ours.folder, worker="prisma_worker") as theirs:
            few = count // PEER_SHARE
            plan = Plan(port=theirs.process.port, path="/webhooks", count=few, seed=seed)
            started = time.perf_counter()
            post(plan)
            while theirs.count(OPEN):
                time.sleep(0.05)
            took = time.perf_counter() - started
            figures.note("B5 processed end to end, per second", "hono_prisma", few / took)


def measure_lag(figures: Figures, *, seconds: int, seed: int) -> None:
    """Offer a steady rate and see how far processing falls behind."""
    count = STEADY_RATE * seconds
    with place() as ours, ours.web() as web, ours.worker():
        plan = Plan(
            port=web.port,
            path=ours.path,
            count=count,
            connections=128,
            rate=STEADY_RATE,
            people=5_000,
            seed=seed,
        )
        post(plan)
        ours.wait_until(OPEN, 0)
        figures.note("B5 lag at 3,300/s, 99th percentile, seconds", "LeadFlow", ours.count(LAG))


def _whole(ours: Place, plan: Plan) -> float:
    result = post(plan)
    ours.wait_until(OPEN, 0)
    return plan.count / (time.time() - result.started_at)
