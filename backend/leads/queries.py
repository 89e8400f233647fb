"""Reading leads: keyset pages over indexes, one statement a page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.kit.ids import LeadId, MessageId
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean, containing
from backend.leads.policy import Stage
from backend.leads.schemas import (
    EventKind,
    LeadEventView,
    LeadMoment,
    LeadQuery,
    LeadSort,
    LeadView,
    ScoreEntryView,
)
from backend.platform.unit_of_work import UnitOfWork

LEADS = """
SELECT l.id, l.contact_id, c.display_name AS contact_name, c.phone AS contact_phone,
       c.username AS contact_username, l.conversation_id, l.channel_id, l.campaign_send_id,
       l.stage, l.tags, l.score, l.owner_id, l.value, l.currency, l.opened_at,
       l.last_activity_at, l.created_at, l.updated_at
FROM lead AS l JOIN contact AS c ON c.id = l.contact_id
"""

EVENTS = """
SELECT e.id, e.kind, e.occurred_at, e.actor_name, e.data, e.message_id,
       COALESCE(m.edited_text, m.text) AS message_text, m.kind AS message_kind, m.revoked_at
FROM lead_event AS e LEFT JOIN message AS m ON m.id = e.message_id
"""

LEDGER = """
SELECT s.id, s.points, s.reason, s.message_id, s.occurred_at,
       COALESCE(m.edited_text, m.text) AS message_text, m.revoked_at
FROM score_entry AS s LEFT JOIN message AS m ON m.id = s.message_id
WHERE s.lead_id = :lead_id ORDER BY s.occurred_at, s.id LIMIT 1000
"""

SORT_COLUMNS: dict[LeadSort, tuple[str, Callable[[str], object]]] = {
    LeadSort.LAST_ACTIVITY: ("last_activity_at", datetime.fromisoformat),
    LeadSort.SCORE: ("score", int),
    LeadSort.OPENED: ("opened_at", datetime.fromisoformat),
}
MOMENT_COLUMNS = {
    LeadMoment.OPENED: "opened_at",
    LeadMoment.QUALIFIED: "qualified_at",
    LeadMoment.CONVERTED: "converted_at",
    LeadMoment.LOST: "lost_at",
}


def page_of_leads(
    uow: UnitOfWork, workspace_id: UUID, query: LeadQuery, page: PageRequest
) -> Page[LeadView]:
    """Return one page of the leads of a workspace."""
    column, parse = SORT_COLUMNS[query.sort]
    conditions, parameters = _conditions(query)
    if position := page.position(parse, UUID):
        conditions.append(f"(l.{column}, l.id) < (:after, :after_id)")
        parameters |= {"after": position[0], "after_id": position[1]}
    found = uow.execute(
        f"{LEADS} WHERE l.workspace_id = :workspace_id {_all_of(conditions)}"
        f" ORDER BY l.{column} DESC, l.id DESC LIMIT :limit",
        {"workspace_id": workspace_id, "limit": page.limit + 1, **parameters},
    )

    def key(row: RowMapping) -> tuple[str, str]:
        value = row[column]
        return value.isoformat() if isinstance(value, datetime) else str(value), str(row["id"])

    return paged(found.mappings().all(), page, view=_lead_view, key=key)


def find_lead(uow: UnitOfWork, workspace_id: UUID, lead_id: UUID) -> LeadView | None:
    """Return a lead of a workspace."""
    found = uow.execute(
        f"{LEADS} WHERE l.workspace_id = :workspace_id AND l.id = :id",
        {"workspace_id": workspace_id, "id": lead_id},
    )
    row = found.mappings().first()
    return _lead_view(row) if row else None


def lead_of_conversation(
    uow: UnitOfWork, workspace_id: UUID, conversation_id: UUID
) -> LeadView | None:
    """Return the open lead of a conversation's contact, else the one that ended last."""
    found = uow.execute(
        f"{LEADS} JOIN conversation AS v ON v.contact_id = l.contact_id"
        " AND v.channel_id = l.channel_id"
        " WHERE v.workspace_id = :workspace_id AND v.id = :id"
        " ORDER BY l.stage IN ('converted', 'lost'), l.last_activity_at DESC LIMIT 1",
        {"workspace_id": workspace_id, "id": conversation_id},
    )
    row = found.mappings().first()
    return _lead_view(row) if row else None


