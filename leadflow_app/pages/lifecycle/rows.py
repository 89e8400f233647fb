"""What the settings of the lifecycle show, ready to draw, and how their form is read."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from backend.kit.errors import Invalid
from backend.leads import Decay, Lifecycle, LifecycleView, Need, Returning, Stage
from leadflow_app import display
from leadflow_app.display import Clock

NEEDS: Final = {
    Need.VALUE: "Value",
    Need.OWNER: "Owner",
    Need.PHONE: "Phone",
    Need.TAG: "Tag",
    Need.LOSS_REASON: "Reason",
}
RETURNING: Final = {
    Returning.NEW.value: "Begin a new lead",
    Returning.REOPEN.value: "Open the lost lead again",
    Returning.ASK.value: "Begin a new lead, and ask a person",
}
DECAY: Final = {
    Decay.OFF.value: "Scores do not decay",
    Decay.POINTS.value: "Points for each silent day",
    Decay.PERCENT.value: "Percent for each silent week",
}
OPEN: Final = (Stage.NEW, Stage.QUALIFIED, Stage.NURTURED)
NUMBERS: Final = ("reopen_days", "warm_from", "hot_from", "decay_amount", "decay_after_days")
FIELDS: Final = (*NUMBERS, "loss_reasons", *(f"stale_days.{stage}" for stage in OPEN))


@dataclass(frozen=True, slots=True)
class TickRow:
    """One box of a matrix; `is_fixed` where there is nothing to choose."""

    key: str
    label: str
    is_on: bool
    is_fixed: bool


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One stage and its boxes."""

    label: str
    ticks: list[TickRow]


@dataclass(frozen=True, slots=True)
class LifecycleScreen:
    """The whole page; `version` makes the form anew when somebody changed the settings."""

    version: str = ""
    moves: list[MatrixRow] = field(default_factory=list)
    needs: list[MatrixRow] = field(default_factory=list)
    loss_reasons: str = ""
    returning: str = ""
    reopen_days: str = ""
    warm_from: str = ""
    hot_from: str = ""
    stale_new: str = ""
    stale_qualified: str = ""
    stale_nurtured: str = ""
    decay: str = ""
    decay_amount: str = ""
    decay_after_days: str = ""
    is_order_free: bool = True
    changed: str = ""
    can_change: bool = False


def lifecycle_screen(view: LifecycleView, clock: Clock, *, can_change: bool) -> LifecycleScreen:
    """Put the settings into words."""
    settings = view.settings
    at = clock.moment(view.updated_at)
    stale = {stage: str(settings.stale_days.get(stage, "")) for stage in OPEN}
    return LifecycleScreen(
        version=str(view.number),
        moves=[_moves(settings, stage, can_change=can_change) for stage in Stage],
        needs=[_needs(settings, stage, can_change=can_change) for stage in Stage],
        loss_reasons="\n".join(settings.loss_reasons),
        returning=settings.returning,
        reopen_days=str(settings.reopen_days),
        warm_from=str(settings.warm_from),
        hot_from=str(settings.hot_from),
        stale_new=stale[Stage.NEW],
        stale_qualified=stale[Stage.QUALIFIED],
        stale_nurtured=stale[Stage.NURTURED],
        decay=settings.decay,
        decay_amount=str(settings.decay_amount),
        decay_after_days=str(settings.decay_after_days),
        is_order_free=view.is_order_free,
        changed=f"Last changed by {view.changed_by}, {at.text}." if view.changed_by else "",
        can_change=can_change,
    )


def _moves(settings: Lifecycle, stage: Stage, *, can_change: bool) -> MatrixRow:
    here = display.stage(stage)
    return MatrixRow(
        label=here,
        ticks=[
            TickRow(
                key=f"move:{stage}:{to}",
                label=f"{here} to {display.stage(to)}",
                is_on=to in settings.moves.get(stage, ()),
                is_fixed=to is stage or not can_change,
            )
            for to in Stage
        ],
    )


def _needs(settings: Lifecycle, stage: Stage, *, can_change: bool) -> MatrixRow:
    here = display.stage(stage)
    return MatrixRow(
        label=here,
        ticks=[
            TickRow(
                key=f"need:{stage}:{need}",
                label=f"{here} requires: {NEEDS[need]}",
                is_on=need in settings.needs.get(stage, ()),
                is_fixed=not can_change or (need is Need.LOSS_REASON and stage is not Stage.LOST),
            )
            for need in Need
        ],
    )


def read(form: Mapping[str, Any]) -> Lifecycle:
    """Read the form; raises `Invalid`, which names the field."""
    ticked = {name for name, value in form.items() if value in {"on", True}}
    numbers = {name: _number(form, name) for name in NUMBERS}
    return Lifecycle(
        moves={
            stage: frozenset(to for to in Stage if f"move:{stage}:{to}" in ticked)
            for stage in Stage
        },
        needs={
            stage: frozenset(need for need in Need if f"need:{stage}:{need}" in ticked)
            for stage in Stage
        },
        loss_reasons=tuple(
            line.strip() for line in str(form.get("loss_reasons", "")).splitlines() if line.strip()
        ),
        returning=_member(Returning, form.get("returning"), Returning.NEW),
        stale_days={
            stage: _number(form, name)
            for stage in OPEN
            if str(form.get(name := f"stale_days.{stage}", "")).strip()
        },
        decay=_member(Decay, form.get("decay"), Decay.OFF),
        **numbers,
    )


def _number(form: Mapping[str, Any], name: str) -> int:
    text = str(form.get(name, "")).strip()
    try:
        return int(text)
    except ValueError:
        message = f"{text[:20]!r} is not a whole number"
        raise Invalid(message, field=name, expected="a whole number") from None


def _member(kind: Any, given: object, default: Any) -> Any:  # noqa: ANN401  either of two enums
    return kind(given) if given in {str(one) for one in kind} else default
