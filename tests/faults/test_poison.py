"""F14: deliveries that nobody can read, or that break whoever reads them, stand alone."""

import json
from itertools import count

import pytest

from backend import intake
from backend.channels.adapters.whatsapp_cloud import WhatsAppCloudAdapter
from backend.intake import EventQuery, EventState
from backend.intake.webhooks import MAX_BODY_BYTES
from backend.kit.paging import PageRequest
from tests.factories import envelope, message, run_as
from tests.faults._provider import deliveries
from tests.faults._system import ask
from tests.intake.test_webhooks import delivery, send
from tests.laws import assert_lawful

THREE_MB = 3 * 1024 * 1024
CRASH = "a text that the parser cannot bear"
NEIGHBOURS = 60


_numbers = count(1)


def written(**fields):
    fields.setdefault("id", f"wamid.poison.{next(_numbers)}")
    return json.dumps(envelope(messages=[message(**fields)])).encode()


def deep(levels):
    return b'{"object": "whatsapp_business_account", "entry": ' + b"[" * levels + b"]" * levels


# What each is, and whether it is a message all the same.
POISON = {
    "deep": (deep(100_000) + b"}", False),
    "deep and 3 MB": (deep(THREE_MB // 2 - 100) + b"}", False),
    "deep and cut off": (deep(100_000), False),
    "3 MB of nothing": (b"\0" * THREE_MB, False),
    "3 MB of digits": (b"1" * THREE_MB, False),
    "3 MB of one text": (written(text="x" * THREE_MB), True),
    "NUL in the text": (written(text="a\0b"), True),
    "NUL in the id": (written(id="wamid.\0.nul"), True),
    "a lone surrogate in the text": (written(text="a\ud83db"), True),
    "a lone surrogate in the id": (written(id="wamid.\ud83d"), True),
    "no UTF-8": (written(text="~~~~").replace(b"~~~~", b"\xff\xfe\xed\xa0"), True),
    "half of an item": (written()[: -len(written()) // 2], False),
}


@pytest.fixture
def broken_parser(monkeypatch):
    """Give the adapter a defect that one text brings out; returns how to repair it."""
    parse = WhatsAppCloudAdapter.parse

    def parse_or_crash(self, body):
        if CRASH.encode() in body:
            raise ZeroDivisionError(CRASH)
        return parse(self, body)

    monkeypatch.setattr(WhatsAppCloudAdapter, "parse", parse_or_crash)
    return lambda: monkeypatch.setattr(WhatsAppCloudAdapter, "parse", parse)


def among_neighbours(channel, *poison):
    """Deliver poison through the door with good deliveries before, between and after."""
    good = [one.body for one in deliveries(NEIGHBOURS)]
    step = NEIGHBOURS // len(poison)
    bodies = [
        body
        for place, bad in enumerate(poison)
        for body in (*good[place * step : (place + 1) * step], bad)
    ]
    bodies += good[len(poison) * step :]
    answers = send(*(delivery(channel, body) for body in bodies))
    assert {answer.status_code for answer in answers} == {200}


def quarantined(actor):
    query = EventQuery(state=EventState.QUARANTINED)
    return run_as(actor, intake.list_events, query, PageRequest(limit=200)).items


def message_count(actor):
    return ask(actor, "SELECT count(*) FROM message")


@pytest.mark.parametrize(("body", "is_message"), POISON.values(), ids=POISON.keys())
def test_poison_leaves_its_neighbours_in_effect(actor, whatsapp_channel, body, is_message):
    among_neighbours(whatsapp_channel, body)
    assert intake.drain_workspace(actor.workspace_id) == NEIGHBOURS + 1
    assert message_count(actor) == NEIGHBOURS + is_message
    assert [bool(event.error) for event in quarantined(actor)] == [True] * (not is_message)
    assert_lawful()


def test_all_poison_at_once_leaves_its_neighbours_in_effect(actor, whatsapp_channel, broken_parser):
    assert broken_parser
    bodies = [body for body, _ in POISON.values()]
    readable = sum(is_message for _, is_message in POISON.values())
    among_neighbours(whatsapp_channel, *bodies, written(text=CRASH))
    intake.drain_workspace(actor.workspace_id)
    assert message_count(actor) == NEIGHBOURS + readable
    assert len(quarantined(actor)) == len(bodies) + 1 - readable
    assert ask(actor, "SELECT count(*) FROM webhook_event WHERE state = 'received'") == 0
    assert_lawful()


def test_a_delivery_that_crashes_the_parser_stands_alone_until_that_is_repaired(
    actor, whatsapp_channel, broken_parser
):
    among_neighbours(whatsapp_channel, written(text=CRASH))
    intake.drain_workspace(actor.workspace_id)
    (event,) = quarantined(actor)
    assert event.error == f"ZeroDivisionError: {CRASH}"
    assert message_count(actor) == NEIGHBOURS
    broken_parser()
    assert run_as(actor, intake.replay, event.id).state is EventState.PROCESSED
    assert message_count(actor) == NEIGHBOURS + 1
    assert_lawful()


def test_more_than_any_provider_sends_is_refused_and_its_neighbours_are_not(
    actor, whatsapp_channel
):
    good = [delivery(whatsapp_channel, one.body) for one in deliveries(NEIGHBOURS)]
    bad = delivery(whatsapp_channel, written(text="x" * MAX_BODY_BYTES))
    answers = send(*good[:30], bad, *good[30:])
    codes = [answer.status_code for answer in answers]
    assert codes == [200] * 30 + [413] + [200] * 30
    assert intake.drain_workspace(actor.workspace_id) == NEIGHBOURS
    assert message_count(actor) == NEIGHBOURS
