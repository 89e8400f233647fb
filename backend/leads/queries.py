"""Reading leads: keyset pages over indexes, one statement a page."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.contacts import meant_by
from backend.kit.ids import LeadId, MessageId
from backend.kit.paging import Page, PageRequest, paged
from backend.leads import filters
from backend.leads.filters import BOUNDS
from backend.leads.lifecycle_policy import band
from backend.leads.policy import Stage
from backend.leads.schemas import (
    EventKind,
    LeadEventView,
    LeadQuery,
    LeadSort,
    LeadView,
    ScoreEntryView,
    StageCount,
)
from backend.platform.unit_of_work import UnitOfWork

LEADS = """
SELECT l.id, l.contact_id, c.display_name AS contact_name, c.phone AS contact_phone,
       c.username AS contact_username, l.conversation_id, l.channel_id, l.campaign_send_id,
       l.stage, l.tags, l.score, l.owner_id, l.value, l.currency, l.opened_at,
       l.last_activity_at, l.created_at, l.updated_at, l.loss_reason, l.stale_at,
       l.returned_from, COALESCE(f.warm_from, :warm_from) AS warm_from,
       COALESCE(f.hot_from, :hot_from) AS hot_from, u.name AS owner_name
FROM lead AS l JOIN contact AS c ON c.id = l.contact_id
LEFT JOIN lifecycle AS f ON f.workspace_id = l.workspace_id
LEFT JOIN user_account AS u ON u.id = l.owner_id
"""

EVENTS = """
SELECT e.id, e.kind, e.occurred_at, e.actor_name, e.data, e.message_id,
       COALESCE(m.edited_text, m.text) AS message_text, m.kind AS message_kind, m.revoked_at
FROM lead_event AS e LEFT JOIN message AS m ON m.id = e.message_id
"""

# What the person said about consent is told with every lead of theirs, and kept once.
CONSENTS = """
SELECT e.id, CAST(:consent AS text) AS kind, e.occurred_at, e.actor_name,
       jsonb_build_object('change', e.change, 'how', e.how, 'note', e.note) AS data, e.message_id,
       e.words AS message_text, CAST(NULL AS text) AS message_kind, m.revoked_at
FROM lead AS l JOIN consent_event AS e
  ON e.workspace_id = l.workspace_id AND e.contact_id = l.contact_id
LEFT JOIN message AS m ON m.id = e.message_id
"""

LEDGER = """
SELECT s.id, s.points, s.reason, s.message_id, s.occurred_at, s.cadence_key, s.rule_version_id,
       COALESCE(m.edited_text, m.text) AS message_text, m.revoked_at, r.name AS rule_name,
       v.number AS rule_version
FROM score_entry AS s LEFT JOIN message AS m ON m.id = s.message_id
LEFT JOIN rule_version AS v ON v.id = s.rule_version_id LEFT JOIN rule AS r ON r.id = v.rule_id
WHERE s.lead_id = :lead_id ORDER BY s.occurred_at, s.id LIMIT 1000
"""

SORT_COLUMNS: dict[LeadSort, tuple[str, Callable[[str], object]]] = {
    LeadSort.LAST_ACTIVITY: ("last_activity_at", datetime.fromisoformat),
    LeadSort.SCORE: ("score", int),
    LeadSort.OPENED: ("opened_at", datetime.fromisoformat),
}


def page_of_leads(
    uow: UnitOfWork, workspace_id: UUID, query: LeadQuery, page: PageRequest
) -> Page[LeadView]:
    """Return one page of the leads of a workspace."""
    column, parse = SORT_COLUMNS[query.sort]
    conditions, parameters = _asked(uow, workspace_id, query)
    if position := page.position(parse, UUID):
        conditions.append(f"(l.{column}, l.id) < (:after, :after_id)")
        parameters |= {"after": position[0], "after_id": position[1]}
    found = uow.execute(
        f"{LEADS} WHERE l.workspace_id = :workspace_id {filters.all_of(conditions)}"
        f" ORDER BY l.{column} DESC, l.id DESC LIMIT :limit",
        {"workspace_id": workspace_id, "limit": page.limit + 1, **BOUNDS, **parameters},
    )

    def key(row: RowMapping) -> tuple[str, str]:
        value = row[column]
        return value.isoformat() if isinstance(value, datetime) else str(value), str(row["id"])

    return paged(found.mappings().all(), page, view=_lead_view, key=key)


def count_stages(
    uow: UnitOfWork, workspace_id: UUID, query: LeadQuery, *, most: int
) -> tuple[StageCount, ...]:
    """Count the leads that a query asks for in each stage, each up to `most`."""
    conditions, parameters = _asked(uow, workspace_id, query)
    joined = "JOIN contact AS c ON c.id = l.contact_id" if "search" in parameters else ""
    found = uow.execute(
        f"""
        SELECT s.stage, (
          SELECT count(*) FROM (
            SELECT 1 FROM lead AS l {joined}
            WHERE l.workspace_id = :workspace_id AND l.stage = s.stage
              {filters.all_of(conditions)}
            LIMIT :most + 1) AS counted) AS leads
        FROM unnest(CAST(:every_stage AS text[])) WITH ORDINALITY AS s(stage, place)
        ORDER BY s.place
        """,
        {
            "workspace_id": workspace_id,
            "every_stage": [str(stage) for stage in Stage],
            "most": most,
            **BOUNDS,
            **parameters,
        },
    )
    return tuple(
        StageCount(
            stage=Stage(row["stage"]),
            leads=min(row["leads"], most),
            is_more=row["leads"] > most,
        )
        for row in found.mappings()
    )


def find_lead(uow: UnitOfWork, workspace_id: UUID, lead_id: UUID) -> LeadView | None:
    """Return a lead of a workspace."""
    found = uow.execute(
        f"{LEADS} WHERE l.workspace_id = :workspace_id AND l.id = :id",
        {"workspace_id": workspace_id, "id": lead_id, **BOUNDS},
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
        {"workspace_id": workspace_id, "id": conversation_id, **BOUNDS},
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
    newest = "ORDER BY e.occurred_at DESC, e.id DESC LIMIT :limit"
    before = filters.all_of(conditions)
    found = uow.execute(
        f"SELECT * FROM (({EVENTS} WHERE e.lead_id = :lead_id {before} {newest})"
        f" UNION ALL ({CONSENTS} WHERE l.id = :lead_id {before} {newest})) AS e"
        f" {newest}",
        {
            "lead_id": lead_id,
            "limit": page.limit + 1,
            "consent": EventKind.CONSENT,
            **parameters,
        },
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
            cadence_key=row["cadence_key"],
            rule_version_id=row["rule_version_id"],
            rule_name=row["rule_name"],
            rule_version=row["rule_version"],
        )
        for row in uow.execute(LEDGER, {"lead_id": lead_id}).mappings()
    )


def _asked(
    uow: UnitOfWork, workspace_id: UUID, query: LeadQuery
) -> tuple[list[str], dict[str, Any]]:
    """Return what a lead has to meet, whom the search means included, and the bound values."""
    conditions, parameters = filters.conditions(query, now=uow.now)
    if query.search and query.search.strip():
        condition, values = meant_by(uow, workspace_id, query.search).condition("l.contact_id")
        conditions.append(condition)
        parameters |= values
    return conditions, parameters


def _lead_view(row: RowMapping) -> LeadView:
    columns: dict[str, Any] = {**row, "stage": Stage(row["stage"]), "tags": tuple(row["tags"])}
    bounds = {"warm_from": columns.pop("warm_from"), "hot_from": columns.pop("hot_from")}
    return LeadView(**columns, band=band(row["score"], **bounds))


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
