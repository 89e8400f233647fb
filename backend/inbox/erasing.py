"""What is held of one person's conversations, letting go of it, and not taking it in again.

A provider's message id names the person (WhatsApp's holds the phone number), so it is erased with
the text. In its place stays a hash of it: a delivery that comes late is still recognised, and
dropped, while the id itself cannot be read back.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.inbox.errors import ReplyInFlight
from backend.inbox.recording import history_lock
from backend.inbox.repository import MessageKey
from backend.kit.erasure import Erased
from backend.platform.unit_of_work import UnitOfWork

MARK = "erased:"
OF_CONTACT = "SELECT id FROM conversation WHERE workspace_id = :workspace_id AND contact_id = :id"
MESSAGES = f"workspace_id = :workspace_id AND conversation_id IN ({OF_CONTACT})"
KEYS = f"""
SELECT channel_id, provider_message_id FROM message
WHERE {MESSAGES} AND provider_message_id IS NOT NULL
"""
IN_FLIGHT = f"SELECT 1 FROM message WHERE {MESSAGES} AND delivery_state = 'posting' LIMIT 1"
STEPS = """
workspace_id = :workspace_id AND (
    (channel_id, provider_message_id) IN (
        SELECT * FROM unnest(CAST(:channels AS uuid[]), CAST(:names AS text[])))
    OR recipient = ANY(CAST(:identifiers AS text[])))
"""
NOTES = """
workspace_id = :workspace_id AND (channel_id, target_provider_id) IN (
    SELECT * FROM unnest(CAST(:channels AS uuid[]), CAST(:names AS text[])))
"""
HASH = "'erased:' || encode(sha256(convert_to({column}, 'UTF8')), 'hex')"
HASHED = (
    "CASE WHEN {column} IS NULL OR {column} LIKE 'erased:%' THEN {column} ELSE " + HASH + " END"
)
HELD = {
    "conversation": "SELECT to_jsonb(t) FROM conversation AS t"
    " WHERE workspace_id = :workspace_id AND contact_id = :id ORDER BY id",
    "message": f"SELECT to_jsonb(t) FROM message AS t WHERE {MESSAGES} ORDER BY sent_at, id",
    "message_status": f"SELECT to_jsonb(t) FROM message_status AS t WHERE {STEPS}"
    " ORDER BY occurred_at, id",
    "message_annotation": f"SELECT to_jsonb(t) FROM message_annotation AS t WHERE {NOTES}"
    " ORDER BY occurred_at, id",
    "conversation_entry": f"SELECT to_jsonb(t) FROM conversation_entry AS t WHERE {MESSAGES}"
    " ORDER BY created_at, id",
    "conversation_draft": f"SELECT to_jsonb(t) FROM conversation_draft AS t WHERE {MESSAGES}"
    " ORDER BY updated_at, user_id",
    "conversation_reading": f"SELECT to_jsonb(t) FROM conversation_reading AS t WHERE {MESSAGES}"
    " ORDER BY read_until, user_id",
}
BLANK_MESSAGES = f"""
UPDATE message SET text = NULL, snippet = '', payload = '{{}}', choice = NULL, edited_text = NULL,
       error = NULL, provider_message_id = {HASHED.format(column="provider_message_id")},
       quoted_provider_id = {HASHED.format(column="quoted_provider_id")},
       delivery_state = CASE WHEN delivery_state = 'queued' THEN 'failed' ELSE delivery_state END
WHERE {MESSAGES}
"""
BLANK_STEPS = f"""
UPDATE message_status SET payload = '{{}}', error_title = NULL,
       recipient = CASE WHEN recipient = '' THEN '' ELSE {HASH.format(column="id::text")} END,
       provider_message_id = {HASHED.format(column="provider_message_id")}
WHERE {STEPS}
"""
BLANK_NOTES = f"""
UPDATE message_annotation SET text = NULL,
       provider_message_id = {HASHED.format(column="provider_message_id")},
       target_provider_id = {HASHED.format(column="target_provider_id")}
WHERE {NOTES}
"""
BLANK_ENTRIES = f"""
UPDATE conversation_entry SET text = '' WHERE {MESSAGES} AND text <> ''
"""
DROP_DRAFTS = f"DELETE FROM conversation_draft WHERE {MESSAGES}"
BLANK_CONVERSATIONS = """
UPDATE conversation SET snippet = '', unread_count = 0, window_expires_at = NULL, state = 'closed',
       snoozed_until = NULL, snoozed_at = NULL, closed_at = COALESCE(closed_at, :now)
WHERE workspace_id = :workspace_id AND contact_id = :id
RETURNING id
"""
REMEMBERED = """
SELECT w.channel_id, w.name FROM unnest(CAST(:channels AS uuid[]), CAST(:names AS text[]))
  AS w(channel_id, name)
WHERE EXISTS (SELECT 1 FROM message AS m
              WHERE m.channel_id = w.channel_id AND m.provider_message_id = w.name)
   OR EXISTS (SELECT 1 FROM message_annotation AS a
              WHERE a.channel_id = w.channel_id AND a.provider_message_id = w.name)
"""
OLD_TEXTS = """
WITH old AS (
    SELECT id, sent_at FROM message
    WHERE workspace_id = :workspace_id AND sent_at >= :after AND sent_at < :before
      AND (text IS NOT NULL OR edited_text IS NOT NULL OR choice IS NOT NULL OR snippet <> ''
           OR payload <> '{}')
    ORDER BY sent_at LIMIT :limit
), blanked AS (
    UPDATE message AS m SET text = NULL, edited_text = NULL, choice = NULL, snippet = '',
           payload = '{}'
    FROM old WHERE m.id = old.id
)
SELECT count(*) AS rows, max(sent_at) AS last_at FROM old
"""
COUNT_OLD_TEXTS = """
SELECT count(*) AS rows, min(sent_at) AS oldest_at FROM message
WHERE workspace_id = :workspace_id AND sent_at < :before
  AND (text IS NOT NULL OR edited_text IS NOT NULL OR choice IS NOT NULL OR snippet <> ''
       OR payload <> '{}')
