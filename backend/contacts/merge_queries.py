"""What can be read of merges, identifiers and possible duplicates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.contacts.schemas import ContactView, IdentifierView, MergeReason, MergeView
from backend.kit.ids import ContactId
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork

MERGES = """
SELECT m.id, m.survivor_id, m.absorbed_id, m.reason, m.merged_by, m.merged_at, m.undone_by,
       m.undone_at,
       COALESCE(a.display_name, a.phone, a.username, a.bsuid,
                i.row ->> 'display_name', i.row ->> 'phone', i.row ->> 'username',
                i.row ->> 'bsuid', '') AS absorbed_name,
       m.undone_at IS NULL AND m.survivor_id = :contact_id AND NOT EXISTS (
           SELECT 1 FROM contact_merge AS l
           WHERE l.workspace_id = m.workspace_id AND l.undone_at IS NULL AND l.id > m.id
             AND m.survivor_id IN (l.survivor_id, l.absorbed_id)) AS can_be_undone
FROM contact_merge AS m
LEFT JOIN contact AS a ON a.id = m.absorbed_id
LEFT JOIN LATERAL (
    SELECT row FROM jsonb_array_elements(m.image -> 'contact') AS row
    WHERE row ->> 'id' = m.absorbed_id::text
) AS i ON true
WHERE m.workspace_id = :workspace_id AND :contact_id IN (m.survivor_id, m.absorbed_id)
"""
IDENTIFIERS = """
SELECT kind, COALESCE(shown, value) AS value, seen_at FROM contact_identifier
WHERE workspace_id = :workspace_id AND contact_id = :contact_id
UNION ALL
SELECT 'username', username, named_at FROM contact AS c
WHERE workspace_id = :workspace_id AND id = :contact_id AND username IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM contact_identifier AS i
                  WHERE i.contact_id = c.id AND i.kind = 'username')
ORDER BY seen_at DESC, kind, value LIMIT 50
"""
# The same name is no proof, so a person decides; whoever was said to be another one is left out.
# The comparison is by equality alone, because row security keeps others from using an index.
DUPLICATES = """
WITH me AS (
    SELECT id, workspace_id, name_key FROM contact
    WHERE workspace_id = :workspace_id AND id = :contact_id
),
apart AS (
    SELECT CASE WHEN survivor_id = :contact_id THEN absorbed_id ELSE survivor_id END AS id
    FROM contact_merge
    WHERE workspace_id = :workspace_id AND undone_at IS NOT NULL
      AND :contact_id IN (survivor_id, absorbed_id)
),
namesakes AS (
    SELECT d.id FROM contact AS d
    WHERE d.workspace_id = :workspace_id AND d.name_key = (SELECT name_key FROM me)
      AND d.id <> :contact_id AND d.erased_at IS NULL AND d.id NOT IN (SELECT id FROM apart)
    ORDER BY d.last_seen_at DESC, d.id DESC LIMIT :most
),
numbered AS (
    SELECT i.contact_id AS id FROM contact_identifier AS i
    WHERE i.workspace_id = :workspace_id AND i.kind = 'phone'
      AND i.value = ANY(CAST(:forms AS text[])) AND i.contact_id <> :contact_id
      AND i.contact_id NOT IN (SELECT id FROM apart)
)
SELECT id, display_name, phone, bsuid, username, last_seen_at, created_at FROM contact AS c
WHERE c.workspace_id = :workspace_id AND c.erased_at IS NULL
  AND c.id IN (SELECT id FROM namesakes UNION ALL SELECT id FROM numbered)
ORDER BY c.last_seen_at DESC, c.id DESC LIMIT :most
"""
MOST_DUPLICATES = 5


def page_of_merges(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, page: PageRequest
) -> Page[MergeView]:
    """Return the merges that a contact was part of, the latest first."""
    asked: dict[str, Any] = {
        "workspace_id": workspace_id,
        "contact_id": contact_id,
        "limit": page.limit + 1,
    }
    before = ""
    if position := page.position(UUID):
        before = " AND m.id < :before"
        asked["before"] = position[0]
    query = f"{MERGES}{before} ORDER BY m.id DESC LIMIT :limit"
    rows = uow.execute(query, asked).mappings().all()
    return paged(rows, page, view=_view, key=lambda row: (str(row["id"]),))


def identifiers_of(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID
) -> tuple[IdentifierView, ...]:
    """Return by what a contact is known, the one seen last first."""
    asked = {"workspace_id": workspace_id, "contact_id": contact_id}
    return tuple(IdentifierView(**row) for row in uow.execute(IDENTIFIERS, asked).mappings())


def duplicates_of(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, forms: Sequence[str]
) -> tuple[ContactView, ...]:
    """Return contacts with the same name, or with the number in another of its forms."""
    asked = {
        "workspace_id": workspace_id,
        "contact_id": contact_id,
        "forms": list(forms),
        "most": MOST_DUPLICATES,
    }
    return tuple(ContactView(**row) for row in uow.execute(DUPLICATES, asked).mappings())


def _view(row: RowMapping) -> MergeView:
    shown: Mapping[str, Any] = {
        **row,
        "reason": MergeReason(row["reason"]),
        "survivor_id": ContactId(row["survivor_id"]),
        "absorbed_id": ContactId(row["absorbed_id"]),
    }
    return MergeView(**shown)
