"""Whose task a lead is: written in its story, told to its owner, and asked for."""

import pytest

from backend import leads, notices
from backend.auth import NotPermitted, Role
from backend.inbox import NoColleague
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import EventKind, LeadNotFound, LeadQuery
from tests.factories import create_user, run_as, say


@pytest.fixture
def lead_id(actor, mock_channel):
    return say(actor, mock_channel, profile_name="Maya Chen").lead_id


@pytest.fixture
def bo(actor):
    return run_as(actor, create_user)


def story(actor, lead_id):
    items = run_as(actor, leads.timeline, lead_id, PageRequest()).items
    return [item.data for item in items if item.kind is EventKind.OWNED]


def told(person):
    return [one.text for one in run_as(person, notices.list_notices, PageRequest()).items]


def test_an_owner_is_in_the_story_and_is_told_once(actor, operator, bo, lead_id):
    for _ in range(2):
        lead = run_as(operator, leads.set_owner, lead_id, user_id=bo.user_id)
    assert (lead.owner_id, lead.owner_name) == (bo.user_id, bo.name)
    assert story(actor, lead_id) == [{"to": bo.name}]
    assert told(bo) == [f"{operator.name} made Maya Chen your lead"]


def test_nobody_is_an_owner_too_and_who_takes_a_lead_needs_no_notice(actor, operator, lead_id):
    run_as(operator, leads.set_owner, lead_id, user_id=operator.user_id)
    mine = run_as(operator, leads.list_leads, LeadQuery(owner_id=operator.user_id), PageRequest())
    assert [item.id for item in mine.items] == [lead_id]
    assert run_as(operator, leads.set_owner, lead_id, user_id=None).owner_name is None
    assert story(actor, lead_id) == [{"to": None}, {"to": operator.name}]
    assert told(operator) == []
    left = run_as(operator, leads.list_leads, LeadQuery(is_unowned=True), PageRequest())
    assert [item.id for item in left.items] == [lead_id]


def test_a_lead_is_given_to_colleagues_alone(actor, operator, lead_id):
    viewer = run_as(actor, create_user, role=Role.VIEWER, email="vi@leadflow.example")
    for stranger in (viewer.user_id, new_id()):
        with pytest.raises(NoColleague) as refused:
            run_as(operator, leads.set_owner, lead_id, user_id=stranger)
        assert refused.value.field == "user_id"
    with pytest.raises(NotPermitted):
        run_as(viewer, leads.set_owner, lead_id, user_id=None)
    with pytest.raises(LeadNotFound):
        run_as(operator, leads.set_owner, new_id(), user_id=None)
    assert story(actor, lead_id) == []
