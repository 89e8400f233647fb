"""However a provider delivers, the same deliveries end in the same rows."""

import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.intake.canonical import canonical_state
from tests.intake.delivering import (
    deliver_in_disorder,
    deliver_in_order,
    new_scene,
    unlike_deliveries,
)
from tests.intake.scenarios import stories
from tests.laws import assert_lawful

pytestmark = pytest.mark.usefixtures("database")


def outcome_in_order(deliveries):
    actor, channel = new_scene()
    deliver_in_order(actor, channel, deliveries)
    return canonical_state(actor)


def outcome_in_disorder(deliveries, chance):
    actor, channel = new_scene()
    deliver_in_disorder(actor, channel, deliveries, chance=chance)
    return canonical_state(actor)


def assert_same(actual, expected):
    for table, rows in expected.items():
        assert actual[table] == rows, table


@pytest.mark.parametrize("seed", range(6))
def test_the_shipped_deliveries_end_in_one_state(seed):
    deliveries = list(unlike_deliveries().values())
    expected = outcome_in_order(deliveries)
    assert_same(outcome_in_disorder(deliveries, random.Random(seed)), expected)
    assert_lawful()


# A story is short enough to be read whole; making it shorter takes minutes.
@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deliveries=stories(), seed=st.integers(0, 999))
def story_ends_in_one_state(deliveries, seed):
    expected = outcome_in_order(deliveries)
    assert_same(outcome_in_disorder(deliveries, random.Random(seed)), expected)


@pytest.mark.timeout(300)
def test_a_story_ends_in_one_state():
    story_ends_in_one_state()
    assert_lawful()
