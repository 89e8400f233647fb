"""A rule as a flat list of nodes, and as a definition: the two mean the same."""

from hypothesis import given
from hypothesis import strategies as st

from backend.rules.definition import Definition
from leadflow_app.rule_catalogue import language
from leadflow_app.rule_drafts import (
    ALL,
    GROUPS,
    blank_draft,
    from_definition,
    placed,
    places,
    to_definition,
)
from leadflow_app.rule_edits import Edit, apply

LANGUAGE = language()
SCORE = {"field": "score", "operator": "at_least", "value": 10}
STAGE = {"field": "stage", "operator": "is", "value": ["new", "lost"]}
TEXT = {"field": "text", "operator": "contains_any", "value": ["price", "hi, there"]}
TAG = {"action": "add_tag", "tag": "pricing"}
PATTERN = {"field": "text", "operator": "matches", "value": [r"\d{1,3}", "^a, b$"]}
tests = st.sampled_from([SCORE, STAGE, TEXT, PATTERN])


def grown(children):
    several = st.lists(children, min_size=1, max_size=3)
    return st.one_of(
        several.map(lambda inner: {"all": inner}),
        several.map(lambda inner: {"any": inner}),
        children.map(lambda inner: {"not": inner}),
    )


conditions = st.recursive(tests, grown, max_leaves=8)


def definition(condition, then=(TAG,)):
    return {"if": condition, "then": list(then), "stop": False}


def read(condition):
    return from_definition("A rule", definition(condition), LANGUAGE)


def meaning(condition):
    """Return a condition without the groups that change nothing."""
    for kind in ("all", "any"):
        if kind in condition:
            inner = [meaning(one) for one in condition[kind]]
            return inner[0] if len(inner) == 1 else {kind: inner}
    return {"not": meaning(condition["not"])} if "not" in condition else condition


def is_whole(draft):
    """Whether every node stands at most one deeper than a group before it."""
    return draft.nodes[0].depth == 0 and all(
        node.depth <= before.depth + before.is_group and node.depth > 0
        for before, node in zip(draft.nodes, draft.nodes[1:], strict=False)
    )


@given(conditions)
def test_a_definition_survives_the_way_through_the_draft(condition):
    draft = read(condition)
    assert is_whole(draft)
    assert meaning(to_definition(draft, LANGUAGE)["if"]) == meaning(condition)


@given(conditions)
def test_a_draft_survives_the_way_through_the_definition(condition):
    draft = read(condition)
    again = from_definition("A rule", to_definition(draft, LANGUAGE), LANGUAGE)
    said = [meaning(to_definition(one, LANGUAGE)["if"]) for one in (draft, again)]
    assert said[0] == said[1]


@given(conditions)
def test_every_place_of_a_condition_is_known(condition):
    draft = read(condition)
    found = places(draft)
    assert {node.key for node in draft.nodes} <= set(found.values())
    for place, key in found.items():
        assert placed(f"{place}.value.0", found) == (key, "value.0")


def test_a_blank_rule_has_a_condition_and_an_action_to_fill_in():
    draft = blank_draft(LANGUAGE)
    assert [node.kind for node in draft.nodes] == [ALL, "test"]
    assert len(draft.actions) == 1


def test_a_lone_condition_stands_in_a_group():
    assert to_definition(read(SCORE), LANGUAGE)["if"] == {"all": [SCORE]}


def test_a_valid_draft_is_valid_for_the_server():
    condition = {"any": [TEXT, {"not": {"all": [SCORE, STAGE]}}]}
    assert Definition.model_validate(to_definition(read(condition), LANGUAGE))


def test_what_the_screen_does_not_know_is_kept_as_it_is():
    moon = {"field": "moon", "operator": "is", "value": "full"}
    odd = {"action": "sing", "song": 7}
    draft = from_definition("A rule", definition({"all": [moon]}, [odd]), LANGUAGE)
    assert draft.nodes[1].kind == "raw"
    assert to_definition(draft, LANGUAGE) == definition({"all": [moon]}, [odd])


def test_a_number_that_is_none_goes_to_the_server_as_it_was_written():
    draft = read({"all": [SCORE]})
    edit = Edit("value", draft.nodes[1].key, "value", "ten")
    edited = apply(draft, LANGUAGE, edit).draft
    assert to_definition(edited, LANGUAGE)["if"]["all"][0]["value"] == "ten"


verbs = st.sampled_from(
    ["up", "down", "in", "out", "duplicate", "remove", "add", "add_group", "before", "after"]
)
pokes = st.lists(st.tuples(verbs, st.integers(0, 9), st.integers(0, 9)), max_size=12)


@given(conditions, pokes)
def test_no_edit_breaks_the_tree(condition, given_edits):
    draft = read(condition)
    for verb, one, other in given_edits:
        key, target = (draft.nodes[at % len(draft.nodes)].key for at in (one, other))
        draft = apply(draft, LANGUAGE, Edit(verb, key, "", target)).draft
        assert is_whole(draft)
        keys = [node.key for node in draft.nodes]
        assert len(set(keys)) == len(keys)
        assert to_definition(draft, LANGUAGE)["then"] == [TAG]


@given(conditions, st.integers(0, 9), st.sampled_from(["up", "down", "in", "out"]))
def test_a_move_loses_no_condition(condition, at, way):
    draft = read(condition)
    key = draft.nodes[at % len(draft.nodes)].key
    moved = apply(draft, LANGUAGE, Edit(way, key)).draft
    counted = [sorted(str(n.values) for n in d.nodes if not n.is_group) for d in (draft, moved)]
    assert counted[0] == counted[1]


def test_moving_out_takes_an_emptied_group_away():
    draft = read({"all": [SCORE, {"any": [STAGE]}]})
    moved = apply(draft, LANGUAGE, Edit("out", draft.nodes[3].key)).draft
    assert to_definition(moved, LANGUAGE)["if"] == {"all": [SCORE, STAGE]}


def test_moving_in_makes_a_group_or_joins_the_one_before():
    draft = read({"all": [SCORE, STAGE]})
    moved = apply(draft, LANGUAGE, Edit("in", draft.nodes[1].key)).draft
    assert to_definition(moved, LANGUAGE)["if"] == {"all": [{"any": [SCORE]}, STAGE]}
    last = moved.nodes[-1].key
    joined = apply(moved, LANGUAGE, Edit("in", last)).draft
    assert to_definition(joined, LANGUAGE)["if"] == {"all": [{"any": [SCORE, STAGE]}]}


def test_a_group_can_mean_each_of_four_things():
    draft = read({"all": [{"any": [SCORE, STAGE]}]})
    group = draft.nodes[1].key
    said = {
        kind: to_definition(apply(draft, LANGUAGE, Edit("group", group, "", kind)).draft, LANGUAGE)
        for kind in GROUPS
    }
    inner = {kind: one["if"]["all"][0] for kind, one in said.items()}
    assert inner == {
        "all": {"all": [SCORE, STAGE]},
        "any": {"any": [SCORE, STAGE]},
        "none": {"not": {"any": [SCORE, STAGE]}},
        "not_all": {"not": {"all": [SCORE, STAGE]}},
    }


def test_what_is_no_edit_changes_nothing():
    draft = read({"all": [SCORE]})
    for edit in (Edit("steal"), Edit("remove", "no such key"), Edit("group", "1", "", "some")):
        assert apply(draft, LANGUAGE, edit).draft == draft
