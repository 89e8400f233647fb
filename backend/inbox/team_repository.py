"""SQL of working as a team: assignment, notes, reading, drafts, presence, snoozing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Role
from backend.inbox.models import ConversationEntry
from backend.platform.unit_of_work import UnitOfWork

ANSWERING = (Role.ADMIN, Role.MANAGER, Role.OPERATOR)
COLLEAGUES = """
SELECT u.id, u.name FROM membership AS m JOIN user_account AS u ON u.id = m.user_id
WHERE m.workspace_id = :workspace_id AND NOT m.is_disabled AND NOT u.is_disabled
  AND m.role = ANY(CAST(:roles AS text[]))
ORDER BY m.created_at, u.id
"""
ENTRIES = """
SELECT e.id, e.conversation_id, e.kind, e.author_id, u.name AS author_name, e.text, e.details,
       e.created_at
FROM conversation_entry AS e LEFT JOIN user_account AS u ON u.id = e.author_id
WHERE e.workspace_id = :workspace_id AND e.conversation_id = :conversation_id
  AND e.created_at >= COALESCE(:since, '-infinity'::timestamptz)
ORDER BY e.created_at DESC, e.id DESC LIMIT :limit
"""
READ = """
INSERT INTO conversation_reading (workspace_id, conversation_id, user_id, read_until)
SELECT workspace_id, id, CAST(:user_id AS uuid), last_message_at FROM conversation
WHERE workspace_id = :workspace_id AND id = :conversation_id
ON CONFLICT (conversation_id, user_id) DO UPDATE SET read_until = excluded.read_until
WHERE conversation_reading.read_until < excluded.read_until
RETURNING user_id
"""
KEEP_DRAFT = """
INSERT INTO conversation_draft (workspace_id, conversation_id, user_id, text, send_key, began_at,
                                updated_at)
SELECT :workspace_id, :conversation_id, :user_id, :text, :send_key, :now, :now
WHERE NOT EXISTS (
    SELECT 1 FROM message WHERE conversation_id = :conversation_id AND send_key = :send_key
)
ON CONFLICT (conversation_id, user_id) DO UPDATE
SET text = excluded.text, updated_at = excluded.updated_at, send_key = excluded.send_key,
    began_at = CASE WHEN conversation_draft.text = '' THEN excluded.began_at
                    ELSE conversation_draft.began_at END
"""
DRAFT = """
SELECT text, send_key, began_at FROM conversation_draft
WHERE workspace_id = :workspace_id AND conversation_id = :conversation_id AND user_id = :user_id
"""
LAST_OWN = """
SELECT id FROM message WHERE workspace_id = :workspace_id AND conversation_id = :conversation_id
  AND direction = 'out' AND author_id = :user_id
ORDER BY sent_at DESC, id DESC LIMIT 1
"""
REPLIED_SINCE = """
SELECT u.name FROM message AS m JOIN user_account AS u ON u.id = m.author_id
WHERE m.workspace_id = :workspace_id AND m.conversation_id = :conversation_id
  AND m.direction = 'out' AND m.sent_at > :since
  AND m.author_id IS DISTINCT FROM CAST(:user_id AS uuid)
ORDER BY m.sent_at DESC LIMIT 1
"""
SENT_AS = """
SELECT id FROM message
WHERE workspace_id = :workspace_id AND conversation_id = :conversation_id AND send_key = :send_key
"""
BE_PRESENT = """
INSERT INTO conversation_presence AS p
    (workspace_id, conversation_id, user_id, seen_until, writes_until)
VALUES (:workspace_id, :conversation_id, :user_id, :seen_until, :writes_until)
ON CONFLICT (conversation_id, user_id) DO UPDATE
SET seen_until = excluded.seen_until, writes_until = excluded.writes_until
RETURNING 1
"""
WAS_PRESENT = """
SELECT seen_until, writes_until FROM conversation_presence
WHERE workspace_id = :workspace_id AND conversation_id = :conversation_id AND user_id = :user_id
"""
PRESENT = """
SELECT p.user_id, u.name, COALESCE(p.writes_until > :now, false) AS is_writing
FROM conversation_presence AS p JOIN user_account AS u ON u.id = p.user_id
WHERE p.workspace_id = :workspace_id AND p.conversation_id = :conversation_id
  AND p.seen_until > :now
