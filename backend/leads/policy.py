"""Stages, and what may follow what. Pure."""

from collections.abc import Iterable
from enum import StrEnum


class Stage(StrEnum):
    """How far a lead has come, in the order of the funnel."""

    NEW = "new"
    QUALIFIED = "qualified"
    NURTURED = "nurtured"
    CONVERTED = "converted"
    LOST = "lost"


ENDED = frozenset({Stage.CONVERTED, Stage.LOST})
QUALIFYING = frozenset({Stage.QUALIFIED, Stage.NURTURED, Stage.CONVERTED})
FUNNEL = (Stage.NEW, Stage.QUALIFIED, Stage.NURTURED, Stage.CONVERTED)
MAX_TAG_LENGTH = 60


def has_ended(stage: Stage) -> bool:
    """Whether the next message of this customer begins a new lead."""
    return stage in ENDED


def rule_may_move(current: Stage, wanted: Stage) -> bool:
    """Whether a rule may move a lead: only forward, and never one that has ended.

    Moving forward only is what makes the outcome independent of the order of deliveries.
    """
    if has_ended(current):
        return False
    if wanted is Stage.LOST:
        return True
    return FUNNEL.index(wanted) > FUNNEL.index(current)


def means_qualified(stage: Stage) -> bool:
    """Whether whoever moves a lead to this stage takes it for qualified."""
    return stage in QUALIFYING


def further(left: Stage, right: Stage) -> Stage:
    """Return the stage that is further down the funnel, when two open leads become one."""
    return max(left, right, key=FUNNEL.index)


def clean_tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Return tags in lower case, trimmed, once each, sorted; empty ones are dropped."""
    return tuple(sorted({tag.strip().lower() for tag in tags} - {""}))
