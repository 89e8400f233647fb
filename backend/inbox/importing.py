"""Conversations of people who come from a file and have not written here.

A lead belongs to a conversation. Who has none on a channel gets one that is closed and empty: it
stands in nobody's list of open work, and what the person writes first opens a new one.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.inbox.repository import InboxRepository
from backend.kit.ids import new_id
from backend.platform.unit_of_work import UnitOfWork

LATEST = """
SELECT DISTINCT ON (contact_id) contact_id, id FROM conversation
WHERE workspace_id = :workspace_id AND channel_id = :channel_id
  AND contact_id = ANY(CAST(:contacts AS uuid[]))
ORDER BY contact_id, state = 'open' DESC, last_message_at DESC, id DESC
"""


def conversations_for(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, people: Mapping[UUID, datetime]
) -> dict[UUID, UUID]:
    """Return a conversation for each contact; `people` says since when each is known."""
    asked = {
        "workspace_id": workspace_id,
        "channel_id": channel_id,
        "contacts": list(people),
    }
    found = {row.contact_id: row.id for row in uow.execute(LATEST, asked)}
    fresh = {contact_id: at for contact_id, at in people.items() if contact_id not in found}
    rows = [_row(uow, workspace_id, channel_id, contact_id, at) for contact_id, at in fresh.items()]
    InboxRepository(uow, workspace_id).add_conversations(rows)
    uow.note(channel_id, fresh.values())
    return found | {row["contact_id"]: row["id"] for row in rows}


def _row(
    uow: UnitOfWork, workspace_id: UUID, channel_id: UUID, contact_id: UUID, at: datetime
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "workspace_id": workspace_id,
        "channel_id": channel_id,
        "contact_id": contact_id,
        "state": "closed",
        "opened_at": at,
        "last_message_at": at,
        "closed_at": at,
        "unread_count": 0,
        "last_direction": "in",
        "last_kind": "text",
        "snippet": "",
        "created_at": uow.now,
    }
