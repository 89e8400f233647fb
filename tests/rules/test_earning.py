"""Points with a limit: never more in all, never sooner than agreed, live as in a rehearsal."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import leads, rules
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import LeadState, Stage
from backend.rules import BacktestInput, RuleInvalid
from backend.rules.definition import AddPoints
from backend.rules.facts import MessageFacts
from backend.rules.policy import perform
from tests.factories import NOON, create_rule, rule, run_as, say

UTC_ZONE = ZoneInfo("UTC")
EVERY = {"action": "add_points", "points": 10, "cadence": "every"}


def lead():
    return LeadState(lead_id=new_id(), stage=Stage.NEW, tags=set(), score=0)


def message(number, hours):
    return MessageFacts(
        message_id=UUID(int=number),
        sent_at=NOON + timedelta(hours=hours),
        channel_id="",
        kind="text",
        text="",
        choice="",
        has_referral=False,
    )


def given_points(action, hours):
    """Return what each message earned, by its hour."""
    one, asked = lead(), AddPoints.model_validate(action)
    earned = []
    for number, hour in enumerate(hours):
        change = perform(asked, message(number, hour), one, key="r:0", timezone=UTC_ZONE)
        earned.append(change.data["points"] if change else 0)
    assert one.score == sum(earned)
    return earned


@pytest.mark.parametrize(
    ("limits", "hours", "expected"),
    [
        ({"cap": 25}, [0, 1, 2, 3], [10, 10, 5, 0]),
        ({"cap": 25, "points": -10}, [0, 1, 2, 3], [-10, -10, -5, 0]),
        ({"cooldown_hours": 2}, [0, 1, 2, 3.5, 4], [10, 0, 10, 0, 10]),
        ({"cooldown_hours": 2}, [4, 3, 2, 0], [10, 0, 10, 10]),
        ({"cooldown_hours": 2, "cap": 15}, [0, 1, 2, 9], [10, 0, 5, 0]),
        ({"cadence": "daily", "cap": 15}, [0, 1, 24, 48], [10, 0, 5, 0]),
        ({"cadence": "daily", "cooldown_hours": 30}, [0, 24, 48], [10, 0, 10]),
    ],
)
def test_points_are_limited_in_all_and_in_time(limits, hours, expected):
    assert given_points(EVERY | limits, hours) == expected


@given(
    st.integers(1, 60),
    st.integers(1, 50),
    st.integers(-30, 30),
    st.lists(st.integers(0, 300), max_size=20),
)
def test_no_limit_is_ever_passed(cap, cooldown, points, hours):
    limits = {"cap": cap, "cooldown_hours": cooldown, "points": points}
    earned = given_points(EVERY | limits, hours)
    assert abs(sum(earned)) <= cap
    when = sorted(hour for hour, each in zip(hours, earned, strict=True) if each)
    assert all(later - earlier >= cooldown for earlier, later in pairwise(when))


def test_two_actions_of_a_rule_have_limits_of_their_own():
    one = lead()
    for number in range(3):
        for key in ("r:0", "r:1", "r:10"):
            asked = AddPoints.model_validate(EVERY | {"cap": 15})
            perform(asked, message(number, number), one, key=key, timezone=UTC_ZONE)
    assert one.score == 45


def test_what_is_given_once_needs_no_limit(actor):
    once = {"action": "add_points", "points": 5, "cadence": "once", "cap": 10}
    given = rules.RuleInput(name="A", priority=1, definition={"if": {"all": []}, "then": [once]})
    with pytest.raises(RuleInvalid) as refused:
        run_as(actor, rules.create_rule, given)
    assert [fault.place for fault in refused.value.faults] == ["definition.then.0.cap"]


def test_live_points_keep_their_limits_and_the_backtest_agrees(actor, mock_channel):
    limited = EVERY | {"cap": 25, "cooldown_hours": 2}
    daily = {"action": "add_points", "points": 7, "cadence": "daily", "cap": 10}
    run_as(actor, create_rule, rule(then=[limited, daily]))
    for hours in (0, 1, 2, 5, 30, 54):
        at = NOON + timedelta(hours=hours)
        said = say(actor, mock_channel, sender="+12065550123", timestamp=at)
    assert run_as(actor, leads.get_lead, said.lead_id).score == 25 + 10
    asked = run_as(actor, rules.start_backtest, BacktestInput(days=3_650))
    rules.work_off_backtest(actor.workspace_id, asked.id)
    report = run_as(actor, rules.get_backtest, asked.id).report
    assert (report.messages, report.difference_count, report.touched) == (6, 0, 0)
    runs = run_as(actor, rules.list_runs, rules.RunQuery(lead_id=said.lead_id), PageRequest()).items
    run_as(actor, rules.undo_run, runs[-1].id)
    assert run_as(actor, leads.get_lead, said.lead_id).score == 35 - 17
