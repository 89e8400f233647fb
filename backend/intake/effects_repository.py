"""Which rows a rehearsed transaction wrote, and what they were before.

A row version that this very transaction wrote carries a transaction number that is not older than
its own and still under way: nobody else can see such a version, and this transaction sees no such
version of anybody else. Sources: https://www.postgresql.org/docs/current/mvcc.html and
https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-PG-SNAPSHOT
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backend.platform.unit_of_work import UnitOfWork

CHUNK = 1_000

# Every table that deliveries fill, and its key.
WATCHED: Mapping[str, str] = {
    "channel": "id",
    "channel_health": "channel_id",
    "consent_event": "id",
    "contact": "id",
    "contact_arrival": "message_id",
    "contact_identifier": "id",
    "contact_merge": "id",
    "conversation": "id",
    "lead": "id",
    "lead_event": "id",
    "media": "id",
    "message": "id",
    "message_annotation": "id",
    "message_status": "id",
    "rule_run": "id",
    "score_entry": "id",
    "template": "id",
    "touch": "id",
}

# `age` counts from the transaction's own number, so what it wrote has an age of zero or less.
WRITTEN = """
SELECT t.{key} AS id, to_jsonb(t) AS row FROM {table} AS t
WHERE t.workspace_id = :workspace_id {after}
  AND CASE WHEN age(t.xmin) <= 0 THEN pg_xact_status(
        CAST(CAST(CAST(CAST(pg_current_xact_id() AS text) AS bigint) - age(t.xmin) AS text) AS xid8)
      ) = 'in progress' ELSE false END
ORDER BY t.{key} LIMIT :limit
"""
ROWS = """
SELECT t.{key} AS id, to_jsonb(t) AS row FROM {table} AS t
WHERE t.workspace_id = :workspace_id AND t.{key} = ANY(CAST(:ids AS uuid[]))
"""
KEYS = """
SELECT t.{key} AS id FROM {table} AS t WHERE t.workspace_id = :workspace_id {after}
ORDER BY t.{key} LIMIT :limit
"""
COUNT = "SELECT count(*) FROM {table} AS t WHERE t.workspace_id = :workspace_id"
MISSING = """
SELECT given.id FROM unnest(CAST(:ids AS uuid[])) AS given(id)
WHERE NOT EXISTS (SELECT 1 FROM {table} AS t
                  WHERE t.workspace_id = :workspace_id AND t.{key} = given.id)
ORDER BY given.id
"""

Rows = Mapping[str, Mapping[str, Any]]
NO_COLUMNS: Mapping[str, Any] = {}


class EffectsRepository:
    """The rows of one workspace as one transaction sees them."""

    def __init__(self, uow: UnitOfWork) -> None:
        """Look through this unit of work, which has entered the workspace."""
        self._uow = uow

    def written(self, table: str) -> Iterator[Rows]:
        """Return the rows that this transaction wrote as they are now, some at a time."""
        yield from self._chunks(WRITTEN, table)

    def keys(self, table: str) -> Iterator[Rows]:
        """Return the keys of all rows, some at a time."""
        yield from self._chunks(KEYS, table)

    def rows(self, table: str, ids: Sequence[str]) -> Rows:
        """Return some rows."""
        found = self._uow.execute(self._about(ROWS, table), self._given(ids=list(ids)))
        return {str(row.id): row.row for row in found}

    def count(self, table: str) -> int:
        """Return how many rows there are."""
        return self._uow.execute(self._about(COUNT, table), self._given()).scalar_one()

    def missing(self, table: str, ids: Sequence[str]) -> list[str]:
        """Return which of some rows are not there."""
        found = self._uow.execute(self._about(MISSING, table), self._given(ids=list(ids)))
        return [str(row.id) for row in found]

    def _chunks(self, statement: str, table: str) -> Iterator[Rows]:
        given = self._given(limit=CHUNK)
        after = ""
        while True:
            found = self._uow.execute(self._about(statement, table, after=after), given).mappings()
            rows: dict[str, Mapping[str, Any]] = {
                str(row["id"]): row.get("row") or NO_COLUMNS for row in found
            }
            if rows:
                yield rows
            if len(rows) < CHUNK:
                return
            after = f"AND t.{WATCHED[table]} > :after"
            given["after"] = next(reversed(rows))

    def _about(self, statement: str, table: str, *, after: str = "") -> str:
        return statement.format(table=table, key=WATCHED[table], after=after)

    def _given(self, **values: object) -> dict[str, Any]:
        return {"workspace_id": self._uow.workspace_id, **values}
