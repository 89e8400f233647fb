from itertools import product

import pytest

from backend.leads.policy import (
    FUNNEL,
    Stage,
    clean_tags,
    further,
    has_ended,
    means_qualified,
    rule_may_move,
)


@pytest.mark.parametrize("stage", Stage)
def test_only_converted_and_lost_leads_have_ended(stage):
    assert has_ended(stage) is (stage in {Stage.CONVERTED, Stage.LOST})


@pytest.mark.parametrize("stage", Stage)
def test_whoever_is_past_new_and_not_lost_counts_as_qualified(stage):
    assert means_qualified(stage) is (stage not in {Stage.NEW, Stage.LOST})


@pytest.mark.parametrize(("current", "wanted"), list(product(FUNNEL, FUNNEL)))
def test_a_rule_moves_forward_only(current, wanted):
    is_forward = FUNNEL.index(wanted) > FUNNEL.index(current)
    assert rule_may_move(current, wanted) is (is_forward and current is not Stage.CONVERTED)


@pytest.mark.parametrize("current", Stage)
def test_a_rule_may_give_up_what_has_not_ended(current):
    assert rule_may_move(current, Stage.LOST) is not has_ended(current)


@pytest.mark.parametrize(("left", "right"), list(product(FUNNEL, FUNNEL)))
def test_of_two_leads_the_further_one_counts(left, right):
    assert further(left, right) is FUNNEL[max(FUNNEL.index(left), FUNNEL.index(right))]


@pytest.mark.parametrize(
    ("given", "kept"),
    [([], ()), (["", " "], ()), (["B", " a "], ("a", "b")), (["A", "a"], ("a",))],
)
def test_tags_are_trimmed_lowered_and_sorted(given, kept):
    assert clean_tags(given) == kept
