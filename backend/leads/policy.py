"""Stages, and what may follow what. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """When a lead began, when its customer last wrote, and in which conversation that was."""

    lead_id: UUID
    conversation_id: UUID
    opened_at: datetime
    last_activity_at: datetime

    def with_message(self, at: datetime, conversation_id: UUID) -> "Activity":
        """Return what one more message makes of it, whatever order they come in."""
        is_last = at >= self.last_activity_at
        return replace(
            self,
            opened_at=min(self.opened_at, at),
            last_activity_at=max(self.last_activity_at, at),
            conversation_id=conversation_id if is_last else self.conversation_id,
        )


def has_ended(stage: Stage) -> bool:
    """Whether the next message of this customer begins a new lead."""
    return stage in ENDED


def rule_may_move(
    current: Stage, wanted: Stage, moves: Mapping[Stage, Collection[Stage]] | None = None
) -> bool:
    """Whether a rule may move a lead: only forward, as allowed, and never one that has ended.

    Moving forward only is what makes the outcome independent of the order of deliveries, as long
    as the allowed `moves` (all, when none are given) keep the order.
    """
    if has_ended(current):
        return False
    if moves is not None and wanted not in moves.get(current, ()):
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


def moves_of(stored: Mapping[str, Iterable[str]]) -> dict[Stage, frozenset[Stage]]:
    """Read a stored matrix of moves."""
    return {Stage(key): frozenset(map(Stage, names)) for key, names in stored.items()}
