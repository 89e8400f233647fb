"""A plan and a seed decide; a plan that cannot be read says why."""

import pytest

from backend.sandbox import FaultPlan, plan_of, read_plan
from backend.sandbox.faults import CallFault, PlanInvalid, call_fate, webhook_fate

MIXED = FaultPlan(
    latency_ms=(1, 50), error_share=0.2, reset_share=0.2, duplicate_share=0.5, reorder_seconds=3
)


def test_the_same_seed_decides_the_same():
    first = [(call_fate(MIXED, 3, n), webhook_fate(MIXED, 3, n)) for n in range(200)]
    again = [(call_fate(MIXED, 3, n), webhook_fate(MIXED, 3, n)) for n in reversed(range(200))]
    assert first == again[::-1]


def test_another_seed_decides_otherwise():
    assert [call_fate(MIXED, 3, n) for n in range(50)] != [
        call_fate(MIXED, 4, n) for n in range(50)
    ]


def test_shares_are_kept():
    faults = [call_fate(MIXED, 1, n).fault for n in range(5_000)]
    assert 900 < faults.count(CallFault.ERROR) < 1_100
    assert 900 < faults.count(CallFault.RESET) < 1_100
    assert 2_800 < faults.count(CallFault.NONE) < 3_200


def test_a_plan_is_read_from_json():
    plan = read_plan('{"latency_ms": [5, 20], "throttled_share": 0.25, "outage_seconds": 3}')
    assert plan == FaultPlan(latency_ms=(5, 20), throttled_share=0.25, outage_seconds=3)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "JSON"),
        ('{"typo_share": 1}', "typo_share"),
        ('{"reset_share": 2}', "reset_share"),
        ('{"reset_share": 0.6, "slow_share": 0.6}', "more than 1"),
        ('{"refused_share": 0.6}', "refusal_codes"),
        ('{"latency_ms": [9, 1]}', "latency_ms"),
    ],
)
def test_a_wrong_plan_says_what_is_wrong(text, said):
    with pytest.raises(PlanInvalid, match=said):
        read_plan(text)


@pytest.mark.parametrize(
    ("words", "plan"),
    [
        ((), FaultPlan()),
        (
            ("latency_ms=5,20", "duplicate_times=2"),
            FaultPlan(latency_ms=(5, 20), duplicate_times=2),
        ),
        (("has_paused_templates",), FaultPlan(has_paused_templates=True)),
        (("reset_share",), FaultPlan(reset_share=1)),
        (
            ("refused_share=0.5", "refusal_codes=131056,131047"),
            FaultPlan(refused_share=0.5, refusal_codes=("131056", "131047")),
        ),
        (
            ("refused_share=1", "refusal_codes=131056"),
            FaultPlan(refused_share=1, refusal_codes=("131056",)),
        ),
    ],
)
def test_a_plan_is_read_from_words(words, plan):
    assert plan_of(words) == plan


@pytest.mark.parametrize("word", ["duplicates=1", "=1", "duplicate_share=often", "reset_share=2"])
def test_a_wrong_word_is_refused(word):
    with pytest.raises(PlanInvalid):
        plan_of([word])
