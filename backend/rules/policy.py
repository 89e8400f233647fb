"""Whether a rule matches, and what follows. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID
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
    Cadence,
    ChoiceOperator,
    Condition,
    KindCondition,
    NotOf,
    ReferralCondition,
    RemoveTag,
    ScoreCondition,
    SetStage,
    StageCondition,
    TagCondition,
    TextCondition,
    TextOperator,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What rules see of a message."""

    message_id: UUID
    sent_at: datetime
    channel_id: str
    kind: str
    text: str
    choice: str
    has_referral: bool


@dataclass(frozen=True, slots=True)
class Change:
    """One effect on a lead, in the words of the leads slice."""

    kind: EventKind
    data: dict[str, Any]


def normalised(text: str) -> str:
    """Return a text for comparison: compatibility forms joined, case folded, spaces single."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def contains(text: str, phrase: str) -> bool:
    """Whether a normalised text holds the phrase as whole words."""
    wanted = re.escape(normalised(phrase))
    return re.search(rf"(?<!\w){wanted}(?!\w)", text) is not None


def holds(condition: Condition, message: MessageFacts, lead: LeadState) -> bool:
    """Whether a condition is true of this message and of the lead as it is now."""
    match condition:
        case AllOf():
            return all(holds(inner, message, lead) for inner in condition.all)
        case AnyOf():
            return any(holds(inner, message, lead) for inner in condition.any)
        case NotOf():
            return not holds(condition.not_, message, lead)
        case TextCondition() | KindCondition() | ReferralCondition():
            return _message_holds(condition, message)
        case StageCondition() | TagCondition() | ScoreCondition():
            return _lead_holds(condition, lead)
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
            return _add_points(action, lead, cadence_key(action.cadence, message, key, timezone))
        case _:
            assert_never(action)


def cadence_key(cadence: Cadence, message: MessageFacts, key: str, timezone: ZoneInfo) -> str:
    """Return the key under which points count once: per lead, per local day, or per message."""
    match cadence:
        case Cadence.ONCE:
            return key
        case Cadence.DAILY:
            return f"{key}:{message.sent_at.astimezone(timezone).date().isoformat()}"
        case Cadence.EVERY:
            return f"{key}:{message.message_id}"
        case _:
            assert_never(cadence)


def _message_holds(
    condition: TextCondition | KindCondition | ReferralCondition, message: MessageFacts
) -> bool:
    match condition:
        case TextCondition():
            text = message.text if condition.field == "text" else message.choice
            return _text_holds(condition.operator, normalised(text), condition.value)
        case KindCondition():
            value = message.kind if condition.field == "kind" else message.channel_id
            return (value in condition.value) is (condition.operator is ChoiceOperator.IS)
        case ReferralCondition():
            return message.has_referral is (condition.operator == "exists")
        case _:
            assert_never(condition)


def _lead_holds(condition: StageCondition | TagCondition | ScoreCondition, lead: LeadState) -> bool:
    match condition:
        case StageCondition():
            return (lead.stage in condition.value) is (condition.operator is ChoiceOperator.IS)
        case TagCondition():
            return (condition.value.strip().lower() in lead.tags) is (condition.operator == "has")
        case ScoreCondition():
            return (lead.score >= condition.value) is (condition.operator == "at_least")
        case _:
            assert_never(condition)


def _text_holds(operator: TextOperator, text: str, phrases: Sequence[str]) -> bool:
    match operator:
        case TextOperator.CONTAINS_ANY:
            return any(contains(text, phrase) for phrase in phrases)
        case TextOperator.CONTAINS_ALL:
            return all(contains(text, phrase) for phrase in phrases)
        case TextOperator.EQUALS:
            return any(text == normalised(phrase) for phrase in phrases)
        case _:
            assert_never(operator)


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
    if means_qualified(stage) and not has_ended(lead.stage):
        lead.qualify(at)  # also when a later message moved the lead already
    if not rule_may_move(lead.stage, stage):
        return None
    change = Change(EventKind.STAGE, {"from": lead.stage, "to": stage})
    lead.stage = stage
    return change


def _add_points(action: AddPoints, lead: LeadState, key: str) -> Change | None:
    if key in lead.cadence_keys or action.points == 0:
        return None
    lead.cadence_keys.add(key)
    lead.score += action.points
    data = {"points": action.points, "reason": action.reason, "cadence_key": key}
    return Change(EventKind.SCORED, data)
