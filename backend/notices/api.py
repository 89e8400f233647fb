"""Notifications over HTTP; they belong to a person, so a key has none."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.notices import service
from backend.notices.schemas import NoticeKind, NoticeView
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

router = APIRouter(prefix="/v1/notifications", tags=["notifications"])


class NoticeFilter(PageQuery):
    """Which notifications."""

    unread: bool = Field(default=False, description="Only those not seen yet.")


class NoticeAnswer(Answer):
    """What somebody was told."""

    id: UUID
    kind: NoticeKind
    subject: str = Field(description="`conversation:<id>` or `lead:<id>`.")
    text: str
    created_at: Instant
    read_at: Instant | None


class ReadBody(Question):
    """Which were seen; none means all."""

    ids: list[UUID] = Field(default_factory=list, max_length=200)


class ReadAnswer(Answer):
    """How many were marked, and how many are left."""

    marked: int
    unread: int


@router.get("", response_model=Listed[NoticeAnswer])
def list_notices(actor: CurrentActor, asked: Annotated[NoticeFilter, Query()]) -> Page[NoticeView]:
    """List what the caller was told, the latest first."""
    with unit_of_work(actor) as uow:
        return service.list_notices(uow, actor, asked.page(), unread_only=asked.unread)


@router.post("/read")
def mark_read(actor: CurrentActor, given: ReadBody) -> ReadAnswer:
    """Mark notifications as seen."""
    with unit_of_work(actor) as uow:
        marked = service.mark_notices_read(uow, actor, given.ids)
        return ReadAnswer(marked=marked, unread=service.count_unread(uow, actor))
