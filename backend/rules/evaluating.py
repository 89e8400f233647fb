"""Running the enabled rules over new messages, in order of priority."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.auth import workspace_settings
from backend.kit.ids import LeadId, MessageId, new_id
from backend.leads import Effect, EventKind, LeadState, load_states, record_effects
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.facts import MessageFacts
from backend.rules.policy import perform
from backend.rules.preparing import LiveRule, RuleSet, live_rule
from backend.rules.repository import RuleRepository
from backend.rules.schemas import RuledMessage
from backend.rules.texts import normalised


@dataclass(frozen=True, slots=True)
class Decision:
    """A rule that matched, and what it did to the lead."""

    rule: LiveRule
    effects: tuple[Effect, ...]


def evaluate(uow: UnitOfWork, workspace_id: UUID, messages: Sequence[RuledMessage]) -> None:
    """Apply the workspace's rules to each message; later rules see what earlier ones did."""
    repository = RuleRepository(uow, workspace_id)
    live = RuleSet(live_rules(repository) if messages else ())
    if not live:
        return
    timezone = ZoneInfo(workspace_settings(uow, workspace_id).timezone)
    states = load_states(uow, workspace_id, (item.lead_id for item in messages))
    effects: list[Effect] = []
    runs: list[Mapping[str, Any]] = []
    for item in messages:
        facts = facts_of(item)
        for decision in decide(live, facts, states[item.lead_id], timezone):
            effects += decision.effects
            runs.append({**_run_row(decision, facts, item.lead_id), "workspace_id": workspace_id})
    record_effects(uow, workspace_id, states, effects)
    repository.add_runs(runs)


def decide(
    live: RuleSet, facts: MessageFacts, lead: LeadState, timezone: ZoneInfo
) -> tuple[Decision, ...]:
    """Return what rules make of a message, changing the state of its lead; pure but for that.

    What is processed live, traced and backtested is decided here.
    """
    decisions: list[Decision] = []
    for rule in live.candidates(facts):
        if not rule.holds(facts, lead):
            continue
        decisions.append(Decision(rule, tuple(_effects(rule, facts, lead, timezone))))
        if rule.definition.stop:
            break
    return tuple(decisions)


def absorb(uow: UnitOfWork, workspace_id: UUID, moves: Mapping[LeadId, LeadId]) -> None:
    """Give the runs of merged leads to the leads they went into."""
    if moves:
        RuleRepository(uow, workspace_id).move_runs(moves)


def live_rules(repository: RuleRepository) -> tuple[LiveRule, ...]:
    """Return the enabled rules, read from their stored versions."""
    return tuple(live_rule(dict(row)) for row in repository.enabled())


def facts_of(item: RuledMessage) -> MessageFacts:
    """Return what rules see of a recorded message."""
    arrival = item.recorded.arrival
    message = arrival.message
    return MessageFacts(
        message_id=item.recorded.message_id,
        sent_at=message.sent_at,
        channel_id=str(arrival.channel_id),
        kind=message.kind,
        text=normalised(message.text or ""),
        choice=normalised(message.choice or ""),
        has_referral=message.referral is not None,
    )


def _run_row(decision: Decision, facts: MessageFacts, lead_id: LeadId) -> dict[str, Any]:
    return {
        "id": new_id(),
        "rule_id": decision.rule.id,
        "rule_version_id": decision.rule.version_id,
        "message_id": facts.message_id,
        "lead_id": lead_id,
        "effects": [{"kind": effect.kind, **effect.data} for effect in decision.effects],
        "occurred_at": facts.sent_at,
    }


def _effects(
    rule: LiveRule, facts: MessageFacts, lead: LeadState, timezone: ZoneInfo
) -> list[Effect]:
    caused: list[Effect] = []
    for position, action in enumerate(rule.definition.then):
        key = f"{rule.id}:{position}"
        change = perform(action, facts, lead, key=key, timezone=timezone)
        if change is None:
            continue
        data = dict(change.data)
        if change.kind is EventKind.SCORED and not data["reason"]:
            data["reason"] = rule.name
        caused.append(
            Effect(
                lead_id=lead.lead_id,
                kind=change.kind,
                data={**data, "rule": rule.name},
                actor_name=f"Rule {rule.name}",
                occurred_at=facts.sent_at,
                message_id=MessageId(facts.message_id),
                rule_version_id=rule.version_id,
            )
        )
    return caused
