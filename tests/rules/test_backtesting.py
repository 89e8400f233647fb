"""Backtests: the rules in force come out where the leads stand, drafts where they would."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from backend import inbox, leads, rules
from backend.auth import Actor
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery, Stage
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rules import (
    BacktestInput,
    BacktestInvalid,
    BacktestNotFound,
    BacktestState,
    BacktestUnderWay,
    RuleDraft,
    RuleInvalid,
    RuleNotFound,
)
from backend.rules import backtest_run as running
from backend.rules.tasks import wake_backtests
from backend.seed.demo import RULES
from tests.factories import (
    create_channel,
    create_rule,
    create_workspace,
    mentions,
    rule,
    run_as,
    say,
)

SAYINGS = (
    "hello",
    "what is the price?",
    "I want to buy two",
    "how much, and can I order",
    "thanks",
    "PRICE please",
)
START = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
AD = {"source_type": "ad", "source_id": "1200", "headline": "Spring"}
TAG = {"action": "add_tag", "tag": "any"}


def talk(actor, channel, *, people=8, messages=30, seed=1):
    """Let some people write over some days, the same for every seed."""
    chance = Random(seed)
    for number in range(messages):
        say(
            actor,
            channel,
            chance.choice(SAYINGS),
            sender=f"+4477009001{chance.randrange(people):02}",
            timestamp=START + timedelta(hours=5 * number),
            referral=AD if chance.random() < 0.2 else None,
        )


def done(actor, **asked):
    """Do a backtest and return its report."""
    started = run_as(actor, rules.start_backtest, BacktestInput(**asked))
    rules.work_off_backtest(actor.workspace_id, started.id)
    ended = run_as(actor, rules.get_backtest, started.id)
    assert ended.state is BacktestState.DONE, ended.error
    return ended.report


def stand(actor):
    """Return how each lead stands, by the number of its customer."""
    found = run_as(actor, leads.list_leads, LeadQuery(), PageRequest(limit=200)).items
    return {lead.contact_phone: (lead.stage.value, lead.tags, lead.score) for lead in found}


def other_world(definitions):
    """Make another workspace in which rules of these definitions are in force."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    for name, priority, definition in definitions:
        given = rules.RuleInput(name=name, priority=priority, definition=definition)
        run_as(actor, create_rule, given)
    return actor, run_as(actor, create_channel)


def test_the_rules_in_force_make_of_history_what_is_stored(actor, mock_channel, demo_rules):
    talk(actor, mock_channel)
    report = done(actor)
    assert (report.difference_count, report.differences, report.touched) == (0, (), 0)
    assert (report.messages, report.leads) == (30, len(stand(actor)))
    assert (report.mover_count, report.histogram_before) == (0, report.histogram_after)
    assert sum(report.histogram_before.values()) == report.leads
    assert {count.rule for count in report.effects} == {given.name for given in demo_rules}
    assert all(count.runs_before == count.runs_after > 0 for count in report.effects)


def test_nothing_is_written_but_the_backtest(actor, mock_channel, demo_rules):
    assert demo_rules
    talk(actor, mock_channel, messages=6)
    before = stand(actor), run_as(actor, rules.list_runs, rules.RunQuery(), PageRequest())
    draft = RuleDraft(definition={"if": {"all": []}, "then": [TAG]}, priority=1)
    done(actor, drafts=(draft,))
    after = stand(actor), run_as(actor, rules.list_runs, rules.RunQuery(), PageRequest())
    assert before == after


