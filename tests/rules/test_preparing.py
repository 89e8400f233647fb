"""Prepared rules decide as every rule would that is asked one by one."""

from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.ids import new_id
from backend.leads import LeadState, Stage
from backend.rules.evaluating import decide
from backend.rules.facts import MessageFacts
from backend.rules.preparing import RuleSet, live_rule
from backend.rules.texts import contains, normalised, tokens
from tests.factories import NOON

UTC_ZONE = ZoneInfo("UTC")
LEAD_ID = new_id()
PIECES = (
    "price",
    "PRICE",
    "list",
    "a",
    "a.b",
    "50%",
    "50",
    "?",
    "👍",
    "कीमत",
    "straße",
    "_x",
    "-",
    " ",
)
PHRASES = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map(" ".join)
TEXTS = st.one_of(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), PHRASES, st.text())
WORDS = st.lists(st.one_of(PHRASES, st.text(min_size=1, max_size=4)), min_size=1, max_size=3)
OPERATORS = ("contains_any", "contains_all", "phrase", "starts_with", "equals")
PATTERNED = {"field": "text", "operator": "matches", "value": [r"\d", "^price"]}
SAID = st.fixed_dictionaries(
    {
        "field": st.sampled_from(("text", "choice")),
        "operator": st.sampled_from(OPERATORS),
        "value": WORDS,
    }
)
OTHER = st.sampled_from(
    (
        {"field": "score", "operator": "at_least", "value": 3},
        {"field": "tags", "operator": "has", "value": "seen"},
        {"field": "stage", "operator": "is_not", "value": ["nurtured"]},
        {"field": "referral", "operator": "missing"},
        PATTERNED,
    )
)
CONDITIONS = st.recursive(
    st.one_of(SAID, SAID, OTHER),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)
ACTIONS = st.sampled_from(
    (
        {"action": "add_points", "points": 2, "cadence": "every"},
        {"action": "add_tag", "tag": "seen"},
        {"action": "remove_tag", "tag": "seen"},
        {"action": "set_stage", "stage": "nurtured"},
    )
)
DEFINITIONS = st.fixed_dictionaries(
    {"if": CONDITIONS, "then": st.lists(ACTIONS, min_size=1, max_size=2), "stop": st.booleans()}
)


def live(definitions):
    ids = (UUID(int=number) for number in range(1, len(definitions) + 1))
    return [
        live_rule({"id": each, "version_id": each, "name": str(each), "definition": definition})
        for each, definition in zip(ids, definitions, strict=True)
    ]


def facts(text="", choice=""):
    return MessageFacts(
        message_id=new_id(),
        sent_at=NOON,
        channel_id="c1",
        kind="text",
        text=normalised(text),
        choice=normalised(choice),
        has_referral=False,
    )


def lead():
    return LeadState(lead_id=LEAD_ID, stage=Stage.NEW, tags=set(), score=0)


def asked_one_by_one(rules, message, of):
    """Ask every rule, whatever the message says."""
    found = []
    for rule in rules:
        if rule.holds(message, of):
            decided = decide(RuleSet([rule]), message, of, UTC_ZONE)
            assert decided, f"{rule.definition} holds and was passed over"
            found += decided
            if rule.definition.stop:
                break
    return found


@given(st.lists(DEFINITIONS, max_size=6), st.lists(st.tuples(TEXTS, TEXTS), max_size=3))
def test_prepared_and_one_by_one_agree(definitions, said):
    rules = live(definitions)
    one, other = lead(), lead()
    for text, choice in said:
        message = facts(text, choice)
        assert list(decide(RuleSet(rules), message, one, UTC_ZONE)) == asked_one_by_one(
            rules, message, other
        )
    assert one == other


@given(TEXTS, PHRASES)
def test_a_phrase_that_is_found_brings_all_its_tokens(text, phrase):
    if contains(normalised(text), phrase):
        assert tokens(normalised(phrase)) <= tokens(normalised(text))


@pytest.mark.parametrize(
    ("condition", "text", "is_asked"),
    [
        ({"field": "text", "operator": "contains_any", "value": ["price"]}, "hello", False),
        ({"field": "text", "operator": "contains_any", "value": ["price"]}, "the price", True),
        ({"field": "text", "operator": "contains_all", "value": ["a", "cost"]}, "a", False),
        ({"field": "text", "operator": "equals", "value": ["ok"]}, "okay", False),
        ({"field": "choice", "operator": "equals", "value": ["ok"]}, "ok", False),
        ({"not": {"field": "text", "operator": "equals", "value": ["ok"]}}, "hello", True),
        ({"all": []}, "", True),
        ({"field": "text", "operator": "contains_any", "value": [" "]}, "hello", True),
    ],
)
def test_only_what_can_hold_is_asked(condition, text, is_asked):
    tag = {"action": "add_tag", "tag": "x"}
    (rule,) = live([{"if": condition, "then": [tag], "stop": False}])
    assert bool(RuleSet([rule]).candidates(facts(text))) is is_asked
