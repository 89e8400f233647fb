"""What is held about one person's identity, and letting go of it."""

import hashlib
import hmac
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.channels import Identity
from backend.contacts.errors import ContactNotFound
from backend.contacts.policy import IdentifierKind, Key, keys_of
from backend.kit.erasure import Erased
from backend.kit.phone import forms, subscriber
from backend.platform.secrets import derived_keys
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
    "consent_event": "SELECT to_jsonb(t) FROM consent_event AS t"
    " WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY occurred_at, id",
    "contact_arrival": "SELECT to_jsonb(t) FROM contact_arrival AS t"
    " WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY message_id",
    "contact_merge": "SELECT to_jsonb(t) FROM contact_merge AS t"
    " WHERE workspace_id = :workspace_id AND :id IN (survivor_id, absorbed_id) ORDER BY id",
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


# All that went into a contact, also by way of another one.
MERGES = """
WITH RECURSIVE part AS (
    SELECT id, absorbed_id FROM contact_merge
    WHERE workspace_id = :workspace_id AND :id IN (survivor_id, absorbed_id)
    UNION
    SELECT m.id, m.absorbed_id FROM contact_merge AS m JOIN part ON part.absorbed_id = m.survivor_id
    WHERE m.workspace_id = :workspace_id AND m.undone_at IS NULL
)
"""
FORGET_MERGES = f"{MERGES} DELETE FROM contact_merge AS m USING part WHERE m.id = part.id"
FORGET_ARRIVALS = """
DELETE FROM contact_arrival WHERE workspace_id = :workspace_id AND contact_id = :id
"""
# That somebody opted in or out, and when, stays as the proof that it was heeded.
BLANK_CONSENT = """
UPDATE consent_event SET words = NULL, note = NULL
WHERE workspace_id = :workspace_id AND contact_id = :id
"""
KEYS = """
SELECT kind, value FROM contact_identifier
WHERE workspace_id = :workspace_id AND contact_id = :id
"""
MARKED = """
SELECT mark, erased_at FROM erased_identifier
WHERE workspace_id = :workspace_id AND mark = ANY(CAST(:marks AS text[]))
"""
MARK = """
INSERT INTO erased_identifier (workspace_id, mark, erased_at)
SELECT :workspace_id, mark, :now FROM unnest(CAST(:marks AS text[])) AS mark
ON CONFLICT (workspace_id, mark) DO UPDATE SET erased_at = excluded.erased_at
"""
PURPOSE = "identifiers of erased people"


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
    named = {form for value in values if value for form in _forms(value)}
    return Known(identifiers=tuple(sorted(named)), erased_at=row.erased_at)


def _forms(value: str) -> tuple[str, ...]:
    return forms(value) if value.startswith("+") else (value,)


def held_about(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row about a contact's identity, by table."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    return {table: uow.execute(query, asked).scalars().all() for table, query in HELD.items()}


def erase(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> tuple[Erased, ...]:
    """Forget names and identifiers; the bare contact stays, so that what is counted stays."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    _mark(uow, workspace_id, contact_id)
    merges = uow.execute(FORGET_MERGES, asked).rowcount
    arrivals = uow.execute(FORGET_ARRIVALS, asked).rowcount
    consents = uow.execute(BLANK_CONSENT, asked).rowcount
    deleted = uow.execute(
        "DELETE FROM contact_identifier WHERE workspace_id = :workspace_id AND contact_id = :id",
        asked,
    ).rowcount
    blanked = uow.execute(BLANK, {**asked, "now": uow.now}).rowcount
    uow.announce("contacts", contact_id)
    return (
        Erased(table="consent_event", blanked=consents, note="what was agreed to when stays"),
        Erased(table="contact", blanked=blanked, note="stays without a name, so that counts stay"),
        Erased(table="contact_arrival", deleted=arrivals),
        Erased(table="contact_identifier", deleted=deleted),
        Erased(table="contact_merge", deleted=merges, note="it cannot be undone any more"),
    )


def erased_at(
    uow: UnitOfWork, workspace_id: UUID, identities: Collection[Identity]
) -> Mapping[Identity, datetime]:
    """Return when those of these people were erased who were, by any of their identifiers."""
    marks = {
        mark: identity
        for identity in identities
        for key in keys_of(identity)
        for mark in _marks(workspace_id, key)
    }
    if not marks:
        return {}
    found = uow.execute(MARKED, {"workspace_id": workspace_id, "marks": sorted(marks)})
    return {marks[row.mark]: row.erased_at for row in found}


def _mark(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> None:
    """Remember by hashes, which only this installation can make, whose old news stays out."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    keys = [(row.kind, row.value) for row in uow.execute(KEYS, asked)]
    marks = [_marks(workspace_id, key)[0] for key in keys]
    uow.execute(MARK, {"workspace_id": workspace_id, "marks": marks, "now": uow.now})


def _marks(workspace_id: UUID, key: Key) -> list[str]:
    """Return the hash of an identifier under each sealing key in force, the newest first."""
    kind, value = key
    named = subscriber(value) if kind == IdentifierKind.PHONE else value
    text = f"{workspace_id} {kind} {named}".encode()
    return [
        hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
        for secret in derived_keys(PURPOSE)
    ]
