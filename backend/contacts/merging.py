"""Two contacts become one, and two again.

A merge keeps an image of every row that it changes, so that undoing it brings both histories back.
Merges of one contact are undone in reverse order, because each image shows what the one before
left.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

import orjson
from sqlalchemy import RowMapping

from backend.contacts.errors import MergeNotFound, MergeStands, SamePerson
from backend.contacts.models import ContactArrival, ContactMerge
from backend.contacts.policy import Key, key_text
from backend.contacts.repository import ContactRepository
from backend.contacts.schemas import Merge, Said
from backend.kit.ids import ContactId, new_id
from backend.platform.images import Image, take
from backend.platform.unit_of_work import UnitOfWork

IMAGED = {
    "consent_event": "contact_id IN (:survivor, :absorbed)",
    "contact": "id IN (:survivor, :absorbed)",
    "contact_identifier": "contact_id IN (:survivor, :absorbed)",
}
ARRIVALS = """
SELECT message_id, contact_id FROM contact_arrival
WHERE workspace_id = :workspace_id AND contact_id IN (:survivor, :absorbed)
"""
HOLD = """
SELECT id, erased_at, last_seen_at FROM contact
WHERE workspace_id = :workspace_id AND id IN (:survivor, :absorbed) ORDER BY id FOR UPDATE
"""
MERGED = """
SELECT DISTINCT survivor_id FROM contact_merge
WHERE workspace_id = :workspace_id AND survivor_id = ANY(CAST(:ids AS uuid[]))
  AND undone_at IS NULL
"""
APART = """
SELECT survivor_id, absorbed_id, max(undone_at) AS undone_at FROM contact_merge
WHERE workspace_id = :workspace_id AND undone_at IS NOT NULL
  AND survivor_id = ANY(CAST(:ids AS uuid[])) AND absorbed_id = ANY(CAST(:ids AS uuid[]))
GROUP BY survivor_id, absorbed_id
"""
COMPLETE = """
UPDATE contact_merge SET image = image || CAST(:image AS jsonb)
WHERE workspace_id = :workspace_id AND id = :id
"""
MOVE_ARRIVALS = """
UPDATE contact_arrival SET contact_id = :survivor
WHERE workspace_id = :workspace_id AND contact_id = :absorbed
"""
MOVE_CONSENT = """
UPDATE consent_event SET contact_id = :survivor
WHERE workspace_id = :workspace_id AND contact_id = :absorbed
"""
CAME_WITH = """
UPDATE contact_identifier AS i SET came_with = w.came_with
FROM unnest(CAST(:kinds AS text[]), CAST(:values AS text[]), CAST(:with AS text[]))
  AS w(kind, value, came_with)
WHERE i.workspace_id = :workspace_id AND i.kind = w.kind AND i.value = w.value
"""
FIND = """
SELECT * FROM contact_merge WHERE workspace_id = :workspace_id AND id = :id FOR UPDATE
"""
LATER = """
SELECT 1 FROM contact_merge
WHERE workspace_id = :workspace_id AND undone_at IS NULL AND id > :id
  AND :survivor IN (survivor_id, absorbed_id) LIMIT 1
