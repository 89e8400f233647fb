"""Whether a rule matches, and what follows. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from zoneinfo import ZoneInfo

from backend.leads import (
    EventKind,
    LeadState,
    Stage,
    has_ended,
    means_qualified,
    rule_may_move,
)
from backend.rules.definition import (
    Action,
    AddPoints,
    AddTag,
    AllOf,
    AnyOf,
    ChoiceOperator,
    Condition,
    KindCondition,
    NotOf,
    PatternCondition,
    ReferralCondition,
    RemoveTag,
    ScoreCondition,
    SetStage,
    StageCondition,
    TagCondition,
    TextCondition,
)
from backend.rules.earning import earned
from backend.rules.facts import MessageFacts
from backend.rules.texts import Says, matching, says

Predicate = Callable[[MessageFacts, LeadState], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """One effect on a lead, in the words of the leads slice."""

    kind: EventKind
    data: dict[str, Any]


def compiled(condition: Condition) -> Predicate:
    """Return the condition as a function, for asking about many messages.

    Whether it is true of a message and of the lead as it is at that moment.
    """
    match condition:
        case AllOf():
            inner = [compiled(each) for each in condition.all]
            return lambda message, lead: all(holds(message, lead) for holds in inner)
        case AnyOf():
            inner = [compiled(each) for each in condition.any]
            return lambda message, lead: any(holds(message, lead) for holds in inner)
        case NotOf():
            other = compiled(condition.not_)
            return lambda message, lead: not other(message, lead)
        case TextCondition() | PatternCondition() | KindCondition() | ReferralCondition():
            return _of_message(condition)
        case StageCondition() | TagCondition() | ScoreCondition():
            return _of_lead(condition)
        case _:
            assert_never(condition)


def perform(
    action: Action, message: MessageFacts, lead: LeadState, *, key: str, timezone: ZoneInfo
) -> Change | None:
    """Change the lead in place and return what changed, or `None` when nothing did.

    `key` names the rule and the action; with the cadence it makes the ledger's cadence key.
    """
    match action:
        case AddTag(tag=tag):
            return _add_tag(tag.strip().lower(), lead)
        case RemoveTag(tag=tag):
            return _remove_tag(tag.strip().lower(), lead)
        case SetStage(stage=stage):
            return _set_stage(stage, lead, message.sent_at)
        case AddPoints():
            return _add_points(action, message, lead, key, timezone)
        case _:
            assert_never(action)


def _of_message(
    condition: TextCondition | PatternCondition | KindCondition | ReferralCondition,
) -> Predicate:
    match condition:
        case TextCondition():
            return _of_text(condition.field, says(condition.operator, condition.value))
        case PatternCondition():
            return _of_text(condition.field, matching(condition.value))
        case KindCondition():
            values, is_wanted = condition.value, condition.operator is ChoiceOperator.IS
            if condition.field == "kind":
                return lambda message, _: (message.kind in values) is is_wanted
            return lambda message, _: (message.channel_id in values) is is_wanted
        case ReferralCondition():
            exists = condition.operator == "exists"
            return lambda message, _: message.has_referral is exists
        case _:
            assert_never(condition)


def _of_text(field: str, is_said: Says) -> Predicate:
    if field == "text":
        return lambda message, _: is_said(message.text)
    return lambda message, _: is_said(message.choice)


def _of_lead(condition: StageCondition | TagCondition | ScoreCondition) -> Predicate:
    match condition:
        case StageCondition():
            stages, is_wanted = condition.value, condition.operator is ChoiceOperator.IS
            return lambda _, lead: (lead.stage in stages) is is_wanted
        case TagCondition():
            tag, has = condition.value.strip().lower(), condition.operator == "has"
            return lambda _, lead: (tag in lead.tags) is has
        case ScoreCondition():
            bound, at_least = condition.value, condition.operator == "at_least"
            return lambda _, lead: (lead.score >= bound) is at_least
        case _:
            assert_never(condition)


def _add_tag(tag: str, lead: LeadState) -> Change | None:
    if tag in lead.tags:
        return None
    lead.tags.add(tag)
    return Change(EventKind.TAGGED, {"tag": tag})


def _remove_tag(tag: str, lead: LeadState) -> Change | None:
    if tag not in lead.tags:
        return None
    lead.tags.discard(tag)
    return Change(EventKind.UNTAGGED, {"tag": tag})


def _set_stage(stage: Stage, lead: LeadState, at: datetime) -> Change | None:
    if not rule_may_move(lead.stage, stage, lead.moves) and rule_may_move(lead.stage, stage):
        return Change(EventKind.REFUSED, {"from": lead.stage, "to": stage})
    if means_qualified(stage) and not has_ended(lead.stage):
        lead.qualify(at)  # also when a later message moved the lead already
    if not rule_may_move(lead.stage, stage):
        return None
    change = Change(EventKind.STAGE, {"from": lead.stage, "to": stage})
    lead.stage = stage
    return change


def _add_points(
    action: AddPoints, message: MessageFacts, lead: LeadState, key: str, timezone: ZoneInfo
) -> Change | None:
    earning = earned(action, message, lead.cadence_keys, key=key, timezone=timezone)
    if earning is None:
        return None
    lead.cadence_keys.add(earning.cadence_key)
    lead.score += earning.points
    data = {"points": earning.points, "reason": action.reason, "cadence_key": earning.cadence_key}
    return Change(EventKind.SCORED, data)
