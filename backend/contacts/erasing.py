"""What is held about one person's identity, and letting go of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.contacts.errors import ContactNotFound
from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

FIND = """
SELECT phone, bsuid, username, erased_at FROM contact
WHERE workspace_id = :workspace_id AND id = :id FOR UPDATE
"""
IDENTIFIERS = """
SELECT value FROM contact_identifier
WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY value
"""
HELD = {
    "contact": "SELECT to_jsonb(t) - 'search_text' FROM contact AS t"
    " WHERE workspace_id = :workspace_id AND id = :id",
    "contact_identifier": "SELECT to_jsonb(t) FROM contact_identifier AS t"
    " WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY id",
}
BLANK = """
UPDATE contact SET display_name = NULL, named_at = NULL, phone = NULL, bsuid = NULL,
       username = NULL, erased_at = :now
WHERE workspace_id = :workspace_id AND id = :id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Every identifier that a contact was ever seen with, and whether it was erased."""

    identifiers: tuple[str, ...]
    erased_at: datetime | None


def known_as(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> Known:
    """Return what a contact is known by, and hold its row; raises `ContactNotFound`."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    row = uow.execute(FIND, asked).first()
    if row is None:
        message = "no such contact"
        raise ContactNotFound(message)
    values = {row.phone, row.bsuid, row.username}
    values |= set(uow.execute(IDENTIFIERS, asked).scalars())
    return Known(
        identifiers=tuple(sorted(value for value in values if value)), erased_at=row.erased_at
    )


def held_about(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row about a contact's identity, by table."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    return {table: uow.execute(query, asked).scalars().all() for table, query in HELD.items()}


def erase(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> tuple[Erased, ...]:
    """Forget names and identifiers; the bare contact stays, so that what is counted stays."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    deleted = uow.execute(
        "DELETE FROM contact_identifier WHERE workspace_id = :workspace_id AND contact_id = :id",
        asked,
    ).rowcount
    blanked = uow.execute(BLANK, {**asked, "now": uow.now}).rowcount
    uow.announce("contacts", contact_id)
    return (
        Erased(table="contact", blanked=blanked, note="stays without a name, so that counts stay"),
        Erased(table="contact_identifier", deleted=deleted),
    )
