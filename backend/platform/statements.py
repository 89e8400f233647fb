"""SQL with named parameters (`:name`), in the form that psycopg takes, lists sent in binary.

A list of values crosses to PostgreSQL as one array. In binary that costs half of what the text
form does (docs/benchmarks.md), so every list is bound that way; single values go as psycopg likes.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import orjson
from sqlalchemy import Column, Table, types
from sqlalchemy.dialects import postgresql

# As SQLAlchemy's `text`: a name behind a single colon; `::` is a cast and `\:` a colon.
_NAMED = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
_KEPT = 1_000

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]


@lru_cache(maxsize=_KEPT)
def native(statement: str, lists: frozenset[str]) -> str:
    """Return a statement for psycopg; `lists` are the parameters that hold lists."""

    def placeholder(found: re.Match[str]) -> str:
        name = found[1]
        return f"%({name})b" if name in lists else f"%({name})s"

    return _NAMED.sub(placeholder, statement.replace("%", "%%")).replace("\\:", ":")


def lists_in(parameters: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the parameters that hold lists with something in them."""
    return frozenset(name for name, value in parameters.items() if isinstance(value, list))


@cache
def insertion(table: Table, names: tuple[str, ...], *, once: bool) -> str:
    """Return the statement that inserts rows given as one array for each column."""
    kinds = [_kind(table.columns[name]) for name in names]
    arrays = ", ".join(
        f"%({name})b::{kind.array}[]" for name, kind in zip(names, kinds, strict=True)
    )
    values = ", ".join(kind.value.format(name) for name, kind in zip(names, kinds, strict=True))
    columns = ", ".join(names)
    return (
        f"INSERT INTO {table.name} ({columns}) SELECT {values}"  # noqa: S608  our own names only
        f" FROM unnest({arrays}) AS given({columns})" + (" ON CONFLICT DO NOTHING" if once else "")
    )


def columns_of(table: Table, names: Sequence[str], rows: Sequence[Row]) -> dict[str, list[Any]]:
    """Turn rows into one list for each column, in the form that `insertion` expects."""
    made: dict[str, list[Any]] = {}
    for name in names:
        convert = _kind(table.columns[name]).convert
        values = [row[name] for row in rows]
        made[name] = values if convert is None else [convert(value) for value in values]
    return made


class _Kind:
    """How a column's values travel: the array's type, the value made of it, the conversion."""

    def __init__(self, array: str, value: str = "{}", convert: Convert | None = None) -> None:
        self.array = array
        self.value = value
        self.convert = convert


def _text(value: object) -> str | None:
    return value if value is None or type(value) is str else str(value)


def _json(value: object) -> str | None:
    if value is None:
        return None
    try:
        return orjson.dumps(value).decode()
    except TypeError:  # a whole number that no machine word holds, which jsonb does
        return json.dumps(value)


_LIST = "ARRAY(SELECT jsonb_array_elements_text({}::jsonb))"
_KINDS: tuple[tuple[type[types.TypeEngine[Any]], _Kind], ...] = (
    (postgresql.JSONB, _Kind("text", "{}::jsonb", _json)),
    (types.ARRAY, _Kind("text", _LIST, _json)),
    (types.Uuid, _Kind("uuid")),
    (types.DateTime, _Kind("timestamptz")),
    (types.Date, _Kind("date")),
    (types.Boolean, _Kind("bool")),
    (types.Integer, _Kind("int8")),
    (types.Numeric, _Kind("numeric")),
    (types.LargeBinary, _Kind("bytea")),
    (types.String, _Kind("text", "{}", _text)),
)


def _kind(column: Column[Any]) -> _Kind:
    held = column.type
    if isinstance(held, types.TypeDecorator):
        held = held.impl_instance
    for type_, kind in _KINDS:
        if isinstance(held, type_):
            return kind
    message = f"no array for the type of {column.name}"
    raise TypeError(message)
