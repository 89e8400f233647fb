"""What becomes of a customer who writes again after their lead was lost."""

from datetime import timedelta

import pytest

from backend import intake, leads
from backend.kit.paging import PageRequest
from backend.leads import EventKind, LeadQuery, NotReturned, Returning, Stage
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_rule, phone_number, rule, run_as, say
from tests.laws import assert_lawful
from tests.leads._lifecycles import set_up


@pytest.fixture
def sender():
    return phone_number()


@pytest.fixture
def lost(actor, operator, mock_channel, sender):
    landed = say(actor, mock_channel, sender=sender)
    return run_as(operator, leads.set_stage, landed.lead_id, stage=Stage.LOST)


def ended_ago(actor, lead, days):
    with unit_of_work(actor) as uow:
        uow.execute(
            "UPDATE lead SET lost_at = lost_at - make_interval(days => :days) WHERE id = :id",
            {"id": lead.id, "days": days},
        )


def test_a_lost_lead_is_opened_again(actor, mock_channel, lost, sender):
    set_up(actor, returning=Returning.REOPEN)
    assert say(actor, mock_channel, sender=sender).lead_id == lost.id
    lead = run_as(actor, leads.get_lead, lost.id)
    assert (lead.stage, lead.loss_reason) == (Stage.NEW, None)
    told = [event.kind for event in run_as(actor, leads.timeline, lost.id, PageRequest()).items]
    assert told.count(EventKind.STAGE) == 2
    assert say(actor, mock_channel, sender=sender).lead_id == lost.id
    assert_lawful()


def test_one_that_was_qualified_is_qualified_again(actor, operator, mock_channel, lost, sender):
    set_up(actor, returning=Returning.REOPEN)
    for stage in (Stage.QUALIFIED, Stage.LOST):
        run_as(operator, leads.set_stage, lost.id, stage=stage)
    say(actor, mock_channel, sender=sender)
    assert run_as(actor, leads.get_lead, lost.id).stage is Stage.QUALIFIED


def test_after_too_many_days_it_is_a_new_lead(actor, mock_channel, lost, sender):
    set_up(actor, returning=Returning.REOPEN, reopen_days=30)
    ended_ago(actor, lost, 31)
    assert say(actor, mock_channel, sender=sender).lead_id != lost.id


def test_a_message_from_before_the_loss_opens_nothing_again(actor, mock_channel, lost, sender):
    set_up(actor, returning=Returning.REOPEN)
    late = lost.opened_at - timedelta(hours=1)
    assert say(actor, mock_channel, sender=sender, timestamp=late).lead_id != lost.id


def test_who_bought_is_a_new_lead(actor, operator, mock_channel, sender):
    set_up(actor, returning=Returning.REOPEN)
    won = say(actor, mock_channel, sender=sender).lead_id
    run_as(operator, leads.set_stage, won, stage=Stage.CONVERTED)
    assert say(actor, mock_channel, sender=sender).lead_id != won


def test_somebody_is_asked_and_keeps_the_new_one(actor, operator, mock_channel, lost, sender):
    set_up(actor, returning=Returning.ASK)
    fresh = say(actor, mock_channel, sender=sender).lead_id
    assert fresh != lost.id
    query = LeadQuery(has_returned=True)
    (asked,) = run_as(actor, leads.list_leads, query, PageRequest()).items
    assert (asked.id, asked.returned_from) == (fresh, lost.id)
    assert run_as(operator, leads.keep_return, fresh).returned_from is None
    with pytest.raises(NotReturned):
        run_as(operator, leads.keep_return, fresh)


def test_somebody_is_asked_and_opens_the_old_one(actor, operator, mock_channel, lost, sender):
    set_up(actor, returning=Returning.ASK)
    run_as(
        actor, create_rule, rule(then=[{"action": "add_points", "points": 7, "cadence": "once"}])
    )
    fresh = say(actor, mock_channel, "again", sender=sender).lead_id
    run_as(operator, leads.add_tags, fresh, tags=["back"])
    whole = run_as(operator, intake.reopen_lead, fresh)
    assert (whole.id, whole.stage, whole.tags, whole.score) == (lost.id, Stage.NEW, ("back",), 7)
    assert say(actor, mock_channel, sender=sender).lead_id == lost.id
    with pytest.raises(leads.LeadNotFound):
        run_as(actor, leads.get_lead, fresh)
    assert_lawful()
