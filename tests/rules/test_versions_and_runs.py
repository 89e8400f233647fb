"""What a rule said before, side by side and said again; the log of what rules did."""

from datetime import timedelta

import pytest

from backend import rules
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.rules import RuleNotFound, RunNotFound, RunQuery
from tests.factories import NOON, create_rule, mentions, rule, run_as, say

VIP = {"action": "add_tag", "tag": "vip"}
POINTS = {"action": "add_points", "points": 5, "cadence": "once", "reason": ""}


def definition(*then, when=None):
    return {"if": when or {"all": []}, "then": list(then), "stop": False}


@pytest.fixture
def made(actor):
    return run_as(actor, rules.create_rule, rule(then=[VIP], when=mentions("price")))


def change(actor, made, wanted):
    return run_as(actor, rules.add_version, made.id, definition=wanted, comment="")


def test_a_version_is_told_from_another_in_words(actor, made):
    wanted = definition(POINTS, VIP, when=mentions("price", "cost"))
    change(actor, made, {**wanted, "stop": True})
    lines = run_as(actor, rules.diff_versions, made.id, older=1, newer=2)
    told = {line.place: (line.before, line.after) for line in lines}
    assert told["definition.if.value"] == ("price", "price, cost")
    assert told["definition.stop"] == ("no", "yes")
    before, after = told["definition.then.0"]
    assert (before, after[:22]) == (None, "add points points 5, c")
    assert len(told) == 3


def test_equal_versions_have_no_difference(actor, made):
    change(actor, made, made.definition)
    assert run_as(actor, rules.diff_versions, made.id, older=1, newer=2) == ()


def test_a_rule_that_is_another_sort_of_thing_is_told_whole(actor, made):
    change(actor, made, definition(VIP, when={"any": [mentions("a"), mentions("b")]}))
    (line,) = run_as(actor, rules.diff_versions, made.id, older=1, newer=2)
    assert line.place == "definition.if"
    assert line.after == "any of (text contains any a; text contains any b)"


def test_rolling_back_says_the_old_thing_in_a_new_version(actor, made):
    change(actor, made, definition(POINTS))
    back = run_as(actor, rules.roll_back, made.id, number=1, comment="")
    assert (back.version, back.definition) == (3, made.definition)
    newest, *_ = run_as(actor, rules.list_versions, made.id)
    assert newest.comment == "Back to version 1"


def test_a_version_that_never_was_is_not_found(actor, made):
    with pytest.raises(RuleNotFound) as refused:
        run_as(actor, rules.roll_back, made.id, number=9, comment="")
    assert (refused.value.field, refused.value.message) == ("number", "the rule has no version 9")


def test_runs_are_listed_newest_first_and_page_by_page(actor, mock_channel):
    given = run_as(actor, create_rule, rule(name="Greets", then=[POINTS]))
    said = [
        say(actor, mock_channel, f"hello {at}", timestamp=NOON + timedelta(hours=at))
        for at in range(5)
    ]
    seen, cursor = [], None
    while True:
        page = run_as(actor, rules.list_runs, RunQuery(), PageRequest(limit=2, cursor=cursor))
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert [run.message_text for run in seen] == [f"hello {at}" for at in (4, 3, 2, 1, 0)]
    first = seen[0]
    assert (first.rule_name, first.rule_id, first.version) == ("Greets", given.id, 1)
    assert (first.lead_id, first.effects[0]["points"]) == (said[4].lead_id, 5)
    assert run_as(actor, rules.get_run, first.id) == first


def test_runs_are_found_by_rule_lead_and_time(actor, mock_channel):
    one = run_as(actor, create_rule, rule(then=[POINTS]))
    run_as(actor, create_rule, rule(then=[VIP]))
    said = [say(actor, mock_channel, timestamp=NOON + timedelta(hours=hours)) for hours in range(3)]

    def found(**asked):
        return run_as(actor, rules.list_runs, RunQuery(**asked), PageRequest()).items

    assert {run.rule_id for run in found(rule_id=one.id)} == {one.id}
    assert {run.lead_id for run in found(lead_id=said[1].lead_id)} == {said[1].lead_id}
    until = NOON + timedelta(hours=2)
    within = found(run_from=NOON + timedelta(hours=1), run_to=until)
    assert {run.lead_id for run in within} == {said[1].lead_id}


def test_a_run_that_is_not_there_is_not_found(actor):
    with pytest.raises(RunNotFound):
        run_as(actor, rules.get_run, new_id())
