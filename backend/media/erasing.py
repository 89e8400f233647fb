"""What is held of one person's files, and letting go of them.

The row stays, empty, because messages are counted with what they carried; the copy is deleted
after the commit by `media.remove`, and by the sweep should that be lost.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

OF_MESSAGES = "workspace_id = :workspace_id AND message_id = ANY(:ids)"
HELD = f"SELECT to_jsonb(t) - 'url' FROM media AS t WHERE {OF_MESSAGES} ORDER BY id"
EMPTIED = """state = 'erased', provider_media_id = NULL, url = NULL, filename = NULL,
       claimed_type = NULL, claimed_sha256 = NULL, sha256 = NULL, error = NULL"""
ERASE = f"""
UPDATE media SET {EMPTIED}
WHERE {OF_MESSAGES} AND state <> 'erased'
RETURNING id
"""

RETAIN = f"""
UPDATE media SET {EMPTIED}
WHERE workspace_id = :workspace_id
  AND id IN (SELECT id FROM media
             WHERE workspace_id = :workspace_id AND sent_at < :before AND state <> 'erased'
             ORDER BY sent_at LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING id
"""
RETAIN_UPLOADS = f"""
UPDATE media SET {EMPTIED}
WHERE workspace_id = :workspace_id
  AND id IN (SELECT id FROM media
             WHERE workspace_id = :workspace_id AND sent_at < :before AND state <> 'erased'
               AND message_id = id
             ORDER BY sent_at LIMIT :limit FOR UPDATE SKIP LOCKED)
RETURNING id
"""
COUNT = """
SELECT count(*) FROM media
WHERE workspace_id = :workspace_id AND sent_at < :before AND state <> 'erased'
"""


def held_about(
    uow: UnitOfWork, workspace_id: UUID, message_ids: Sequence[UUID]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return what is known of the files of a person's messages; the files are under /v1/media."""
    asked = {"workspace_id": workspace_id, "ids": list(message_ids)}
    return {"media": uow.execute(HELD, asked).scalars().all()}


def erase(uow: UnitOfWork, workspace_id: UUID, message_ids: Sequence[UUID]) -> tuple[Erased, ...]:
    """Forget the files of a person's messages, and have their copies deleted."""
    asked = {"workspace_id": workspace_id, "ids": list(message_ids)}
    erased = _emptied(uow, workspace_id, ERASE, asked)
    return (Erased(table="media", blanked=erased, note="the files are deleted"),)


def count_files(uow: UnitOfWork, workspace_id: UUID, *, before: datetime) -> int:
    """Return how many files of messages are older than this moment."""
    asked = {"workspace_id": workspace_id, "before": before}
    return uow.execute(COUNT, asked).scalar_one()


def blank_files(uow: UnitOfWork, workspace_id: UUID, *, before: datetime, limit: int) -> int:
    """Forget the files of messages older than this, the oldest first; returns how many."""
    asked = {"workspace_id": workspace_id, "before": before, "limit": limit}
    return _emptied(uow, workspace_id, RETAIN, asked)


def blank_uploads(uow: UnitOfWork, workspace_id: UUID, *, before: datetime, limit: int) -> int:
    """Forget uploads older than this that no message carries; returns how many."""
    asked = {"workspace_id": workspace_id, "before": before, "limit": limit}
    return _emptied(uow, workspace_id, RETAIN_UPLOADS, asked)


def _emptied(uow: UnitOfWork, workspace_id: UUID, statement: str, asked: Mapping[str, Any]) -> int:
    emptied = uow.execute(statement, asked).scalars().all()
    for media_id in emptied:
        uow.enqueue("media.remove", workspace_id, media_id)
    return len(emptied)
