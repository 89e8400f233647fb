"""What rules would make of messages that were written already, in memory: pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from backend.kit.ids import LeadId
from backend.leads import LeadState, Stage
from backend.rules.evaluating import Decision, decide
from backend.rules.facts import MessageFacts
from backend.rules.preparing import RuleSet


@dataclass(slots=True)
class Rehearsed:
    """A lead on which only these rules ever acted, and what they did."""

    lead: LeadState
    decisions: list[Decision] = field(default_factory=list[Decision])

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags in their order."""
        return tuple(sorted(self.lead.tags))


def blank(lead_id: LeadId, moves: Mapping[Stage, frozenset[Stage]]) -> LeadState:
    """Return a lead as it is before its first message, where only these moves are allowed."""
    return LeadState(lead_id=lead_id, stage=Stage.NEW, tags=set(), score=0, moves=moves)


def go_on(
    rehearsed: Rehearsed,
    live: RuleSet,
    messages: Iterable[MessageFacts],
    timezone: ZoneInfo,
) -> None:
    """Let rules act on some more messages of a lead, in the order in which they came."""
    for facts in messages:
        rehearsed.decisions += decide(live, facts, rehearsed.lead, timezone)
