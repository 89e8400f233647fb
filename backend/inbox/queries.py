"""Reading the inbox: keyset pages over indexes, one statement a page."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.channels import DeliveryStatus, Direction, Fault, MessageKind, Provider
from backend.inbox.errors import PersonErased
from backend.inbox.schemas import (
    ConversationQuery,
    ConversationState,
    ConversationView,
    MessageView,
    QuotedView,
)
from backend.inbox.search_queries import search_condition
from backend.kit.ids import MessageId
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork

# Who never read a conversation has read what all had read before they joined the workspace.
JOINED = """(SELECT created_at FROM membership
 WHERE workspace_id = :workspace_id AND user_id = CAST(:reader_id AS uuid))"""
READ_UNTIL = f"""COALESCE(
    r.read_until, LEAST(COALESCE(v.read_until, '-infinity'), {JOINED}))"""
CONVERSATIONS = f"""
SELECT v.id, v.channel_id, h.name AS channel_name, h.provider, v.contact_id,
       c.display_name AS contact_name, c.phone AS contact_phone, c.username AS contact_username,
       v.state, v.unread_count, v.snippet, v.last_kind, v.last_direction, v.last_message_at,
       v.window_expires_at, v.assignee_id, v.opened_at, v.first_responded_at, v.closed_at,
       a.name AS assignee_name, v.snoozed_until,
       CASE WHEN CAST(:reader_id AS uuid) IS NULL THEN v.unread_count ELSE (
           SELECT count(*) FROM (
               SELECT 1 FROM message AS x
               WHERE x.conversation_id = v.id AND x.direction = 'in' AND x.sent_at > {READ_UNTIL}
               LIMIT 100
           ) AS unread
       ) END AS my_unread
FROM conversation AS v
JOIN contact AS c ON c.id = v.contact_id
JOIN channel AS h ON h.id = v.channel_id
LEFT JOIN user_account AS a ON a.id = v.assignee_id
LEFT JOIN conversation_reading AS r
  ON r.conversation_id = v.id AND r.user_id = CAST(:reader_id AS uuid)
"""

MESSAGES = """
SELECT m.id, m.conversation_id, m.direction, m.kind, m.text, m.edited_text, m.payload,
       m.provider_message_id, m.sent_at, m.status, m.status_at, m.error, m.edited_at,
       m.revoked_at, m.delivery_state, m.fault, m.resent_as, u.name AS author_name,
       q.id AS quoted_id, COALESCE(q.edited_text, q.text) AS quoted_text, q.kind AS quoted_kind,
       q.direction AS quoted_direction, q.revoked_at AS quoted_revoked_at,
       reacted.emoji AS reactions
FROM message AS m
LEFT JOIN user_account AS u ON u.id = m.author_id
LEFT JOIN message AS q
  ON q.channel_id = m.channel_id AND q.provider_message_id = m.quoted_provider_id
