"""B2: 4,000 webhooks a second are offered, whether or not the last ones were answered."""

from benchmarks.figures import Figures
from benchmarks.place import place
from benchmarks.posting import post
from benchmarks.pump import Plan

RATE = 4_000


def measure(figures: Figures, *, seconds: int, seed: int) -> None:
    """Offer the rate for so long; latency counts from when each one was due."""
    count = RATE * seconds
    with place() as ours, ours.web() as web:
        post(Plan(port=web.port, path=ours.path, count=RATE, seed=seed + 500))
        before = web.cpu_seconds()
        plan = Plan(
            port=web.port, path=ours.path, count=count, connections=128, rate=RATE, seed=seed
        )
        result = post(plan)
        cores = (web.cpu_seconds() - before) / result.seconds
        figures.add("B2 4,000 offered per second: answered", "LeadFlow", result, count)
        figures.note("B2 median latency, ms", "LeadFlow", result.p50)
        figures.note("B2 99th percentile, ms", "LeadFlow", result.p99)
        figures.note("B2 cores of the web process", "LeadFlow", cores)
