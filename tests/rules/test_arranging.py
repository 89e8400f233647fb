"""Naming, ordering and putting away rules."""

import pytest

from backend import rules
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.rules import RuleArchived, RuleInvalid, RuleNameTaken
from tests.factories import create_rule, rule, run_as, say

VIP = {"action": "add_tag", "tag": "vip"}


def listed(actor, **asked):
    return [one.name for one in run_as(actor, rules.list_rules, PageRequest(), **asked).items]


@pytest.fixture
def three(actor):
    return [run_as(actor, create_rule, rule(name=name, then=[VIP])) for name in ("a", "b", "c")]


def test_rules_run_in_the_order_that_people_put_them_in(actor, three):
    run_as(actor, rules.reorder, [three[2].id, three[0].id, three[1].id])
    assert listed(actor) == ["c", "a", "b"]
    priorities = [one.priority for one in run_as(actor, rules.list_rules, PageRequest()).items]
    assert priorities == [10, 20, 30]


def test_an_order_that_forgets_or_repeats_a_rule_is_refused(actor, three):
    ids = [one.id for one in three]
    for wrong in (ids[:2], [*ids, new_id()], [ids[0], ids[0], ids[1]], []):
        with pytest.raises(RuleInvalid) as refused:
            run_as(actor, rules.reorder, wrong)
        assert refused.value.field == "rule_ids"
    assert listed(actor) == ["a", "b", "c"]


def test_a_rule_takes_another_name_unless_it_is_taken(actor, three):
    assert run_as(actor, rules.rename, three[0].id, name=" new ").name == "new"
    with pytest.raises(RuleNameTaken):
        run_as(actor, rules.rename, three[0].id, name="b")
    with pytest.raises(RuleInvalid):
        run_as(actor, rules.rename, three[0].id, name=" ")
    assert run_as(actor, rules.rename, three[0].id, name="new").name == "new"


def test_an_archived_rule_acts_no_more_and_keeps_its_runs(actor, mock_channel, three):
    said = say(actor, mock_channel)
    gone = run_as(actor, rules.archive, three[0].id)
    assert (gone.is_enabled, gone.archived_at is not None) == (False, True)
    assert listed(actor) == ["b", "c"]
    assert listed(actor, is_archived=True) == ["a"]
    with pytest.raises(RuleArchived):
        run_as(actor, rules.enable, three[0].id)
    query = rules.RunQuery(rule_id=three[0].id)
    runs = run_as(actor, rules.list_runs, query, PageRequest()).items
    assert [run.lead_id for run in runs] == [said.lead_id]
    assert run_as(actor, rules.archive, three[0].id) == gone


def test_the_name_of_an_archived_rule_is_free_until_it_is_restored(actor, three):
    run_as(actor, rules.archive, three[0].id)
    again = run_as(actor, create_rule, rule(name="a", then=[VIP]))
    with pytest.raises(RuleNameTaken):
        run_as(actor, rules.restore, three[0].id)
    run_as(actor, rules.rename, again.id, name="d")
    back = run_as(actor, rules.restore, three[0].id)
    assert (back.is_enabled, back.archived_at) == (False, None)
    assert run_as(actor, rules.restore, three[0].id) == back
