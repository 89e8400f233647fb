"""Every SQL statement about files."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.media.models import Media
from backend.platform.unit_of_work import UnitOfWork

CLAIM = """
UPDATE media AS m
SET state = 'fetching', attempts = m.attempts + 1, lease_until = :lease_until, storage_key = :key
FROM (SELECT id, storage_key FROM media
      WHERE workspace_id = :workspace_id AND id = :id
        AND (state = 'waiting' AND next_attempt_at <= :now
             OR state = 'fetching' AND lease_until < :now)
      FOR UPDATE SKIP LOCKED) AS old
WHERE m.id = old.id
RETURNING m.*, old.storage_key AS abandoned_key
"""
SETTLE = """
UPDATE media SET state = CAST(:state AS text), error = :error, mime_type = :mime_type, size = :size,
       sha256 = :sha256, next_attempt_at = :next_attempt_at, lease_until = NULL,
       storage_key = CASE WHEN CAST(:state AS text) = 'stored' THEN storage_key END,
       url = CASE WHEN CAST(:state AS text) = 'waiting' THEN url END
WHERE workspace_id = :workspace_id AND id = :id AND state = 'fetching' AND storage_key = :key
RETURNING message_id
"""
DUE = """
SELECT workspace_id, id FROM media
WHERE state = 'waiting' AND next_attempt_at <= :now OR state = 'fetching' AND lease_until < :now
ORDER BY next_attempt_at LIMIT 50
"""
LEFT_OVER = """
SELECT workspace_id, id FROM media
WHERE state = 'erased' AND storage_key IS NOT NULL
  AND (lease_until IS NULL OR lease_until < :now) LIMIT 500
"""
LEFT_KEY = """
SELECT storage_key FROM media
WHERE workspace_id = :workspace_id AND id = :id AND state = 'erased'
  AND (lease_until IS NULL OR lease_until < :now)
"""
REMOVED = """
UPDATE media SET storage_key = NULL, lease_until = NULL
WHERE workspace_id = :workspace_id AND id = :id AND state = 'erased'
"""
ATTACH = """
UPDATE media SET message_id = :message_id
WHERE workspace_id = :workspace_id AND id = :id AND message_id = id
RETURNING id
"""
OF_MESSAGES = """
SELECT * FROM media WHERE workspace_id = :workspace_id AND message_id = ANY(:ids)
ORDER BY message_id, position
"""
FIND = "SELECT * FROM media WHERE workspace_id = :workspace_id AND id = :id"


class MediaRepository:
    """The files of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def add(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert files in one statement; those that are known already are passed over."""
        self._uow.insert(Media, rows, once=True)

    def find(self, media_id: UUID) -> RowMapping | None:
        """Return one file."""
        return self._first(FIND, {"id": media_id})

    def of_messages(self, message_ids: Sequence[UUID]) -> Sequence[RowMapping]:
        """Return the files of some messages, in their order."""
        asked = {"workspace_id": self._workspace_id, "ids": list(message_ids)}
        return self._uow.execute(OF_MESSAGES, asked).mappings().all()

    def claim(self, values: Mapping[str, Any]) -> RowMapping | None:
        """Take a file that is due; `None` when somebody else has it or it is not."""
        return self._first(CLAIM, values)

    def settle(self, values: Mapping[str, Any]) -> UUID | None:
        """Write an outcome down and return the message; `None` when the claim was lost."""
        row = self._first(SETTLE, values)
        return row["message_id"] if row else None

    def attach(self, media_id: UUID, message_id: UUID) -> bool:
        """Give an upload to a message; false when another has it."""
        return self._first(ATTACH, {"id": media_id, "message_id": message_id}) is not None

    def left_key(self, media_id: UUID) -> str | None:
        """Return the copy of an erased file, once nobody can be writing it any more."""
        row = self._first(LEFT_KEY, {"id": media_id, "now": self._uow.now})
        return row["storage_key"] if row else None

    def removed(self, media_id: UUID) -> None:
        """Note that an erased file has no copy any more."""
        self._uow.execute(REMOVED, {"workspace_id": self._workspace_id, "id": media_id})

    def _first(self, statement: str, values: Mapping[str, Any]) -> RowMapping | None:
        asked = {**values, "workspace_id": self._workspace_id}
        return self._uow.execute(statement, asked).mappings().first()


def due(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, file) of what is to be fetched, longest waiting first; the system's."""
    found = uow.execute(DUE, {"now": uow.now})
    return [(row.workspace_id, row.id) for row in found]


def left_over(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, file) of erased files whose copies are still there; the system's."""
    found = uow.execute(LEFT_OVER, {"now": uow.now})
    return [(row.workspace_id, row.id) for row in found]
