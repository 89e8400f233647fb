"""What is held of one person in the raw deliveries, and taking it out of them.

A delivery may carry several people's messages. Only the person's own parts are taken out, and the
event is marked `redacted`, so that a replay knows that it is not what the provider signed. What
was corrected by hand is what remains then: the original named the person, too.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.intake.policy import parts_about, tokens_of, without, written
from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

NAMING = """
SELECT id, COALESCE(corrected_body, body) AS body FROM webhook_event AS e
WHERE workspace_id = :workspace_id AND body <> ''
  AND EXISTS (SELECT 1 FROM unnest(CAST(:tokens AS text[])) AS token
              WHERE position(convert_to(token, 'UTF8') IN e.body) > 0
                 OR position(convert_to(token, 'UTF8') IN e.corrected_body) > 0)
ORDER BY sequence
"""
REDACT = """
UPDATE webhook_event AS e
SET body = r.body, corrected_body = NULL, redacted_at = :now,
    error = CASE WHEN EXISTS (SELECT 1 FROM unnest(CAST(:tokens AS text[])) AS token
                              WHERE position(token IN e.error) > 0)
                 THEN 'erased with a person''s data' ELSE e.error END
FROM unnest(CAST(:ids AS uuid[]), CAST(:bodies AS bytea[])) AS r(id, body)
WHERE e.id = r.id
"""
OLD = """
WITH old AS (
    SELECT id FROM webhook_event
    WHERE workspace_id = :workspace_id AND state IN ('processed', 'ignored') AND body <> ''
      AND received_at < :before
    ORDER BY sequence LIMIT :limit
)
UPDATE webhook_event AS e SET body = '', corrected_body = NULL, redacted_at = :now
FROM old WHERE e.id = old.id
"""
COUNT_OLD = """
SELECT count(*) AS rows, min(received_at) AS oldest_at FROM webhook_event
WHERE workspace_id = :workspace_id AND state IN ('processed', 'ignored') AND body <> ''
  AND received_at < :before
"""


def held_about(
    uow: UnitOfWork, workspace_id: UUID, names: Collection[str]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the parts of raw deliveries that name a person by one of these names."""
    tokens = tokens_of(names)
    found = [
        {"id": str(row["id"]), "parts": parts_about(_read(bytes(row["body"])), tokens)}
        for row in _naming(uow, workspace_id, tokens)
    ]
    return {"webhook_event": found}


def erase(uow: UnitOfWork, workspace_id: UUID, names: Collection[str]) -> tuple[Erased, ...]:
    """Take a person's parts out of the raw deliveries; one that cannot be read is emptied whole."""
    rows = _naming(uow, workspace_id, tokens_of(names))
    redact(uow, rows, names)
    uow.announce("operations")
    note = "other people's parts of a delivery stay"
    return (Erased(table="webhook_event", blanked=len(rows), note=note),)


def redact(uow: UnitOfWork, rows: Sequence[RowMapping], names: Collection[str]) -> None:
    """Take the parts that name somebody so out of these deliveries (`id`, `body`)."""
    tokens = tokens_of(names)
    changed = {
        row["id"]: json.dumps(without(_read(bytes(row["body"])), tokens)).encode() for row in rows
    }
    uow.execute(
        REDACT,
        {
            "ids": list(changed),
            "bodies": list(changed.values()),
            "tokens": sorted(tokens),
            "now": uow.now,
        },
    )


def count_bodies(
    uow: UnitOfWork, workspace_id: UUID, *, before: datetime
) -> tuple[int, datetime | None]:
    """Return how many deliveries from before a moment have bodies, and the oldest's time."""
    row = uow.execute(COUNT_OLD, {"workspace_id": workspace_id, "before": before}).one()
    return row.rows, row.oldest_at


def blank_bodies(uow: UnitOfWork, workspace_id: UUID, *, before: datetime, limit: int) -> int:
    """Empty some processed or ignored deliveries, the oldest first; returns how many.

    The row and its dedupe key stay; one that waits or stands in quarantine is never touched.
    """
    asked = {"workspace_id": workspace_id, "before": before, "limit": limit, "now": uow.now}
    return uow.execute(OLD, asked).rowcount


def _naming(uow: UnitOfWork, workspace_id: UUID, tokens: Collection[str]) -> Sequence[RowMapping]:
    asked = {"workspace_id": workspace_id, "tokens": sorted(written(tokens))}
    return uow.execute(NAMING, asked).mappings().all()


def _read(body: bytes) -> Any:  # noqa: ANN401  whatever the provider posted
    try:
        return json.loads(body.decode("utf-8-sig", "replace"))
    except ValueError:
        return {}