@pytest.mark.parametrize("seed", range(3))
def test_a_draft_shows_exactly_what_enabling_it_then_does(actor, mock_channel, seed):
    for given in RULES:
        run_as(actor, create_rule, given)
    listed = run_as(actor, rules.list_rules, PageRequest()).items
    changed = {
        "if": {"any": [mentions("price", "thanks"), {"not": mentions("hello")}]},
        "then": [
            {"action": "add_points", "points": 7, "cadence": "every"},
            {"action": "set_stage", "stage": "nurtured"},
        ],
        "stop": bool(seed % 2),
    }
    added = {
        "if": {"field": "stage", "operator": "is", "value": ["nurtured"]},
        "then": [{"action": "add_tag", "tag": "warm"}],
    }
    talk(actor, mock_channel, seed=seed)
    drafts = (
        RuleDraft(rule_id=listed[0].id, definition=changed),
        RuleDraft(definition=added, priority=15),
    )
    report = done(actor, drafts=drafts)
    definitions = [(one.name, one.priority, one.definition) for one in listed[1:]]
    definitions += [(listed[0].name, listed[0].priority, changed), ("Warm", 15, added)]
    there, channel = other_world(definitions)
    talk(there, channel, seed=seed)
    now, then = stand(actor), stand(there)
    found = run_as(actor, leads.list_leads, LeadQuery(), PageRequest(limit=200)).items
    phones = {lead.id: lead.contact_phone for lead in found}
    moved = {phones[each.lead_id] for each in report.movers}
    assert moved == {phone for phone in now if now[phone] != then[phone]}
    for each in report.movers:
        after = each.stage_after, each.tags_after, each.score_after
        before = each.stage_before, each.tags_before, each.score_before
        assert (before, after) == (now[phones[each.lead_id]], then[phones[each.lead_id]])
    assert report.mover_count == len(moved) > 0
    assert report.difference_count == 0


def test_a_lead_that_a_rule_left_alone_and_somebody_changed_is_told_apart(
    actor, operator, mock_channel, demo_rules
):
    assert demo_rules
    talk(actor, mock_channel, messages=12)
    (lead, *_) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    run_as(operator, leads.add_tags, lead.id, tags=["own"])
    report = done(actor)
    assert (report.difference_count, report.touched) == (0, 1)


def test_rules_that_were_changed_since_show_as_differences(actor, mock_channel):
    made = run_as(actor, create_rule, rule(then=[TAG]))
    said = say(actor, mock_channel, "hello")
    definition = {"if": {"all": []}, "then": [{"action": "add_tag", "tag": "new"}]}
    run_as(actor, rules.add_version, made.id, definition=definition, comment="")
    report = done(actor)
    (difference,) = report.differences
    assert (difference.lead_id, report.difference_count) == (said.lead_id, 1)
    assert (difference.tags_before, difference.tags_after) == (("any",), ("new",))


def test_precision_and_recall_are_against_leads_that_converted(actor, operator, mock_channel):
    when = mentions("price")
    run_as(
        actor, create_rule, rule(when=when, then=[{"action": "set_stage", "stage": "qualified"}])
    )
    said = [say(actor, mock_channel, text) for text in ("price", "price", "hello", "hello")]
    for landed in (said[0], said[2]):
        run_as(operator, leads.set_stage, landed.lead_id, stage=Stage.CONVERTED)
    wide = {"if": {"all": []}, "then": [{"action": "set_stage", "stage": "qualified"}]}
    report = done(actor, drafts=(RuleDraft(definition=wide),))
    before, after = report.accuracy_before, report.accuracy_after
    assert (before.predicted, before.converted, before.hits) == (2, 2, 1)
    assert (before.precision, before.recall) == (0.5, 0.5)
    assert (after.precision, after.recall) == (0.5, 1.0)
    nobody = {"if": mentions("zebra"), "then": [TAG]}
    rule_id = run_as(actor, rules.list_rules, PageRequest()).items[0].id
    report = done(actor, drafts=(RuleDraft(definition=nobody, rule_id=rule_id),))
    assert report.accuracy_after.precision is None


def test_only_leads_of_the_last_days_count_and_each_from_its_first_message(actor, mock_channel):
    run_as(
        actor, create_rule, rule(then=[{"action": "add_points", "points": 1, "cadence": "every"}])
    )
    old = datetime.now(UTC) - timedelta(days=40)
    for sender in ("+447700900123", "+447700900124"):
        say(actor, mock_channel, "hello", sender=sender, timestamp=old)
    say(actor, mock_channel, "again", sender="+447700900123", timestamp=START)
    report = done(actor, days=30)
    assert (report.leads, report.messages, report.difference_count) == (1, 2, 0)
    assert done(actor, days=50).leads == 2


