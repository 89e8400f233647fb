"""The simulated phone, and what LeadFlow made of its messages."""

import pytest

from backend.channels import Direction, MessageKind, Provider
from leadflow_app.pages.simulator.rows import channel_choices, lead_facts, outcome, phone_message
from tests.ui._views import CLOCK, channel_view, event_view, lead_view, message_view


def test_only_active_mock_channels_are_offered():
    channels = [
        channel_view(name="Mock"),
        channel_view(name="Real", provider=Provider.WHATSAPP_CLOUD),
        channel_view(name="Off", is_active=False),
    ]
    assert [choice.label for choice in channel_choices(channels)] == ["Mock"]


def test_the_phone_sees_the_conversation_from_the_other_side():
    assert phone_message(message_view(), CLOCK).is_mine
    assert not phone_message(message_view(direction=Direction.OUT), CLOCK).is_mine


def test_a_message_without_text_is_named():
    shown = phone_message(message_view(kind=MessageKind.IMAGE, text=None), CLOCK)
    assert shown.text == "Image"


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("lead.opened", {}, "Opened a lead"),
        ("stage.changed", {"to": "qualified"}, "Moved to Qualified"),
        ("tag.added", {"tag": "pricing"}, "Tagged pricing"),
        ("score.changed", {"points": 20, "reason": "Price"}, "+20: Price"),
    ],
)
def test_effects_are_told(kind, data, text):
    assert outcome(event_view(kind, data)).text == text


def test_the_message_itself_is_no_effect():
    assert outcome(event_view("message.received")) is None


def test_the_lead_is_summed_up():
    facts = lead_facts(lead_view(score=21, tags=("pricing",)))
    assert (facts["score"], facts["tags"]) == ("21", ["pricing"])
