"""Text that others wrote, made fit to be stored."""

import re
from typing import TypeVar, cast

MAX_DEPTH = 100

Value = TypeVar("Value")

# PostgreSQL stores neither U+0000 nor half of a surrogate pair, in text or in jsonb.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean(value: Value) -> Value:
    """Put U+FFFD for every NUL and lone surrogate in a text, or anywhere in a list or object.

    What is nested deeper than `MAX_DEPTH` becomes `None`: nobody means it, and no JSON writer
    survives it.
    """
    return cast("Value", _cleaned(value, 0))


def _cleaned(value: object, depth: int) -> object:
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if not isinstance(value, (list, dict)):
        return value
    if depth == MAX_DEPTH:
        return None
    if isinstance(value, list):
        return [_cleaned(item, depth + 1) for item in cast("list[object]", value)]
    items = cast("dict[object, object]", value).items()
    return {_cleaned(key, depth + 1): _cleaned(item, depth + 1) for key, item in items}


def containing(search: str) -> str:
    """Return the pattern of LIKE (PostgreSQL, backslash escapes) for texts that hold `search`."""
    escaped = clean(search).strip().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%"
