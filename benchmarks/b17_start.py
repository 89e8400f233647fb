"""B17: a built install, started cold, until its first webhook is acknowledged; and its memory."""

import sys
import time
from pathlib import Path

from benchmarks.figures import Figures
from benchmarks.place import free_port, place, running
from benchmarks.posting import post
from benchmarks.pump import Plan

KIB = 1024


def measure(figures: Figures, *, seed: int) -> None:
    """Start everything as `make run` does, on a data directory that is there already."""
    with place() as ours:
        port = free_port()
        command = [sys.executable, "-m", "backend.cli", "up"]
        started = time.perf_counter()
        with running(command, {"LEADFLOW_PORT": str(port)}, port=port, path="/readyz") as process:
            post(Plan(port=port, path=ours.path, count=1, connections=1, seed=seed))
            took = time.perf_counter() - started
            figures.note("B17 start to first webhook, seconds", "LeadFlow", took)
            figures.note("B17 resident memory of all, MiB", "LeadFlow", _resident(process.id))


def _resident(session: int) -> float:
    """Add up the proportional memory of every process of a session, and of the database server."""
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            _, _, rest = (folder / "stat").read_text().rpartition(")")
            is_ours = int(rest.split()[3]) == session
            if is_ours or "leadflow-bench-" in (folder / "cmdline").read_text():
                lines = (folder / "smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        except (OSError, ValueError):
            continue
    return total / KIB
