"""Taking a merge of two contacts apart: whose is what, also of what came since."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.contacts.consent_policy import ConsentChange
from backend.contacts.consent_repository import ConsentRepository
from backend.contacts.merging import find_standing
from backend.contacts.policy import key_text, sides
from backend.contacts.repository import ContactRepository
from backend.contacts.schemas import MergeReason, Unmerge
from backend.kit.ids import ContactId, new_id
from backend.platform.images import Row, ids_of, put_back
from backend.platform.unit_of_work import UnitOfWork

IDENTIFIERS = """
SELECT id, kind, value, came_with, seen_at FROM contact_identifier
WHERE workspace_id = :workspace_id AND contact_id = :survivor ORDER BY id
"""
HAND_BACK = """
UPDATE contact_identifier SET contact_id = :absorbed
WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
"""
NAMED = """
SELECT display_name, username, named_at FROM contact
WHERE workspace_id = :workspace_id AND id = :survivor
"""
ARRIVALS = """
SELECT message_id, kind, value FROM contact_arrival
WHERE workspace_id = :workspace_id AND contact_id = :survivor
"""
ARRIVALS_BACK = """
UPDATE contact_arrival SET contact_id = :absorbed
WHERE workspace_id = :workspace_id AND message_id = ANY(CAST(:ids AS uuid[]))
"""
UNDONE = """
UPDATE contact_merge SET undone_at = :now, undone_by = :by, image = '{}'
WHERE workspace_id = :workspace_id AND id = :id
"""
CONSENT = """
SELECT * FROM consent_event WHERE workspace_id = :workspace_id AND contact_id = :survivor
ORDER BY id
"""
CONSENT_BACK = """
UPDATE consent_event SET contact_id = :absorbed
WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
"""
COMPUTED = frozenset({"search_text", "name_key"})


def part(uow: UnitOfWork, workspace_id: UUID, merge_id: UUID, *, by: str) -> Unmerge:
    """Make two contacts of one again, and say whose the messages are that came since.

    The caller gives each its history back. Raises `MergeNotFound`, `MergeStands`.
    """
    found = find_standing(uow, workspace_id, merge_id)
    names = {
        "workspace_id": workspace_id,
        "survivor": found["survivor_id"],
        "absorbed": found["absorbed_id"],
    }
    image: Mapping[str, Sequence[Row]] = found["image"]
    held = _hand_back(uow, names, image)
    _describe(uow, names, image, held)
    messages = _arrivals_back(uow, names, image, held)
    _consent_back(uow, names, image.get("consent_event", ()), messages)
    uow.execute(UNDONE, {**names, "id": merge_id, "now": uow.now, "by": by})
    uow.announce("contacts", found["survivor_id"], found["absorbed_id"])
    return Unmerge(
        merge_id=merge_id,
        survivor=ContactId(found["survivor_id"]),
        absorbed=ContactId(found["absorbed_id"]),
        merged_at=found["merged_at"],
        merged_by=found["merged_by"],
        reason=MergeReason(found["reason"]),
        image=image,
        sides=messages,
    )


class Holdings:
    """Whose each identifier is, and when each was seen since the merge."""

    def __init__(self, rows: Sequence[Any], image: Sequence[Row], survivor: UUID) -> None:
        """Decide for every identifier of the merged contact."""
        before = {key_text((row["kind"], row["value"])): row for row in image}
        since = {f"{row.kind} {row.value}": row.came_with for row in rows}
        owners = {key: UUID(row["contact_id"]) for key, row in before.items()}
        self.side = sides(owners, since, survivor)
        self.ids = {row.id: self.side[f"{row.kind} {row.value}"] for row in rows}
        self.seen_since: dict[str, datetime] = {
            key: row.seen_at
            for row in rows
            if (key := f"{row.kind} {row.value}") not in before
            or datetime.fromisoformat(before[key]["seen_at"]) < row.seen_at
        }

    def seen_of(self, contact_id: UUID) -> dict[str, datetime]:
        """Return when a side's identifiers were seen since the merge."""
        return {key: at for key, at in self.seen_since.items() if self.side[key] == contact_id}


