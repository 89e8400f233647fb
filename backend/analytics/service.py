"""Marking, rolling up and reading the figures."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.analytics.repository import AnalyticsRepository, workspaces_with_marks
from backend.analytics.schemas import (
    DailyQuery,
    DailyView,
    DayPoint,
    Overview,
    Tile,
    TileKey,
)
from backend.auth import Actor, Permission, WorkspaceView, get_workspace, workspace_settings
from backend.kit.errors import Invalid
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import Moment, UnitOfWork

PERIODS = (1, 7, 28, 90)
MAX_DAYS = 400


def mark(uow: UnitOfWork, moments: Sequence[Moment]) -> None:
    """Mark the days of changed facts and wake the rollup; runs inside the same transaction."""
    _repository(uow).mark(moments)
    uow.enqueue("analytics.roll_up")


def mark_every_day(uow: UnitOfWork, old: str, new: str) -> None:
    """Have all figures folded again because the timezone changed; in the same transaction."""
    _repository(uow).mark_every_day(old=old, new=new)
    uow.enqueue("analytics.roll_up")


def waiting_workspaces(uow: UnitOfWork) -> list[UUID]:
    """Return the workspaces with marked days."""
    return workspaces_with_marks(uow)


def roll_up(uow: UnitOfWork, workspace_id: UUID) -> int:
    """Fold the marked days of a workspace again; returns how many day rows were written."""
    repository = AnalyticsRepository(uow, workspace_id)
    repository.lock()
    days = repository.take_marks()
    if days:
        timezone = workspace_settings(uow, workspace_id).timezone
        repository.roll_up(days, timezone=timezone)
        uow.announce("analytics")
    return len(days)


def overview(uow: UnitOfWork, actor: Actor, *, days: int = 7) -> Overview:
    """Return today and the days before it, against as many days before those."""
    actor.require(Permission.ANALYTICS_READ)
    if days not in PERIODS:
        message = f"days is {days}"
        expected = ", ".join(map(str, PERIODS))
        raise Invalid(message, field="days", expected=f"one of {expected}")
    workspace = get_workspace(uow, actor)
    today = uow.now.astimezone(ZoneInfo(workspace.timezone)).date()
    length = timedelta(days=days)
    from_day = today - length + timedelta(days=1)
    current = _figures(uow, workspace, from_day, today)
    previous = _figures(uow, workspace, from_day - length, today - length)
    rows = AnalyticsRepository(uow, actor.workspace_id).by_day(from_day, today)
    return Overview(
        from_day=from_day,
        to_day=today,
        starts_at=_midnight(from_day, workspace),
        ends_at=_midnight(today + timedelta(days=1), workspace),
        timezone=workspace.timezone,
        tiles=tuple(Tile(key, current[key], previous[key]) for key in TileKey),
        days=tuple(DayPoint(**row) for row in rows),
    )


def daily(uow: UnitOfWork, actor: Actor, query: DailyQuery, page: PageRequest) -> Page[DailyView]:
    """Return the rollup by day and channel, the latest day first."""
    actor.require(Permission.ANALYTICS_READ)
    if not timedelta(0) <= query.to_day - query.from_day <= timedelta(days=MAX_DAYS):
        message = "the period is reversed or too long"
        raise Invalid(message, field="from", expected=f"from before to, at most {MAX_DAYS} days")
    rows = AnalyticsRepository(uow, actor.workspace_id).daily(query, page)
    return paged(
        rows,
        page,
        view=lambda row: DailyView(**row),
        key=lambda row: (row["day"].isoformat(), str(row["channel_id"])),
    )


def drifted_days(uow: UnitOfWork, workspace_id: UUID) -> Sequence[tuple[date, UUID]]:
    """Return closed days whose rollup is not the fold of their facts: none, by law."""
    timezone = workspace_settings(uow, workspace_id).timezone
    rows = AnalyticsRepository(uow, workspace_id).drift(timezone=timezone)
    return [(row["day"], row["channel_id"]) for row in rows]


def _repository(uow: UnitOfWork) -> AnalyticsRepository:
    if uow.workspace_id is None:
        message = "facts changed outside any workspace"
        raise RuntimeError(message)
    return AnalyticsRepository(uow, uow.workspace_id)


def _figures(
    uow: UnitOfWork, workspace: WorkspaceView, from_day: date, to_day: date
) -> dict[TileKey, float | None]:
    repository = AnalyticsRepository(uow, workspace.id)
    totals = repository.totals(from_day, to_day)
    conversations = int(totals["conversations"])
    return {
        TileKey.CONVERSATIONS: conversations,
        TileKey.LEADS_NEW: int(totals["leads_new"]),
        TileKey.LEADS_QUALIFIED: int(totals["leads_qualified"]),
        TileKey.LEADS_CONVERTED: int(totals["leads_converted"]),
        TileKey.FIRST_RESPONSE: repository.first_response(
            _midnight(from_day, workspace), _midnight(to_day + timedelta(days=1), workspace)
        ),
        TileKey.REPLY_RATE: int(totals["responded"]) / conversations if conversations else None,
    }


def _midnight(day: date, workspace: WorkspaceView) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(workspace.timezone))
