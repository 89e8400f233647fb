"""SQL of quick replies and of what was done to several conversations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.inbox.models import BulkChange, QuickReply
from backend.platform.unit_of_work import UnitOfWork

LISTED = """
SELECT id, shortcut, text, updated_at FROM quick_reply
WHERE workspace_id = :workspace_id ORDER BY shortcut LIMIT :limit
"""
BEFORE = """
SELECT id, state, closed_at, assignee_id, snoozed_until, snoozed_at FROM conversation
WHERE workspace_id = :workspace_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
"""
# Only what still is as the bulk change left it goes back, and no second one is opened.
PUT_BACK = """
UPDATE conversation AS c
SET state = b.state, closed_at = b.closed_at, assignee_id = b.assignee_id,
    snoozed_until = b.snoozed_until, snoozed_at = b.snoozed_at
FROM jsonb_to_recordset(CAST(:before AS jsonb)) AS b(id uuid, state text, closed_at timestamptz,
     assignee_id uuid, snoozed_until timestamptz, snoozed_at timestamptz)
WHERE c.workspace_id = :workspace_id AND c.id = b.id
  AND (NOT CAST(:after AS jsonb) ? 'state' OR c.state = CAST(:after AS jsonb) ->> 'state')
  AND (NOT CAST(:after AS jsonb) ? 'closed_at'
       OR c.closed_at = CAST(CAST(:after AS jsonb) ->> 'closed_at' AS timestamptz))
  AND (NOT CAST(:after AS jsonb) ? 'assignee_id'
       OR c.assignee_id IS NOT DISTINCT FROM CAST(CAST(:after AS jsonb) ->> 'assignee_id' AS uuid))
  AND (NOT CAST(:after AS jsonb) ? 'snoozed_until' OR c.snoozed_until IS NOT DISTINCT FROM
       CAST(CAST(:after AS jsonb) ->> 'snoozed_until' AS timestamptz))
  AND (b.state <> 'open' OR NOT EXISTS (
       SELECT 1 FROM conversation AS o WHERE o.channel_id = c.channel_id
         AND o.contact_id = c.contact_id AND o.state = 'open' AND o.id <> c.id))
RETURNING c.id
"""


class QuickReplyRepository:
    """The quick replies of one workspace in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def listed(self, *, limit: int) -> Sequence[RowMapping]:
        """Return quick replies by their shortcuts."""
        asked = {"workspace_id": self._workspace_id, "limit": limit}
        return self._uow.execute(LISTED, asked).mappings().all()

    def add(self, row: QuickReply) -> None:
        """Insert one."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def change(self, quick_reply_id: UUID, *, shortcut: str, text: str) -> RowMapping | None:
        """Write one anew; returns it, if there is one."""
        found = self._uow.execute(
            "UPDATE quick_reply SET shortcut = :shortcut, text = :text, updated_at = :now"
            " WHERE workspace_id = :workspace_id AND id = :id"
            " RETURNING id, shortcut, text, updated_at",
            {**self._one(quick_reply_id), "shortcut": shortcut, "text": text},
        )
        return found.mappings().first()

    def remove(self, quick_reply_id: UUID) -> bool:
        """Delete one; whether there was one."""
        gone = self._uow.execute(
            "DELETE FROM quick_reply WHERE workspace_id = :workspace_id AND id = :id",
            self._one(quick_reply_id),
        )
        return gone.rowcount == 1

    def find(self, quick_reply_id: UUID) -> RowMapping | None:
        """Return one."""
        found = self._uow.execute(
            "SELECT id, shortcut, text, updated_at FROM quick_reply"
            " WHERE workspace_id = :workspace_id AND id = :id",
            self._one(quick_reply_id),
        )
        return found.mappings().first()

    def _one(self, quick_reply_id: UUID) -> dict[str, Any]:
        return {
            "workspace_id": self._workspace_id,
            "id": quick_reply_id,
            "now": self._uow.now,
        }


class BulkRepository:
    """What was done to several conversations of one workspace, in one transaction."""

    def __init__(self, uow: UnitOfWork, workspace_id: UUID) -> None:
        """Work inside this unit of work."""
        self._uow = uow
        self._workspace_id = workspace_id

    def before(self, conversation_ids: Sequence[UUID]) -> Sequence[RowMapping]:
        """Hold conversations to the end; returns how they are."""
        asked = {"workspace_id": self._workspace_id, "ids": list(conversation_ids)}
        return self._uow.execute(BEFORE, asked).mappings().all()

    def add(self, row: BulkChange) -> None:
        """Keep what was done."""
        self._uow.session.add(row)
        self._uow.session.flush()

    def claim(self, bulk_id: UUID, *, user_id: UUID | None, since: datetime) -> RowMapping | None:
        """Mark as taken back what somebody did since a moment; returns how it was before."""
        found = self._uow.execute(
            "UPDATE bulk_change SET undone_at = :now WHERE workspace_id = :workspace_id"
            " AND id = :id AND author_id IS NOT DISTINCT FROM CAST(:user_id AS uuid)"
            " AND undone_at IS NULL AND created_at >= :since"
            " RETURNING kind, CAST(before AS text) AS before, CAST(after AS text) AS after",
            {**self._one(bulk_id), "user_id": user_id, "since": since},
        )
        return found.mappings().first()

    def exists(self, bulk_id: UUID, *, user_id: UUID | None) -> bool:
        """Whether somebody did this."""
        found = self._uow.execute(
            "SELECT 1 FROM bulk_change WHERE workspace_id = :workspace_id AND id = :id"
            " AND author_id IS NOT DISTINCT FROM CAST(:user_id AS uuid)",
            {**self._one(bulk_id), "user_id": user_id},
        )
        return found.first() is not None

    def put_back(self, *, before: str, after: str) -> list[UUID]:
        """Let conversations be as they were, where nobody changed them since; returns which."""
        asked = {"workspace_id": self._workspace_id, "before": before, "after": after}
        return sorted(row.id for row in self._uow.execute(PUT_BACK, asked))

    def _one(self, bulk_id: UUID) -> dict[str, Any]:
        return {"workspace_id": self._workspace_id, "id": bulk_id, "now": self._uow.now}
