"""Trace: what each condition saw and came to, and what each rule would do; nothing is done."""

import pytest

from backend import leads, rules
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import LeadNotFound
from backend.rules import RuleInvalid, RuleNotFound, TraceInput
from tests.factories import create_rule, mentions, rule, run_as, say

VIP = {"action": "add_tag", "tag": "vip"}
POINTS = {"action": "add_points", "points": 5, "cadence": "once"}
TAGGED = {"field": "tags", "operator": "has", "value": "vip"}


def traced(actor, **asked):
    return run_as(actor, rules.trace, TraceInput(**asked))


def nodes(one):
    return {node.place: (node.held, node.saw) for node in one.nodes}


def test_each_condition_says_whether_it_held_and_what_it_saw(actor):
    when = {
        "all": [
            mentions("price"),
            {"any": [TAGGED, {"not": mentions("cheap")}, mentions("never reached")]},
            {"field": "score", "operator": "at_least", "value": 5},
            {"field": "referral", "operator": "exists"},
        ]
    }
    run_as(actor, create_rule, rule(when=when, then=[VIP]))
    (one,) = traced(actor, text="The  PRICE?").rules
    assert nodes(one) == {
        "definition.if": (False, None),
        "definition.if.all.0": (True, "the price?"),
        "definition.if.all.1": (True, None),
        "definition.if.all.1.any.0": (False, "nothing"),
        "definition.if.all.1.any.1": (True, None),
        "definition.if.all.1.any.1.not": (False, "the price?"),
        "definition.if.all.1.any.2": (None, None),
        "definition.if.all.2": (False, "0"),
        "definition.if.all.3": (None, None),
    }
    assert (one.matched, one.effects, one.is_reached) == (False, (), True)
    assert one.nodes[1].words == "text contains any price"


@pytest.mark.parametrize(
    ("operator", "value", "words"),
    [
        ("phrase", "how much", "text phrase how much"),
        ("starts_with", "so", "text starts with so"),
        ("matches", r"much\W+is", r"text matches much\W+is"),
    ],
)
def test_each_way_of_comparing_texts_acts_and_is_traced(
    actor, mock_channel, operator, value, words
):
    when = {"field": "text", "operator": operator, "value": [value]}
    run_as(actor, create_rule, rule(when=when, then=[VIP]))
    (one,) = traced(actor, text="So, how much, is it?").rules
    assert (one.matched, one.nodes[0].words) == (True, words)
    said = say(actor, mock_channel, "So, how much, is it?")
    assert run_as(actor, leads.get_lead, said.lead_id).tags == ("vip",)


def test_later_rules_see_what_earlier_ones_would_do_and_stop_is_obeyed(actor):
    run_as(actor, create_rule, rule(name="First", then=[VIP, POINTS], priority=1))
    run_as(
        actor, create_rule, rule(name="Second", when=TAGGED, then=[POINTS], priority=2, stop=True)
    )
    run_as(actor, create_rule, rule(name="Third", then=[POINTS], priority=3))
    found = traced(actor, text="hello")
    first, second, third = found.rules
    assert [effect["kind"] for effect in first.effects] == ["tag.added", "score.changed"]
    assert (second.matched, second.stops) == (True, True)
    assert (third.is_reached, third.nodes, third.matched) == (False, (), False)
    assert (found.before.score, found.after.score, found.after.tags) == (0, 10, ("vip",))


def test_a_draft_stands_in_its_place_and_acts_though_the_rule_is_paused(actor):
    made = run_as(actor, rules.create_rule, rule(name="Mine", then=[POINTS], priority=1))
    run_as(actor, create_rule, rule(name="Other", then=[POINTS], priority=2))
    draft = {"if": {"all": []}, "then": [VIP], "stop": True}
    mine, other = traced(actor, text="hello", definition=draft, rule_id=made.id).rules
    assert (mine.name, mine.is_draft, mine.is_asked, mine.stops) == ("Mine", True, True, True)
    assert (other.is_reached, other.is_draft) == (False, False)
    mine, other = traced(actor, text="hello").rules
    assert (mine.matched, mine.is_asked, mine.effects) == (True, False, ())
    *_, last = traced(actor, text="hello", definition=draft).rules
    assert (last.is_draft, last.rule_id) == (True, None)
    assert run_as(actor, rules.get_rule, made.id).definition == made.definition


def test_a_stored_message_and_its_lead_are_traced_as_they_are_and_stay_so(actor, mock_channel):
    run_as(actor, create_rule, rule(when=mentions("price"), then=[POINTS, VIP]))
    said = say(actor, mock_channel, "price")
    before = run_as(actor, leads.get_lead, said.lead_id)
    found = traced(actor, message_id=said.message_id, lead_id=said.lead_id)
    assert (found.before.score, found.after.score) == (5, 5)
    assert (found.rules[0].matched, found.rules[0].effects) == (True, ())
    fresh = traced(actor, message_id=said.message_id)
    assert fresh.after.score == 5
    assert run_as(actor, leads.get_lead, said.lead_id) == before
    runs = run_as(actor, rules.list_runs, rules.RunQuery(), PageRequest()).items
    assert len(runs) == 1


def test_what_live_processing_then_does_is_what_the_trace_said(actor, mock_channel, demo_rules):
    assert demo_rules
    for text in ("how much, I want to buy", "hello", "quote"):
        found = traced(actor, text=text, channel_id=mock_channel.id)
        said = say(actor, mock_channel, text)
        lead = run_as(actor, leads.get_lead, said.lead_id)
        assert (lead.stage, lead.tags, lead.score) == (
            found.after.stage,
            found.after.tags,
            found.after.score,
        )


def test_what_is_not_there_cannot_be_traced(actor):
    with pytest.raises(RuleInvalid) as refused:
        traced(actor, message_id=new_id())
    assert refused.value.field == "message_id"
    with pytest.raises(LeadNotFound):
        traced(actor, text="x", lead_id=new_id())
    with pytest.raises(RuleNotFound):
        traced(actor, text="x", rule_id=new_id())
    with pytest.raises(RuleInvalid):
        traced(actor, text="x", definition={"if": {"all": []}, "then": []})
    with pytest.raises(RuleInvalid):
        traced(actor, text="x" * 5_000)
