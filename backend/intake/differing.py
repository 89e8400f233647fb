"""What a rehearsed transaction would do, compared row by row with what is there.

Two transactions look at the same tables: the rehearsal, which sees what it wrote, and one that
sees what is committed. A row that the rehearsal wrote is locked by it, so what the other sees of
it is what it was made from.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from backend.intake.effects_repository import WATCHED, EffectsRepository
from backend.intake.replay_schemas import Example, Shown
from backend.platform.unit_of_work import UnitOfWork

EXAMPLES = 20  # of each kind of change in each table
WORDS_OF_OURS = frozenset(
    {"status", "state", "stage", "kind", "direction", "quality", "error_code", "currency"}
)
UUID_TEXT = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HIDDEN = "…"

CREATED, CHANGED, REMOVED = "created", "changed", "removed"


@dataclass(slots=True)
class Differences:
    """How many rows differ, by change and table, and some of them."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    examples: list[Example] = field(default_factory=list[Example])

    def add(self, example: Example) -> None:
        """Count a row, and keep the first ones of its kind."""
        kind = example.change, example.table
        self.counts[kind] += 1
        if self.counts[kind] <= EXAMPLES:
            self.examples.append(example)

    def of(self, change: str) -> dict[str, int]:
        """Return the number of rows of one kind of change, by table."""
        return {table: count for (kind, table), count in self.counts.items() if kind == change}


def differences(rehearsed: UnitOfWork, committed: UnitOfWork) -> Differences:
    """Compare the rows of the workspace that both transactions have entered."""
    found = Differences()
    for table in WATCHED:
        for example in _of_table(table, EffectsRepository(rehearsed), EffectsRepository(committed)):
            found.add(example)
    return found


def _of_table(table: str, now: EffectsRepository, before: EffectsRepository) -> Iterator[Example]:
    created = 0
    for written in now.written(table):
        known = before.rows(table, list(written))
        for row_id, row in written.items():
            if row_id not in known:
                created += 1
                yield Example(change=CREATED, table=table, id=row_id)
            elif columns := _changes(known[row_id], row):
                yield Example(change=CHANGED, table=table, id=row_id, columns=columns)
    if now.count(table) - created != before.count(table):
        yield from _removed(table, now, before)


def _removed(table: str, now: EffectsRepository, before: EffectsRepository) -> Iterator[Example]:
    for keys in before.keys(table):
        for row_id in now.missing(table, list(keys)):
            yield Example(change=REMOVED, table=table, id=row_id)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, tuple[Shown, Shown]]:
    differing: Iterable[str] = (name for name in after if before.get(name) != after[name])
    return {name: (_shown(name, before.get(name)), _shown(name, after[name])) for name in differing}


def _shown(name: str, value: object) -> Shown:
    """Return a value that is no text that a person wrote; a report outlives their erasure."""
    if value is None or isinstance(value, bool | int | float):
        return value
    is_ours = isinstance(value, str) and (
        name in WORDS_OF_OURS or name.endswith("_at") or UUID_TEXT.fullmatch(value) is not None
    )
    return str(value) if is_ours else HIDDEN
