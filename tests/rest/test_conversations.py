"""Conversations over HTTP: reading, answering, closing."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import NOON


@pytest.fixture
def conversation(client, inbound):
    found = inbound("hello", profile_name="Ana").json()
    return client.ok("GET", f"/v1/conversations/{found['conversation_id']}")


def path_of(conversation, *parts):
    return "/".join([f"/v1/conversations/{conversation['id']}", *parts])


def test_a_conversation_shows_how_it_stands(conversation):
    assert (conversation["state"], conversation["unread_count"]) == ("open", 1)
    assert (conversation["snippet"], conversation["contact_name"]) == ("hello", "Ana")
    window = datetime.fromisoformat(conversation["window_expires_at"]) - datetime.now(UTC)
    assert timedelta(hours=23) < window <= timedelta(hours=24)


def test_an_answer_is_accepted_for_sending(client, conversation):
    response = client.post(path_of(conversation, "messages"), json={"text": " it costs 10 "})
    assert response.status_code == 201
    assert (response.json()["direction"], response.json()["text"]) == ("out", "it costs 10")
    thread = client.ok("GET", path_of(conversation, "messages"))["items"]
    assert [message["direction"] for message in thread] == ["out", "in"]


@pytest.mark.parametrize("text", ["", "  ", "x" * 5000, None, 5])
def test_what_cannot_be_sent_is_refused(client, conversation, text):
    response = client.post(path_of(conversation, "messages"), json={"text": text})
    assert response.status_code == 422
    assert response.json()["field"] == "text"


def test_after_the_window_free_text_is_a_conflict(client, inbound):
    sent_at = (NOON - timedelta(days=200)).isoformat()
    old = inbound("long ago", timestamp=sent_at).json()
    path = f"/v1/conversations/{old['conversation_id']}/messages"
    response = client.post(path, json={"text": "still there?"})
    assert response.status_code == 409
    assert "24 hours" in response.json()["detail"]


def test_a_conversation_is_read_closed_and_opened_again(client, conversation):
    assert client.ok("POST", path_of(conversation, "read"))["unread_count"] == 0
    closed = client.ok("POST", path_of(conversation, "close"))
    assert closed["state"] == "closed"
    assert closed["closed_at"]
    assert client.ok("POST", path_of(conversation, "reopen"))["state"] == "open"


def test_a_second_open_conversation_is_a_conflict(client, inbound, conversation):
    client.ok("POST", path_of(conversation, "close"))
    assert inbound("again").json()["conversation_id"] != conversation["id"]
    assert client.post(path_of(conversation, "reopen")).status_code == 409


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("state=open", True),
        ("state=closed", False),
        ("unread=true", True),
        ("responded=true", False),
        ("q=ana", True),
        ("q=bob", False),
    ],
)
def test_conversations_are_filtered(client, conversation, query, is_found):
    found = client.ok("GET", f"/v1/conversations?{query}")["items"]
    assert [one["id"] for one in found] == ([conversation["id"]] if is_found else [])


def test_contacts_are_found_by_name_and_number(client, conversation):
    for wanted, count in (("ana", 1), ("5550123", 1), ("bob", 0)):
        found = client.ok("GET", "/v1/contacts", params={"q": wanted})["items"]
        assert len(found) == count
    contact = client.ok("GET", f"/v1/contacts/{conversation['contact_id']}")
    assert (contact["display_name"], contact["phone"]) == ("Ana", "+12065550123")


def test_a_reply_is_one_thing(client, conversation):
    both = {"text": "Which?", "template": {"id": conversation["id"]}}
    response = client.request("POST", path_of(conversation, "messages"), json=both)
    assert response.status_code == 422
    assert response.json()["field"] == "template"


def test_a_reply_with_buttons_is_taken(client, conversation):
    body = {"text": "Which?", "buttons": ["Red", "Blue"]}
    written = client.ok("POST", path_of(conversation, "messages"), json=body)
    assert (written["kind"], written["text"]) == ("interactive", "Which?")


def test_a_reply_on_its_way_is_not_sent_again(client, conversation):
    written = client.ok("POST", path_of(conversation, "messages"), json={"text": "hello"})
    again = path_of(conversation, "messages", written["id"], "resend")
    response = client.request("POST", again, json={})
    assert (response.status_code, response.json()["status"]) == (409, 409)


def test_what_may_be_sent_is_told_of_every_kind(client, conversation):
    told = client.ok("GET", path_of(conversation, "sendable"))
    allowed = {one["kind"]: one["is_allowed"] for one in told}
    assert allowed == dict.fromkeys(("text", "media", "buttons", "template"), True)
    assert {one["why_not"] for one in told} == {None}
