"""Python's cyclic garbage collector, for processes that make many values that live briefly.

A batch of deliveries is some hundred thousand of them. Looking each of them over again and again
for cycles, which they do not have, costs a fifth of the processing (docs/benchmarks.md).
"""

import gc

THRESHOLDS = (100_000, 20, 100)


def relax() -> None:
    """Leave what is loaded out of every collection from here on, and collect less often.

    Called once, when a process has loaded what it runs.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*THRESHOLDS)
