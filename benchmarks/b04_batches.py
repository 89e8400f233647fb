"""B4: 1,000 updates in one POST, from the first request to the last message recorded."""

import time

from benchmarks.figures import Figures
from benchmarks.place import place
from benchmarks.posting import post
from benchmarks.pump import Plan

UPDATES = 1_000
MESSAGES = "SELECT count(*) FROM message"


def measure(figures: Figures, *, posts: int, seed: int) -> None:
    """Post big deliveries with the worker running."""
    with place() as ours, ours.web() as web, ours.worker():
        plan = Plan(
            port=web.port, path=ours.path, count=posts, connections=4, updates=UPDATES, seed=seed
        )
        result = post(plan)
        accepted = posts * UPDATES / result.seconds
        ours.wait_until(MESSAGES, posts * UPDATES)
        took = time.time() - result.started_at
        figures.note("B4 updates acknowledged, per second", "LeadFlow", accepted)
        figures.note("B4 updates processed, per second", "LeadFlow", posts * UPDATES / took)
