"""The audit log over HTTP."""

import json
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from backend.auth import auditing
from backend.auth.api import CurrentActor
from backend.auth.policy import ActorKind
from backend.auth.schemas import Actor, AuditEntryView, AuditQuery, AuditVerdict
from backend.auth.workspaces import get_workspace
from backend.kit.paging import Page
from backend.platform.api import (
    Answer,
    Day,
    Instant,
    Listed,
    PageQuery,
    csv_download,
    instants,
)
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

COLUMNS = (
    "sequence",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "actor_name",
    "address",
    "action",
    "subject",
    "details",
    "hash",
)

router = APIRouter(prefix="/v1/audit", tags=["audit"])


class AuditFilter(PageQuery):
    """Which entries; days are the workspace's own, bounds included."""

    action: str | None = Field(
        None, max_length=60, description="How the action begins, such as `sign_in.`."
    )
    actor_id: UUID | None = Field(None, description="The user or the API key that acted.")
    subject: str | None = Field(None, max_length=100, description="Such as `user:<id>`.")
    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    format: Literal["json", "csv"] = Field(
        "json", description="`csv` downloads every entry asked for at once."
    )


class AuditEntryAnswer(Answer):
    """Who did what to what, from where; names are those of that moment."""

    sequence: int
    id: UUID
    occurred_at: Instant
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    address: str
    action: str
    subject: str
    details: dict[str, Any]
    hash: str


class VerdictAnswer(Answer):
    """Whether the log is as it was written; else the first entry that is not."""

    is_intact: bool
    entries: int
    broken_at: int | None
    reason: str | None


@router.get(
    "",
    response_model=Listed[AuditEntryAnswer],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def list_audit(
    actor: CurrentActor, asked: Annotated[AuditFilter, Query()]
) -> Page[AuditEntryView] | Response:
    """List what was done, the newest first."""
    with unit_of_work(actor) as uow:
        query = _query(uow, actor, asked)
        if asked.format == "json":
            return auditing.list_audit(uow, actor, query, asked.page())
        entries = auditing.export_audit(uow, actor, query)
    return csv_download("audit.csv", COLUMNS, _cells(entries))


@router.get("/verification", response_model=VerdictAnswer)
def verify_audit(actor: CurrentActor) -> AuditVerdict:
    """Check that no entry was changed, removed or slipped in."""
    with unit_of_work(actor) as uow:
        return auditing.verify_audit(uow, actor)


def _query(uow: UnitOfWork, actor: Actor, asked: AuditFilter) -> AuditQuery:
    timezone = get_workspace(uow, actor).timezone
    starts_at, ends_at = instants(asked.from_, asked.to, timezone)
    return AuditQuery(
        action=asked.action,
        actor_id=asked.actor_id,
        subject=asked.subject,
        starts_at=starts_at,
        ends_at=ends_at,
    )


def _cells(entries: Iterable[AuditEntryView]) -> Iterator[list[object]]:
    for entry in entries:
        cells = {name: getattr(entry, name) for name in COLUMNS}
        yield list({**cells, "details": json.dumps(dict(entry.details))}.values())