"""
OLD_EDITS = """
UPDATE message_annotation SET text = NULL
WHERE workspace_id = :workspace_id AND occurred_at < :before AND text IS NOT NULL
"""
OLD_ENTRIES = """
UPDATE conversation_entry SET text = ''
WHERE workspace_id = :workspace_id AND created_at < :before AND text <> ''
"""
OLD_SNIPPETS = """
UPDATE conversation SET snippet = ''
WHERE workspace_id = :workspace_id AND last_message_at < :before AND snippet <> ''
"""


def provider_ids(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> tuple[MessageKey, ...]:
    """Return (channel, provider's id) of every message with a contact, erased ones left out."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    rows = uow.execute(KEYS, asked)
    return tuple(
        (row.channel_id, row.provider_message_id)
        for row in rows
        if not row.provider_message_id.startswith(MARK)
    )


def message_ids(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> list[UUID]:
    """Return the ids of every message of a contact's conversations."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    query = f"SELECT id FROM message WHERE {MESSAGES} ORDER BY id"
    return list(uow.execute(query, asked).scalars())


def conversation_ids(uow: UnitOfWork, workspace_id: UUID, contact_id: UUID) -> list[UUID]:
    """Return the ids of every conversation with a contact."""
    asked = {"workspace_id": workspace_id, "id": contact_id}
    return list(uow.execute(f"{OF_CONTACT} ORDER BY id", asked).scalars())


def held_about(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, *, identifiers: Collection[str]
) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Return every row of a contact's conversations, by table."""
    asked = _asked(uow, workspace_id, contact_id, identifiers)
    return {table: uow.execute(query, asked).scalars().all() for table, query in HELD.items()}


def erase(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, *, identifiers: Collection[str]
) -> tuple[Erased, ...]:
    """Blank what was said and who said it; the caller holds the workspace's history lock."""
    asked = _asked(uow, workspace_id, contact_id, identifiers)
    conversations = uow.execute(BLANK_CONVERSATIONS, asked).scalars().all()
    if uow.execute(IN_FLIGHT, asked).first():
        message = "a reply to this person is being sent at this moment"
        raise ReplyInFlight(message, expected="another attempt in a few seconds")
    steps = uow.execute(BLANK_STEPS, asked).rowcount
    notes = uow.execute(BLANK_NOTES, asked).rowcount
    messages = uow.execute(BLANK_MESSAGES, asked).rowcount
    entries = uow.execute(BLANK_ENTRIES, asked).rowcount
    drafts = uow.execute(DROP_DRAFTS, asked).rowcount
    uow.announce("inbox", *conversations)
    note = "stays without words, so that counts stay"
    return (
        Erased(table="conversation", blanked=len(conversations), note="closed and emptied"),
        Erased(table="message", blanked=messages, note=note),
        Erased(table="message_status", blanked=steps, note=note),
        Erased(table="message_annotation", blanked=notes, note=note),
        Erased(table="conversation_entry", blanked=entries, note="notes stay without words"),
        Erased(table="conversation_draft", deleted=drafts, note="what was begun to write"),
    )


def erased_name(provider_message_id: str) -> str:
    """Return what stands in the place of a provider's id once it is erased."""
    return MARK + hashlib.sha256(provider_message_id.encode()).hexdigest()


def erased_among(uow: UnitOfWork, keys: Collection[MessageKey]) -> frozenset[MessageKey]:
    """Return those (channel, provider's id) that were erased, of messages or of annotations."""
    names = {(channel_id, erased_name(name)): (channel_id, name) for channel_id, name in keys}
    if not names:
        return frozenset()
    asked = {"channels": [key[0] for key in names], "names": [key[1] for key in names]}
    return frozenset(names[row.channel_id, row.name] for row in uow.execute(REMEMBERED, asked))


def count_texts(
    uow: UnitOfWork, workspace_id: UUID, *, before: datetime
) -> tuple[int, datetime | None]:
    """Return how many messages from before a moment still have words, and the oldest's time."""
    asked = {"workspace_id": workspace_id, "before": before}
    row = uow.execute(COUNT_OLD_TEXTS, asked).one()
    return row.rows, row.oldest_at


def blank_texts(
    uow: UnitOfWork, workspace_id: UUID, *, after: datetime, before: datetime, limit: int
) -> tuple[int, datetime | None]:
    """Blank some messages of a period, the oldest first; returns how many, and the last's time.

    Under the history lock, because whoever records messages locks them in another order.
    """
    uow.lock(history_lock(workspace_id))
    asked = {"workspace_id": workspace_id, "after": after, "before": before, "limit": limit}
    row = uow.execute(OLD_TEXTS, asked).one()
    for statement in (OLD_EDITS, OLD_ENTRIES, OLD_SNIPPETS):
        uow.execute(statement, {"workspace_id": workspace_id, "before": before})
    return row.rows, row.last_at


def _asked(
    uow: UnitOfWork, workspace_id: UUID, contact_id: UUID, identifiers: Collection[str]
) -> dict[str, Any]:
    keys = provider_ids(uow, workspace_id, contact_id)
    return {
        "workspace_id": workspace_id,
        "id": contact_id,
        "now": uow.now,
        "channels": [channel_id for channel_id, _ in keys],
        "names": [name for _, name in keys],
        "identifiers": list(identifiers),
    }
