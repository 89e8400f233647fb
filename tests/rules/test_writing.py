"""Writing rules: checked at once, versioned, never forgotten."""

import pytest

from backend import rules
from backend.auth import NotPermitted
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.rules import RuleInput, RuleInvalid, RuleNameTaken, RuleNotFound
from tests.factories import create_rule, rule, run_as

TAG = {"action": "add_tag", "tag": "vip"}
ALWAYS = {"all": []}


def nested(depth):
    condition = {"field": "referral", "operator": "exists"}
    for _ in range(depth):
        condition = {"not": condition}
    return condition


@pytest.mark.parametrize(
    "definition",
    [
        {},
        {"if": ALWAYS},
        {"if": ALWAYS, "then": []},
        {"if": ALWAYS, "then": [TAG], "else": []},
        {"if": ALWAYS, "then": [{"action": "explode"}]},
        {"if": ALWAYS, "then": [{"action": "set_stage", "stage": "won"}]},
        {"if": ALWAYS, "then": [{"action": "add_points", "points": 1001}]},
        {"if": ALWAYS, "then": [{"action": "add_points", "points": 1, "cadence": "hourly"}]},
        {"if": ALWAYS, "then": [{**TAG, "tag": ""}]},
        {"if": ALWAYS, "then": [TAG] * 21},
        {"if": {"any": []}, "then": [TAG]},
        {"if": {"field": "text", "operator": "contains_any", "value": []}, "then": [TAG]},
        {"if": {"field": "text", "operator": "matches", "value": ["("]}, "then": [TAG]},
        {"if": {"field": "mood", "operator": "is", "value": ["good"]}, "then": [TAG]},
        {"if": {"all": [], "any": []}, "then": [TAG]},
        {"if": "always", "then": [TAG]},
        {"if": nested(6), "then": [TAG]},
        {"if": nested(3000), "then": [TAG]},
    ],
)
def test_a_definition_that_means_nothing_is_refused_with_its_place(actor, definition):
    given = RuleInput(name="Rule", priority=1, definition=definition)
    with pytest.raises(RuleInvalid) as refused:
        run_as(actor, rules.create_rule, given)
    assert refused.value.field.startswith("definition")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"priority": -1}, "priority"),
        ({"priority": 10_001}, "priority"),
    ],
)
def test_a_name_and_a_priority_are_checked(actor, fields, field):
    given = {"name": "Rule", "priority": 1, "definition": {"if": ALWAYS, "then": [TAG]}, **fields}
    with pytest.raises(RuleInvalid) as refused:
        run_as(actor, rules.create_rule, RuleInput(**given))
    assert refused.value.field == field


def test_two_rules_have_two_names(actor):
    run_as(actor, create_rule, rule(name="Same", then=[TAG]))
    with pytest.raises(RuleNameTaken):
        run_as(actor, rules.create_rule, rule(name=" Same ", then=[TAG]))


def test_a_rule_keeps_what_it_said_before(actor):
    made = run_as(actor, rules.create_rule, rule(then=[TAG]))
    definition = {"if": ALWAYS, "then": [{**TAG, "tag": "new"}]}
    changed = run_as(actor, rules.add_version, made.id, definition=definition, comment="better")
    assert (changed.version, changed.definition["then"][0]["tag"]) == (2, "new")
    assert not changed.is_enabled
    newest, oldest = run_as(actor, rules.list_versions, made.id)
    assert (newest.number, newest.comment, newest.author_name) == (2, "better", actor.name)
    assert oldest.definition == made.definition


def test_rules_are_listed_by_priority(actor):
    for priority in (30, 10, 20, 10):
        run_as(actor, create_rule, rule(then=[TAG], priority=priority))
    seen, cursor = [], None
    while True:
        page = run_as(actor, rules.list_rules, PageRequest(limit=3, cursor=cursor))
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [one.priority for one in seen] == [10, 10, 20, 30]
    assert len({one.id for one in seen}) == 4


@pytest.mark.parametrize(
    "use_case", [rules.get_rule, rules.list_versions, rules.enable, rules.pause]
)
def test_an_unknown_rule_is_not_found(actor, use_case):
    with pytest.raises(RuleNotFound):
        run_as(actor, use_case, new_id())


def test_an_operator_reads_rules_and_writes_none(actor, operator):
    made = run_as(actor, create_rule, rule(then=[TAG]))
    assert run_as(operator, rules.get_rule, made.id).name == made.name
    with pytest.raises(NotPermitted):
        run_as(operator, rules.pause, made.id)
    with pytest.raises(NotPermitted):
        run_as(operator, rules.create_rule, rule(then=[TAG]))
