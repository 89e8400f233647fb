"""Whatever customers write survives, and what was seen before has no second effect."""

import json

import pytest

from backend import inbox, leads
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from tests.factories import deliver, envelope, message, run_as, say
from tests.laws import assert_lawful

TEXTS = {
    "NUL": ("a\x00b", "a\ufffdb"),
    "lone surrogate": ("a\ud83db", "a\ufffdb"),
    "emoji": ("👩\u200d👩\u200d👧\u200d👧 🇧🇷 👍🏽", None),
    "right to left": ("\u202eكم السعر؟\u202c", None),
    "long": ("é" * 100_000, None),
    "markup": ("<script>alert(1)</script>", None),
    "backslashes": (r"\u0000 \x00 ' \" %s :name {} $1", None),
}


def thread(actor):
    (conversation,) = run_as(
        actor, inbox.list_conversations, inbox.ConversationQuery(), PageRequest()
    ).items
    return run_as(actor, inbox.list_messages, conversation.id, PageRequest()).items


@pytest.mark.parametrize(("given", "kept"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_survives_the_webhook(actor, whatsapp_channel, given, kept):
    body = json.dumps(envelope(messages=[message(text=given)])).encode()
    deliver(actor, whatsapp_channel, body)
    (shown,) = thread(actor)
    assert shown.text == (kept or given)


@pytest.mark.parametrize(("given", "kept"), TEXTS.values(), ids=TEXTS.keys())
def test_a_text_survives_the_simulator(actor, mock_channel, given, kept):
    say(actor, mock_channel, given, profile_name=given[:200])
    (shown,) = thread(actor)
    assert shown.text == (kept or given)


def test_numbers_as_strings_and_strings_as_numbers_are_read(actor, whatsapp_channel):
    odd = {**message(), "timestamp": 1_700_000_000, "from": 16505551234, "id": 12345}
    deliver(actor, whatsapp_channel, envelope(messages=[odd]))
    (shown,) = thread(actor)
    assert shown.provider_message_id == "12345"


@pytest.mark.parametrize("second", ["I want the price", "another text"])
@pytest.mark.usefixtures("demo_rules")
def test_the_same_provider_id_again_has_no_second_effect(actor, whatsapp_channel, second):
    first = message(id="wamid.same", text="I want the price")
    deliver(actor, whatsapp_channel, envelope(messages=[first]))
    again = {**first, "text": {"body": second}}
    deliver(actor, whatsapp_channel, envelope(messages=[again], people=[]), b" " + _dumped(again))
    (shown,) = thread(actor)
    (lead,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    assert shown.text == "I want the price"
    assert lead.score == 21
    assert len(run_as(actor, leads.timeline, lead.id, PageRequest()).items) == 6
    assert_lawful()


def test_the_same_provider_id_twice_in_one_delivery_counts_once(actor, whatsapp_channel):
    one = message(id="wamid.same")
    deliver(actor, whatsapp_channel, envelope(messages=[one, one]))
    assert len(thread(actor)) == 1


def test_a_simulated_id_again_answers_with_the_first_rows(actor, mock_channel):
    first = say(actor, mock_channel, "hello", sender="+12065550123", message_id="m1")
    again = say(actor, mock_channel, "hello", sender="+12065550123", message_id="m1")
    assert again.duplicate
    assert not first.duplicate
    assert (again.message_id, again.lead_id) == (first.message_id, first.lead_id)
    assert again.conversation_id == first.conversation_id


def test_two_deliveries_of_equal_bytes_are_one(actor, whatsapp_channel):
    one = envelope(messages=[message()])
    assert deliver(actor, whatsapp_channel, one, one) == 1


def _dumped(item):
    return json.dumps(envelope(messages=[item])).encode()
