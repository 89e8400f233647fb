"""The demo workspace: a channel to try, and rules that answer the first question."""

import pytest

from backend import auth, channels, leads, rules, seed
from backend.auth import Actor
from backend.channels import Provider
from backend.kit.paging import PageRequest
from backend.leads import Stage
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import run_as, say


@pytest.fixture
def demo(database):
    """Start for the first time."""
    assert database
    with unit_of_work(SYSTEM) as uow:
        auth.ensure_first_admin(uow)
        seed.plant_demo(uow)
        return Actor.system(auth.sole_workspace(uow).id)


def test_there_is_a_mock_channel_and_rules_in_force(demo):
    (channel,) = run_as(demo, channels.list_channels).items
    assert (channel.provider, channel.can_reply) == (Provider.MOCK, True)
    found = run_as(demo, rules.list_rules, PageRequest()).items
    assert len(found) == 4
    assert all(rule.is_enabled for rule in found)


def test_planting_again_changes_nothing(demo):
    with unit_of_work(SYSTEM) as uow:
        seed.plant_demo(uow)
    assert len(run_as(demo, channels.list_channels).items) == 1
    assert len(run_as(demo, rules.list_rules, PageRequest()).items) == 4


@pytest.mark.parametrize(
    ("text", "tags", "score", "stage"),
    [
        ("I want the price", ("pricing",), 21, Stage.QUALIFIED),
        ("what does it COST?", ("pricing",), 21, Stage.QUALIFIED),
        ("I buy it, how much?", ("buyer", "pricing"), 51, Stage.QUALIFIED),
        ("hello", (), 1, Stage.NEW),
        ("priceless", (), 1, Stage.NEW),
    ],
)
def test_the_first_message_is_answered_by_the_rules(demo, text, tags, score, stage):
    (channel,) = run_as(demo, channels.list_channels).items
    landed = say(demo, channel, text, sender="+12065550123")
    lead = run_as(demo, leads.get_lead, landed.lead_id)
    assert (lead.tags, lead.score, lead.stage) == (tags, score, stage)


def test_one_word_repeated_does_not_add_up(demo):
    (channel,) = run_as(demo, channels.list_channels).items
    for _ in range(5):
        landed = say(demo, channel, "price price price", sender="+12065550123")
    assert run_as(demo, leads.get_lead, landed.lead_id).score == 21