def lead_of_message(uow: UnitOfWork, workspace_id: UUID, message_id: UUID) -> LeadId | None:
    """Return the lead whose timeline shows a message as received."""
    found = uow.execute(
        "SELECT lead_id FROM lead_event WHERE workspace_id = :workspace_id"
        " AND message_id = :message_id AND kind = :kind",
        {"workspace_id": workspace_id, "message_id": message_id, "kind": EventKind.MESSAGE},
    )
    return found.scalar_one_or_none()


def page_of_events(uow: UnitOfWork, lead_id: UUID, page: PageRequest) -> Page[LeadEventView]:
    """Return one page of a timeline, newest first."""
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    if position := page.position(datetime.fromisoformat, UUID):
        conditions.append("(e.occurred_at, e.id) < (:after, :after_id)")
        parameters = {"after": position[0], "after_id": position[1]}
    found = uow.execute(
        f"{EVENTS} WHERE e.lead_id = :lead_id {_all_of(conditions)}"
        " ORDER BY e.occurred_at DESC, e.id DESC LIMIT :limit",
        {"lead_id": lead_id, "limit": page.limit + 1, **parameters},
    )
    return paged(
        found.mappings().all(),
        page,
        view=_event_view,
        key=lambda row: (row["occurred_at"].isoformat(), str(row["id"])),
    )


def ledger(uow: UnitOfWork, lead_id: UUID) -> tuple[ScoreEntryView, ...]:
    """Return the score entries of a lead, oldest first."""
    return tuple(
        ScoreEntryView(
            id=row["id"],
            points=row["points"],
            reason=row["reason"],
            message_id=row["message_id"],
            message_text=None if row["revoked_at"] else row["message_text"],
            occurred_at=row["occurred_at"],
        )
        for row in uow.execute(LEDGER, {"lead_id": lead_id}).mappings()
    )


def _conditions(query: LeadQuery) -> tuple[list[str], dict[str, Any]]:
    """Return the filters as SQL over bound values; column names come from this file only."""
    moment = f"l.{MOMENT_COLUMNS[query.moment]}" if query.moment else ""
    wanted: tuple[tuple[object, str, str], ...] = (
        (query.stage, "l.stage = :stage", "stage"),
        (query.tag and [clean(query.tag).strip().lower()], "l.tags @> CAST(:tag AS text[])", "tag"),
        (query.channel_id, "l.channel_id = :channel_id", "channel_id"),
        (query.contact_id, "l.contact_id = :contact_id", "contact_id"),
        (query.conversation_id, "l.conversation_id = :conversation_id", "conversation_id"),
        (query.search and containing(query.search), SEARCH, "search"),
        (moment and query.moment_from, f"{moment} >= :moment_from", "moment_from"),
        (moment and query.moment_to, f"{moment} < :moment_to", "moment_to"),
    )
    given = [item for item in wanted if item[0]]
    conditions = [condition for _, condition, _ in given]
    if query.moment:
        conditions.append(f"{moment} IS NOT NULL")
    return conditions, {name: value for value, _, name in given}


SEARCH = "c.search_text ILIKE :search"


def _all_of(conditions: list[str]) -> str:
    return "".join(f" AND {condition}" for condition in conditions)


def _lead_view(row: RowMapping) -> LeadView:
    columns: dict[str, Any] = {**row, "stage": Stage(row["stage"]), "tags": tuple(row["tags"])}
    return LeadView(**columns)


def _event_view(row: RowMapping) -> LeadEventView:
    return LeadEventView(
        id=row["id"],
        kind=EventKind(row["kind"]),
        occurred_at=row["occurred_at"],
        actor_name=row["actor_name"],
        data=row["data"],
        message_id=None if row["message_id"] is None else MessageId(row["message_id"]),
        message_text=None if row["revoked_at"] else row["message_text"],
        message_kind=row["message_kind"],
    )
