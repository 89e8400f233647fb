"""Trace: what the rules would make of one message, condition by condition; nothing is done."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from zoneinfo import ZoneInfo

from backend.auth import Actor, Permission, workspace_settings
from backend.kit.ids import LeadId, RuleId, new_id
from backend.kit.text import clean
from backend.leads import LeadNotFound, LeadState, Stage, moves_in
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.asking_schemas import LeadGlance, Trace, TracedNode, TracedRule, TraceInput
from backend.rules.definition import AllOf, AnyOf, Condition, NotOf
from backend.rules.errors import RuleInvalid, RuleNotFound
from backend.rules.evaluating import decide
from backend.rules.facts import MessageFacts, facts_of_row
from backend.rules.linting import refuse_errors
from backend.rules.policy import compiled
from backend.rules.preparing import LiveRule, RuleSet, live_rule
from backend.rules.rehearsing import blank
from backend.rules.repository import RuleRepository
from backend.rules.texts import normalised
from backend.rules.trace_repository import TraceRepository
from backend.rules.wording import said

MAX_TEXT = 4_096
DRAFT = "This draft"
# What a condition sees of a lead; the rest is of the message.
OF_LEAD = frozenset({"stage", "tags", "score"})


@dataclass(frozen=True, slots=True)
class _Asked:
    rule: LiveRule
    is_draft: bool
    is_enabled: bool


def trace(uow: UnitOfWork, actor: Actor, asked: TraceInput) -> Trace:
    """Return what each rule in use would make of a message, and how the lead would stand then.

    A lead stands as it is now; a paused rule is traced and does nothing, a draft acts. Raises
    `RuleInvalid`, `RuleNotFound`, `LeadNotFound`.
    """
    actor.require(Permission.RULES_READ)
    repository = TraceRepository(uow, actor.workspace_id)
    facts = _facts(uow, repository, asked)
    lead = _lead(uow, actor, repository, asked)
    before = _glance(lead)
    timezone = ZoneInfo(workspace_settings(uow, actor.workspace_id).timezone)
    traced: list[TracedRule] = []
    is_stopped = False
    for each in _asked(uow, actor, asked):
        one = _traced(each, facts, lead, timezone, is_reached=not is_stopped)
        is_stopped = is_stopped or one.stops
        traced.append(one)
    return Trace(before=before, after=_glance(lead), rules=tuple(traced))


def explain(
    condition: Condition, facts: MessageFacts, lead: LeadState, place: str
) -> Iterator[TracedNode]:
    """Yield a condition and those inside it, in their order, with what each came to."""
    yield from _nodes(condition, place, (facts, lead), is_reached=True)


def _traced(
    each: _Asked, facts: MessageFacts, lead: LeadState, timezone: ZoneInfo, *, is_reached: bool
) -> TracedRule:
    rule = each.rule
    nodes: tuple[TracedNode, ...] = ()
    if is_reached:
        nodes = tuple(explain(rule.definition.if_, facts, lead, "definition.if"))
    matched = bool(nodes and nodes[0].held)
    effects: tuple[Mapping[str, Any], ...] = ()
    if matched and each.is_enabled:
        (decision,) = decide(RuleSet([rule]), facts, lead, timezone)
        effects = tuple({"kind": effect.kind.value, **effect.data} for effect in decision.effects)
    return TracedRule(
        rule_id=None if rule.id == rule.version_id else RuleId(rule.id),
        name=rule.name,
        is_draft=each.is_draft,
        is_reached=is_reached,
        is_asked=each.is_enabled,
        matched=matched,
        nodes=nodes,
        effects=effects,
        stops=matched and each.is_enabled and rule.definition.stop,
    )


def _nodes(
    condition: Condition, place: str, world: tuple[MessageFacts, LeadState], *, is_reached: bool
) -> Iterator[TracedNode]:
    held = compiled(condition)(*world) if is_reached else None
    is_group = isinstance(condition, AllOf | AnyOf | NotOf)
    written = condition.model_dump(mode="json", by_alias=True)
    words = next(name for name in ("all", "any", "not") if name in written) if is_group else None
    yield TracedNode(
        place=place,
        words=words or said(written),
        held=held,
        saw=None if is_group or not is_reached else _seen(str(written["field"]), *world),
    )
    if isinstance(condition, NotOf):
        yield from _nodes(condition.not_, f"{place}.not", world, is_reached=is_reached)
    elif isinstance(condition, AllOf | AnyOf):
        ends = isinstance(condition, AnyOf)
        parts = condition.any if isinstance(condition, AnyOf) else condition.all
        for index, part in enumerate(parts):
            inner = list(_nodes(part, f"{place}.{words}.{index}", world, is_reached=is_reached))
            yield from inner
            is_reached = is_reached and inner[0].held is not ends


def _seen(field: str, facts: MessageFacts, lead: LeadState) -> str:
    """Return the value that a condition compared, in words."""
    source: object = lead if field in OF_LEAD else facts
    value = getattr(source, "has_referral" if field == "referral" else field, None)
    return said(sorted(cast("set[str]", value)) if isinstance(value, set) else value)


def _facts(uow: UnitOfWork, repository: TraceRepository, asked: TraceInput) -> MessageFacts:
    row = None
    if asked.message_id is not None:
        row = repository.message(asked.message_id)
        if row is None:
            message = "there is no such message of a customer"
            raise RuleInvalid(message, field="message_id", expected="the id of a received message")
        return facts_of_row(cast("Mapping[str, Any]", row))
    text = clean(asked.text or "")
    if len(text) > MAX_TEXT:
        message = f"the text has {len(text):,} characters"
        raise RuleInvalid(message, field="text", expected=f"at most {MAX_TEXT:,}")
    return MessageFacts(
        message_id=new_id(),
        sent_at=asked.sent_at or uow.now,
        channel_id=str(asked.channel_id or ""),
        kind=asked.kind,
        text=normalised(text),
        choice=normalised(clean(asked.choice or "")),
        has_referral=asked.has_referral,
    )


def _lead(
    uow: UnitOfWork, actor: Actor, repository: TraceRepository, asked: TraceInput
) -> LeadState:
    moves = moves_in(uow, actor.workspace_id)
    if asked.lead_id is None:
        return blank(LeadId(new_id()), moves)
    row = repository.lead(asked.lead_id)
    if row is None:
        message = "no such lead"
        raise LeadNotFound(message, field="lead_id")
    return LeadState(
        lead_id=LeadId(row["id"]),
        stage=Stage(row["stage"]),
        tags=set(row["tags"]),
        score=row["score"],
        cadence_keys=set(row["cadence_keys"]),
        qualified_at=row["qualified_at"],
        moves=moves,
    )


def _asked(uow: UnitOfWork, actor: Actor, asked: TraceInput) -> Sequence[_Asked]:
    """Return the rules in their order, the draft in its place."""
    rows = [dict(row) for row in RuleRepository(uow, actor.workspace_id).in_use()]
    if asked.rule_id is not None and asked.rule_id not in {row["id"] for row in rows}:
        message = "no such rule"
        raise RuleNotFound(message, field="rule_id")
    draft_id = asked.rule_id
    if asked.definition is not None:
        definition = refuse_errors(uow, actor, asked.definition, rule_id=asked.rule_id)
        if asked.rule_id is None:
            draft_id = new_id()
            rows.append({"id": draft_id, "name": DRAFT, "version_id": draft_id})
        drafted = next(row for row in rows if row["id"] == draft_id)
        drafted |= {"definition": definition, "is_enabled": True}
    return [
        _Asked(
            rule=live_rule({str(name): value for name, value in row.items()}),
            is_draft=asked.definition is not None and row["id"] == draft_id,
            is_enabled=row["is_enabled"],
        )
        for row in rows
    ]


def _glance(lead: LeadState) -> LeadGlance:
    return LeadGlance(stage=lead.stage, tags=tuple(sorted(lead.tags)), score=lead.score)
