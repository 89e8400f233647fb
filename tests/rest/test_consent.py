"""The consent ledger and its words over HTTP."""

from backend.kit.ids import new_id
from tests.factories import say

WORDS = "/v1/consent-words"


def test_what_was_said_is_recorded_listed_and_folded(client, actor, mock_channel):
    contact_id = say(actor, mock_channel, "stop").contact_id
    path = f"/v1/contacts/{contact_id}/consent"
    given = {"change": "opt_in", "how": "form", "words": "yes, please", "note": "order form 7"}
    answer = client.post(path, json=given)
    assert (answer.status_code, answer.json()["state"]) == (200, "opted_in")
    lines = client.get(path).json()["items"]
    assert [(one["change"], one["how"]) for one in lines] == [
        ("opt_in", "form"),
        ("opt_out", "keyword"),
    ]
    assert client.get(f"{path}/current").json()["decided_by"] == lines[0]


def test_a_refusal_names_the_place_and_what_would_be_right(client, actor, mock_channel):
    path = f"/v1/contacts/{say(actor, mock_channel).contact_id}/consent"
    refused = client.post(path, json={"change": "opt_in"})
    assert refused.status_code == 422
    problem = refused.json()
    assert (problem["field"], bool(problem["expected"])) == ("note", True)
    assert client.get(f"/v1/contacts/{new_id()}/consent").status_code == 404


def test_words_are_read_and_written_whole(client):
    before = client.get(WORDS).json()
    assert "STOP" in before["stop_words"]
    assert before["changed_by"] is None
    after = client.put(WORDS, json={"stop_words": ["basta"], "confirms": False}).json()
    assert (after["stop_words"], after["confirms"]) == (["basta"], False)
    refused = client.put(WORDS, json={"stop_words": []})
    assert (refused.status_code, refused.json()["field"]) == (422, "stop_words")


def test_what_may_be_sent_says_that_a_customer_opted_out(client, inbound):
    place = inbound("stop").json()["conversation_id"]
    offered = client.ok("GET", f"/v1/conversations/{place}/sendable")
    assert [one["why_not"] for one in offered if one["kind"] == "template"] == ["opted_out"]
