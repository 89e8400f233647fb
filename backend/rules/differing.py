"""Two definitions side by side: pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, cast

from backend.rules.run_schemas import DiffLine
from backend.rules.wording import said

ABSENT = object()


def differences(older: Mapping[str, Any], newer: Mapping[str, Any]) -> tuple[DiffLine, ...]:
    """Return what is different, in the order of the newer definition."""
    return tuple(_between("definition", older, newer))


def _between(place: str, older: object, newer: object) -> Iterator[DiffLine]:
    if older == newer:
        return
    before, after = _node(older), _node(newer)
    if before is not None and after is not None and _is_alike(before, after):
        yield from _of_keys(place, before, after)
        return
    if _is_list_of_parts(older) and _is_list_of_parts(newer):
        yield from _of_parts(
            place, cast("Sequence[object]", older), cast("Sequence[object]", newer)
        )
        return
    yield DiffLine(place=place, before=_words(older), after=_words(newer))


def _node(value: object) -> Mapping[str, Any] | None:
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else None


def _is_alike(older: Mapping[str, Any], newer: Mapping[str, Any]) -> bool:
    """Whether two nodes are the same sort of thing, and are worth comparing key by key."""
    for name in ("field", "action", "on"):
        if older.get(name) != newer.get(name):
            return False
    return set(older) & {"all", "any", "not"} == set(newer) & {"all", "any", "not"}


def _of_keys(place: str, older: Mapping[str, Any], newer: Mapping[str, Any]) -> Iterator[DiffLine]:
    names = [*newer, *(name for name in older if name not in newer)]
    for name in names:
        yield from _between(f"{place}.{name}", older.get(name, ABSENT), newer.get(name, ABSENT))


def _is_list_of_parts(value: object) -> bool:
    if not isinstance(value, list):
        return False
    return all(isinstance(each, Mapping) for each in cast("list[object]", value))


def _of_parts(place: str, older: Sequence[object], newer: Sequence[object]) -> Iterator[DiffLine]:
    """Compare lists of conditions or of actions, so that one put in front moves no other."""
    before, after = [_key(each) for each in older], [_key(each) for each in newer]
    matcher = SequenceMatcher(a=before, b=after, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            continue
        paired = min(end - start, new_end - new_start)
        for step in range(paired):
            there = f"{place}.{new_start + step}"
            yield from _between(there, older[start + step], newer[new_start + step])
        for index in range(start + paired, end):
            yield DiffLine(place=f"{place}.{index}", before=said(older[index]), after=None)
        for index in range(new_start + paired, new_end):
            yield DiffLine(place=f"{place}.{index}", before=None, after=said(newer[index]))


def _key(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _words(value: object) -> str | None:
    return None if value is ABSENT else said(value)
