"""Lists: every order pages without gap or repetition, and costs the same for one row and many."""

from datetime import timedelta

import pytest

from backend import analytics, contacts, inbox, intake, leads, rules
from backend.inbox import ConversationQuery
from backend.intake import EventQuery
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery, LeadSort
from tests.factories import (
    NOON,
    create_rule,
    deliver,
    envelope,
    mentions,
    message,
    rule,
    run_as,
)
from tests.statements import statements

POINTS = [{"action": "add_points", "points": 5, "reason": "wrote"}]


@pytest.fixture
def twenty(actor, whatsapp_channel):
    """Let twenty customers write, some at the same moment, some with points."""
    run_as(actor, create_rule, rule(when=mentions("price"), then=POINTS))
    write(actor, whatsapp_channel, range(20))


def write(actor, channel, numbers):
    sent = [
        message(
            at=NOON + timedelta(minutes=number // 3),
            sender=f"1650556{number:04}",
            text="price" if number % 4 == 0 else "hello",
        )
        for number in numbers
    ]
    deliver(actor, channel, envelope(messages=sent))


@pytest.mark.usefixtures("twenty")
@pytest.mark.parametrize("limit", [1, 3, 19, 20, 50])
@pytest.mark.parametrize("sort", LeadSort)
def test_pages_of_leads_leave_no_gap(actor, sort, limit):
    query = LeadQuery(sort=sort)
    everything = run_as(actor, leads.list_leads, query, PageRequest(limit=200)).items
    seen, cursor = [], None
    while True:
        page = run_as(actor, leads.list_leads, query, PageRequest(limit=limit, cursor=cursor))
        assert len(page.items) <= limit
        seen += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(everything)
    assert len({lead.id for lead in seen}) == 20
    column = sort.removeprefix("-")
    values = [getattr(lead, column) for lead in seen]
    assert values == sorted(values, reverse=True)


LISTS = {
    "leads": lambda uow, actor: leads.list_leads(uow, actor, LeadQuery(), PageRequest(limit=100)),
    "conversations": lambda uow, actor: inbox.list_conversations(
        uow, actor, ConversationQuery(), PageRequest(limit=100)
    ),
    "contacts": lambda uow, actor: contacts.list_contacts(uow, actor, PageRequest(limit=100)),
    "events": lambda uow, actor: intake.list_events(
        uow, actor, EventQuery(), PageRequest(limit=100)
    ),
    "rules": lambda uow, actor: rules.list_rules(uow, actor, PageRequest(limit=100)),
    "overview": analytics.overview,
}


@pytest.mark.parametrize("read", LISTS.values(), ids=LISTS.keys())
def test_a_list_costs_as_many_statements_for_a_hundred_rows_as_for_one(
    actor, whatsapp_channel, read
):
    def cost():
        with statements() as seen:
            run_as(actor, read)
        return len(seen)

    write(actor, whatsapp_channel, range(1))
    for_one = cost()
    write(actor, whatsapp_channel, range(1, 100))
    assert cost() == for_one <= 8


def test_a_batch_costs_as_many_statements_for_a_hundred_messages_as_for_two(
    actor, whatsapp_channel
):
    def cost(numbers):
        with statements() as seen:
            write(actor, whatsapp_channel, numbers)
        return len(seen)

    run_as(actor, create_rule, rule(then=POINTS))
    cost(range(1))
    for_two = cost(range(1, 3))
    assert cost(range(3, 103)) <= for_two + 2
