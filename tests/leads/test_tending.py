"""What time does to leads, and how scores are explained and disputed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import intake, leads
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import (
    Band,
    CannotDispute,
    Decay,
    EventKind,
    LeadQuery,
    Lifecycle,
    NoSuchEntry,
    Stage,
)
from backend.leads.lifecycle_policy import OPEN_STAGES, decayed, keeps_order
from backend.leads.policy import rule_may_move
from backend.leads.tending import tend
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_rule, mentions, rule, run_as, say
from tests.laws import assert_lawful
from tests.leads._lifecycles import set_up


def points(number, cadence="every", *, word=None, name=None):
    then = [{"action": "add_points", "points": number, "cadence": cadence}]
    return rule(when=mentions(word) if word else None, then=then, name=name)


@pytest.fixture
def lead(actor, mock_channel):
    """A lead with 10 points of one rule and 15 of another."""
    run_as(actor, create_rule, points(10, name="Any"))
    run_as(actor, create_rule, points(15, word="price", name="Price"))
    return run_as(actor, leads.get_lead, say(actor, mock_channel, "the price").lead_id)


def silent(actor, lead, days):
    with unit_of_work(actor) as uow:
        uow.execute(
            "UPDATE lead SET last_activity_at = now() - make_interval(days => :days)"
            " WHERE id = :id",
            {"id": lead.id, "days": days},
        )
        uow.execute("UPDATE lifecycle SET decays_after = NULL")


def score(actor, lead):
    return run_as(actor, leads.get_lead, lead.id).score


def test_a_waterfall_names_rules_versions_and_messages(actor, lead):
    shown = run_as(actor, leads.waterfall, lead.id)
    assert (shown.score, shown.band) == (25, Band.WARM)
    assert [step.total for step in shown.steps] == [10, 25]
    last = shown.steps[-1].entry
    assert (last.rule_name, last.rule_version, last.message_text) == ("Price", 1, "the price")


def test_without_a_rule_the_band_may_be_another(actor, lead):
    without = {one.rule_name: one for one in run_as(actor, leads.waterfall, lead.id).without}
    assert (without["Price"].score, without["Price"].band) == (10, Band.COLD)
    assert (without["Any"].score, without["Any"].band) == (15, Band.COLD)


def test_a_dispute_takes_points_back_once(actor, operator, lead):
    entry = run_as(actor, leads.score_entries, lead.id)[-1]
    shown = run_as(operator, leads.dispute, lead.id, entry_id=entry.id, reason="a joke")
    assert (shown.score, score(actor, lead)) == (10, 10)
    last = shown.steps[-1]
    assert (last.disputes, last.entry.points, last.entry.reason) == (entry.id, -15, "a joke")
    assert shown.steps[1].disputed_by == last.entry.id
    assert {one.rule_name: one.points for one in shown.without} == {"Any": 10, "Price": 0}
    for again in (entry.id, last.entry.id):
        with pytest.raises(CannotDispute):
            run_as(operator, leads.dispute, lead.id, entry_id=again, reason="no")
    with pytest.raises(NoSuchEntry):
        run_as(operator, leads.dispute, lead.id, entry_id=new_id(), reason="no")
    with pytest.raises(leads.BadReason):
        run_as(operator, leads.dispute, lead.id, entry_id=entry.id, reason=" ")
    assert_lawful()


@pytest.mark.parametrize(
    ("band", "warm", "hot"), [("cold", 26, 50), ("warm", 20, 50), ("hot", 5, 25)]
)
@pytest.mark.usefixtures("lead")
def test_leads_are_listed_by_band(actor, band, warm, hot):
    set_up(actor, warm_from=warm, hot_from=hot)
    for wanted in Band:
        found = run_as(actor, leads.list_leads, LeadQuery(band=wanted), PageRequest()).items
        assert [one.band for one in found] == ([Band(band)] if wanted == band else [])


def test_a_silent_lead_grows_stale_and_fresh_again(actor, mock_channel, lead):
    set_up(actor, stale_days={Stage.NEW: 3})
    assert tend(actor.workspace_id) == 0
    silent(actor, lead, 4)
    assert (tend(actor.workspace_id), tend(actor.workspace_id)) == (1, 0)
    (found,) = run_as(actor, leads.list_leads, LeadQuery(is_stale=True), PageRequest()).items
    assert found.id == lead.id
    event, *_ = run_as(actor, leads.timeline, lead.id, PageRequest()).items
    assert (event.kind, event.data) == (EventKind.STALE, {"stage": "new", "days": 3})
    say(actor, mock_channel, sender=lead.contact_phone)
    assert run_as(actor, leads.get_lead, lead.id).stale_at is None


def test_a_longer_time_makes_a_stale_lead_fresh(actor, lead):
    set_up(actor, stale_days={Stage.NEW: 3})
    silent(actor, lead, 4)
    tend(actor.workspace_id)
    set_up(actor, stale_days={Stage.NEW: 10})
    assert run_as(actor, leads.get_lead, lead.id).stale_at is None


def test_points_decay_for_each_silent_day_once(actor, lead):
    set_up(actor, decay=Decay.POINTS, decay_amount=4, decay_after_days=2)
    tend(actor.workspace_id)
    assert score(actor, lead) == 25
    silent(actor, lead, 4)
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE lead SET decayed_on = NULL")
    for _ in range(2):
        tend(actor.workspace_id)
        assert score(actor, lead) == 25 - 3 * 4
    keys = {entry.cadence_key for entry in run_as(actor, leads.score_entries, lead.id)}
    today = datetime.now(UTC).date()
    assert {f"decay:{today - timedelta(days=n)}" for n in range(3)} < keys
    assert_lawful()


def test_decay_begins_when_it_is_switched_on(actor, lead):
    silent(actor, lead, 30)
    set_up(actor, decay=Decay.POINTS, decay_amount=4, decay_after_days=0)
    tend(actor.workspace_id)
    assert score(actor, lead) == 25


LAWFUL = st.builds(
    Lifecycle,
    decay=st.sampled_from(Decay),
    decay_amount=st.integers(1, 100),
    decay_after_days=st.integers(0, 20),
)
DAY = date(2026, 3, 1)


@given(LAWFUL, st.integers(-50, 500), st.integers(0, 60), st.integers(0, 60))
def test_decay_is_the_same_in_one_go_and_day_by_day(given_settings, start, pause, days):
    today = DAY + timedelta(days=days)
    ask = {"silent_since": DAY}
    whole = decayed(given_settings, start, after=DAY, today=today, **ask)
    middle = DAY + timedelta(days=min(pause, days))
    first = decayed(given_settings, start, after=DAY, today=middle, **ask)
    left = start + sum(lost for _, lost in first)
    second = decayed(given_settings, left, after=middle, today=today, **ask)
    assert first + second == whole
    assert start + sum(lost for _, lost in whole) >= min(start, 0)
    assert len({day for day, _ in whole}) == len(whole)


MATRIX = st.fixed_dictionaries(
    {stage: st.frozensets(st.sampled_from(OPEN_STAGES)) for stage in OPEN_STAGES}
)


@given(MATRIX)
def test_where_moves_keep_the_order_rules_end_at_the_same_stage(moves: Mapping):
    if not keeps_order(moves):
        return
    ends = set()
    for order in permutations(OPEN_STAGES):
        stage = Stage.NEW
        for wanted in order:
            stage = wanted if rule_may_move(stage, wanted, moves) else stage
        ends.add(stage)
    assert len(ends) == 1


ACTS = st.lists(
    st.sampled_from(["say", "price", "dispute", "decay", "merge", "move", "lose", "unmerge"]),
    max_size=9,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ACTS)
def test_the_score_is_the_ledger_whatever_happens(actor, operator, mock_channel, acts):
    set_up(actor, decay=Decay.POINTS, decay_amount=3, decay_after_days=0)
    run_as(actor, create_rule, points(9, "once"))
    run_as(actor, create_rule, points(5, word="price"))
    people = [say(actor, mock_channel, "the price") for _ in range(2)]
    for act in acts:
        _do(actor, operator, mock_channel, people, act)
        assert_lawful()
    for person in people:
        lead = run_as(actor, leads.current_lead, person.conversation_id)
        if lead:
            assert lead.score == run_as(actor, leads.waterfall, lead.id).score


def _do(actor, operator, channel, people, act):
    lead = run_as(actor, leads.current_lead, people[0].conversation_id)
    match act:
        case "say" | "price":
            people.append(say(actor, channel, act))
            people.pop(1 if len(people) > 2 and act == "say" else -1)
        case "dispute":
            for step in run_as(actor, leads.waterfall, lead.id).steps:
                if step.disputes is None and step.disputed_by is None:
                    run_as(operator, leads.dispute, lead.id, entry_id=step.entry.id, reason="x")
                    break
        case "decay":
            silent(actor, lead, 3)
            with unit_of_work(actor) as uow:
                uow.execute("UPDATE lead SET decayed_on = NULL")
            tend(actor.workspace_id)
        case "move" | "lose":
            stage = Stage.LOST if act == "lose" else Stage.NURTURED
            if lead.stage not in {Stage.LOST, stage}:
                run_as(operator, leads.set_stage, lead.id, stage=stage)
        case _:
            _merge(actor, people, act)


def _merge(actor, people, act):
    first, second = (person.contact_id for person in people[:2])
    if act == "merge":
        with unit_of_work(actor) as uow:
            alive = uow.execute(
                "SELECT count(*) FROM contact WHERE id IN (:a, :b)", {"a": first, "b": second}
            ).scalar_one()
        if alive == 2:
            run_as(actor, intake.merge_contacts, first, second)
        return
    with unit_of_work(actor) as uow:
        merges = (
            uow.execute(
                "SELECT id FROM contact_merge WHERE undone_at IS NULL AND survivor_id = :a"
                " ORDER BY id DESC LIMIT 1",
                {"a": first},
            )
            .scalars()
            .all()
        )
    for merge_id in merges:
        run_as(actor, intake.unmerge, merge_id)
