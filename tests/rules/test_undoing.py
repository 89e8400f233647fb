"""Undo: a lead stands as though the runs had never been, unless somebody else touched it since."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import leads, rules
from backend.auth import Actor
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import Stage, rule_may_move
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.rules import RuleNotFound, RunNotFound, RunQuery
from tests.factories import (
    NOON,
    create_channel,
    create_rule,
    create_workspace,
    mentions,
    rule,
    run_as,
    say,
)
from tests.laws import assert_lawful

SENDER = "+447700900123"
FEW = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def points(number=5, cadence="every"):
    return {"action": "add_points", "points": number, "cadence": cadence, "reason": "because"}


def tag(name):
    return {"action": "add_tag", "tag": name}


def untag(name):
    return {"action": "remove_tag", "tag": name}


def stage(name):
    return {"action": "set_stage", "stage": name}


def hear(actor, channel, *texts):
    """Let one customer write; returns the lead."""
    for number, text in enumerate(texts):
        at = NOON + timedelta(minutes=number)
        landed = say(actor, channel, text, sender=SENDER, timestamp=at)
    return run_as(actor, leads.get_lead, landed.lead_id)


def runs_of(actor, lead):
    """Return the runs on a lead, the earliest first."""
    asked = PageRequest(limit=200)
    found = run_as(actor, rules.list_runs, RunQuery(lead_id=lead.id), asked).items
    return sorted(found, key=lambda run: run.id)


def look(actor, lead):
    now = run_as(actor, leads.get_lead, lead.id)
    return now.stage.value, now.tags, now.score


def test_a_run_is_taken_back_by_entries_that_compensate(actor, admin, mock_channel):
    given = rule(name="Greets", then=[tag("vip"), points(5), stage("qualified")])
    run_as(actor, create_rule, given)
    lead = hear(actor, mock_channel, "hello")
    assert look(actor, lead) == ("qualified", ("vip",), 5)
    (run,) = runs_of(actor, lead)
    undone = run_as(admin, rules.undo_run, run.id)
    assert undone.undone_by == admin.name
    assert look(actor, lead) == ("new", (), 0)
    first, second = run_as(actor, leads.score_entries, lead.id)
    assert (first.points, second.points) == (5, -5)
    assert second.reason == "Undone: because"
    told = run_as(actor, leads.timeline, lead.id, PageRequest()).items
    back = [(line.kind.value, line.actor_name) for line in told if "undone" in line.data]
    assert sorted(back) == [
        ("score.changed", admin.name),
        ("stage.changed", admin.name),
        ("tag.removed", admin.name),
    ]
    assert_lawful()


def test_twice_is_once(actor, mock_channel):
    run_as(actor, create_rule, rule(then=[points(5)]))
    lead = hear(actor, mock_channel, "hello")
    (run,) = runs_of(actor, lead)
    once = run_as(actor, rules.undo_run, run.id)
    assert run_as(actor, rules.undo_run, run.id) == once
    assert look(actor, lead) == ("new", (), 0)


def test_what_somebody_changed_since_stays(actor, operator, mock_channel):
    run_as(actor, create_rule, rule(then=[tag("vip"), stage("qualified"), points(5)]))
    lead = hear(actor, mock_channel, "hello")
    run_as(operator, leads.set_stage, lead.id, stage=Stage.NURTURED)
    run_as(operator, leads.remove_tags, lead.id, tags=["vip"])
    run_as(operator, leads.add_tags, lead.id, tags=["vip", "own"])
    (run,) = runs_of(actor, lead)
    run_as(actor, rules.undo_run, run.id)
    assert look(actor, lead) == ("nurtured", ("own", "vip"), 0)
    assert_lawful()


def test_a_lead_that_a_rule_lost_opens_again_unless_there_is_a_newer_one(actor, mock_channel):
    run_as(actor, create_rule, rule(when=mentions("stop"), then=[stage("lost")]))
    first = hear(actor, mock_channel, "stop")
    second = hear(actor, mock_channel, "hello")
    assert second.id != first.id
    (run,) = runs_of(actor, first)
    run_as(actor, rules.undo_run, run.id)
    assert look(actor, first)[0] == "lost"
    assert_lawful()


def test_a_lead_that_a_rule_lost_opens_again(actor, mock_channel):
    run_as(actor, create_rule, rule(when=mentions("stop"), then=[stage("lost")]))
    lead = hear(actor, mock_channel, "stop")
    (run,) = runs_of(actor, lead)
    run_as(actor, rules.undo_run, run.id)
    assert look(actor, lead)[0] == "new"
    assert hear(actor, mock_channel, "hello").id == lead.id
    assert_lawful()


def test_points_are_not_earned_a_second_time_after_an_undo(actor, mock_channel):
    run_as(actor, create_rule, rule(then=[points(5, "once")]))
    lead = hear(actor, mock_channel, "hello")
    (run,) = runs_of(actor, lead)
    run_as(actor, rules.undo_run, run.id)
    assert hear(actor, mock_channel, "again").score == 0


def test_a_bad_version_is_taken_back_and_the_good_one_stays(actor, mock_channel):
    made = run_as(actor, create_rule, rule(then=[points(5), tag("good")]))
    lead = hear(actor, mock_channel, "one")
    bad = {"if": {"all": []}, "then": [points(50), tag("bad"), stage("lost")]}
    changed = run_as(actor, rules.add_version, made.id, definition=bad, comment="")
    others = [say(actor, mock_channel, "two") for _ in range(3)]
    hear(actor, mock_channel, "two")
    assert look(actor, lead) == ("lost", ("bad", "good"), 55)
    view = run_as(actor, rules.undo_version, changed.version_id)
    assert (view.runs, view.leads, view.points) == (4, 4, 200)
    assert (view.stages, view.tags, view.kept) == (4, 4, 0)
    assert look(actor, lead) == ("new", ("good",), 5)
    for said in others:
        assert run_as(actor, leads.get_lead, said.lead_id).score == 0
    again = run_as(actor, rules.undo_version, changed.version_id)
    assert (again.runs, again.points) == (0, 0)
    assert_lawful()


def test_what_is_not_there_is_not_undone(actor):
    with pytest.raises(RunNotFound):
        run_as(actor, rules.undo_run, new_id())
    with pytest.raises(RuleNotFound):
        run_as(actor, rules.undo_version, new_id())


WORDS = ("red", "green", "blue")
ACTIONS = st.one_of(
    st.builds(points, st.integers(-5, 9), st.sampled_from(["every", "once", "daily"])),
    st.builds(tag, st.sampled_from("abc")),
    st.builds(untag, st.sampled_from("abc")),
    st.builds(stage, st.sampled_from(["qualified", "nurtured"])),
)
SETS = st.lists(
    st.tuples(st.sampled_from(WORDS), st.lists(ACTIONS, min_size=1, max_size=3)),
    min_size=1,
    max_size=4,
)
TALKS = st.lists(
    st.sampled_from(["red", "green blue", "blue red", "hello"]), min_size=1, max_size=4
)


def world(database, given):
    """Make a workspace in which these rules are in force; returns who acts, and a channel."""
    assert database
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    channel = run_as(actor, create_channel)
    for number, (word, then) in enumerate(given):
        run_as(actor, create_rule, rule(when=mentions(word), then=then, priority=number))
    return actor, channel


def folded(runs):
    """Return how a lead stands that only these runs touched."""
    now, tags, score = Stage.NEW, set(), 0
    for run in runs:
        for effect in run.effects:
            if effect["kind"] == "score.changed":
                score += effect["points"]
            elif effect["kind"] == "tag.added":
                tags.add(effect["tag"])
            elif effect["kind"] == "tag.removed":
                tags.discard(effect["tag"])
            elif rule_may_move(now, Stage(effect["to"])):
                now = Stage(effect["to"])
    return now.value, tuple(sorted(tags)), score


@FEW
@given(SETS, TALKS, st.randoms(use_true_random=False))
def test_any_runs_undone_in_any_order_leave_what_the_others_did(database, given, talk, chance):
    actor, channel = world(database, given)
    lead = hear(actor, channel, *talk)
    runs = runs_of(actor, lead)
    assert look(actor, lead) == folded(runs)
    gone = chance.sample(runs, chance.randint(0, len(runs)))
    for run in gone:
        run_as(actor, rules.undo_run, run.id)
    assert look(actor, lead) == folded([run for run in runs if run not in gone])
    for run in chance.sample(runs, len(runs)):
        run_as(actor, rules.undo_run, run.id)
    assert look(actor, lead) == ("new", (), 0)


def owned(given):
    """Let no two rules give or take the same tag, so that each does what it does alone."""
    return [
        (word, [{**each, "tag": f"{each['tag']}{at}"} if "tag" in each else each for each in then])
        for at, (word, then) in enumerate(given)
    ]


@FEW
@given(SETS, TALKS, st.data())
def test_versions_that_are_undone_equal_rules_that_never_ran(database, given, talk, data):
    rule_set = owned(given)
    gone = data.draw(st.sets(st.integers(0, len(rule_set) - 1)))
    actor, channel = world(database, rule_set)
    lead = hear(actor, channel, *talk)
    made = run_as(actor, rules.list_rules, PageRequest()).items
    for at in data.draw(st.permutations(sorted(gone))):
        run_as(actor, rules.undo_version, made[at].version_id)
    other, there = world(database, [one for at, one in enumerate(rule_set) if at not in gone])
    never = hear(other, there, *talk)
    stages = [each for _, then in rule_set for each in then if each["action"] == "set_stage"]
    seen, wanted = look(actor, lead), look(other, never)
    assert seen[1:] == wanted[1:]
    if len({each["stage"] for each in stages}) <= 1 and len(stages) <= 1:
        assert seen[0] == wanted[0]
