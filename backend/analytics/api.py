"""The figures over HTTP."""

from collections.abc import Iterator
from dataclasses import astuple, fields
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query, Response
from pydantic import Field

from backend.analytics import service
from backend.analytics.schemas import DailyQuery, DailyView, Overview, TileKey
from backend.auth import Actor, get_workspace
from backend.auth.api import CurrentActor
from backend.kit.paging import MAX_LIMIT, Page, PageRequest
from backend.platform.api import Answer, Day, Instant, Listed, PageQuery, Question, csv_download
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

DEFAULT_DAYS = 28

router = APIRouter(prefix="/v1/analytics", tags=["analytics"])


class OverviewQuery(Question):
    """Which period."""

    days: int = Field(7, description="How many days up to today: 1, 7, 28 or 90.")


class DailyFilter(PageQuery):
    """Which days, bounds included; without them the last 28."""

    from_: Day | None = Field(None, alias="from")
    to: Day | None = None
    channel_id: UUID | None = None
    format: Literal["json", "csv"] = Field(
        "json", description="`csv` downloads the whole period at once."
    )


class TileAnswer(Answer):
    """A number and the one of the period before; null where there is nothing to measure."""

    key: TileKey
    value: int | float | None
    previous: int | float | None


class DayAnswer(Answer):
    """One local day."""

    day: Day
    conversations: int
    leads_new: int
    messages_in: int
    messages_out: int


class OverviewAnswer(Answer):
    """A period of whole local days against the one before; rates are from 0 to 1."""

    from_day: Day
    to_day: Day
    starts_at: Instant
    ends_at: Instant
    timezone: str
    tiles: list[TileAnswer]
    days: list[DayAnswer]


class DailyAnswer(Answer):
    """The figures of one local day and channel."""

    day: Day
    channel_id: UUID
    conversations: int
    responded: int
    messages_in: int
    messages_out: int
    delivered: int
    read: int
    failed: int
    leads_new: int
    leads_qualified: int
    leads_converted: int
    leads_lost: int
    rolled_up_at: Instant


@router.get("/overview", response_model=OverviewAnswer)
def overview(actor: CurrentActor, asked: Annotated[OverviewQuery, Query()]) -> Overview:
    """Show today and the days before it, against as many days before those."""
    with unit_of_work(actor) as uow:
        return service.overview(uow, actor, days=asked.days)


@router.get(
    "/daily",
    response_model=Listed[DailyAnswer],
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def daily(
    actor: CurrentActor, asked: Annotated[DailyFilter, Query()]
) -> Page[DailyView] | Response:
    """List the figures by local day and channel, the latest day first."""
    with unit_of_work(actor) as uow:
        query = _query(uow, actor, asked)
        if asked.format == "json":
            return service.daily(uow, actor, query, asked.page())
        rows = [astuple(view) for view in _every_row(uow, actor, query)]
    name = f"daily-{query.from_day}-{query.to_day}.csv"
    return csv_download(name, [field.name for field in fields(DailyView)], rows)


def _query(uow: UnitOfWork, actor: Actor, asked: DailyFilter) -> DailyQuery:
    zone = ZoneInfo(get_workspace(uow, actor).timezone)
    to_day = asked.to or uow.now.astimezone(zone).date()
    from_day = asked.from_ or to_day - timedelta(days=DEFAULT_DAYS - 1)
    return DailyQuery(from_day=from_day, to_day=to_day, channel_id=asked.channel_id)


def _every_row(uow: UnitOfWork, actor: Actor, query: DailyQuery) -> Iterator[DailyView]:
    cursor: str | None = None
    while True:
        page = service.daily(uow, actor, query, PageRequest(limit=MAX_LIMIT, cursor=cursor))
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
