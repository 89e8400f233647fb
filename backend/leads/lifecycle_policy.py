"""What a workspace asks of its leads: moves, required fields, bands, staleness, decay. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from itertools import combinations
from types import MappingProxyType
from typing import Final

from backend.leads.policy import FUNNEL, Stage, has_ended

WEEK: Final = 7
PERCENT: Final = 100
LARGEST: Final = 1_000_000
MOST_DAYS: Final = 3650
MOST_REASONS: Final = 50
REASON_LENGTH: Final = 80
OPEN_STAGES: Final = tuple(stage for stage in Stage if not has_ended(stage))


class Band(StrEnum):
    """How warm a lead is, by its score."""

    COLD = "cold"
    WARM = "warm"
    HOT = "hot"


class Returning(StrEnum):
    """What becomes of a customer who writes again after their lead was lost."""

    NEW = "new"
    REOPEN = "reopen"
    ASK = "ask"


class Need(StrEnum):
    """What a stage can require of a lead that enters it."""

    VALUE = "value"
    OWNER = "owner"
    PHONE = "phone"
    TAG = "tag"
    LOSS_REASON = "loss_reason"


class Decay(StrEnum):
    """How the score of a lead falls while its customer is silent."""

    OFF = "off"
    POINTS = "points"
    PERCENT = "percent"


EVERY_MOVE: Final[Mapping[Stage, frozenset[Stage]]] = MappingProxyType(
    {stage: frozenset(Stage) - {stage} for stage in Stage}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The settings of one workspace.

    `stale_days` by open stage; a stage without days never grows stale. `decay_amount` is points a
    day or percent of the score a week, counted from `decay_after_days` of silence on.
    """

    moves: Mapping[Stage, frozenset[Stage]] = field(default_factory=lambda: EVERY_MOVE)
    needs: Mapping[Stage, frozenset[Need]] = field(default_factory=dict[Stage, frozenset[Need]])
    loss_reasons: tuple[str, ...] = ()
    returning: Returning = Returning.NEW
    reopen_days: int = 30
    warm_from: int = 20
    hot_from: int = 50
    stale_days: Mapping[Stage, int] = field(default_factory=dict[Stage, int])
    decay: Decay = Decay.OFF
    decay_amount: int = 1
    decay_after_days: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One setting that cannot be: which, why, and what would be right."""

    field: str
    message: str
    expected: str


def faults(given: Lifecycle) -> Iterator[Fault]:
    """Name everything in these settings that cannot be."""
    numbers = (
        ("reopen_days", given.reopen_days, 1, MOST_DAYS),
        ("warm_from", given.warm_from, -LARGEST, LARGEST),
        ("hot_from", given.hot_from, -LARGEST, LARGEST),
        ("decay_amount", given.decay_amount, 1, _most(given.decay)),
        ("decay_after_days", given.decay_after_days, 0, MOST_DAYS),
        *((f"stale_days.{name}", days, 1, MOST_DAYS) for name, days in given.stale_days.items()),
    )
    for name, number, least, most in numbers:
        if not least <= number <= most:
            yield Fault(
                field=name, message=f"{number} is out of range", expected=f"{least} to {most}"
            )
    if given.warm_from >= given.hot_from:
        expected = f"more than {given.warm_from}, where warm begins"
        yield Fault(field="hot_from", message="hot begins before warm does", expected=expected)
    yield from _misplaced(given)
    yield from _bad_reasons(given.loss_reasons)


def _most(decay: Decay) -> int:
    return PERCENT if decay is Decay.PERCENT else LARGEST


def _misplaced(given: Lifecycle) -> Iterator[Fault]:
    for stage in given.stale_days:
        if has_ended(stage):
            message = f"a lead that is {stage} does not grow stale"
            yield Fault(field=f"stale_days.{stage}", message=message, expected="an open stage")
    for stage, needs in given.needs.items():
        if Need.LOSS_REASON in needs and stage is not Stage.LOST:
            message = f"{stage} cannot require a loss reason"
            yield Fault(field=f"needs.{stage}", message=message, expected="the stage lost")
    for stage, targets in given.moves.items():
        if stage in targets:
            message = f"{stage} to {stage} is no move"
            yield Fault(field=f"moves.{stage}", message=message, expected="other stages")


def _bad_reasons(reasons: Sequence[str]) -> Iterator[Fault]:
    expected = f"at most {MOST_REASONS} different reasons of 1 to {REASON_LENGTH} characters"
    if len(reasons) > MOST_REASONS:
        yield Fault(field="loss_reasons", message="too many reasons", expected=expected)
    for reason in reasons:
        if not (0 < len(reason) <= REASON_LENGTH and reason.isprintable()):
            message = f"the reason {reason[:20]!r} cannot be kept"
            yield Fault(field="loss_reasons", message=message, expected=expected)
    if len({reason.casefold() for reason in reasons}) != len(reasons):
        yield Fault(field="loss_reasons", message="a reason stands twice", expected=expected)


def allowed(given: Lifecycle, current: Stage) -> tuple[Stage, ...]:
    """Return where a lead may go from here, in the order of the funnel."""
    return tuple(stage for stage in Stage if stage in given.moves.get(current, frozenset()))


def band(score: int, *, warm_from: int, hot_from: int) -> Band:
    """Return how warm a score is."""
    if score >= hot_from:
        return Band.HOT
    return Band.WARM if score >= warm_from else Band.COLD


def keeps_order(moves: Mapping[Stage, Collection[Stage]]) -> bool:
    """Whether rules end at the same open stage whatever the order of messages.

    They do when passing through a stage on the way neither opens nor closes a later one.
    """
    forward = FUNNEL[: len(OPEN_STAGES)]
    for first, between, last in combinations(forward, 3):
        passes = between in moves.get(first, ())
        if passes and (last in moves.get(first, ())) != (last in moves.get(between, ())):
            return False
    return True


def decayed(
    given: Lifecycle, score: int, *, silent_since: date, after: date, today: date
) -> list[tuple[date, int]]:
    """Return on which days, later than `after` and not after `today`, a score falls by how much.

    It never falls below nothing: a score of 0 or less stays what it is.
    """
    days: list[tuple[date, int]] = []
    first = max(after + timedelta(days=1), silent_since + timedelta(days=1))
    first = max(first, silent_since + timedelta(days=max(given.decay_after_days, 1)))
    day = first
    while day <= today and score > 0 and given.decay is not Decay.OFF:
        lost = _loss(given, score, silent_days=(day - silent_since).days)
        if lost:
            days.append((day, -lost))
            score -= lost
        day += timedelta(days=1)
    return days


def _loss(given: Lifecycle, score: int, *, silent_days: int) -> int:
    if given.decay is Decay.POINTS:
        return min(score, given.decay_amount)
    if silent_days % WEEK:
        return 0
    return min(score, max(1, score * given.decay_amount // PERCENT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a lead has when it is to enter a stage."""

    has_value: bool
    has_owner: bool
    has_phone: bool
    has_tag: bool
    has_reason: bool


def missing(given: Lifecycle, stage: Stage, facts: Facts) -> tuple[Need, ...]:
    """Return what a lead lacks to enter a stage."""
    has = {
        Need.VALUE: facts.has_value,
        Need.OWNER: facts.has_owner,
        Need.PHONE: facts.has_phone,
        Need.TAG: facts.has_tag,
        Need.LOSS_REASON: facts.has_reason,
    }
    needs = given.needs.get(stage, frozenset())
    return tuple(need for need in Need if need in needs and not has[need])
