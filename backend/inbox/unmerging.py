"""Taking the conversations of a merged contact apart again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.contacts import Merge, Unmerge
from backend.inbox.folding import fold_conversations
from backend.inbox.repository import InboxRepository
from backend.kit.ids import new_id
from backend.platform.images import Image, Row, ids_of, put_back, take
from backend.platform.unit_of_work import UnitOfWork

OF_BOTH = "workspace_id = :workspace_id AND contact_id IN (:survivor, :absorbed)"
# A message is part of the image only where it is about to change hands.
MOVING = """
SELECT m.id, m.conversation_id FROM message AS m
JOIN conversation AS a ON a.id = m.conversation_id AND a.state = 'open'
JOIN conversation AS s ON s.channel_id = a.channel_id AND s.state = 'open'
  AND s.contact_id = :survivor
WHERE a.workspace_id = :workspace_id AND a.contact_id = :absorbed
ORDER BY m.id
"""
# Of what stands beside the messages only the place is kept: words may be erased meanwhile.
MOVING_ENTRIES = """
SELECT e.id, e.conversation_id FROM conversation_entry AS e
JOIN conversation AS a ON a.id = e.conversation_id AND a.state = 'open'
JOIN conversation AS s ON s.channel_id = a.channel_id AND s.state = 'open'
  AND s.contact_id = :survivor
WHERE a.workspace_id = :workspace_id AND a.contact_id = :absorbed
ORDER BY e.id
"""
MOVE_ENTRIES = """
UPDATE conversation_entry AS e SET conversation_id = w.place
FROM unnest(CAST(:entries AS uuid[]), CAST(:places AS uuid[])) AS w(id, place) WHERE e.id = w.id
"""
JOINED = """
SELECT a.id AS old_id, s.id AS new_id FROM conversation AS a
JOIN conversation AS s ON s.channel_id = a.channel_id AND s.state = 'open'
  AND s.contact_id = :survivor
WHERE a.workspace_id = :workspace_id AND a.contact_id = :absorbed AND a.state = 'open'
"""
CONVERSATIONS = """
SELECT * FROM conversation
WHERE workspace_id = :workspace_id AND contact_id = :survivor ORDER BY id FOR UPDATE
"""
# What was said since the merge: by the customer where we know under which identifier, by us later.
SINCE = """
SELECT m.id, m.conversation_id, m.channel_id, m.sent_at, m.direction, m.kind FROM message AS m
JOIN conversation AS c ON c.id = m.conversation_id
WHERE m.workspace_id = :workspace_id AND c.contact_id = :survivor
  AND (m.id = ANY(CAST(:known AS uuid[])) OR (m.direction = 'out' AND m.created_at > :merged_at))
ORDER BY m.sent_at, m.id
"""
MOVE = """
UPDATE message AS m SET conversation_id = w.place
FROM unnest(CAST(:messages AS uuid[]), CAST(:places AS uuid[])) AS w(id, place) WHERE m.id = w.id
"""
HAND_BACK = """
UPDATE conversation SET contact_id = :absorbed
WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))
"""


@dataclass(slots=True, kw_only=True)
class Parting:
    """The conversations of one merged contact, and what goes where.

    `homes` says whose each conversation is, `twins` which one of the absorbed went into which.
    """

    merge: Unmerge
    now: Mapping[UUID, RowMapping]
    before: Mapping[UUID, Row]
    homes: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    twins: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])
    fresh: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])


def image_of(uow: UnitOfWork, workspace_id: UUID, merge: Merge) -> Image:
    """Return the rows of both contacts' conversations that a merge changes."""
    names = _names(workspace_id, merge)
    conversations = [{**row, "snippet": ""} for row in take(uow, "conversation", OF_BOTH, names)]
    return {
        "conversation": conversations,
        "message": [dict(row) for row in uow.execute(MOVING, names).mappings()],
        "conversation_entry": [dict(row) for row in uow.execute(MOVING_ENTRIES, names).mappings()],
        "joined_conversation": [dict(row) for row in uow.execute(JOINED, names).mappings()],
    }


