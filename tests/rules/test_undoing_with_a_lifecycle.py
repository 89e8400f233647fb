"""Undo beside disputes and beside the moves that a workspace allows."""

import pytest

from backend import leads, rules
from backend.kit.paging import PageRequest
from backend.leads import CannotDispute, Stage
from backend.leads.lifecycle_policy import EVERY_MOVE
from backend.rules import RunQuery
from tests.factories import create_rule, mentions, rule, run_as, say
from tests.laws import assert_lawful
from tests.leads._lifecycles import set_up

NOT_AT_ONCE = {**EVERY_MOVE, Stage.NEW: frozenset({Stage.QUALIFIED, Stage.LOST})}


def moving(word, stage):
    return rule(when=mentions(word), then=[{"action": "set_stage", "stage": stage}])


def run_of(actor, lead_id, message_id=None):
    asked = RunQuery(lead_id=lead_id)
    found = run_as(actor, rules.list_runs, asked, PageRequest(limit=50)).items
    (run,) = [run for run in found if message_id in {None, run.message_id}]
    return run


@pytest.fixture
def scored(actor, mock_channel):
    """A lead with 10 points of one run."""
    run_as(actor, create_rule, rule(then=[{"action": "add_points", "points": 10}]))
    return run_as(actor, leads.get_lead, say(actor, mock_channel, "Hello").lead_id)


def dispute(operator, lead):
    first = run_as(operator, leads.score_entries, lead.id)[0]
    return run_as(operator, leads.dispute, lead.id, entry_id=first.id, reason="No lead at all")


def test_points_that_were_disputed_are_not_taken_back_again(actor, admin, operator, scored):
    assert dispute(operator, scored).score == 0
    run_as(admin, rules.undo_run, run_of(actor, scored.id).id)
    assert run_as(operator, leads.waterfall, scored.id).score == 0
    assert_lawful()


def test_points_that_were_undone_are_not_disputed(actor, admin, operator, scored):
    run_as(admin, rules.undo_run, run_of(actor, scored.id).id)
    with pytest.raises(CannotDispute):
        dispute(operator, scored)
    assert run_as(operator, leads.get_lead, scored.id).score == 0


def test_what_is_left_moves_as_the_workspace_allows(actor, admin, mock_channel):
    set_up(actor, moves=NOT_AT_ONCE)
    for word, stage in (("price", "qualified"), ("demo", "nurtured")):
        run_as(actor, create_rule, moving(word, stage))
    first = say(actor, mock_channel, "the price", sender="+447700900123")
    say(actor, mock_channel, "a demo", sender="+447700900123")
    assert run_as(actor, leads.get_lead, first.lead_id).stage is Stage.NURTURED
    run_as(admin, rules.undo_run, run_of(actor, first.lead_id, first.message_id).id)
    assert run_as(actor, leads.get_lead, first.lead_id).stage is Stage.NEW
    assert_lawful()


def test_what_was_allowed_then_is_undone_now(actor, admin, mock_channel):
    run_as(actor, create_rule, moving("demo", "nurtured"))
    landed = say(actor, mock_channel, "a demo")
    set_up(actor, moves=NOT_AT_ONCE)
    run_as(admin, rules.undo_run, run_of(actor, landed.lead_id).id)
    assert run_as(actor, leads.get_lead, landed.lead_id).stage is Stage.NEW
    assert_lawful()
