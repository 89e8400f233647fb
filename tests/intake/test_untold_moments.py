"""Twilio names no moment: what it tells happened, for us, when it was received."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from backend import intake
from backend.channels import Provider
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_channel, deliver, run_as, store

CREDENTIALS = {"account_sid": "AC1", "auth_token": "token"}
RECEIVED = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)


@pytest.fixture
def number(actor):
    return run_as(actor, create_channel, provider=Provider.TWILIO, credentials=CREDENTIALS)


def form(number, **parameters):
    head = {"From": "whatsapp:+12065550123", "To": f"whatsapp:{number.address}"}
    return urlencode({"MessageSid": "SM1", **head, **parameters}).encode()


def rows(actor, statement):
    with unit_of_work(actor) as uow:
        return uow.execute(statement).all()


def receive(actor, number, body, at):
    """Store a delivery as it was received at some moment, and let it take effect."""
    store(actor, number, body)
    with unit_of_work(actor) as uow:
        uow.execute(
            "UPDATE webhook_event SET received_at = :at WHERE state = 'received'", {"at": at}
        )
    intake.drain_workspace(actor.workspace_id)


def test_a_message_was_sent_when_it_was_received(actor, number):
    receive(actor, number, form(number, Body="hello"), RECEIVED)
    assert rows(actor, "SELECT sent_at, text FROM message") == [(RECEIVED, "hello")]


def test_a_replay_keeps_the_moment(actor, number):
    receive(actor, number, form(number, Body="hello"), RECEIVED)
    ((event_id,),) = rows(actor, "SELECT id FROM webhook_event")
    run_as(actor, intake.replay, event_id)
    assert rows(actor, "SELECT sent_at FROM message") == [(RECEIVED,)]


def test_a_status_happened_when_it_was_received(actor, number):
    body = form(number, MessageStatus="delivered")
    receive(actor, number, body, RECEIVED)
    receive(actor, number, body, RECEIVED + timedelta(seconds=9))
    assert rows(actor, "SELECT status, occurred_at FROM message_status") == [
        ("delivered", RECEIVED)
    ]


def test_a_delivery_of_twilio_takes_effect_like_any_other(actor, number):
    assert deliver(actor, number, form(number, Body="I want the price")) == 1
    assert rows(actor, "SELECT count(*) FROM lead") == [(1,)]
