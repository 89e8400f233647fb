"""Leads: opened by messages, moved by rules and by people, counted from a ledger."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import IntegrityError

from backend import inbox, leads
from backend.auth import Actor, ActorKind, NotPermitted
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import (
    AnotherIsOpen,
    BadTag,
    BadValue,
    EventKind,
    LeadNotFound,
    LeadQuery,
    Stage,
)
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, create_channel, create_workspace, run_as, say
from tests.laws import assert_lawful

SENDER = "+12065550123"


@pytest.fixture
def lead(actor, mock_channel):
    """Let a customer write, which opens a lead."""
    landed = say(actor, mock_channel, sender=SENDER, profile_name="Ana")
    return run_as(actor, leads.get_lead, landed.lead_id)


def kinds(actor, lead_id):
    page = run_as(actor, leads.timeline, lead_id, PageRequest(limit=200))
    return [event.kind for event in page.items]


def test_the_first_message_opens_a_lead(actor, mock_channel):
    landed = say(actor, mock_channel, sender=SENDER, profile_name="Ana", timestamp=NOON)
    lead = run_as(actor, leads.get_lead, landed.lead_id)
    assert (lead.stage, lead.tags, lead.score, lead.value) == (Stage.NEW, (), 0, None)
    assert (lead.contact_name, lead.contact_phone) == ("Ana", SENDER)
    assert lead.conversation_id == landed.conversation_id
    assert lead.opened_at == lead.last_activity_at == NOON
    assert set(kinds(actor, lead.id)) == {EventKind.OPENED, EventKind.MESSAGE}


def test_the_next_message_belongs_to_the_same_lead(actor, mock_channel, lead):
    assert say(actor, mock_channel, sender=SENDER).lead_id == lead.id


def test_a_late_message_moves_the_beginning_and_not_the_end(actor, mock_channel):
    say(actor, mock_channel, sender=SENDER, timestamp=NOON)
    landed = say(actor, mock_channel, sender=SENDER, timestamp=NOON - timedelta(days=2))
    lead = run_as(actor, leads.get_lead, landed.lead_id)
    assert (lead.opened_at, lead.last_activity_at) == (NOON - timedelta(days=2), NOON)


@pytest.mark.parametrize("ended", [Stage.CONVERTED, Stage.LOST])
def test_a_customer_who_returns_is_a_new_lead(actor, operator, mock_channel, ended):
    first = say(actor, mock_channel, sender=SENDER)
    run_as(operator, leads.set_stage, first.lead_id, stage=ended)
    second = say(actor, mock_channel, sender=SENDER)
    assert second.lead_id != first.lead_id
    assert second.conversation_id == first.conversation_id
    assert run_as(actor, leads.get_lead, first.lead_id).stage is ended
    assert_lawful()


def test_the_same_customer_is_a_lead_on_each_channel(actor, lead):
    other = run_as(actor, create_channel)
    assert say(actor, other, sender=SENDER).lead_id != lead.id


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.NEW])
def test_a_person_may_move_a_lead_to_any_stage_and_back(operator, lead, stage):
    assert run_as(operator, leads.set_stage, lead.id, stage=stage).stage is stage
    assert run_as(operator, leads.set_stage, lead.id, stage=Stage.NEW).stage is Stage.NEW
    event, *_ = run_as(operator, leads.timeline, lead.id, PageRequest()).items
    assert (event.kind, event.actor_name) == (EventKind.STAGE, operator.name)
    assert event.data == {"from": stage, "to": Stage.NEW}


def test_the_same_stage_again_is_no_event(actor, operator, lead):
    before = kinds(actor, lead.id)
    run_as(operator, leads.set_stage, lead.id, stage=Stage.NEW)
    assert kinds(actor, lead.id) == before


def test_an_ended_lead_stays_ended_beside_an_open_one(actor, operator, mock_channel, lead):
    run_as(operator, leads.set_stage, lead.id, stage=Stage.LOST)
    say(actor, mock_channel, sender=SENDER)
    with pytest.raises(AnotherIsOpen):
        run_as(operator, leads.set_stage, lead.id, stage=Stage.NEW)
    assert run_as(actor, leads.get_lead, lead.id).stage is Stage.LOST


def test_tags_are_kept_in_lower_case_once_and_sorted(operator, lead):
    tagged = run_as(operator, leads.add_tags, lead.id, tags=[" VIP ", "vip", "Hot", ""])
    assert tagged.tags == ("hot", "vip")
    left = run_as(operator, leads.remove_tags, lead.id, tags=["HOT", "unknown"])
    assert left.tags == ("vip",)


@pytest.mark.parametrize("tags", [[], [""], ["x" * 61], ["a\x1fb"], ["a\nb"]])
def test_a_tag_that_cannot_be_kept_is_refused(operator, lead, tags):
    with pytest.raises(BadTag):
        run_as(operator, leads.add_tags, lead.id, tags=tags)


def test_a_tag_that_is_there_is_no_event(actor, operator, lead):
    run_as(operator, leads.add_tags, lead.id, tags=["vip"])
    before = kinds(actor, lead.id)
    run_as(operator, leads.add_tags, lead.id, tags=["vip"])
    assert kinds(actor, lead.id) == before


def test_a_value_carries_its_currency(operator, lead):
    worth = run_as(operator, leads.set_value, lead.id, value=Decimal("19.90"), currency="EUR")
    assert (worth.value, worth.currency) == (Decimal("19.90"), "EUR")
    nothing = run_as(operator, leads.set_value, lead.id, value=None, currency=None)
    assert (nothing.value, nothing.currency) == (None, None)


@pytest.mark.parametrize(
    ("value", "currency"),
    [
        (Decimal(1), None),
        (None, "EUR"),
        (Decimal(1), "eur"),
        (Decimal(1), "EURO"),
        (Decimal(1), ""),
        (Decimal("NaN"), "EUR"),
        (Decimal("Infinity"), "EUR"),
        (Decimal("1e20"), "EUR"),
        (Decimal(-1), "EUR"),
    ],
)
def test_a_value_that_means_nothing_is_refused(operator, lead, value, currency):
    with pytest.raises(BadValue):
        run_as(operator, leads.set_value, lead.id, value=value, currency=currency)


def test_the_database_itself_refuses_money_without_a_currency(actor, lead):
    with pytest.raises(IntegrityError), unit_of_work(actor) as uow:
        uow.execute("UPDATE lead SET value = 1 WHERE id = :id", {"id": lead.id})


@pytest.mark.parametrize(
    ("use_case", "named"),
    [
        (leads.get_lead, {}),
        (leads.score_entries, {}),
        (leads.set_stage, {"stage": Stage.LOST}),
        (leads.add_tags, {"tags": ["vip"]}),
        (leads.remove_tags, {"tags": ["vip"]}),
        (leads.set_value, {"value": None, "currency": None}),
    ],
)
def test_an_unknown_lead_and_one_of_others_look_alike(lead, use_case, named):
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    for lead_id in (lead.id, new_id()):
        with pytest.raises(LeadNotFound, match="no such lead"):
            run_as(stranger, use_case, lead_id, **named)


def test_a_key_that_may_only_read_changes_nothing(lead, actor):
    scopes = frozenset({"leads:read"})
    key = Actor(
        workspace_id=actor.workspace_id, kind=ActorKind.API_KEY, name="reader", scopes=scopes
    )
    assert run_as(key, leads.get_lead, lead.id) == lead
    with pytest.raises(NotPermitted):
        run_as(key, leads.set_stage, lead.id, stage=Stage.LOST)


def test_the_current_lead_of_a_conversation_is_the_open_one(actor, operator, mock_channel, lead):
    run_as(operator, leads.set_stage, lead.id, stage=Stage.LOST)
    ended = run_as(actor, leads.current_lead, lead.conversation_id)
    assert ended.id == lead.id
    fresh = say(actor, mock_channel, sender=SENDER)
    assert run_as(actor, leads.current_lead, lead.conversation_id).id == fresh.lead_id
    assert run_as(actor, leads.current_lead, new_id()) is None


def test_a_timeline_tells_what_the_customer_wrote_until_it_is_revoked(actor, mock_channel):
    landed = say(actor, mock_channel, "I want the price")
    events = run_as(actor, leads.timeline, landed.lead_id, PageRequest()).items
    assert {event.message_text for event in events} == {"I want the price"}
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE message SET revoked_at = now()")
    events = run_as(actor, leads.timeline, landed.lead_id, PageRequest()).items
    assert {event.message_text for event in events} == {None}


def test_a_lead_is_found_by_stage_tag_channel_contact_and_name(actor, operator, lead):
    run_as(operator, leads.add_tags, lead.id, tags=["vip"])
    found = [
        LeadQuery(stages=(Stage.NEW,)),
        LeadQuery(tags_all=(" VIP",)),
        LeadQuery(search="ana"),
        LeadQuery(channel_id=lead.channel_id),
        LeadQuery(contact_id=lead.contact_id),
    ]
    missing = [
        LeadQuery(stages=(Stage.LOST,)),
        LeadQuery(tags_all=("vi",)),
        LeadQuery(search="100%"),
        LeadQuery(channel_id=new_id()),
        LeadQuery(contact_id=new_id()),
    ]
    assert [len(listed(actor, query)) for query in found] == [1] * 5
    assert [len(listed(actor, query)) for query in missing] == [0] * 5


def listed(actor, query):
    return run_as(actor, leads.list_leads, query, PageRequest(limit=200)).items


def test_a_conversation_that_nobody_can_read_has_no_lead(actor, mock_channel):
    landed = say(actor, mock_channel)
    assert run_as(actor, inbox.get_conversation, landed.conversation_id)
    with unit_of_work(actor) as uow:
        assert leads.lead_of_message(uow, actor.workspace_id, new_id()) is None
