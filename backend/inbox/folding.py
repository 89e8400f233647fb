"""SQL that folds histories into the columns shown; the outcome does not depend on order.

A conversation is a fold of its messages, a message's status of its steps, its text of its edits.
Whatever arrives late, twice or before its message, the fold is the same.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from backend.platform.unit_of_work import UnitOfWork

CONVERSATIONS = """
UPDATE conversation AS c
SET opened_at = first.sent_at,
    last_message_at = last.sent_at,
    last_direction = last.direction,
    last_kind = last.kind,
    snippet = last.snippet,
    first_inbound_at = first_in.sent_at,
    window_expires_at = last_in.sent_at + interval '24 hours',
    first_responded_at = answer.sent_at,
    unread_count = unread.count,
    snoozed_until = CASE WHEN last_in.sent_at > old.snoozed_at THEN NULL
                         ELSE old.snoozed_until END,
    snoozed_at = CASE WHEN last_in.sent_at > old.snoozed_at THEN NULL ELSE old.snoozed_at END
FROM unnest(CAST(:ids AS uuid[])) AS w(id)
JOIN conversation AS old ON old.id = w.id
JOIN LATERAL (
    SELECT sent_at FROM message WHERE conversation_id = w.id ORDER BY sent_at LIMIT 1
) AS first ON true
JOIN LATERAL (
    SELECT sent_at, direction, kind, snippet FROM message WHERE conversation_id = w.id
    ORDER BY sent_at DESC, provider_message_id DESC NULLS LAST LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT sent_at FROM message WHERE conversation_id = w.id AND direction = 'in'
    ORDER BY sent_at LIMIT 1
) AS first_in ON true
LEFT JOIN LATERAL (
    SELECT sent_at FROM message WHERE conversation_id = w.id AND direction = 'in'
    ORDER BY sent_at DESC LIMIT 1
) AS last_in ON true
LEFT JOIN LATERAL (
    SELECT sent_at FROM message
    WHERE conversation_id = w.id AND direction = 'out' AND sent_at >= first_in.sent_at
      AND payload ->> 'automatic' IS NULL  -- nobody has answered yet
    ORDER BY sent_at LIMIT 1
) AS answer ON true
CROSS JOIN LATERAL (
    SELECT count(*) AS count FROM message
    WHERE conversation_id = w.id AND direction = 'in'
      AND sent_at > COALESCE(old.read_until, '-infinity')
) AS unread
WHERE c.id = w.id
"""

LOCK_CONVERSATIONS = """
SELECT 1 FROM conversation WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE
"""

STATUSES = """
UPDATE message AS m
SET status = f.status, status_at = f.occurred_at, error = f.error
FROM unnest(CAST(:channels AS uuid[]), CAST(:provider_ids AS text[])) AS w(channel_id, provider_id)
CROSS JOIN LATERAL (
    SELECT s.status, s.occurred_at,
           CASE WHEN s.status = 'failed' THEN concat_ws(': ', s.error_code, s.error_title) END
             AS error
    FROM message_status AS s
    WHERE s.channel_id = w.channel_id AND s.provider_message_id = w.provider_id
    ORDER BY CASE s.status WHEN 'read' THEN 5 WHEN 'delivered' THEN 4 WHEN 'failed' THEN 3
                           WHEN 'sent' THEN 2 ELSE 1 END DESC,
             s.occurred_at, s.error_code NULLS LAST
    LIMIT 1
) AS f
WHERE m.channel_id = w.channel_id AND m.provider_message_id = w.provider_id
  AND (m.status, m.status_at, m.error) IS DISTINCT FROM (f.status, f.occurred_at, f.error)
RETURNING m.id, m.conversation_id, m.channel_id, m.sent_at
"""

ANNOTATIONS = """
UPDATE message AS m
SET edited_text = f.edited_text, edited_at = f.edited_at, revoked_at = f.revoked_at
FROM unnest(CAST(:channels AS uuid[]), CAST(:provider_ids AS text[])) AS w(channel_id, provider_id)
CROSS JOIN LATERAL (
    SELECT
        (array_agg(text ORDER BY occurred_at DESC, provider_message_id DESC)
            FILTER (WHERE kind = 'edit'))[1] AS edited_text,
        max(occurred_at) FILTER (WHERE kind = 'edit') AS edited_at,
        min(occurred_at) FILTER (WHERE kind = 'revoke') AS revoked_at
    FROM message_annotation
    WHERE channel_id = w.channel_id AND target_provider_id = w.provider_id
) AS f
WHERE m.channel_id = w.channel_id AND m.provider_message_id = w.provider_id
  AND (f.edited_at IS NOT NULL OR f.revoked_at IS NOT NULL)
  AND (m.edited_text, m.edited_at, m.revoked_at)
      IS DISTINCT FROM (f.edited_text, f.edited_at, f.revoked_at)
RETURNING m.id, m.conversation_id, m.channel_id, m.sent_at
"""

MessageKey = tuple[UUID, str]


def fold_conversations(uow: UnitOfWork, conversation_ids: Iterable[UUID]) -> None:
    """Fold the messages of these conversations into their lists' columns."""
    if ids := sorted(set(conversation_ids)):
        # A fold that waited for a row inside its own statement would read the messages of before.
        uow.execute(LOCK_CONVERSATIONS, {"ids": ids})
        uow.execute(CONVERSATIONS, {"ids": ids})


def read_to_the_end(uow: UnitOfWork, conversation_id: UUID) -> None:
    """Count everything up to the latest message as read; the next fold counts the rest."""
    uow.execute(
        "UPDATE conversation SET read_until = GREATEST(read_until, last_message_at) WHERE id = :id",
        {"id": conversation_id},
    )


def fold_messages(uow: UnitOfWork, keys: Iterable[MessageKey]) -> Sequence[UUID]:
    """Fold steps, edits and revocations into these messages; returns where any changed.

    A key is (channel, provider's message id); a message we do not have yet is passed over.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return ()
    parameters = {
        "channels": [channel_id for channel_id, _ in wanted],
        "provider_ids": [provider_id for _, provider_id in wanted],
    }
    touched: set[UUID] = set()
    for statement in (STATUSES, ANNOTATIONS):
        for row in uow.execute(statement, parameters):
            uow.note(row.channel_id, [row.sent_at])
            touched.add(row.conversation_id)
    return sorted(touched)
