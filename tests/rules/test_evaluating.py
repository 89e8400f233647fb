"""Rules act in order of priority, see what earlier ones did, and give points as often as agreed."""

from datetime import UTC, datetime, timedelta

import pytest

from backend import inbox, leads, rules
from backend.auth import Actor
from backend.kit.paging import PageRequest
from backend.leads import Stage
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import (
    NOON,
    create_channel,
    create_rule,
    create_workspace,
    deliver,
    envelope,
    mentions,
    message,
    rule,
    run_as,
    say,
)
from tests.laws import assert_lawful

SENDER = "+12065550123"


def points(number=5, cadence="once"):
    return {"action": "add_points", "points": number, "cadence": cadence}


def tag(name):
    return {"action": "add_tag", "tag": name}


def stage(name):
    return {"action": "set_stage", "stage": name}


def has_tag(name):
    return {"field": "tags", "operator": "has", "value": name}


def enact(actor, *given):
    return [run_as(actor, create_rule, one) for one in given]


def lead_after(actor, channel, *texts, at=NOON, every=timedelta(minutes=1)):
    """Let one customer write some texts and return the lead."""
    for number, text in enumerate(texts):
        landed = say(actor, channel, text, sender=SENDER, timestamp=at + number * every)
    return run_as(actor, leads.get_lead, landed.lead_id)


def test_a_rule_is_born_paused_and_acts_once_enabled(actor, mock_channel):
    made = run_as(actor, rules.create_rule, rule(then=[tag("hello")]))
    assert not made.is_enabled
    assert lead_after(actor, mock_channel, "one").tags == ()
    run_as(actor, rules.enable, made.id)
    assert lead_after(actor, mock_channel, "two").tags == ("hello",)
    run_as(actor, rules.pause, made.id)
    run_as(actor, leads.remove_tags, lead_after(actor, mock_channel, "x").id, tags=["hello"])
    assert lead_after(actor, mock_channel, "three").tags == ()


def test_a_later_rule_sees_what_an_earlier_one_did(actor, mock_channel):
    chained = rule(when=has_tag("first"), then=[tag("second")], priority=20)
    enact(actor, chained, rule(then=[tag("first")], priority=10))
    assert lead_after(actor, mock_channel, "hello").tags == ("first", "second")


def test_an_earlier_rule_does_not_see_what_a_later_one_does(actor, mock_channel):
    early = rule(when=has_tag("first"), then=[tag("second")], priority=10)
    enact(actor, early, rule(then=[tag("first")], priority=20))
    assert lead_after(actor, mock_channel, "hello").tags == ("first",)
    assert lead_after(actor, mock_channel, "again").tags == ("first", "second")


def test_rules_chain_over_the_messages_of_one_batch(actor, whatsapp_channel):
    enact(
        actor,
        rule(when=mentions("one"), then=[tag("first")], priority=10),
        rule(when=has_tag("first"), then=[points(5, "every")], priority=20),
    )
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="one"), message(text="two")]))
    (lead,) = run_as(actor, leads.list_leads, leads.LeadQuery(), PageRequest()).items
    assert lead.score == 10
    assert_lawful()


def test_score_and_stage_are_seen_as_they_are_then(actor, mock_channel):
    rich = {
        "all": [
            {"field": "score", "operator": "at_least", "value": 10},
            {"field": "stage", "operator": "is", "value": ["qualified"]},
        ]
    }
    enact(
        actor,
        rule(then=[points(10), stage("qualified")], priority=1),
        rule(when=rich, then=[tag("rich")], priority=2),
    )
    assert lead_after(actor, mock_channel, "hello").tags == ("rich",)


def test_a_rule_that_stops_keeps_later_ones_out(actor, mock_channel):
    enact(
        actor,
        rule(when=mentions("price"), then=[tag("price")], priority=1, stop=True),
        rule(then=[tag("any")], priority=2),
    )
    assert lead_after(actor, mock_channel, "price").tags == ("price",)
    assert lead_after(actor, mock_channel, "hello").tags == ("any", "price")


def test_once_is_once_for_each_lead(actor, mock_channel):
    enact(actor, rule(then=[points(5, "once")]))
    assert lead_after(actor, mock_channel, *["hello"] * 4).score == 5