LEFT JOIN LATERAL (
    SELECT array_agg(text ORDER BY direction) AS emoji FROM (
        SELECT DISTINCT ON (direction) direction, text FROM message_annotation
        WHERE channel_id = m.channel_id AND target_provider_id = m.provider_message_id
          AND kind = 'reaction'
        ORDER BY direction, occurred_at DESC, provider_message_id DESC
    ) AS latest WHERE text IS NOT NULL
) AS reacted ON true
"""

HOLD = """
SELECT c.erased_at FROM conversation AS v JOIN contact AS c ON c.id = v.contact_id
WHERE v.id = :id FOR UPDATE OF v
"""


def page_of_conversations(
    uow: UnitOfWork,
    workspace_id: UUID,
    query: ConversationQuery,
    page: PageRequest,
    *,
    reader_id: UUID | None = None,
) -> Page[ConversationView]:
    """Return one page of conversations, the latest message first."""
    conditions, parameters = _conditions(query)
    conditions += _of_the_team(query, reader_id)
    parameters |= {
        "reader_id": reader_id,
        "now": uow.now,
        "assignee_id": query.assignee_id,
        "only_ids": list(query.only_ids or ()),
    }
    if query.search and query.search.strip():
        condition, values = search_condition(uow, workspace_id, query.search)
        conditions.append(condition)
        parameters |= values
    if position := page.position(datetime.fromisoformat, UUID):
        conditions.append("(v.last_message_at, v.id) < (:after, :after_id)")
        parameters |= {"after": position[0], "after_id": position[1]}
    found = uow.execute(
        f"{CONVERSATIONS} WHERE v.workspace_id = :workspace_id {_all_of(conditions)}"
        " ORDER BY v.last_message_at DESC, v.id DESC LIMIT :limit",
        {"workspace_id": workspace_id, "limit": page.limit + 1, **parameters},
    )
    return paged(
        found.mappings().all(),
        page,
        view=_conversation_view,
        key=lambda row: (row["last_message_at"].isoformat(), str(row["id"])),
    )


def find_conversation(
    uow: UnitOfWork,
    workspace_id: UUID,
    conversation_id: UUID,
    *,
    reader_id: UUID | None = None,
) -> ConversationView | None:
    """Return a conversation of a workspace, as somebody or nobody in particular sees it."""
    found = uow.execute(
        f"{CONVERSATIONS} WHERE v.workspace_id = :workspace_id AND v.id = :id",
        {"workspace_id": workspace_id, "id": conversation_id, "reader_id": reader_id},
    )
    row = found.mappings().first()
    return _conversation_view(row) if row else None


def page_of_messages(
    uow: UnitOfWork, conversation_id: UUID, page: PageRequest
) -> Page[MessageView]:
    """Return one page of a thread, newest first."""
    after = ""
    parameters: dict[str, Any] = {"conversation_id": conversation_id, "limit": page.limit + 1}
    if position := page.position(datetime.fromisoformat, UUID):
        after = " AND (m.sent_at, m.id) < (:after, :after_id)"
        parameters |= {"after": position[0], "after_id": position[1]}
    found = uow.execute(
        f"{MESSAGES} WHERE m.conversation_id = :conversation_id {after}"
        " ORDER BY m.sent_at DESC, m.id DESC LIMIT :limit",
        parameters,
    )
    return paged(
        found.mappings().all(),
        page,
        view=_message_view,
        key=lambda row: (row["sent_at"].isoformat(), str(row["id"])),
    )


def find_message(uow: UnitOfWork, message_id: UUID) -> MessageView:
    """Return a message that is known to exist."""
    row = uow.execute(f"{MESSAGES} WHERE m.id = :id", {"id": message_id}).mappings().one()
    return _message_view(row)


def sendable_row(uow: UnitOfWork, conversation_id: UUID, message_id: UUID) -> dict[str, Any] | None:
    """Hold and return a reply of ours, to be sent again."""
    found = uow.execute(
        "SELECT kind, text, payload, delivery_state, status, resent_as FROM message"
        " WHERE id = :id AND conversation_id = :conversation_id AND direction = 'out'"
        " AND (posting_at IS NOT NULL OR delivery_state = 'queued')"
        " FOR UPDATE",
        {"id": message_id, "conversation_id": conversation_id},
    )
    row = found.mappings().first()
    return {str(name): value for name, value in row.items()} if row else None


def _conditions(query: ConversationQuery) -> tuple[list[str], dict[str, Any]]:
    wanted: tuple[tuple[object, str, str], ...] = (
        (query.state, "v.state = :state", "state"),
        (query.channel_id, "v.channel_id = :channel_id", "channel_id"),
        (query.contact_id, "v.contact_id = :contact_id", "contact_id"),
        (query.opened_from, "v.opened_at >= :opened_from", "opened_from"),
        (query.opened_to, "v.opened_at < :opened_to", "opened_to"),
    )
    given = [item for item in wanted if item[0]]
    conditions = [condition for _, condition, _ in given]
    if query.responded_only:
        conditions.append("v.first_responded_at IS NOT NULL")
    return conditions, {name: value for value, _, name in given}


def _of_the_team(query: ConversationQuery, reader_id: UUID | None) -> list[str]:
    """Return the conditions on who has a conversation, who read it, and whether it sleeps."""
    mine = f"v.window_expires_at - interval '24 hours' > {READ_UNTIL}"
    wanted: tuple[tuple[bool, str], ...] = (
        (query.unread_only and reader_id is None, "v.unread_count > 0"),
        (query.unread_only and reader_id is not None, mine),
        (query.assignee_id is not None, "v.assignee_id = :assignee_id"),
        (query.unassigned_only, "v.assignee_id IS NULL"),
        (query.waiting_only, "v.state = 'open' AND v.last_direction = 'in'"),
        (query.is_snoozed is True, "v.snoozed_until > :now"),
        (query.is_snoozed is False, "(v.snoozed_until IS NULL OR v.snoozed_until <= :now)"),
        (query.only_ids is not None, "v.id = ANY(CAST(:only_ids AS uuid[]))"),
    )
    return [condition for is_wanted, condition in wanted if is_wanted]


def _all_of(conditions: list[str]) -> str:
    return "".join(f" AND {condition}" for condition in conditions)


def _conversation_view(row: RowMapping) -> ConversationView:
    columns: dict[str, Any] = {
        **row,
        "provider": Provider(row["provider"]),
        "state": ConversationState(row["state"]),
        "last_kind": MessageKind(row["last_kind"]),
        "last_direction": Direction(row["last_direction"]),
    }
    return ConversationView(**columns)


def _message_view(row: RowMapping) -> MessageView:
    is_revoked = row["revoked_at"] is not None
    return MessageView(
        id=MessageId(row["id"]),
        conversation_id=row["conversation_id"],
        direction=Direction(row["direction"]),
        kind=MessageKind(row["kind"]),
        text=None if is_revoked else row["edited_text"] or row["text"],
        payload={} if is_revoked else row["payload"],
        provider_message_id=row["provider_message_id"],
        sent_at=row["sent_at"],
        status=DeliveryStatus(row["status"]) if row["status"] else None,
        status_at=row["status_at"],
        error=row["error"],
        quoted=_quoted(row),
        reactions=tuple(row["reactions"] or ()),
        is_edited=row["edited_at"] is not None,
        is_revoked=is_revoked,
        author_name=row["author_name"],
        is_unknown=row["delivery_state"] == "unknown",
        fault=Fault(row["fault"]) if row["fault"] else None,
        resent_as=row["resent_as"],
    )


def _quoted(row: RowMapping) -> QuotedView | None:
    if row["quoted_id"] is None:
        return None
    return QuotedView(
        id=MessageId(row["quoted_id"]),
        text=None if row["quoted_revoked_at"] else row["quoted_text"],
        kind=MessageKind(row["quoted_kind"]),
        direction=Direction(row["quoted_direction"]),
    )


def hold_for_writing(uow: UnitOfWork, conversation_id: UUID) -> None:
    """Hold a conversation to the end; raises `PersonErased` when its customer was erased."""
    row = uow.execute(HOLD, {"id": conversation_id}).first()
    if row is not None and row.erased_at is not None:
        message = "this customer was erased, so there is nobody to write to"
        raise PersonErased(message)
