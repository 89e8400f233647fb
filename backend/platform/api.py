"""What the REST routes of every slice are written with: questions, answers, pages, days."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from backend.kit.csv_file import csv_text
from backend.kit.paging import Page, PageRequest, paged
from backend.kit.text import clean

MAX_DOCUMENT_LENGTH = 64_000
MAX_SEARCH_LENGTH = 200
FIRST_DAY = date(2000, 1, 1)
LAST_DAY = date(2999, 12, 31)

Item = TypeVar("Item")


class Question(BaseModel):
    """What a caller sends; unknown fields are refused, and text is made fit to be stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _storable(cls, given: object) -> object:
        return clean(given)


class Answer(BaseModel):
    """What a caller gets, read off a view of the domain."""

    model_config = ConfigDict(from_attributes=True)


class Listed(Answer, Generic[Item]):
    """One page of a list; `next_cursor` is null on the last one."""

    items: list[Item]
    next_cursor: str | None


class PageQuery(Question):
    """Which page of a list."""

    limit: int = Field(50, ge=1, le=200, description="How many items, 1 to 200.")
    cursor: str | None = Field(None, description="The `next_cursor` of the page before.")

    def page(self) -> PageRequest:
        """Return the page that was asked for."""
        return PageRequest(limit=self.limit, cursor=self.cursor)


def _document(given: dict[str, Any]) -> dict[str, Any]:
    kind, message = "document", "is longer than 64,000 characters"
    try:
        if len(json.dumps(given, allow_nan=False)) <= MAX_DOCUMENT_LENGTH:
            return given
    except ValueError:
        message = "holds a number that JSON does not have"
    raise PydanticCustomError(kind, message)


Document = Annotated[dict[str, Any], AfterValidator(_document)]
Instant = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
Day = Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)]
Search = Annotated[str, Field(max_length=MAX_SEARCH_LENGTH)]


def instants(
    from_day: date | None, to_day: date | None, timezone: str
) -> tuple[datetime | None, datetime | None]:
    """Return the instants around some local days, bounds included; the upper one is excluded."""
    zone = ZoneInfo(timezone)
    starts_at = None if from_day is None else datetime.combine(from_day, time(), zone)
    following = None if to_day is None else to_day + timedelta(days=1)
    return starts_at, None if following is None else datetime.combine(following, time(), zone)


def page_of(items: Sequence[Item], page: PageRequest, *, key: Callable[[Item], str]) -> Page[Item]:
    """Return one page of a short list that is read as a whole; `key` names an item."""
    position = page.position([key(item) for item in items].index)
    start = position[0] + 1 if position else 0
    rows = items[start : start + page.limit + 1]
    return paged(rows, page, view=lambda item: item, key=lambda item: (key(item),))


def csv_download(name: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """Answer with a file of `csv_text`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = csv_text(header, rows)
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)
