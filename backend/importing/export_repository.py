"""Every SQL statement about exports."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.importing.models import LeadExport
from backend.platform.unit_of_work import UnitOfWork

THIS = "workspace_id = :workspace_id AND id = :id"
FIND = f"SELECT * FROM lead_export WHERE {THIS}"
LATEST = """
SELECT * FROM lead_export
WHERE workspace_id = :workspace_id AND expires_at > :now AND state <> 'expired'
  AND user_id IS NOT DISTINCT FROM :user_id AND key_id IS NOT DISTINCT FROM :key_id
ORDER BY id DESC LIMIT 1
"""
CLAIM = f"""
UPDATE lead_export SET lease_until = :until, attempts = attempts + 1
WHERE {THIS} AND state = 'waiting' AND (lease_until IS NULL OR lease_until < :now)
RETURNING *
"""
HOLD = f"UPDATE lead_export SET lease_until = :until WHERE {THIS} AND state = 'waiting'"
FINISH = f"""
UPDATE lead_export SET state = 'ready', file_key = :key, row_count = :count, finished_at = :now,
       lease_until = NULL
WHERE {THIS} AND state = 'waiting' RETURNING id
"""
FAIL = f"""
UPDATE lead_export SET state = 'failed', error = :words, finished_at = :now, lease_until = NULL
WHERE {THIS} AND state = 'waiting'
"""
EXPIRE = f"""
UPDATE lead_export SET state = 'expired'
WHERE {THIS} AND (state = 'expired' OR expires_at <= :now) RETURNING file_key
"""
REMOVED = f"UPDATE lead_export SET file_key = NULL WHERE {THIS}"
ADDRESSES = """
SELECT a.id, a.email FROM user_account AS a
JOIN membership AS m ON m.user_id = a.id AND m.workspace_id = :workspace_id
WHERE a.id = ANY(CAST(:ids AS uuid[]))
"""
DUE = """
SELECT workspace_id, id, state = 'waiting' AS is_waiting FROM lead_export
WHERE state = 'waiting' AND (lease_until IS NULL OR lease_until < :now)
   OR file_key IS NOT NULL AND (state = 'expired' OR expires_at <= :now)
"""


class ExportRepository:
    """The exports of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def add(self, row: Mapping[str, Any]) -> None:
        """Add an export."""
        self._uow.insert(LeadExport, [{**row, "workspace_id": self._workspace_id}])

    def find(self, export_id: UUID) -> RowMapping | None:
        """Return an export."""
        return self._uow.execute(FIND, self._named(export_id)).mappings().first()

    def latest(self, *, user_id: UUID | None, key_id: UUID | None) -> RowMapping | None:
        """Return the export that somebody asked for last, unless it has expired."""
        given = {
            "workspace_id": self._workspace_id,
            "now": self._uow.now,
            "user_id": user_id,
            "key_id": key_id,
        }
        return self._uow.execute(LATEST, given).mappings().first()

    def claim(self, export_id: UUID, *, lease: timedelta) -> RowMapping | None:
        """Take an export over, unless it is written or somebody writes it."""
        given = {"now": self._uow.now, "until": self._uow.now + lease}
        return self._uow.execute(CLAIM, self._named(export_id) | given).mappings().first()

    def hold(self, export_id: UUID, *, lease: timedelta) -> None:
        """Say that it is still being written."""
        self._uow.execute(HOLD, self._named(export_id) | {"until": self._uow.now + lease})

    def finish(self, export_id: UUID, *, key: str, count: int) -> bool:
        """Write down where the file is; false when nobody waits for it any more."""
        given = {"key": key, "count": count, "now": self._uow.now}
        return self._uow.execute(FINISH, self._named(export_id) | given).first() is not None

    def fail(self, export_id: UUID, *, words: str) -> None:
        """Give an export up, and say why."""
        given = {"words": words, "now": self._uow.now}
        self._uow.execute(FAIL, self._named(export_id) | given)

    def expire(self, export_id: UUID) -> str | None:
        """Take an export out of use if its time is over; returns the key of its file."""
        given = self._named(export_id) | {"now": self._uow.now}
        return self._uow.execute(EXPIRE, given).scalar_one_or_none()

    def removed(self, export_id: UUID) -> None:
        """Write down that the file is deleted."""
        self._uow.execute(REMOVED, self._named(export_id))

    def addresses(self, user_ids: Collection[UUID | None]) -> dict[UUID, str]:
        """Return the e-mail addresses of people of the workspace."""
        given = {"workspace_id": self._workspace_id, "ids": [one for one in user_ids if one]}
        return {row.id: row.email for row in self._uow.execute(ADDRESSES, given)}

    def _named(self, export_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": export_id}


def due(uow: UnitOfWork) -> list[tuple[str, UUID, UUID]]:
    """Return the task that each export waits for, with its workspace."""
    return [
        (
            "importing.export" if row.is_waiting else "importing.remove_export",
            row.workspace_id,
            row.id,
        )
        for row in uow.execute(DUE, {"now": uow.now})
    ]