def _hand_back(
    uow: UnitOfWork, names: Mapping[str, Any], image: Mapping[str, Sequence[Row]]
) -> Holdings:
    rows = uow.execute(IDENTIFIERS, names).all()
    held = Holdings(rows, image["contact_identifier"], names["survivor"])
    named = dict(uow.execute(NAMED, names).mappings().one())
    contacts = [
        {column: value for column, value in row.items() if column not in COMPUTED}
        for row in image["contact"]
    ]
    put_back(uow, "contact", contacts)
    mine = [row_id for row_id, side in held.ids.items() if side == names["absorbed"]]
    uow.execute(HAND_BACK, {**names, "ids": mine})
    _introduce(uow, names, image["contact"], held, named)
    return held


def _introduce(
    uow: UnitOfWork,
    names: Mapping[str, Any],
    contacts: Sequence[Row],
    held: Holdings,
    named: Mapping[str, Any],
) -> None:
    """Leave an introduction since the merge to whoever was seen at that moment."""
    known = [datetime.fromisoformat(row["named_at"]) for row in contacts if row["named_at"]]
    if named["named_at"] is None or (known and named["named_at"] <= max(known)):
        return
    is_theirs = any(at == named["named_at"] for at in held.seen_of(names["absorbed"]).values())
    uow.execute(
        "UPDATE contact SET display_name = :display_name, username = :username,"
        " named_at = :named_at WHERE workspace_id = :workspace_id AND id = :id",
        {**names, **named, "id": names["absorbed"] if is_theirs else names["survivor"]},
    )


def _describe(
    uow: UnitOfWork,
    names: Mapping[str, Any],
    image: Mapping[str, Sequence[Row]],
    held: Holdings,
) -> None:
    """Fold the identifiers of each side again, and when each was seen last."""
    seen = {
        contact_id: max(
            datetime.fromisoformat(row["last_seen_at"]), *held.seen_of(contact_id).values()
        )
        if held.seen_of(contact_id)
        else datetime.fromisoformat(row["last_seen_at"])
        for row, contact_id in zip(image["contact"], ids_of(image["contact"]), strict=True)
    }
    ContactRepository(uow, names["workspace_id"]).fold(seen)


def _arrivals_back(
    uow: UnitOfWork,
    names: Mapping[str, Any],
    image: Mapping[str, Sequence[Row]],
    held: Holdings,
) -> dict[UUID, ContactId]:
    """Return whose each message since the merge is, and remember it for earlier merges."""
    before = {UUID(row["message_id"]): UUID(row["contact_id"]) for row in image["contact_arrival"]}
    survivor: UUID = names["survivor"]
    since: dict[UUID, UUID] = {
        row.message_id: held.side.get(f"{row.kind} {row.value}", survivor)
        for row in uow.execute(ARRIVALS, names)
        if row.message_id not in before
    }
    back = [one for one, side in {**before, **since}.items() if side == names["absorbed"]]
    uow.execute(ARRIVALS_BACK, {**names, "ids": back})
    return {message_id: ContactId(side) for message_id, side in since.items()}


def _consent_back(
    uow: UnitOfWork, names: Mapping[str, Any], image: Sequence[Row], sides: Mapping[UUID, UUID]
) -> None:
    """Give each what they said; an opt-out since the merge that no message shows counts for both.

    Nobody can tell any more which of the two it was about, and neither may get offers for that.
    """
    absorbed = names["absorbed"]
    before = {UUID(row["id"]): UUID(row["contact_id"]) for row in image}
    rows = uow.execute(CONSENT, names).mappings().all()
    back = [
        row["id"]
        for row in rows
        if before.get(row["id"], sides.get(row["message_id"], names["survivor"])) == absorbed
    ]
    uow.execute(CONSENT_BACK, {**names, "ids": back})
    copies = [
        {**row, "id": new_id(), "contact_id": absorbed}
        for row in rows
        if row["id"] not in before
        and row["message_id"] is None
        and row["change"] == ConsentChange.OPT_OUT
    ]
    ConsentRepository(uow, names["workspace_id"]).add(copies)