"""


def merge_by_hand(
    uow: UnitOfWork, workspace_id: UUID, survivor: UUID, absorbed: UUID, said: Said
) -> Merge | None:
    """Make one contact of two that somebody chose; `None` when one of them does not exist.

    The caller moves what hangs on the absorbed contact and then calls `remove_absorbed`. Raises
    `SamePerson` for one and the same contact, and for somebody who was erased.
    """
    if survivor == absorbed:
        message = "a contact cannot be merged into itself"
        raise SamePerson(message, field="absorbed", expected="the id of another contact")
    names = {"workspace_id": workspace_id, "survivor": survivor, "absorbed": absorbed}
    rows = {row.id: row for row in uow.execute(HOLD, names)}
    if len(rows) < len({survivor, absorbed}):
        return None
    if any(row.erased_at for row in rows.values()):
        message = "one of these contacts was erased"
        raise SamePerson(message, field="absorbed", expected="two contacts that are still known")
    merge = join(uow, workspace_id, ContactId(survivor), ContactId(absorbed), said)
    seen = max(row.last_seen_at for row in rows.values())
    ContactRepository(uow, workspace_id).fold({survivor: seen})
    uow.announce("contacts", survivor, absorbed)
    return merge


def join(
    uow: UnitOfWork, workspace_id: UUID, survivor: ContactId, absorbed: ContactId, said: Said
) -> Merge:
    """Keep an image of two contacts, then hand names and identifiers of one to the other."""
    names = {"workspace_id": workspace_id, "survivor": survivor, "absorbed": absorbed}
    image = {table: take(uow, table, where, names) for table, where in IMAGED.items()}
    arrivals = [dict(row) for row in uow.execute(ARRIVALS, names).mappings()]
    merge = Merge(survivor, absorbed, new_id(), said)
    row = {
        "id": merge.merge_id,
        "workspace_id": workspace_id,
        "survivor_id": survivor,
        "absorbed_id": absorbed,
        "reason": said.reason,
        "merged_by": said.by,
        "merged_at": uow.now,
        "image": _plain({**image, "contact_arrival": arrivals}),
    }
    uow.insert(ContactMerge, [row])
    ContactRepository(uow, workspace_id).absorb([merge])
    uow.execute(MOVE_ARRIVALS, names)
    uow.execute(MOVE_CONSENT, names)
    return merge


def complete_image(uow: UnitOfWork, workspace_id: UUID, merge: Merge, image: Image) -> None:
    """Add to a merge's image what other slices are about to change."""
    written = orjson.dumps(_plain(image)).decode()
    uow.execute(COMPLETE, {"workspace_id": workspace_id, "id": merge.merge_id, "image": written})


def note_arrivals(
    uow: UnitOfWork, workspace_id: UUID, arrivals: Sequence[tuple[UUID, ContactId, Key]]
) -> None:
    """Keep by which identifier messages (id, contact) came, where two contacts became one."""
    contact_ids = sorted({contact_id for _, contact_id, _ in arrivals})
    if not contact_ids:
        return
    asked = {"workspace_id": workspace_id, "ids": contact_ids}
    merged = set(uow.execute(MERGED, asked).scalars())
    rows = [
        {
            "message_id": message_id,
            "workspace_id": workspace_id,
            "contact_id": contact_id,
            "kind": str(key[0]),
            "value": key[1],
        }
        for message_id, contact_id, key in arrivals
        if contact_id in merged
    ]
    uow.insert(ContactArrival, rows, once=True)


def note_company(uow: UnitOfWork, workspace_id: UUID, company: Mapping[Key, Key]) -> None:
    """Keep which known identifier showed whose a new one is."""
    if company:
        uow.execute(
            CAME_WITH,
            {
                "workspace_id": workspace_id,
                "kinds": [kind for kind, _ in company],
                "values": [value for _, value in company],
                "with": [key_text(key) for key in company.values()],
            },
        )


def kept_apart(
    uow: UnitOfWork, workspace_id: UUID, contact_ids: Sequence[UUID]
) -> Sequence[RowMapping]:
    """Return which of these contacts (survivor, absorbed) were said not to be one, and when."""
    asked = {"workspace_id": workspace_id, "ids": list(contact_ids)}
    return uow.execute(APART, asked).mappings().all()


def find_standing(uow: UnitOfWork, workspace_id: UUID, merge_id: UUID) -> RowMapping:
    """Return a merge that can be undone, and hold it; raises `MergeNotFound`, `MergeStands`."""
    asked = {"workspace_id": workspace_id, "id": merge_id}
    row = uow.execute(FIND, asked).mappings().first()
    if row is None:
        message = "no such merge"
        raise MergeNotFound(message)
    if row["undone_at"]:
        message = f"this merge was undone already, by {row['undone_by']}"
        raise MergeStands(message)
    if uow.execute(LATER, {**asked, "survivor": row["survivor_id"]}).first():
        message = "a later merge of this person stands on this one"
        raise MergeStands(message, expected="the latest merge to be undone first")
    return row


def _plain(image: Image) -> Image:
    return orjson.loads(orjson.dumps(image, default=str))
