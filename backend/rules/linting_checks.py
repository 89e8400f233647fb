"""What is wrong with what a rule means, alone and beside the others: pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from backend.channels import MessageKind
from backend.rules.asking_schemas import LintCode, LintFinding, LintLevel
from backend.rules.patterns import risk
from backend.rules.reasoning import (
    Formula,
    Literal,
    always,
    formula,
    implies,
    impossibilities,
    tests,
)
from backend.rules.texts import normalised

IF = "definition.if"
THEN = "definition.then"
WHEN = "definition.when"
MESSAGE = {"on": "message"}
KINDS = frozenset(kind.value for kind in MessageKind)
LASTING = frozenset({"add_tag", "remove_tag", "set_stage"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A rule as it stands in the order; `definition` is in its stored form."""

    id: UUID | None
    name: str
    definition: Mapping[str, Any]
    is_enabled: bool = True
    condition: Formula = field(init=False)
    """What has to hold."""

    def __post_init__(self) -> None:
        """Read the condition once: rules are held against one another in pairs."""
        object.__setattr__(self, "condition", formula(self.definition["if"], IF))

    @property
    def when(self) -> Mapping[str, Any]:
        """What the rule is asked about."""
        return self.definition.get("when") or MESSAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a rule can be held against: the enabled rules before and after it, tags and channels."""

    before: Sequence[Said] = ()
    after: Sequence[Said] = ()
    tags: frozenset[str] = frozenset()
    channels: frozenset[str] = field(default_factory=frozenset[str])


def findings(rule: Said, around: Surroundings) -> tuple[LintFinding, ...]:
    """Return what is wrong with a rule whose form is right; errors first."""
    found = [
        *_contradictions(rule),
        *_values(rule, around),
        *_patterns(rule),
        *_cycles(rule, around),
        *_kept_out(rule, around),
        *_unknown_tags(rule, around),
    ]
    return tuple(sorted(found, key=lambda each: each.level is LintLevel.WARNING))


def wanted_tags(rule: Said) -> Iterator[tuple[str, str]]:
    """Yield every tag that a rule asks about, with its place."""
    for test in tests(rule.condition):
        if test.test.get("field") == "tags":
            yield f"{test.place}.value", _tag(test.test.get("value"))
    if str(rule.when.get("on", "")).startswith("tag_") and rule.when.get("tag"):
        yield f"{WHEN}.tag", _tag(rule.when["tag"])


def given_tags(rule: Said) -> Iterator[str]:
    """Yield every tag that a rule gives."""
    for action in rule.definition["then"]:
        if action["action"] == "add_tag":
            yield _tag(action["tag"])


def _contradictions(rule: Said) -> Iterator[LintFinding]:
    places = dict.fromkeys(impossibilities(rule.condition))
    if rule.condition.place in places:
        message = "these conditions exclude each other, so the rule could never act"
        yield _error(LintCode.CONTRADICTORY, IF, message, "take one of them out, or ask for any")
        return
    for place in places:
        message = "this part can never hold"
        yield _warning(LintCode.NEVER_MATCHES, place, message, "take it out or correct it")


def _values(rule: Said, around: Surroundings) -> Iterator[LintFinding]:
    for test in tests(rule.condition):
        name = test.test.get("field")
        for place, item in _items(test):
            if name == "kind" and item not in KINDS:
                fix = f"one of {', '.join(sorted(KINDS))}"
                message = "no message is of this kind"
                yield _error(LintCode.IMPOSSIBLE_VALUE, place, message, fix)
            elif name == "channel_id" and str(item) not in around.channels:
                message = "there is no such channel"
                yield _error(LintCode.IMPOSSIBLE_VALUE, place, message, "the id of a channel")
            elif name in {"text", "choice"} and isinstance(item, str) and not normalised(item):
                message = "a text without a word in it is never found"
                yield _warning(LintCode.NEVER_MATCHES, place, message, "a word or a phrase")


def _items(test: Literal) -> Iterator[tuple[str, object]]:
    """Yield each value that a test compares with, and its place."""
    value, place = test.test.get("value"), f"{test.place}.value"
    if not isinstance(value, list):
        yield place, value
        return
    for index, item in enumerate(cast("list[object]", value)):
        yield f"{place}.{index}", item


def _patterns(rule: Said) -> Iterator[LintFinding]:
    for test in tests(rule.condition):
        if test.operator != "matches":
            continue
        for place, pattern in _items(test):
            reason = risk(str(pattern))
            if reason:
                message = f"the pattern can take for ever: {reason}"
                fix = "repeat once only, as in (ab)+ in place of ((ab)+)+"
                yield _error(LintCode.REGEX_AT_RISK, place, message, fix)


def _cycles(rule: Said, around: Surroundings) -> Iterator[LintFinding]:
    """Find rules that set one another off; one that sets itself off is only warned of."""
    for index, action in enumerate(rule.definition["then"]):
        if _sets_off(action, rule):
            message = "what the rule does here is what it waits for, so it sets itself off"
            fix = "wait for something else, or leave this action to another rule"
            place = f"{THEN}.{index}"
            yield _warning(LintCode.SELF_TRIGGERING, place, message, fix)
    if rule.when == MESSAGE:
        return
    others = [*around.before, *around.after]
    way = _way_back(rule, others)
    if way:
        names = ", then ".join(repr(each.name) for each in way)
        message = f"the rule sets off {names}, which sets it off again"
        fix = "let one of them wait for something that the others do not do"
        yield _error(LintCode.CYCLE, WHEN, message, fix)


def _way_back(rule: Said, others: Sequence[Said]) -> tuple[Said, ...]:
    """Return the shortest chain of other rules through which a rule sets itself off."""
    reached: list[tuple[Said, ...]] = [(each,) for each in others if _leads_to(rule, each)]
    seen = {id(chain[-1]) for chain in reached}
    for chain in reached:  # grows while it is read
        if _leads_to(chain[-1], rule):
            return chain
        for each in others:
            if id(each) not in seen and _leads_to(chain[-1], each):
                seen.add(id(each))
                reached.append((*chain, each))
    return ()


def _leads_to(one: Said, other: Said) -> bool:
    return any(_sets_off(action, other) for action in one.definition["then"])


def _sets_off(action: Mapping[str, Any], rule: Said) -> bool:
    """Whether an action makes what a rule waits for."""
    when = rule.when
    match (action["action"], when.get("on")):
        case ("add_tag", "tag_added") | ("remove_tag", "tag_removed"):
            return not when.get("tag") or _tag(when["tag"]) == _tag(action["tag"])
        case ("set_stage", "stage_changed"):
            return when.get("to") in {None, action["stage"]} and when.get("from") != action["stage"]
        case ("add_points", "score_crossed"):
            wanted = {"up": 1, "down": -1}.get(str(when.get("direction")), 0)
            return int(action["points"]) * wanted > 0
        case _:
            return False


def _kept_out(rule: Said, around: Surroundings) -> Iterator[LintFinding]:
    """Find earlier rules behind which this one never acts, or has nothing left to do."""
    condition = rule.condition
    for earlier in around.before:
        if earlier.when != rule.when:
            continue
        is_stop = bool(earlier.definition.get("stop"))
        if is_stop and always(earlier.condition):
            message = f"the rule {earlier.name!r} stops at everything before this one is reached"
            fix = "put this rule in front of it, or let that one go on"
            yield _warning(LintCode.UNREACHABLE, IF, message, fix)
            return
        if not implies(condition, earlier.condition):
            continue
        if is_stop:
            message = f"whatever this rule is about, the rule {earlier.name!r} stops before it"
        elif _does_as_much(earlier, rule):
            message = f"the rule {earlier.name!r} has done all of this already"
        else:
            continue
        fix = "put this rule in front of it, or make one rule of both"
        yield _warning(LintCode.SHADOWED, IF, message, fix)
        return


def _does_as_much(earlier: Said, rule: Said) -> bool:
    done = [dict(action) for action in earlier.definition["then"]]
    wanted = [dict(action) for action in rule.definition["then"]]
    return all(each["action"] in LASTING and each in done for each in wanted)


def _unknown_tags(rule: Said, around: Surroundings) -> Iterator[LintFinding]:
    rules = [rule, *around.before, *around.after]
    known = around.tags | {tag for each in rules for tag in given_tags(each)}
    for place, tag in wanted_tags(rule):
        if tag not in known:
            message = f"no lead carries the tag {tag!r}, and no rule gives it"
            yield _warning(LintCode.UNKNOWN_TAG, place, message, "a tag that is in use")


def _tag(value: object) -> str:
    return str(value).strip().lower()


def _error(code: LintCode, place: str, message: str, fix: str) -> LintFinding:
    return LintFinding(level=LintLevel.ERROR, code=code, place=place, message=message, fix=fix)


def _warning(code: LintCode, place: str, message: str, fix: str) -> LintFinding:
    return LintFinding(level=LintLevel.WARNING, code=code, place=place, message=message, fix=fix)
