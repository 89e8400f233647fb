"""Every SQL statement about imports."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from backend.importing.models import LeadImport, LeadImportRow
from backend.importing.policy import Fault
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork

OF_IMPORT = "workspace_id = :workspace_id AND import_id = :id"
FIND = "SELECT * FROM lead_import WHERE workspace_id = :workspace_id AND id = :id"
WORKED_ON = "('checking', 'writing')"
CLAIM = f"""
UPDATE lead_import SET lease_until = :until, attempts = attempts + 1
WHERE workspace_id = :workspace_id AND id = :id AND state IN {WORKED_ON}
  AND (lease_until IS NULL OR lease_until < :now)
RETURNING *
"""
FIGURES = f"""
SELECT count(*) FILTER (WHERE faults IS NOT NULL) AS faulty,
       count(*) FILTER (WHERE held_back IS NOT NULL) AS held_back,
       count(*) FILTER (WHERE twin = 'file') AS file,
       count(*) FILTER (WHERE twin = 'contact') AS contact,
       count(*) FILTER (WHERE twin = 'open_lead') AS open_lead
FROM lead_import_row
WHERE {OF_IMPORT} AND (faults IS NOT NULL OR twin IS NOT NULL)
"""
# The first row of the same person, where this one is not it; strongest twins are said last.
MARK_TWINS = f"""
UPDATE lead_import_row AS r SET twin = 'file', twin_row = f.first
FROM (
    SELECT b.row_number, (
        SELECT min(e.row_number) FROM lead_import_row AS e
        WHERE e.import_id = :id AND e.person_key = b.person_key AND e.faults IS NULL
    ) AS first
    FROM lead_import_row AS b
    WHERE {OF_IMPORT} AND b.row_number BETWEEN :low AND :high AND b.faults IS NULL
) AS f
WHERE r.import_id = :id AND r.row_number = f.row_number AND f.first < f.row_number
"""
MARK_KNOWN = """
UPDATE lead_import_row AS r
SET twin = w.twin, contact_id = w.contact_id, lead_id = w.lead_id
FROM unnest(CAST(:keys AS text[]), CAST(:twins AS text[]), CAST(:contacts AS uuid[]),
            CAST(:leads AS uuid[])) AS w(person_key, twin, contact_id, lead_id)
WHERE r.workspace_id = :workspace_id AND r.import_id = :id
  AND r.row_number BETWEEN :low AND :high AND r.person_key = w.person_key AND r.faults IS NULL
"""
SETTLE = """
UPDATE lead_import_row AS r
SET outcome = w.outcome, contact_id = COALESCE(w.contact_id, r.contact_id),
    lead_id = COALESCE(w.lead_id, r.lead_id), faults = w.faults
FROM unnest(CAST(:numbers AS int[]), CAST(:outcomes AS text[]), CAST(:contacts AS uuid[]),
            CAST(:leads AS uuid[]), CAST(:faults AS jsonb[]))
  AS w(row_number, outcome, contact_id, lead_id, faults)
WHERE r.workspace_id = :workspace_id AND r.import_id = :id AND r.row_number = w.row_number
"""
NEXT = f"""
SELECT row_number, person_key, given, twin FROM lead_import_row
WHERE {OF_IMPORT} AND row_number > :position AND faults IS NULL AND given IS NOT NULL
ORDER BY row_number LIMIT :limit
"""
DOCUMENTS = ("mapping", "sample")
LEFT_OVER = """
SELECT workspace_id, id FROM lead_import
WHERE finished_at IS NOT NULL AND file_key IS NOT NULL
"""
DUE = f"""
SELECT workspace_id, id FROM lead_import
WHERE state IN {WORKED_ON} AND (lease_until IS NULL OR lease_until < :now)
"""
HELD_KEYS = """
SELECT file_key FROM lead_import WHERE file_key = ANY(CAST(:keys AS text[]))
UNION ALL SELECT file_key FROM lead_export WHERE file_key = ANY(CAST(:keys AS text[]))
"""
OLD = """
SELECT workspace_id, id FROM lead_import
WHERE erased_at IS NULL AND created_at < :before ORDER BY created_at LIMIT 100
"""
KINDS = {
    "all": "",
    "faults": " AND faults IS NOT NULL",
    "twins": " AND twin IS NOT NULL",
    "created": " AND outcome = 'created'",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of a row, and why it was refused if it was."""

    row_number: int
    outcome: str
    contact_id: UUID | None = None
    lead_id: UUID | None = None
    faults: Sequence[Fault] = ()


def _document(faults: Sequence[Fault]) -> str | None:
    return orjson.dumps([asdict(fault) for fault in faults]).decode() if faults else None


