"""Two people who turn out to be one: their conversations, leads and points become one history."""

from datetime import timedelta
from decimal import Decimal

import pytest

from backend import attribution, contacts, inbox, leads
from backend.inbox import ConversationQuery
from backend.kit.paging import PageRequest
from backend.leads import EventKind, LeadQuery, Stage
from tests.factories import NOON, deliver, envelope, message, run_as
from tests.laws import assert_lawful

PHONE = "16505551234"
USER_ID = "US.13491208655302741918"


@pytest.fixture
def two(actor, whatsapp_channel, demo_rules):
    """Let one customer write under a number, then under a user id."""
    assert demo_rules
    by_phone = message(sender=PHONE, text="the price?", at=NOON)
    by_user_id = {**message(text="I buy it", at=NOON + timedelta(hours=1)), "from_user_id": USER_ID}
    del by_user_id["from"]
    deliver(actor, whatsapp_channel, envelope(messages=[by_phone]), envelope(messages=[by_user_id]))
    return whatsapp_channel


@pytest.fixture
def joined(actor, two):
    """Let them write once more, showing that they are one."""
    both = {**message(sender=PHONE, at=NOON + timedelta(hours=2)), "from_user_id": USER_ID}
    deliver(actor, two, envelope(messages=[both]))


def _opened_at(lead):
    return lead.opened_at


def listed(actor, use_case, *query):
    return run_as(actor, use_case, *query, PageRequest()).items


@pytest.mark.usefixtures("two")
def test_before_they_are_two(actor):
    assert len(listed(actor, contacts.list_contacts)) == 2
    assert len(listed(actor, leads.list_leads, LeadQuery())) == 2


@pytest.mark.usefixtures("joined")
def test_one_contact_is_left_with_both_names(actor):
    (contact,) = listed(actor, contacts.list_contacts)
    assert (contact.phone, contact.bsuid) == (f"+{PHONE}", USER_ID)
    assert_lawful()


@pytest.mark.usefixtures("joined")
def test_one_conversation_is_left_with_every_message(actor):
    (shown,) = listed(actor, inbox.list_conversations, ConversationQuery())
    assert shown.unread_count == len(listed(actor, inbox.list_messages, shown.id)) == 3
    assert (shown.opened_at, shown.last_message_at) == (NOON, NOON + timedelta(hours=2))


@pytest.mark.usefixtures("joined")
def test_one_lead_is_left_with_the_points_of_both_counted_once(actor):
    (lead,) = listed(actor, leads.list_leads, LeadQuery())
    points = run_as(actor, leads.score_entries, lead.id)
    assert sorted(entry.points for entry in points) == [1, 20, 30]
    assert lead.score == 51
    assert (lead.tags, lead.stage) == (("buyer", "pricing"), Stage.QUALIFIED)
    assert (lead.opened_at, lead.last_activity_at) == (NOON, NOON + timedelta(hours=2))


@pytest.mark.usefixtures("joined")
def test_the_timeline_explains_the_score(actor):
    (lead,) = listed(actor, leads.list_leads, LeadQuery())
    events = listed(actor, leads.timeline, lead.id)
    told = [event.data["points"] for event in events if event.kind is EventKind.SCORED]
    assert sum(told) == lead.score
    assert [event.kind for event in events].count(EventKind.OPENED) == 1
    assert [event.kind for event in events].count(EventKind.MERGED) == 1


@pytest.mark.usefixtures("joined")
def test_one_channel_touch_is_left_the_earliest(actor):
    (lead,) = listed(actor, leads.list_leads, LeadQuery())
    (touch,) = run_as(actor, attribution.list_touches, lead.id)
    assert touch.occurred_at == NOON


def test_a_lead_that_ended_stays_by_itself(actor, operator, two):
    older, newer = sorted(listed(actor, leads.list_leads, LeadQuery()), key=_opened_at)
    run_as(operator, leads.set_stage, older.id, stage=Stage.CONVERTED)
    both = {**message(sender=PHONE, at=NOON + timedelta(hours=2)), "from_user_id": USER_ID}
    deliver(actor, two, envelope(messages=[both]))
    found = {lead.id: lead.stage for lead in listed(actor, leads.list_leads, LeadQuery())}
    assert found == {older.id: Stage.CONVERTED, newer.id: Stage.QUALIFIED}
    assert_lawful()


def test_a_value_said_by_hand_survives(actor, operator, two):
    for lead in listed(actor, leads.list_leads, LeadQuery()):
        if lead.contact_phone is None:
            run_as(operator, leads.set_value, lead.id, value=Decimal(10), currency="EUR")
            run_as(operator, leads.add_tags, lead.id, tags=["vip"])
    both = {**message(sender=PHONE, at=NOON + timedelta(hours=2)), "from_user_id": USER_ID}
    deliver(actor, two, envelope(messages=[both]))
    (lead,) = listed(actor, leads.list_leads, LeadQuery())
    assert (lead.value, lead.currency) == (10, "EUR")
    assert "vip" in lead.tags
