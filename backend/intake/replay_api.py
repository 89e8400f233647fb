"""Replays and the quarantine over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.intake import quarantine, replaying
from backend.intake.api import EventAnswer, EventDetailAnswer, Moment
from backend.intake.quarantine import CauseView
from backend.intake.replay_schemas import ReplayMode, ReplayQuery, ReplayState, ReplayView
from backend.intake.schemas import EventState, WebhookEventView
from backend.kit.paging import Page
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question
from backend.platform.unit_of_work import unit_of_work

TAGS = ["webhook-events"]
MAX_CAUSE_LENGTH = 200

router = APIRouter(prefix="/v1/webhook-events", tags=[*TAGS])


class ReplayQuestion(Question):
    """Which stored deliveries are to act again; without any condition, all but the ignored."""

    mode: ReplayMode = Field(ReplayMode.DRY, description="`dry` writes nothing, `commit` does.")
    channel_id: UUID | None = None
    since: Moment = Field(None, alias="from", description="From this moment on.")
    before: Moment = Field(None, alias="to", description="Up to, and without, this moment.")
    event_ids: tuple[UUID, ...] = Field((), max_length=replaying.MAX_EVENT_IDS)
    states: tuple[EventState, ...] = Field((), max_length=len(EventState))


class ExampleAnswer(Answer):
    """A row that would be made, changed or removed, and its columns before and after."""

    change: Literal["created", "changed", "removed"]
    table: str
    id: str
    columns: dict[str, tuple[str | int | float | bool | None, str | int | float | bool | None]]


class DiffAnswer(Answer):
    """What a dry replay would do: rows by table, tasks it would wake, some examples."""

    is_empty: bool
    created: dict[str, int]
    changed: dict[str, int]
    removed: dict[str, int]
    woken: dict[str, int]
    examples: list[ExampleAnswer]
    failed_ids: list[str]
    gone_ids: list[str]


class ReplayAnswer(Answer):
    """A replay and how far it is; `diff` is there once a dry one has finished."""

    id: UUID
    mode: ReplayMode
    state: ReplayState
    requested_by: str
    total: int
    done: int
    failed: int
    gone: int
    redacted: int
    rate: float | None = Field(description="Deliveries a second.")
    seconds_left: int | None
    error: str | None
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    diff: DiffAnswer | None


class CauseAnswer(Answer):
    """Deliveries of a channel that stand in quarantine for one cause."""

    channel_id: UUID
    channel_name: str
    cause: str
    events: int
    first_at: Instant
    last_at: Instant
    newest_id: UUID
    newest_error: str


class CauseQuestion(Question):
    """A group as the list of causes names it."""

    channel_id: UUID
    cause: str = Field(max_length=MAX_CAUSE_LENGTH)


class IgnoredCauseQuestion(CauseQuestion):
    """A group, and why it is passed over."""

    reason: str = Field(max_length=quarantine.MAX_REASON)


class IgnoredAnswer(Answer):
    """How many deliveries are passed over now."""

    ignored: int


class CorrectionQuestion(Question):
    """What is to be read in place of the body that failed."""

    body: str = Field(max_length=quarantine.MAX_CORRECTION)


class ReasonQuestion(Question):
    """Why a delivery is passed over."""

    reason: str = Field(max_length=quarantine.MAX_REASON)


@router.post("/replays", response_model=ReplayAnswer, status_code=202)
def start_replay(actor: CurrentActor, asked: ReplayQuestion) -> ReplayView:
    """Have stored deliveries act again, dry unless told otherwise; a worker does it."""
    query = ReplayQuery(
        channel_id=asked.channel_id,
        since=asked.since,
        before=asked.before,
        event_ids=asked.event_ids,
        states=asked.states,
    )
    with unit_of_work(actor) as uow:
        return replaying.start_replay(uow, actor, query, mode=asked.mode)


@router.get("/replays", response_model=Listed[ReplayAnswer])
def list_replays(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[ReplayView]:
    """List replays, the latest first."""
    with unit_of_work(actor) as uow:
        return replaying.list_replays(uow, actor, asked.page())


@router.get("/replays/{replay_id}", response_model=ReplayAnswer)
def get_replay(actor: CurrentActor, replay_id: UUID) -> ReplayView:
    """Show how far a replay is, and what a dry one would do."""
    with unit_of_work(actor) as uow:
        return replaying.get_replay(uow, actor, replay_id)


@router.post("/replays/{replay_id}/stop", response_model=ReplayAnswer)
def stop_replay(actor: CurrentActor, replay_id: UUID) -> ReplayView:
    """End a replay after the batch under way; one that has ended stays as it is."""
    with unit_of_work(actor) as uow:
        return replaying.stop_replay(uow, actor, replay_id)


@router.get("/causes", response_model=Listed[CauseAnswer])
def list_causes(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[CauseView]:
    """List what stands in quarantine by cause, the latest first."""
    with unit_of_work(actor) as uow:
        return quarantine.list_causes(uow, actor, asked.page())


@router.post("/causes/ignore")
def ignore_cause(actor: CurrentActor, asked: IgnoredCauseQuestion) -> IgnoredAnswer:
    """Pass over for good what failed for one cause; each can be put back."""
    with unit_of_work(actor) as uow:
        count = quarantine.ignore_cause(
            uow, actor, asked.channel_id, asked.cause, reason=asked.reason
        )
    return IgnoredAnswer(ignored=count)


@router.post("/causes/rerun", response_model=ReplayAnswer, status_code=202)
def rerun_cause(actor: CurrentActor, asked: CauseQuestion) -> ReplayView:
    """Process again what failed for one cause, as a replay."""
    with unit_of_work(actor) as uow:
        return quarantine.rerun_cause(uow, actor, asked.channel_id, asked.cause)


@router.post("/{event_id}/correct", response_model=EventDetailAnswer)
def correct_event(
    actor: CurrentActor, event_id: UUID, asked: CorrectionQuestion
) -> WebhookEventView:
    """Have a corrected body read in place of the one that failed, with the next replay."""
    with unit_of_work(actor) as uow:
        return quarantine.correct_event(uow, actor, event_id, body=asked.body)


@router.post("/{event_id}/ignore", response_model=EventAnswer)
def ignore_event(actor: CurrentActor, event_id: UUID, asked: ReasonQuestion) -> WebhookEventView:
    """Pass a quarantined delivery over for good; it can be put back."""
    with unit_of_work(actor) as uow:
        return quarantine.ignore_event(uow, actor, event_id, reason=asked.reason)


@router.post("/{event_id}/unignore", response_model=EventAnswer)
def unignore_event(actor: CurrentActor, event_id: UUID) -> WebhookEventView:
    """Put an ignored delivery back into quarantine; one that is not ignored stays as it is."""
    with unit_of_work(actor) as uow:
        return quarantine.unignore_event(uow, actor, event_id)
