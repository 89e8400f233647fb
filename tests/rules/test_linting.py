"""Lint names every fault at its place, and keeps what cannot work from being saved."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import leads, rules
from backend.kit.ids import new_id
from backend.rules import LintCode, LintLevel, RuleInvalid, patterns
from backend.rules.patterns import risk
from backend.rules.reasoning import always, formula, implies, impossibilities
from tests.factories import create_rule, mentions, rule, run_as, say

VIP = {"action": "add_tag", "tag": "vip"}
POINTS = {"action": "add_points", "points": 5}


def definition(when=None, *then, stop=False):
    return {"if": when or {"all": []}, "then": list(then) or [VIP], "stop": stop}


def found(actor, given, **named):
    findings = run_as(actor, rules.lint, given, **named)
    return {(each.level.value, each.code.value, each.place) for each in findings}


def stage(*stages, operator="is"):
    return {"field": "stage", "operator": operator, "value": list(stages)}


def score(operator, value):
    return {"field": "score", "operator": operator, "value": value}


def matches(*patterns):
    return {"field": "text", "operator": "matches", "value": list(patterns)}


def tag(operator, value="vip"):
    return {"field": "tags", "operator": operator, "value": value}


def test_a_rule_without_fault_has_no_finding(actor):
    assert found(actor, definition({"any": [mentions("price"), stage("new")]})) == set()


def test_every_fault_of_the_form_is_named_at_its_place(actor):
    given = {
        "if": {
            "all": [
                mentions("price"),
                {"field": "mood", "operator": "is", "value": ["good"]},
                {"any": [{"field": "text", "operator": "sounds_like", "value": ["x"]}]},
            ]
        },
        "then": [{"action": "add_points", "points": 5000}, {"action": "explode"}],
        "otherwise": [],
    }
    assert found(actor, given) >= {
        ("error", "unknown_field", "definition.if.all.1.field"),
        ("error", "impossible_value", "definition.if.all.2.any.0.operator"),
        ("error", "impossible_value", "definition.then.0.points"),
        ("error", "unknown_field", "definition.then.1.action"),
        ("error", "unknown_field", "definition.otherwise"),
    }


def test_a_rule_is_refused_with_all_its_faults(actor):
    broken = {"if": {"all": []}, "then": [{"action": "explode"}, {"action": "add_tag"}]}
    with pytest.raises(RuleInvalid) as refused:
        run_as(actor, rules.create_rule, rules.RuleInput(name="A", priority=1, definition=broken))
    places = [fault.place for fault in refused.value.faults]
    assert places == ["definition.then.0.action", "definition.then.1.tag"]
    assert [other.field for other in refused.value.others] == places[1:]


@pytest.mark.parametrize(
    "when",
    [
        {"all": [stage("new"), stage("lost")]},
        {"all": [stage("new"), stage("new", operator="is_not")]},
        {"all": [stage("new", "lost"), stage("new", operator="is_not"), {"not": stage("lost")}]},
        {"all": [tag("has", "VIP "), tag("lacks")]},
        {"all": [score("at_least", 10), score("below", 10)]},
        {"all": [mentions("a"), {"not": mentions("a", "b")}]},
        {
            "all": [
                {"field": "text", "operator": "equals", "value": ["hello there"]},
                mentions("price"),
            ]
        },
        {"all": [stage("new"), {"any": [stage("lost"), stage("converted")]}]},
        {"not": {"any": [tag("has"), tag("lacks")]}},
        {
            "all": [
                {"field": "referral", "operator": "exists"},
                {"all": [{"field": "referral", "operator": "missing"}]},
            ]
        },
        {"not": stage("new", "qualified", "nurtured", "converted", "lost")},
    ],
)
def test_conditions_that_exclude_each_other_are_an_error(actor, when):
    assert ("error", "contradictory", "definition.if") in found(actor, definition(when))


def test_a_part_that_never_holds_is_a_warning(actor):
    dead = {"all": [tag("has"), tag("lacks")]}
    findings = found(actor, definition({"any": [mentions("price"), dead]}))
    assert findings == {("warning", "never_matches", "definition.if.any.1")}
    findings = found(actor, definition(mentions("price", "  ")))
    assert findings == {("warning", "never_matches", "definition.if.value.1")}


def test_what_no_message_is_and_no_channel_has_is_an_error(actor, mock_channel):
    kinds = {"field": "kind", "operator": "is", "value": ["text", "telegram"]}
    assert found(actor, definition(kinds)) == {
        ("error", "impossible_value", "definition.if.value.1")
    }
    other = {"field": "channel_id", "operator": "is", "value": [str(mock_channel.id)]}
    assert found(actor, definition(other)) == set()
    gone = {"field": "channel_id", "operator": "is", "value": [str(new_id())]}
    assert found(actor, definition(gone)) == {
        ("error", "impossible_value", "definition.if.value.0")
    }


def test_a_tag_that_nobody_carries_or_gives_is_a_warning(actor):
    asks = definition(tag("has", "Gold"), POINTS)
    unknown = ("warning", "unknown_tag", "definition.if.value")
    assert found(actor, asks) == {unknown}
    run_as(actor, create_rule, rule(then=[{"action": "add_tag", "tag": "gold"}]))
    assert found(actor, asks) == set()


def test_a_tag_that_a_lead_carries_is_known(actor, operator, mock_channel):
    said = say(actor, mock_channel)
    run_as(operator, leads.add_tags, said.lead_id, tags=["gold"])
    assert found(actor, definition(tag("has", "gold"), POINTS)) == set()


def test_nothing_is_reached_behind_a_rule_that_stops_at_everything(actor):
    run_as(actor, create_rule, rule(name="Wall", then=[POINTS], stop=True, priority=1))
    behind = run_as(actor, create_rule, rule(then=[VIP], priority=2))
    every = run_as(actor, rules.lint_all)
    (finding,) = every[behind.id]
    assert (finding.level, finding.code) == (LintLevel.WARNING, LintCode.UNREACHABLE)
    assert "'Wall'" in finding.message
    assert set(every) == {behind.id}


def test_a_rule_behind_a_wider_one_that_stops_is_shadowed(actor):
    wide = rule(when=mentions("price", "cost"), then=[POINTS], stop=True, priority=1)
    made = run_as(actor, create_rule, wide)
    narrow = definition({"all": [mentions("the price"), stage("new")]})
    assert found(actor, narrow) == {("warning", "shadowed", "definition.if")}
    assert found(actor, definition(mentions("buy"))) == set()
    run_as(actor, rules.pause, made.id)
    assert found(actor, narrow) == set()


def test_a_rule_that_an_earlier_one_makes_needless_is_shadowed(actor):
    run_as(actor, create_rule, rule(when=mentions("price"), then=[VIP, POINTS], priority=1))
    assert ("warning", "shadowed", "definition.if") in found(actor, definition(mentions("price")))
    assert found(actor, definition(mentions("price"), POINTS)) == set()


@pytest.mark.parametrize(
    "pattern",
    ["(a+)+", "(a*)*$", r"^(\w+\s?)*$", "((ab)+)+", "(a|a)*", "(.|x)+y", "(?:x+|y)+", "(a{2,})*"],
)
def test_a_pattern_that_repeats_repetitions_is_at_risk(pattern):
    assert risk(pattern) is not None


@pytest.mark.parametrize(
    "pattern",
    [
        "price", r"\bprices?\b", r"(\w+\s)+end", "(ab)+", "[a+]+", r"(\(a+\))+", "a+b*c?", "(a|b)*",
        r"\d{4,}", "(?i)order #?[0-9]+", "(a+)", "(a+)?", ")(", "[", "(", "((((",
    ],
)  # fmt: skip
def test_a_pattern_that_does_not_is_not(pattern):
    assert risk(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("(", "missing )"),
        (r"(a)\1", "invalid escape sequence"),
        ("(?=a)", "invalid perl operator"),
        (r"\w{900}", "steps"),
        ("(a+)+", "for ever"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_named_at_its_place(actor, pattern, said):
    when = {"all": [mentions("a"), matches("b", pattern)]}
    (finding,) = run_as(actor, rules.lint, definition(when))
    place = "definition.if.all.1.value.1"
    assert (finding.level, finding.code, finding.place) == (
        LintLevel.ERROR,
        LintCode.REGEX_AT_RISK,
        place,
    )
    assert said in finding.message
    assert finding.fix


def test_a_pattern_of_a_rule_in_use_reads_its_text_in_a_moment(actor):
    when = matches(r"^(\w+\s)*order #?\d{4,}$")
    assert found(actor, definition(when)) == set()
    assert patterns.compiled(when["value"][0]).search("order #1234") is not None


@given(st.text(alphabet="a(|)*+?{},2[]\\.^$", max_size=40))
def test_any_pattern_can_be_used_or_is_told_why_not(pattern):
    if patterns.fault(pattern) is None:
        patterns.compiled(pattern).search("aaaa")


@given(st.text(alphabet="a(|)*+?{},2[]\\.^$", max_size=40))
def test_any_pattern_is_judged(pattern):
    risk(pattern)


TESTS = st.sampled_from(
    [
        stage("new"),
        stage("new", "lost"),
        stage("lost", operator="is_not"),
        score("at_least", 5),
        score("below", 3),
        tag("has"),
        tag("lacks"),
        mentions("price"),
        mentions("price", "cost"),
        {"field": "text", "operator": "equals", "value": ["the price"]},
        {"field": "text", "operator": "contains_all", "value": ["price", "cost"]},
        {"field": "text", "operator": "starts_with", "value": ["price", "the"]},
        {"field": "text", "operator": "starts_with", "value": ["price and"]},
        {"field": "text", "operator": "phrase", "value": ["the price"]},
        {"field": "text", "operator": "matches", "value": ["^.he", "^co"]},
    ]
)
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=6,
)
TEXTS = ("", "the price", "price and cost", "cost", "hello")


def holds(node, text, lead):
    """Ask a condition the plain way."""
    if "all" in node:
        return all(holds(part, text, lead) for part in node["all"])
    if "any" in node:
        return any(holds(part, text, lead) for part in node["any"])
    if "not" in node:
        return not holds(node["not"], text, lead)
    value, words = node["value"], text.split()
    asked = {
        "is": lambda: lead[0] in value,
        "is_not": lambda: lead[0] not in value,
        "has": lambda: lead[1],
        "lacks": lambda: not lead[1],
        "at_least": lambda: lead[2] >= value,
        "below": lambda: lead[2] < value,
        "contains_any": lambda: any(each in words for each in value),
        "contains_all": lambda: all(each in words for each in value),
        "equals": lambda: text in value,
        "starts_with": lambda: any(f"{text} ".startswith(f"{each} ") for each in value),
        "phrase": lambda: any(each in text for each in value),
        "matches": lambda: any(re.search(each, text) for each in value),
    }
    return asked[node["operator"]]()


WORLDS = [
    (text, (stage, has_tag, points))
    for text in TEXTS
    for stage in ("new", "lost", "qualified")
    for has_tag in (True, False)
    for points in (0, 3, 5)
]


@given(CONDITIONS, CONDITIONS)
def test_what_is_said_of_conditions_is_true_of_every_message(one, other):
    """Nothing that lint calls impossible, always true or implied has an exception."""
    first, second = formula(one, "a"), formula(other, "b")
    held = [holds(one, *world) for world in WORLDS]
    if first.place in list(impossibilities(first)):
        assert not any(held)
    if always(first):
        assert all(held)
    if implies(first, second):
        pairs = zip(held, (holds(other, *world) for world in WORLDS), strict=True)
        assert all(then for here, then in pairs if here)