def test_every_is_every_message(actor, mock_channel):
    enact(actor, rule(then=[points(5, "every")]))
    assert lead_after(actor, mock_channel, *["hello"] * 4).score == 20


def test_two_actions_of_one_rule_each_count(actor, mock_channel):
    enact(actor, rule(then=[points(5), points(7), points(0)]))
    assert lead_after(actor, mock_channel, "hello").score == 12


@pytest.mark.parametrize(
    ("timezone", "midnight"),
    [
        ("UTC", datetime(2026, 3, 2, 0, tzinfo=UTC)),
        ("America/Sao_Paulo", datetime(2026, 3, 2, 3, tzinfo=UTC)),
        ("Asia/Kathmandu", datetime(2026, 3, 1, 18, 15, tzinfo=UTC)),
    ],
)
@pytest.mark.usefixtures("database")
def test_daily_is_a_day_where_the_team_is(timezone, midnight):
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow, timezone=timezone).id)
    channel = run_as(actor, create_channel)
    enact(actor, rule(then=[points(1, "daily")]))
    second = timedelta(seconds=1)
    before = lead_after(actor, channel, "a", "b", at=midnight - 2 * second, every=second)
    assert before.score == 1
    assert lead_after(actor, channel, "c", at=midnight).score == 2
    assert lead_after(actor, channel, "d", at=midnight + timedelta(hours=23)).score == 2


def test_a_returning_customer_earns_again(actor, operator, mock_channel):
    enact(actor, rule(then=[points(5, "once")]))
    lead = lead_after(actor, mock_channel, "hello")
    run_as(operator, leads.set_stage, lead.id, stage=Stage.LOST)
    again = lead_after(actor, mock_channel, "hello")
    assert (again.id != lead.id, again.score) == (True, 5)


def test_a_new_version_of_a_rule_does_not_earn_again(actor, mock_channel):
    (made,) = enact(actor, rule(then=[points(5, "once")]))
    lead_after(actor, mock_channel, "hello")
    definition = {"if": {"all": []}, "then": [points(9, "once")]}
    run_as(actor, rules.add_version, made.id, definition=definition, comment="more")
    assert lead_after(actor, mock_channel, "hello").score == 5


def test_a_rule_moves_a_lead_forward_only(actor, operator, mock_channel):
    enact(actor, rule(when=mentions("price"), then=[stage("qualified")]))
    lead = lead_after(actor, mock_channel, "price")
    assert lead.stage is Stage.QUALIFIED
    run_as(operator, leads.set_stage, lead.id, stage=Stage.NURTURED)
    assert lead_after(actor, mock_channel, "price").stage is Stage.NURTURED


def test_an_edit_later_earns_nothing(actor, whatsapp_channel):
    enact(actor, rule(when=mentions("price"), then=[points(5)]))
    edit = {
        "original_message_id": "wamid.1x",
        "message": {"type": "text", "text": {"body": "price"}},
    }
    first = message(id="wamid.1x", text="hello")
    deliver(actor, whatsapp_channel, envelope(messages=[first, message(type="edit", edit=edit)]))
    (lead,) = run_as(actor, leads.list_leads, leads.LeadQuery(), PageRequest()).items
    assert lead.score == 0


def test_a_reply_of_ours_earns_nothing(actor, operator, mock_channel):
    enact(actor, rule(then=[points(5, "every")]))
    landed = say(actor, mock_channel)
    run_as(
        operator, inbox.reply, landed.conversation_id, content=inbox.TextReply("the price is ten")
    )
    assert run_as(actor, leads.get_lead, landed.lead_id).score == 5


def test_the_ledger_says_which_rule_and_message_earned_the_points(actor, mock_channel):
    enact(actor, rule(name="Greets", then=[points(5)]))
    landed = say(actor, mock_channel, "hello there")
    (entry,) = run_as(actor, leads.score_entries, landed.lead_id)
    assert (entry.points, entry.reason) == (5, "Greets")
    assert (entry.message_id, entry.message_text) == (landed.message_id, "hello there")


def test_hits_are_counted(actor, mock_channel):
    (made,) = enact(actor, rule(when=mentions("price"), then=[tag("price")]))
    for text in ("price", "price", "hello"):
        say(actor, mock_channel, text)
    assert run_as(actor, rules.get_rule, made.id).hits == 2
