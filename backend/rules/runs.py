"""The log of what rules did."""

from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, Permission
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.errors import RunNotFound
from backend.rules.run_repository import RunRepository
from backend.rules.run_schemas import RunQuery, RunView

# What leaves the house, or asks a person to do something, is done.
LASTING = frozenset({"message.queued", "notified", "task.opened"})


def list_runs(uow: UnitOfWork, actor: Actor, query: RunQuery, page: PageRequest) -> Page[RunView]:
    """Return what rules did, the latest first."""
    actor.require(Permission.RULES_READ)
    rows = RunRepository(uow, actor.workspace_id).page(query, page)
    return paged(
        rows,
        page,
        view=run_view,
        key=lambda row: (row["occurred_at"].isoformat(), str(row["id"])),
    )


def get_run(uow: UnitOfWork, actor: Actor, run_id: UUID) -> RunView:
    """Return one run; raises `RunNotFound`."""
    actor.require(Permission.RULES_READ)
    row = RunRepository(uow, actor.workspace_id).find(run_id)
    if row is None:
        message = "no such run of a rule"
        raise RunNotFound(message)
    return run_view(row)


def run_view(row: RowMapping) -> RunView:
    """Return a row of the log as it is shown; a revoked message keeps its words to itself."""
    known: dict[str, Any] = {name: kept for name, kept in row.items() if name != "revoked_at"}
    effects = tuple(row["effects"])
    known["message_text"] = None if row["revoked_at"] else row["message_text"]
    known["effects"] = effects
    lasting = tuple(str(each["kind"]) for each in effects if each["kind"] in LASTING)
    return RunView(**known, lasting=lasting)
