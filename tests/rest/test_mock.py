"""Playing a customer: what is accepted, what is refused, and what it makes."""

from datetime import UTC, datetime

import pytest

from backend.intake.api import read_moment

SENDER = "+12065550123"


def message_of(client, answer):
    path = f"/v1/conversations/{answer['conversation_id']}/messages"
    return client.ok("GET", path)["items"][0]


@pytest.mark.usefixtures("demo_rules")
def test_a_question_about_the_price_becomes_a_lead(client, inbound):
    response = inbound("I want the price", profile_name="Ana")
    assert response.status_code == 200
    answer = response.json()
    assert set(answer) == {
        "message_id",
        "contact_id",
        "conversation_id",
        "lead_id",
        "duplicate",
    }
    assert answer["duplicate"] is False
    lead = client.ok("GET", f"/v1/leads/{answer['lead_id']}")
    assert (lead["stage"], lead["tags"]) == ("qualified", ["pricing"])
    assert lead["score"] > 0
    assert lead["contact_name"] == "Ana"
    assert lead["contact_id"] == answer["contact_id"]
    assert lead["conversation_id"] == answer["conversation_id"]


def test_the_same_id_again_has_no_second_effect(client, inbound):
    first = inbound(message_id="m1").json()
    second = inbound("something else", message_id="m1")
    assert second.status_code == 200
    assert second.json() == first | {"duplicate": True}
    assert len(client.ok("GET", "/v1/leads")["items"]) == 1


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("price \U0001f600\U0001f1e9\U0001f1ea", None),
        ("\u202eשלום\u202c مرحبا", None),
        ("a\x00b", "a\ufffdb"),
        ("w" * 100_000, None),
        ("<script>alert(1)</script>", None),
        ("=1+1", None),
    ],
)
def test_any_text_survives(client, inbound, text, stored):
    assert message_of(client, inbound(text).json())["text"] == (stored or text)


def test_half_a_surrogate_survives_as_a_replacement(client, mock_channel):
    body = f'{{"channel_id": "{mock_channel.id}", "from": "{SENDER}", "text": "a\\ud800b"}}'
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/mock/whatsapp/inbound", content=body, headers=headers)
    assert message_of(client, response.json())["text"] == "a\ufffdb"


def test_numbers_may_stand_for_text(client, inbound):
    answer = inbound(42, **{"from": 12065550123, "message_id": 7}).json()
    message = message_of(client, answer)
    assert (message["text"], message["provider_message_id"]) == ("42", "7")
    assert client.ok("GET", f"/v1/contacts/{answer['contact_id']}")["phone"] == SENDER


def test_a_user_id_may_stand_for_a_number(client, inbound):
    answer = inbound(**{"from": "US.13491208655302741918"}).json()
    contact = client.ok("GET", f"/v1/contacts/{answer['contact_id']}")
    assert (contact["phone"], contact["bsuid"]) == (None, "US.13491208655302741918")


def test_a_message_is_dated_by_its_time_and_not_by_ours(client, inbound):
    answer = inbound(timestamp="2026-03-02T14:00:00+02:00").json()
    assert message_of(client, answer)["sent_at"] == "2026-03-02T12:00:00Z"


def test_an_ad_is_remembered(client, inbound):
    referral = {"source_type": "ad", "source_id": "120", "headline": "Boats", "ctwa_clid": "x"}
    assert inbound(referral=referral).status_code == 200
    assert client.ok("GET", "/v1/leads")["items"][0]["stage"] == "new"


@pytest.mark.parametrize(
    "button", ["Yes", {"payload": "yes", "text": "Yes"}, {"id": "yes", "title": "Yes"}]
)
def test_a_button_is_tapped(client, inbound, button):
    message = message_of(client, inbound(None, button=button).json())
    assert (message["kind"], message["text"]) == ("button", "Yes")


def test_an_answer_quotes_the_message(client, inbound):
    inbound("first", message_id="m1")
    message = message_of(client, inbound("second", context_message_id="m1").json())
    assert message["quoted"]["text"] == "first"


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": None},
        {"text": ""},
        {"text": None, "button": {}},
        {"from": "nobody"},
        {"from": ""},
        {"message_id": "m" * 513},
        {"message_id": " "},
        {"timestamp": "2026-03-02T12:00:00"},
        {"timestamp": True},
        {"referral": "ad"},
        {"button": {"text": "Yes", "colour": "red"}},
        {"profile_name": "n" * 501},
        {"text": True},
    ],
)
def test_what_no_customer_can_send_is_refused(client, inbound, wrong):
    response = inbound(**wrong)
    assert response.status_code == 422, response.text
    assert response.json()["detail"]
    assert client.ok("GET", "/v1/webhook-events")["items"] == []


def test_only_a_mock_channel_is_played(client, whatsapp_channel):
    given = {"channel_id": str(whatsapp_channel.id), "from": SENDER, "text": "hello"}
    response = client.post("/v1/mock/whatsapp/inbound", json=given)
    assert response.status_code == 409
    assert response.json()["field"] == "channel_id"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (1_772_452_800, "2026-03-02T12:00:00+00:00"),
        (1_772_452_800.5, "2026-03-02T12:00:00.500000+00:00"),
        ("1772452800", "2026-03-02T12:00:00+00:00"),
        (" 1772452800 ", "2026-03-02T12:00:00+00:00"),
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00+00:00"),
        ("2026-03-02T13:30:00+01:30", "2026-03-02T12:00:00+00:00"),
        (0, "1970-01-01T00:00:00+00:00"),
    ],
)
def test_a_moment_is_read(given, expected):
    assert read_moment(given) == datetime.fromisoformat(expected)
    assert read_moment(given).tzinfo is UTC


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("2026-03-02T12:00:00", "offset"),
        ("2026-03-02", "offset"),
        (1_772_452_800_000, "seconds"),
        ("1772452800000", "seconds"),
        (-1, "1970"),
        ("1969-12-31T23:00:00Z", "1970"),
        ("9999-12-31T23:59:59-14:00", "2100"),
        (float("nan"), "1970"),
        (float("inf"), "1970"),
        pytest.param(10**400, "1970", id="huge"),
        (True, "neither"),
        ("yesterday", "neither"),
        ("", "neither"),
        ([], "neither"),
        ({}, "neither"),
    ],
)
def test_a_moment_that_could_be_another_is_refused(given, fault):
    with pytest.raises(ValueError, match=fault):
        read_moment(given)


def test_no_moment_is_none():
    assert read_moment(None) is None


def test_a_status_is_taken_in_for_an_answer(client, inbound, mock_channel):
    conversation_id = inbound().json()["conversation_id"]
    path = f"/v1/conversations/{conversation_id}/messages"
    reply = client.ok("POST", path, json={"text": "hello"})
    step = {"channel_id": str(mock_channel.id), "message_id": reply["id"], "status": "read"}
    answer = client.post("/v1/mock/whatsapp/status", json=step)
    assert answer.status_code == 200
    assert answer.json() == step


@pytest.mark.parametrize("wrong", [{"status": "eaten"}, {"message_id": ""}, {"colour": "red"}])
def test_an_impossible_status_is_refused(client, mock_channel, wrong):
    step = {"channel_id": str(mock_channel.id), "message_id": "m1", "status": "read"} | wrong
    assert client.post("/v1/mock/whatsapp/status", json=step).status_code == 422
