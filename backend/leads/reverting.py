"""Where a lead would stand had some acts of rules never been: pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.leads.policy import Stage, means_qualified, rule_may_move
from backend.leads.schemas import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a rule did to a lead on one occasion; `id` says when, in the order of ids."""

    id: UUID
    rule_name: str
    message_id: UUID | None
    occurred_at: datetime
    effects: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A change that was not a rule's, as the timeline tells it."""

    id: UUID
    kind: str
    data: Mapping[str, Any]
    occurred_at: datetime


@dataclass(slots=True)
class Standing:
    """Stage and tags, and when the lead was first taken for qualified."""

    stage: Stage = Stage.NEW
    tags: set[str] = field(default_factory=set[str])
    qualified_at: datetime | None = None


def standing(
    acts: Sequence[Act], told: Sequence[Told], moves: Mapping[Stage, Collection[Stage]]
) -> Standing:
    """Return how a new lead stands after all of this, in the order of ids.

    Whoever is not a rule moves it anywhere. A rule moves it from where it did move it, whatever is
    allowed by now; from elsewhere only forward and as the `moves` allow.
    """
    now = Standing()
    for item in sorted([*acts, *told], key=lambda each: each.id):
        if isinstance(item, Told):
            _apply(now, item.kind, item.data, item.occurred_at)
            continue
        for effect in item.effects:
            if effect["kind"] == EventKind.STAGE and not _moves(now.stage, effect, moves):
                continue
            _apply(now, effect["kind"], effect, item.occurred_at)
    return now


def _moves(now: Stage, effect: Mapping[str, Any], moves: Mapping[Stage, Collection[Stage]]) -> bool:
    is_as_it_was = now == effect["from"]
    return is_as_it_was or rule_may_move(now, Stage(effect["to"]), moves)


def _apply(now: Standing, kind: str, data: Mapping[str, Any], at: datetime) -> None:
    match kind:
        case EventKind.STAGE:
            now.stage = Stage(data["to"])
            if means_qualified(now.stage):
                now.qualified_at = min(filter(None, (now.qualified_at, at)))
        case EventKind.TAGGED:
            now.tags.add(data["tag"])
        case EventKind.UNTAGGED:
            now.tags.discard(data["tag"])
        case _:
            pass
