"""Twilio as it is played: what it refuses, and what it does not tell."""

import base64
import json
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from backend.channels import (
    Direction,
    IdentityChange,
    MessageKind,
    NotOffered,
    Provider,
)
from backend.channels.adapters.fakes import fake_for
from backend.channels.fakes import FakeRequest
from backend.channels.samples import ANA, MOMENT, message
from tests.channels.conformance.kit import PLAYED

FAKE = fake_for(Provider.TWILIO)


@pytest.fixture
def account():
    return FAKE.account(1)


def asked(account, method, path, *, form=None, headers=None):
    request = FakeRequest(
        method=method,
        path=path,
        query={},
        headers={"authorization": authorization(account)} if headers is None else headers,
        body=urlencode(form or {}).encode(),
    )
    answer = FAKE.answer(account, request, MOMENT)
    return answer.status, json.loads(answer.body).get("code")


def authorization(account):
    known = account.credentials
    pair = f"{known['account_sid']}:{known['auth_token']}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"


def messages_of(account):
    return f"/2010-04-01/Accounts/{account.credentials['account_sid']}/Messages.json"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, 21604),
        ({"To": "+12065550123"}, 21211),
        ({"To": "whatsapp:+12065550123"}, 21603),
        ({"To": "whatsapp:+12065550123", "From": "whatsapp:+1"}, 21602),
        ({"To": "whatsapp:+1", "From": "whatsapp:+1", "ContentSid": "HX9"}, 21655),
    ],
)
def test_what_is_missing_in_a_message_is_said(account, form, code):
    assert asked(account, "POST", messages_of(account), form=form) == (400, code)
    assert account.sent == []


def test_a_stranger_is_turned_away(account):
    assert asked(account, "GET", messages_of(account), headers={}) == (401, 20003)
    other = {"authorization": authorization(FAKE.account(2))}
    assert asked(account, "GET", messages_of(account), headers=other) == (401, 20003)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/"), ("POST", "/v1/ContentAndApprovals"), ("DELETE", "/v2/Channels/Senders")],
)
def test_another_place_is_not_found(account, method, path):
    assert asked(account, method, path) == (404, 20404)


def test_a_file_that_is_gone_is_not_found(account):
    path = messages_of(account).replace(".json", "/MM1/Media/ME1")
    assert asked(account, "GET", path) == (404, 20404)


@pytest.mark.parametrize(
    "event",
    [
        IdentityChange(address="", previous=ANA, current=ANA, occurred_at=MOMENT),
        replace(message(MessageKind.TEXT), direction=Direction.OUT),
        message(MessageKind.TEMPLATE),
    ],
    ids=["identity", "echo", "template"],
)
def test_what_twilio_does_not_tell_is_not_written(account, event):
    with pytest.raises(NotOffered):
        FAKE.delivery(account, (event,), MOMENT)


def test_each_event_has_a_delivery_of_its_own(account):
    account.webhook_url = "https://leads.example.com/h?tenant=7"
    first, second = FAKE.delivery(
        account, (message(MessageKind.TEXT), message(MessageKind.IMAGE)), MOMENT
    )
    assert first.query == {"tenant": "7"}
    assert first.headers != second.headers


@pytest.mark.parametrize("provider", PLAYED)
def test_two_accounts_share_nothing(provider):
    first, again, second = (fake_for(provider).account(number) for number in (1, 1, 2))
    assert first == again
    assert first.address != second.address
    assert not first.credentials or first.credentials != second.credentials
