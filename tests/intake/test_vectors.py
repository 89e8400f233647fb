"""What each of the shipped deliveries becomes."""

import pytest

from backend import intake
from backend.intake import EventQuery, EventState
from backend.kit.paging import PageRequest
from tests.factories import deliver, run_as
from tests.intake.delivering import unlike_deliveries
from tests.laws import assert_lawful
from tests.vectors import WHATSAPP, signed_by_meta

READABLE = {
    "text",
    "button",
    "interactive",
    "image",
    "video",
    "audio",
    "document",
    "sticker",
    "location",
    "contacts",
    "order",
}
QUIET = {"reaction", "edit", "revoke", "system"}

COUNTS = """
SELECT (SELECT count(*) FROM message) AS messages,
       (SELECT count(*) FROM lead) AS leads,
       (SELECT count(*) FROM lead_event WHERE kind = 'message.received') AS in_leads,
       (SELECT count(*) FROM message_annotation) AS annotations,
       (SELECT count(*) FROM message_status) AS statuses,
       (SELECT count(*) FROM webhook_event WHERE state <> 'processed') AS unprocessed
"""


def counts(actor):
    found = run_as(actor, lambda uow, _: dict(uow.execute(COUNTS).mappings().one()))
    return {name: count for name, count in found.items() if count}


def items(delivery, part):
    values = [change["value"] for entry in delivery["entry"] for change in entry["changes"]]
    return [item for value in values for item in value.get(part, ())]


def shipped(part, wanted):
    return [
        pytest.param(delivery, id=name)
        for name, delivery in WHATSAPP.items()
        if [item for item in items(delivery, part) if wanted(item)]
    ]


def is_readable(item):
    return item["type"] in READABLE and item["type"] in item


def is_unreadable(item):
    return not is_readable(item) and item["type"] not in QUIET


@pytest.mark.parametrize("delivery", shipped("messages", is_readable))
def test_a_message_becomes_one_message_of_a_lead(actor, whatsapp_channel, delivery):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {"messages": 1, "leads": 1, "in_leads": 1}


@pytest.mark.parametrize("delivery", shipped("messages", is_unreadable))
def test_a_message_nobody_can_read_is_kept_and_opens_no_lead(actor, whatsapp_channel, delivery):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {"messages": 1}


@pytest.mark.parametrize(
    "delivery",
    shipped("messages", lambda item: item["type"] in QUIET - {"system"})
    + shipped("message_echoes", lambda item: item["type"] in QUIET),
)
def test_a_reaction_an_edit_and_a_revocation_are_no_message(actor, whatsapp_channel, delivery):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {"annotations": 1}


@pytest.mark.parametrize("delivery", shipped("messages", lambda item: item["type"] == "system"))
def test_a_note_of_the_system_is_no_message(actor, whatsapp_channel, delivery):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {}


@pytest.mark.parametrize(
    "delivery", shipped("message_echoes", lambda item: item["type"] in READABLE)
)
def test_what_the_business_wrote_elsewhere_is_a_message_and_no_lead(
    actor, whatsapp_channel, delivery
):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {"messages": 1}


@pytest.mark.parametrize(
    "delivery", shipped("statuses", lambda item: not {"type", "recipient_type"} & item.keys())
)
def test_a_status_is_kept_also_without_its_message(actor, whatsapp_channel, delivery):
    deliver(actor, whatsapp_channel, delivery)
    assert counts(actor) == {"statuses": 1}


def test_no_shipped_delivery_fails(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, *unlike_deliveries().values())
    query = EventQuery(state=EventState.QUARANTINED)
    assert run_as(actor, intake.list_events, query, PageRequest()).items == ()
    assert_lawful()


def test_what_meta_signed_becomes_messages(actor, whatsapp_channel):
    assert deliver(actor, whatsapp_channel, signed_by_meta().body) == 1
    assert "unprocessed" not in counts(actor)