class ImportRepository:
    """The imports of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def add(self, row: Mapping[str, Any]) -> None:
        """Add an import."""
        self._uow.insert(LeadImport, [{**row, "workspace_id": self._workspace_id}])

    def find(self, import_id: UUID, *, lock: bool = False) -> RowMapping | None:
        """Return an import, held against others until the end of the transaction if asked."""
        statement = FIND + (" FOR UPDATE" if lock else "")
        return self._uow.execute(statement, self._named(import_id)).mappings().first()

    def page(self, page: PageRequest) -> Sequence[RowMapping]:
        """Return imports, the latest first, one more than asked for."""
        given: dict[str, Any] = {"workspace_id": self._workspace_id, "limit": page.limit + 1}
        after = ""
        if position := page.position(UUID):
            after, given["after"] = " AND id < :after", position[0]
        statement = f"SELECT * FROM lead_import WHERE workspace_id = :workspace_id{after}"
        found = self._uow.execute(f"{statement} ORDER BY id DESC LIMIT :limit", given)
        return found.mappings().all()

    def claim(self, import_id: UUID, *, lease: timedelta) -> RowMapping | None:
        """Take the work over, unless there is none or somebody does it."""
        given = {"now": self._uow.now, "until": self._uow.now + lease}
        return self._uow.execute(CLAIM, self._named(import_id) | given).mappings().first()

    def write(self, import_id: UUID, values: Mapping[str, object]) -> None:
        """Change columns of an import; their names come from this slice only."""
        given = {
            name: orjson.dumps(value).decode() if name in DOCUMENTS else value
            for name, value in values.items()
        }
        assigned = ", ".join(f"{name} = :{name}" for name in values)
        statement = f"UPDATE lead_import SET {assigned} WHERE workspace_id = :workspace_id"
        self._uow.execute(f"{statement} AND id = :id", self._named(import_id) | given)

    def figures(self, import_id: UUID) -> RowMapping:
        """Count the rows that cannot be written, and the twins."""
        return self._uow.execute(FIGURES, self._named(import_id)).mappings().one()

    def add_rows(self, import_id: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
        """Add checked rows; one that is there already is passed over."""
        named = {"import_id": import_id, "workspace_id": self._workspace_id}
        self._uow.insert(LeadImportRow, [{**row, **named} for row in rows], once=True)

    def drop_rows(self, import_id: UUID) -> None:
        """Forget the rows, which are about to be checked anew, or are kept no longer."""
        self._uow.execute(f"DELETE FROM lead_import_row WHERE {OF_IMPORT}", self._named(import_id))

    def mark_twins(self, import_id: UUID, *, low: int, high: int) -> None:
        """Say of these rows which earlier one is about the same person."""
        given = {"low": low, "high": high}
        self._uow.execute(MARK_TWINS, self._named(import_id) | given)

    def mark_known(
        self,
        import_id: UUID,
        known: Sequence[tuple[str, str, UUID, UUID | None]],
        *,
        low: int,
        high: int,
    ) -> None:
        """Say of these rows whose person is known: by key, the twin, the contact and the lead."""
        given: dict[str, Any] = {
            "low": low,
            "high": high,
            "keys": [item[0] for item in known],
            "twins": [item[1] for item in known],
            "contacts": [item[2] for item in known],
            "leads": [item[3] for item in known],
        }
        self._uow.execute(MARK_KNOWN, self._named(import_id) | given)

    def next_rows(self, import_id: UUID, *, position: int, limit: int) -> Sequence[RowMapping]:
        """Return the next rows that can be written."""
        given = {"position": position, "limit": limit}
        return self._uow.execute(NEXT, self._named(import_id) | given).mappings().all()

    def settle(self, import_id: UUID, done: Sequence[Settled]) -> None:
        """Write what became of rows."""
        given: dict[str, Any] = {
            "numbers": [item.row_number for item in done],
            "outcomes": [item.outcome for item in done],
            "contacts": [item.contact_id for item in done],
            "leads": [item.lead_id for item in done],
            "faults": [_document(item.faults) for item in done],
        }
        self._uow.execute(SETTLE, self._named(import_id) | given)

    def rows(self, import_id: UUID, *, kind: str, after: int, limit: int) -> Sequence[RowMapping]:
        """Return rows of a kind, in the order of the file."""
        given = {"after": after, "limit": limit}
        found = self._uow.execute(
            f"SELECT * FROM lead_import_row WHERE {OF_IMPORT} AND row_number > :after"
            f"{KINDS[kind]} ORDER BY row_number LIMIT :limit",
            self._named(import_id) | given,
        )
        return found.mappings().all()

    def _named(self, import_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": import_id}


def due(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return the imports of every workspace that wait for a worker, with their workspaces."""
    return [(row.workspace_id, row.id) for row in uow.execute(DUE, {"now": uow.now})]


def held_keys(uow: UnitOfWork, keys: Collection[str]) -> set[str]:
    """Return those of these keys that some import or export has."""
    return set(uow.execute(HELD_KEYS, {"keys": list(keys)}).scalars())


def left_over(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return imports that have ended and whose file is still there, with their workspaces."""
    return [(row.workspace_id, row.id) for row in uow.execute(LEFT_OVER)]


def old(uow: UnitOfWork, *, before: datetime) -> list[tuple[UUID, UUID]]:
    """Return imports whose contents are kept no longer, with their workspaces."""
    return [(row.workspace_id, row.id) for row in uow.execute(OLD, {"before": before})]