def test_a_sample_is_at_most_so_many_leads(actor, mock_channel, demo_rules):
    assert demo_rules
    talk(actor, mock_channel, people=12, messages=40)
    report = done(actor, sample=4)
    assert 0 <= report.leads <= 4
    assert report.difference_count == 0
    assert done(actor, sample=10_000).leads == len(stand(actor))


def test_a_backtest_goes_on_where_it_was_broken_off(actor, mock_channel, demo_rules, monkeypatch):
    assert demo_rules
    talk(actor, mock_channel)
    whole = done(actor)
    monkeypatch.setattr(running, "LEADS_AT_ONCE", 2)
    monkeypatch.setattr(running, "MESSAGES_AT_ONCE", 3)
    started = run_as(actor, rules.start_backtest, BacktestInput())
    sets = None
    with unit_of_work(actor) as uow:
        row = running.BacktestRepository(uow, actor.workspace_id).find(started.id)
        moves = running.moves_in(uow, actor.workspace_id)
        sets = running._sets(row, running.ZoneInfo("UTC"), moves)  # noqa: SLF001
    assert running._do_chunk(actor, started.id, sets)  # noqa: SLF001
    half = run_as(actor, rules.get_backtest, started.id)
    assert (half.done, half.report) == (2, None)
    with unit_of_work(actor) as uow:  # the worker that did it died a while ago
        uow.execute("UPDATE backtest SET lease_until = now() - interval '1 hour'")
    wake_backtests()
    rules.work_off_backtest(actor.workspace_id, started.id)
    assert run_as(actor, rules.get_backtest, started.id).report == whole


def test_a_backtest_is_stopped_between_chunks(actor, mock_channel, demo_rules):
    assert demo_rules
    talk(actor, mock_channel, messages=4)
    started = run_as(actor, rules.start_backtest, BacktestInput())
    with pytest.raises(BacktestUnderWay):
        run_as(actor, rules.start_backtest, BacktestInput())
    stopped = run_as(actor, rules.stop_backtest, started.id)
    assert stopped.state is BacktestState.STOPPED
    rules.work_off_backtest(actor.workspace_id, started.id)
    ended = run_as(actor, rules.get_backtest, started.id)
    assert (ended.state, ended.done, ended.report) == (BacktestState.STOPPED, 0, None)
    assert run_as(actor, rules.stop_backtest, started.id) == ended
    listed = run_as(actor, rules.list_backtests, PageRequest()).items
    assert [each.id for each in listed] == [started.id]


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"days": 0}, "days"), ({"days": 4_000}, "days"), ({"sample": 0}, "sample")],
)
def test_a_backtest_of_nothing_is_refused(actor, asked, field):
    with pytest.raises(BacktestInvalid) as refused:
        run_as(actor, rules.start_backtest, BacktestInput(**asked))
    assert refused.value.field == field


def test_a_draft_that_could_not_be_saved_is_refused_at_its_place(actor):
    good = RuleDraft(definition={"if": {"all": []}, "then": [TAG]})
    bad = RuleDraft(definition={"if": {"all": []}, "then": [{"action": "explode"}]})
    with pytest.raises(RuleInvalid) as refused:
        run_as(actor, rules.start_backtest, BacktestInput(drafts=(good, bad)))
    assert refused.value.field == "drafts.1.definition.then.0.action"
    lost = RuleDraft(definition=good.definition, rule_id=new_id())
    with pytest.raises(RuleNotFound):
        run_as(actor, rules.start_backtest, BacktestInput(drafts=(lost,)))
    with pytest.raises(BacktestNotFound):
        run_as(actor, rules.get_backtest, new_id())


def test_a_lead_whose_words_were_erased_is_told_apart(actor, mock_channel, demo_rules):
    assert demo_rules
    said = say(actor, mock_channel, "the price")
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE message SET text = NULL WHERE id = :id", {"id": said.message_id})
    report = done(actor)
    assert (report.difference_count, report.touched) == (0, 1)
    assert run_as(actor, inbox.get_conversation, said.conversation_id).id == said.conversation_id
