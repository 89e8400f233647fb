"""How leads are asked for over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticKnownError

from backend.auth import Actor, get_workspace
from backend.leads.errors import BadLeadQuery
from backend.leads.filters import MOST_IDLE_DAYS
from backend.leads.lifecycle_policy import Band
from backend.leads.policy import Stage
from backend.leads.schemas import LeadMoment, LeadQuery, LeadSort, StageCount
from backend.platform.api import Answer, Day, PageQuery, Question, Search, instants
from backend.platform.unit_of_work import UnitOfWork

MOST_FILTERED = 20
MINE, NOBODY = "mine", "none"


def _as_one(given: object, validate: ValidatorFunctionWrapHandler) -> object:
    """Refuse a repeated parameter by its name, since an address numbers none of its values."""
    try:
        return validate(given)
    except ValidationError as refused:
        first = refused.errors()[0]
        raise PydanticKnownError(first["type"], first.get("ctx")) from None  # pyright: ignore[reportArgumentType]


Score = Annotated[int, Field(ge=-(2**31), lt=2**31)]
Stages = Annotated[list[Stage], Field(max_length=len(Stage)), WrapValidator(_as_one)]
Tags = Annotated[list[Search], Field(max_length=MOST_FILTERED), WrapValidator(_as_one)]


class LeadFilter(Question):
    """Which leads."""

    stage: Stages = Field(default=[], description="In any of these stages.")
    tag: Tags = Field(default=[], description="With all of these tags.")
    any_tag: Tags = Field(default=[], description="With any of these tags.")
    without_tag: Tags = Field(default=[], description="With none of these tags.")
    min_score: Score | None = None
    max_score: Score | None = None
    owner: str | None = Field(
        None, max_length=36, description="The id of a user, `mine`, or `none` for nobody's."
    )
    q: Search | None = Field(None, description="Part of the contact's name or number.")
    channel_id: UUID | None = None
    contact_id: UUID | None = None
    conversation_id: UUID | None = None
    band: Band | None = None
    stale: bool = Field(default=False, description="Only leads that have grown stale.")
    returned: bool = Field(
        default=False, description="Only new leads that may be lost ones that came back."
    )
    idle_days: int | None = Field(
        None, ge=0, le=MOST_IDLE_DAYS, description="Without activity for so many days."
    )
    active_from: Day | None = Field(None, description="Last active on this local day or later.")
    active_to: Day | None = Field(None, description="Last active on this local day or earlier.")
    moment: LeadMoment | None = Field(
        None, description="What `from` and `to` are about; `opened` without it."
    )
    from_: Day | None = Field(None, alias="from", description="On this local day or later.")
    to: Day | None = Field(None, description="On this local day or earlier.")

    def query(self, uow: UnitOfWork, actor: Actor, sort: LeadSort) -> LeadQuery:
        """Return the question to the domain; raises `BadLeadQuery`."""
        timezone = get_workspace(uow, actor).timezone
        moment_from, moment_to = instants(self.from_, self.to, timezone)
        active_from, active_to = instants(self.active_from, self.active_to, timezone)
        return LeadQuery(
            stages=tuple(self.stage),
            tags_all=tuple(self.tag),
            tags_any=tuple(self.any_tag),
            tags_none=tuple(self.without_tag),
            score_from=self.min_score,
            score_to=self.max_score,
            owner_id=_owner(self.owner, actor),
            is_unowned=self.owner == NOBODY,
            search=self.q,
            channel_id=self.channel_id,
            contact_id=self.contact_id,
            conversation_id=self.conversation_id,
            band=self.band,
            is_stale=self.stale,
            has_returned=self.returned,
            idle_days=self.idle_days,
            active_from=active_from,
            active_to=active_to,
            sort=sort,
            moment=self._moment(moment_from, moment_to),
            moment_from=moment_from,
            moment_to=moment_to,
        )

    def _moment(self, first: datetime | None, last: datetime | None) -> LeadMoment | None:
        return self.moment or (LeadMoment.OPENED if first or last else None)


class LeadPage(LeadFilter, PageQuery):
    """Which leads, in which order."""

    sort: LeadSort = LeadSort.LAST_ACTIVITY


class StageCountAnswer(Answer):
    """How many of the leads are in a stage."""

    stage: Stage
    leads: int = Field(description="At most 10,000.")
    is_more: bool = Field(description="Whether there are more than were counted.")


class StageCountsAnswer(Answer):
    """Every stage, in the order of the lifecycle."""

    items: list[StageCountAnswer]

    @classmethod
    def of(cls, counts: tuple[StageCount, ...]) -> Self:
        """Tell the counts."""
        return cls(items=[StageCountAnswer.model_validate(count) for count in counts])


def _owner(given: str | None, actor: Actor) -> UUID | None:
    if given is None or given == NOBODY:
        return None
    if given == MINE and actor.user_id is not None:
        return actor.user_id
    try:
        return UUID(given)
    except ValueError:
        raise BadLeadQuery(
            "A key has no leads of its own." if given == MINE else "This is not the id of a user.",
            field="owner",
            expected="the id of a user, `mine` for whoever is signed in, or `none`",
        ) from None
