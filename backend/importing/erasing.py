"""Letting go of what files held: after 30 days, at the end, and when a person is erased.

The file of an import cannot be blanked for one person. It is deleted when the import ends, and at
once when somebody is erased who stands, or may stand, in it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final
from uuid import UUID

from backend.auth import Actor
from backend.importing.repository import ImportRepository, held_keys
from backend.importing.schemas import ImportState
from backend.importing.service import TOPIC
from backend.kit.erasure import Erased
from backend.kit.phone import subscriber
from backend.platform import file_store
from backend.platform.unit_of_work import SYSTEM, UnitOfWork, unit_of_work

THEIRS = """workspace_id = :workspace_id
  AND (contact_id = :id OR person_key = ANY(CAST(:keys AS text[])))"""
HELD = f"""
SELECT to_jsonb(t) FROM lead_import_row AS t WHERE {THEIRS} ORDER BY import_id, row_number
"""
BLANK = f"""
UPDATE lead_import_row SET given = NULL, person_key = NULL, faults = NULL,
       held_back = NULL, outcome = 'erased'
WHERE {THEIRS} RETURNING import_id
"""
END = """
UPDATE lead_import
SET state = 'failed', finished_at = :now, error = :why
WHERE workspace_id = :workspace_id AND finished_at IS NULL
  AND (state IN ('mapping', 'checking') OR state = 'checked' AND id = ANY(CAST(:ids AS uuid[])))
RETURNING id
"""
BLANK_SAMPLES = """
UPDATE lead_import SET sample = '[]' WHERE workspace_id = :workspace_id AND sample <> '[]'
"""
EXPIRE = """
UPDATE lead_export SET state = 'expired', expires_at = :now,
       finished_at = COALESCE(finished_at, :now)
WHERE workspace_id = :workspace_id AND state IN ('waiting', 'ready') RETURNING id
"""
ORPHANED_AFTER: Final = timedelta(days=1)
KEYS_AT_ONCE: Final = 500
WHY: Final = "somebody was erased who stands, or may stand, in this file; upload it again"


def held_about(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, *, identifiers: Collection[str]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return the rows of files that are about a person."""
    asked = _asked(workspace_id, contact_id, identifiers)
    return {"lead_import_row": uow.execute(HELD, asked).scalars().all()}


def erase(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, *, identifiers: Collection[str]
) -> tuple[Erased, ...]:
    """Blank the rows about a person, and have files deleted that hold, or may hold, them."""
    asked = _asked(workspace_id, contact_id, identifiers)
    blanked = uow.execute(BLANK, asked).scalars().all()
    place: dict[str, Any] = {"workspace_id": workspace_id}
    samples = uow.execute(BLANK_SAMPLES, place).rowcount
    told = {"now": uow.now, "ids": sorted(set(blanked)), "why": WHY}
    ended = uow.execute(END, place | told).scalars().all()
    exports = uow.execute(EXPIRE, place | {"now": uow.now}).scalars().all()
    for import_id in ended:
        uow.enqueue("importing.remove", workspace_id, import_id)
    for export_id in exports:
        uow.enqueue("importing.remove_export", workspace_id, export_id)
    uow.announce(TOPIC, *ended)
    return (
        Erased(table="lead_import_row", blanked=len(blanked), note="what a file said of them"),
        Erased(table="lead_import", blanked=max(samples, len(ended)), note="files are deleted"),
        Erased(table="lead_export", blanked=len(exports), note="the files are deleted"),
    )


def remove_file(workspace_id: UUID, import_id: UUID) -> None:
    """Delete the file of an import that has ended; twice does no harm."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        row = ImportRepository(uow, workspace_id).find(import_id)
    if row is None or row["file_key"] is None or row["finished_at"] is None:
        return
    file_store.remove(row["file_key"])
    with unit_of_work(actor) as uow:
        ImportRepository(uow, workspace_id).write(import_id, {"file_key": None})


def sweep_orphans(*, now: datetime) -> None:
    """Delete copies that no import and no export has: the process ended before it wrote its row."""
    for prefix in ("imports", "exports"):
        kept = file_store.older_than(now - ORPHANED_AFTER, prefix)
        while keys := list(islice(kept, KEYS_AT_ONCE)):
            with unit_of_work(SYSTEM) as uow:
                held = held_keys(uow, keys)
            for key in set(keys) - held:
                file_store.remove(key)


def forget(workspace_id: UUID, import_id: UUID) -> None:
    """Delete all that an import kept of its file; its figures stay."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        repository = ImportRepository(uow, workspace_id)
        row = repository.find(import_id, lock=True)
        if row is None:
            return
        values: dict[str, object] = {"erased_at": uow.now, "sample": []}
        if row["finished_at"] is None:
            values |= {"state": ImportState.STOPPED, "finished_at": uow.now}
        repository.drop_rows(import_id)
        repository.write(import_id, values)
    remove_file(workspace_id, import_id)


def _asked(workspace_id: UUID, contact_id: UUID, identifiers: Collection[str]) -> dict[str, Any]:
    phones = [f"phone {subscriber(each)}" for each in identifiers if each.startswith("+")]
    names = [f"username {each.lower()}" for each in identifiers]
    return {"workspace_id": workspace_id, "id": contact_id, "keys": [*phones, *names]}
