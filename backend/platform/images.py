"""Rows as they are at a moment, kept as JSON, and put back as they were.

Who lets something be undone takes an image of each row that is about to change. The column names
of an image come from the database itself, never from a caller.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from backend.platform.unit_of_work import UnitOfWork

Row = Mapping[str, Any]
Image = Mapping[str, Sequence[Row]]


def take(uow: UnitOfWork, table: str, where: str, parameters: Mapping[str, Any]) -> tuple[Row, ...]:
    """Return the rows of a table for which a condition holds; ids and times are text."""
    query = f"SELECT to_jsonb(t) FROM {table} AS t WHERE {where} ORDER BY id"  # noqa: S608  ours
    return tuple(uow.execute(query, parameters).scalars())


def put_back(uow: UnitOfWork, table: str, rows: Sequence[Row]) -> None:
    """Let rows be as an image says: those that went come back, those that changed change back.

    All rows have the same columns, `id` among them; a column that they lack keeps its value.
    """
    if not rows:
        return
    columns = sorted(rows[0])
    changed = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "id")
    listed = ", ".join(columns)
    uow.execute(
        f"INSERT INTO {table} ({listed}) SELECT {listed}"  # noqa: S608  ours
        f" FROM jsonb_populate_recordset(CAST(NULL AS {table}), CAST(:rows AS jsonb))"
        f" ON CONFLICT (id) DO UPDATE SET {changed}",
        {"rows": orjson.dumps([dict(row) for row in rows], default=str).decode()},
    )


def ids_of(rows: Sequence[Row]) -> list[UUID]:
    """Return the ids of an image's rows."""
    return [UUID(row["id"]) for row in rows]
