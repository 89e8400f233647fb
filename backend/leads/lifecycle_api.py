"""The settings of the lifecycle over HTTP."""

from fastapi import APIRouter
from pydantic import Field

from backend.auth.api import CurrentActor
from backend.leads import lifecycle
from backend.leads.lifecycle_policy import Decay, Lifecycle, Need, Returning
from backend.leads.policy import Stage
from backend.leads.schemas import LifecycleView
from backend.platform.api import Answer, Instant, Question
from backend.platform.unit_of_work import unit_of_work

MAX_REASONS = 51  # one more than is kept, so that the refusal says how many are
DEFAULT = Lifecycle()

router = APIRouter(prefix="/v1/lifecycle", tags=["leads"])


class LifecycleBody(Question):
    """All of the settings; what is left out goes back to its default."""

    moves: dict[Stage, frozenset[Stage]] = Field(default_factory=lambda: dict(DEFAULT.moves))
    needs: dict[Stage, frozenset[Need]] = Field(default_factory=dict)
    loss_reasons: list[str] = Field(default_factory=list, max_length=MAX_REASONS)
    returning: Returning = DEFAULT.returning
    reopen_days: int = DEFAULT.reopen_days
    warm_from: int = DEFAULT.warm_from
    hot_from: int = DEFAULT.hot_from
    stale_days: dict[Stage, int] = Field(default_factory=dict)
    decay: Decay = DEFAULT.decay
    decay_amount: int = DEFAULT.decay_amount
    decay_after_days: int = DEFAULT.decay_after_days


class LifecycleAnswer(Answer):
    """What the workspace asks of its leads."""

    moves: dict[Stage, list[Stage]]
    needs: dict[Stage, list[Need]]
    loss_reasons: list[str]
    returning: Returning
    reopen_days: int
    warm_from: int
    hot_from: int
    stale_days: dict[Stage, int]
    decay: Decay
    decay_amount: int
    decay_after_days: int
    number: int = Field(description="How often they were changed.")
    is_order_free: bool = Field(
        description="Whether rules end at the same stage whatever the order of messages."
    )
    changed_by: str | None
    updated_at: Instant | None


@router.get("")
def get_lifecycle(actor: CurrentActor) -> LifecycleAnswer:
    """Show what the workspace asks of its leads."""
    with unit_of_work(actor) as uow:
        return _answer(lifecycle.get_lifecycle(uow, actor))


@router.put("")
def set_lifecycle(actor: CurrentActor, given: LifecycleBody) -> LifecycleAnswer:
    """Ask this of leads from now on."""
    asked = {name: getattr(given, name) for name in LifecycleBody.model_fields}
    asked["loss_reasons"] = tuple(given.loss_reasons)
    with unit_of_work(actor) as uow:
        return _answer(lifecycle.set_lifecycle(uow, actor, Lifecycle(**asked)))


def _answer(view: LifecycleView) -> LifecycleAnswer:
    settings = view.settings
    plain = ("returning", "reopen_days", "warm_from", "hot_from", "stale_days", "decay")
    return LifecycleAnswer.model_validate(
        {
            **{name: getattr(settings, name) for name in plain},
            "decay_amount": settings.decay_amount,
            "decay_after_days": settings.decay_after_days,
            "loss_reasons": list(settings.loss_reasons),
            "moves": {one: sorted(to, key=list(Stage).index) for one, to in settings.moves.items()},
            "needs": {one: sorted(needs) for one, needs in settings.needs.items()},
            "number": view.number,
            "is_order_free": view.is_order_free,
            "changed_by": view.changed_by,
            "updated_at": view.updated_at,
        }
    )