ORDER BY u.name, p.user_id
"""
WAKE = """
UPDATE conversation SET snoozed_until = NULL, snoozed_at = NULL
WHERE workspace_id = :workspace_id AND snoozed_until <= :now
RETURNING id, assignee_id
"""


class TeamRepository:
    """What the people of one workspace do in its conversations, in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def colleagues(self) -> Sequence[tuple[UUID, str]]:
        """Return (id, name) of everybody who can answer customers here, who came first first."""
        found = self._all(COLLEAGUES, roles=[role.value for role in ANSWERING])
        return [(row["id"], row["name"]) for row in found]

    def assign(self, conversation_ids: Sequence[UUID], *, user_id: UUID | None) -> list[UUID]:
        """Give conversations to somebody, or nobody; returns those that this changed."""
        return self._ids(
            "UPDATE conversation SET assignee_id = :user_id WHERE workspace_id = :workspace_id"
            " AND id = ANY(CAST(:ids AS uuid[])) AND assignee_id IS DISTINCT FROM :user_id"
            " RETURNING id",
            ids=list(conversation_ids),
            user_id=user_id,
        )

    def snooze(self, conversation_ids: Sequence[UUID], *, until: datetime | None) -> list[UUID]:
        """Let open conversations sleep, or wake them; returns those that this changed."""
        return self._ids(
            "UPDATE conversation SET snoozed_until = :until,"
            " snoozed_at = CASE WHEN CAST(:until AS timestamptz) IS NULL THEN NULL ELSE :now END"
            " WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[]))"
            " AND state = 'open' AND snoozed_until IS DISTINCT FROM :until RETURNING id",
            ids=list(conversation_ids),
            until=until,
        )

    def close(self, conversation_ids: Sequence[UUID]) -> list[UUID]:
        """Close those of these that are open; returns which they were."""
        return self._ids(
            "UPDATE conversation SET state = 'closed', closed_at = :now, snoozed_until = NULL,"
            " snoozed_at = NULL WHERE workspace_id = :workspace_id"
            " AND id = ANY(CAST(:ids AS uuid[])) AND state = 'open' RETURNING id",
            ids=list(conversation_ids),
        )

    def wake_due(self) -> Sequence[RowMapping]:
        """Wake whatever has slept long enough; returns id and assignee_id of each."""
        return self._all(WAKE)

    def add_entry(self, row: ConversationEntry) -> None:
        """Put something beside the messages."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def entries(
        self, conversation_id: UUID, *, since: datetime | None, limit: int
    ) -> Sequence[RowMapping]:
        """Return what stands beside the messages since a moment, the latest first."""
        return self._all(ENTRIES, conversation_id=conversation_id, since=since, limit=limit)

    def read(self, conversation_id: UUID, *, user_id: UUID) -> bool:
        """Move a person's own mark to the latest message; whether it moved."""
        return bool(self._all(READ, conversation_id=conversation_id, user_id=user_id))

    def keep_draft(
        self, conversation_id: UUID, *, user_id: UUID, text: str, send_key: UUID
    ) -> None:
        """Keep what somebody has begun to write, unless it was sent meanwhile."""
        self._do(
            KEEP_DRAFT,
            conversation_id=conversation_id,
            user_id=user_id,
            text=text,
            send_key=send_key,
        )

    def draft(self, conversation_id: UUID, *, user_id: UUID) -> RowMapping | None:
        """Return what somebody has begun to write."""
        return self._first(DRAFT, conversation_id=conversation_id, user_id=user_id)

    def drop_draft(self, conversation_id: UUID, *, user_id: UUID) -> None:
        """Forget what somebody has begun to write."""
        self._do(
            "DELETE FROM conversation_draft WHERE workspace_id = :workspace_id"
            " AND conversation_id = :conversation_id AND user_id = :user_id",
            conversation_id=conversation_id,
            user_id=user_id,
        )

    def last_own_message(self, conversation_id: UUID, *, user_id: UUID) -> UUID | None:
        """Return the last message that somebody wrote in a conversation."""
        row = self._first(LAST_OWN, conversation_id=conversation_id, user_id=user_id)
        return row["id"] if row else None

    def replied_since(
        self, conversation_id: UUID, *, since: datetime, user_id: UUID | None
    ) -> str | None:
        """Return who else answered last since a moment."""
        row = self._first(
            REPLIED_SINCE, conversation_id=conversation_id, since=since, user_id=user_id
        )
        return row["name"] if row else None

    def sent_as(self, conversation_id: UUID, *, send_key: UUID) -> UUID | None:
        """Return the message that a key became."""
        row = self._first(SENT_AS, conversation_id=conversation_id, send_key=send_key)
        return row["id"] if row else None

    def was_present(self, conversation_id: UUID, *, user_id: UUID) -> RowMapping | None:
        """Return until when somebody is in a conversation, and writes, as far as was said."""
        return self._first(WAS_PRESENT, conversation_id=conversation_id, user_id=user_id)

    def be_present(
        self,
        conversation_id: UUID,
        *,
        user_id: UUID,
        seen_until: datetime,
        writes_until: datetime | None,
    ) -> None:
        """Say that somebody is in a conversation until a moment, and maybe writes."""
        self._do(
            BE_PRESENT,
            conversation_id=conversation_id,
            user_id=user_id,
            seen_until=seen_until,
            writes_until=writes_until,
        )

    def leave(self, conversation_id: UUID, *, user_id: UUID) -> bool:
        """Say that somebody is in a conversation no more; whether they were."""
        gone = self._all(
            "DELETE FROM conversation_presence WHERE workspace_id = :workspace_id"
            " AND conversation_id = :conversation_id AND user_id = :user_id RETURNING 1 AS one",
            conversation_id=conversation_id,
            user_id=user_id,
        )
        return bool(gone)

    def present(self, conversation_id: UUID) -> Sequence[RowMapping]:
        """Return who is in a conversation at this moment."""
        return self._all(PRESENT, conversation_id=conversation_id)

    def _asked(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "now": self._uow.now, **asked}

    def _do(self, statement: str, **asked: object) -> None:
        self._uow.execute(statement, self._asked(asked))

    def _all(self, statement: str, **asked: object) -> Sequence[RowMapping]:
        return self._uow.execute(statement, self._asked(asked)).mappings().all()

    def _first(self, statement: str, **asked: object) -> RowMapping | None:
        return self._uow.execute(statement, self._asked(asked)).mappings().first()

    def _ids(self, statement: str, **asked: object) -> list[UUID]:
        return sorted(row["id"] for row in self._all(statement, **asked))