def part(uow: UnitOfWork, workspace_id: UUID, merge: Unmerge) -> None:
    """Give each side its conversations and messages back, and the messages since to their side."""
    names = _names(workspace_id, merge)
    parting = _loaded(uow, names, merge)
    since = uow.execute(
        SINCE, {**names, "known": list(merge.sides), "merged_at": merge.merged_at}
    ).mappings()
    said = _sides(since.all(), merge)
    for row, side in said:
        parting.homes.setdefault(row["conversation_id"], side)
    put_back(uow, "conversation", _returning(parting))
    mine = [one for one in parting.now if parting.homes.get(one) == merge.absorbed]
    uow.execute(HAND_BACK, {**names, "ids": mine})
    places = {UUID(row["id"]): UUID(row["conversation_id"]) for row in merge.image["message"]}
    for row, side in said:
        place = _place(uow, parting, row, side)
        if place != row["conversation_id"]:
            places[row["id"]] = place
    repository = InboxRepository(uow, workspace_id)
    repository.add_conversations(parting.fresh)
    uow.execute(MOVE, {"messages": list(places), "places": list(places.values())})
    entries = merge.image.get("conversation_entry", ())
    back = [UUID(row["conversation_id"]) for row in entries]
    uow.execute(MOVE_ENTRIES, {"entries": ids_of(entries), "places": back})
    _settle(uow, repository, {*parting.now, *parting.twins.values(), *places.values()})


def _names(workspace_id: UUID, merge: Merge | Unmerge) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "survivor": merge.survivor,
        "absorbed": merge.absorbed,
    }


def _loaded(uow: UnitOfWork, names: Mapping[str, Any], merge: Unmerge) -> Parting:
    rows = uow.execute(CONVERSATIONS, names).mappings().all()
    images = merge.image["conversation"]
    parting = Parting(
        merge=merge,
        now={row["id"]: row for row in rows},
        before=dict(zip(ids_of(images), images, strict=True)),
    )
    parting.homes = {one: UUID(row["contact_id"]) for one, row in parting.before.items()}
    parting.twins = {
        UUID(row["new_id"]): UUID(row["old_id"]) for row in merge.image["joined_conversation"]
    }
    return parting


def _sides(rows: Sequence[RowMapping], merge: Unmerge) -> list[tuple[RowMapping, UUID]]:
    """Say whose each message is; ours belongs to whoever wrote before it in that conversation."""
    latest: dict[UUID, UUID] = {}
    found: list[tuple[RowMapping, UUID]] = []
    for row in rows:
        side = merge.sides.get(row["id"]) or latest.get(row["conversation_id"])
        if side is not None:
            latest[row["conversation_id"]] = side
            found.append((row, side))
    return found


def _returning(parting: Parting) -> list[Row]:
    """Return the conversations that went into others, closed and read as far as those are."""
    rows: list[Row] = []
    for new_id_, old_id in parting.twins.items():
        old, new, now = parting.before[old_id], parting.before[new_id_], parting.now[new_id_]
        read_until = old["read_until"]
        if now["read_until"] and _moment(new["read_until"]) != now["read_until"]:
            read_until = max(filter(None, (_moment(read_until), now["read_until"])))
        rows.append(
            {
                **old,
                "read_until": read_until,
                "state": now["state"],
                "closed_at": now["closed_at"] or old["closed_at"],
            }
        )
    return rows


def _place(uow: UnitOfWork, parting: Parting, row: RowMapping, side: UUID) -> UUID:
    """Return the conversation of a side that a message belongs to, opening one if there is none."""
    here = row["conversation_id"]
    home = parting.homes.get(here, parting.merge.survivor)
    if home == side:
        return here
    if side == parting.merge.absorbed and here in parting.twins:
        return parting.twins[here]
    candidates = [
        *({**one, "id": key} for key, one in parting.now.items()),
        *parting.fresh,
    ]
    for one in candidates:
        owner = parting.homes.get(one["id"], parting.merge.survivor)
        if one["channel_id"] == row["channel_id"] and one["state"] == "open" and owner == side:
            return one["id"]
    opened = _opened(uow, row, side)
    parting.homes[opened["id"]] = side
    parting.fresh.append(opened)
    return opened["id"]


def _opened(uow: UnitOfWork, row: RowMapping, side: UUID) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": uow.workspace_id,
        "channel_id": row["channel_id"],
        "contact_id": side,
        "last_message_at": row["sent_at"],
        "opened_at": row["sent_at"],
        "created_at": uow.now,
        "state": "open",
        "unread_count": 0,
        "snippet": "",
        "last_direction": row["direction"],
        "last_kind": row["kind"],
    }


def _settle(uow: UnitOfWork, repository: InboxRepository, touched: set[UUID]) -> None:
    """Fold the conversations of both, and count the days on which they began and begin now."""
    before = repository.moments(touched)
    fold_conversations(uow, touched)
    for row in (*before, *repository.moments(touched)):
        uow.note(row["channel_id"], [row["opened_at"]])
    uow.announce("inbox", *sorted(touched))


def _moment(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
