"""Running the enabled rules over new messages, in order of priority."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.auth import workspace_settings
from backend.kit.ids import LeadId, MessageId, new_id
from backend.leads import Effect, EventKind, LeadState, load_states, record_effects
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.definition import Definition
from backend.rules.policy import MessageFacts, holds, perform
from backend.rules.repository import RuleRepository
from backend.rules.schemas import RuledMessage


@dataclass(frozen=True, slots=True)
class LiveRule:
    """A rule in force."""

    id: UUID
    version_id: UUID
    name: str
    definition: Definition


@dataclass(slots=True)
class Outcome:
    """What came of a batch: effects on leads, and a run for each rule that matched."""

    effects: list[Effect] = field(default_factory=list[Effect])
    runs: list[Mapping[str, Any]] = field(default_factory=list[Mapping[str, Any]])


def evaluate(uow: UnitOfWork, workspace_id: UUID, messages: Sequence[RuledMessage]) -> None:
    """Apply the workspace's rules to each message; later rules see what earlier ones did."""
    repository = RuleRepository(uow, workspace_id)
    live = live_rules(repository) if messages else ()
    if not live:
        return
    timezone = ZoneInfo(workspace_settings(uow, workspace_id).timezone)
    states = load_states(uow, workspace_id, (item.lead_id for item in messages))
    outcome = Outcome()
    for item in messages:
        lead = states[item.lead_id]
        outcome.runs += [
            {**run, "workspace_id": workspace_id}
            for run in _run(live, item, lead, timezone, outcome.effects)
        ]
    record_effects(uow, workspace_id, states, outcome.effects)
    repository.add_runs(outcome.runs)


def absorb(uow: UnitOfWork, workspace_id: UUID, moves: Mapping[LeadId, LeadId]) -> None:
    """Give the runs of merged leads to the leads they went into."""
    if moves:
        RuleRepository(uow, workspace_id).move_runs(moves)


def live_rules(repository: RuleRepository) -> tuple[LiveRule, ...]:
    """Return the enabled rules, read from their stored versions."""
    return tuple(
        LiveRule(
            row["id"], row["version_id"], row["name"], Definition.model_validate(row["definition"])
        )
        for row in repository.enabled()
    )


def facts_of(item: RuledMessage) -> MessageFacts:
    """Return what rules see of a recorded message."""
    arrival = item.recorded.arrival
    message = arrival.message
    return MessageFacts(
        message_id=item.recorded.message_id,
        sent_at=message.sent_at,
        channel_id=str(arrival.channel_id),
        kind=message.kind,
        text=message.text or "",
        choice=message.choice or "",
        has_referral=message.referral is not None,
    )


def _run(
    live: Sequence[LiveRule],
    item: RuledMessage,
    lead: LeadState,
    timezone: ZoneInfo,
    effects: list[Effect],
) -> list[Mapping[str, Any]]:
    facts = facts_of(item)
    runs: list[Mapping[str, Any]] = []
    for rule in live:
        if not holds(rule.definition.if_, facts, lead):
            continue
        caused = _effects(rule, facts, lead, timezone)
        effects += caused
        runs.append(
            {
                "id": new_id(),
                "rule_id": rule.id,
                "rule_version_id": rule.version_id,
                "message_id": facts.message_id,
                "lead_id": lead.lead_id,
                "effects": [{"kind": effect.kind, **effect.data} for effect in caused],
                "occurred_at": facts.sent_at,
            }
        )
        if rule.definition.stop:
            break
    return runs


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
