"""Replays and the quarantine, as programs use them."""

from uuid import uuid4

from backend import intake
from tests.factories import deliver, envelope, message, store

REPLAYS = "/v1/webhook-events/replays"
CAUSES = "/v1/webhook-events/causes"


def finished(client, actor, asked):
    """Do a replay that was asked for; returns how it ended."""
    intake.work_off(actor.workspace_id, asked["id"])
    return client.ok("GET", f"{REPLAYS}/{asked['id']}")


def test_a_replay_is_dry_unless_told_otherwise(client, actor, whatsapp_channel):
    store(actor, whatsapp_channel, envelope(messages=[message(text="hello")]))
    response = client.post(REPLAYS, json={})
    assert response.status_code == 202
    asked = response.json()
    assert (asked["mode"], asked["state"], asked["total"]) == ("dry", "waiting", 1)
    ended = finished(client, actor, asked)
    assert (ended["state"], ended["diff"]["is_empty"]) == ("finished", False)
    assert ended["diff"]["created"]["message"] == 1
    assert client.ok("GET", "/v1/leads")["items"] == []
    done = finished(client, actor, client.ok("POST", REPLAYS, json={"mode": "commit"}))
    assert (done["done"], done["diff"]) == (1, None)
    assert len(client.ok("GET", "/v1/leads")["items"]) == 1
    assert [each["mode"] for each in client.ok("GET", REPLAYS)["items"]] == ["commit", "dry"]


def test_a_second_replay_is_refused_until_the_first_is_stopped(client):
    first = client.ok("POST", REPLAYS, json={})
    refused = client.post(REPLAYS, json={})
    assert (refused.status_code, "another replay" in refused.text) == (409, True), refused.text
    stopped = client.ok("POST", f"{REPLAYS}/{first['id']}/stop")
    assert stopped["state"] == "stopped"
    assert client.post(REPLAYS, json={}).status_code == 202


def test_a_range_chooses(client, actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message()]))
    (event,) = client.ok("GET", "/v1/webhook-events")["items"]
    for chosen, total in (
        ({"from": "2101-01-01T00:00:00Z"}, None),
        ({"from": event["received_at"]}, 1),
        ({"to": event["received_at"]}, 0),
        ({"channel_id": str(uuid4())}, 0),
        ({"event_ids": [event["id"]]}, 1),
        ({"states": ["quarantined"]}, 0),
    ):
        response = client.post(REPLAYS, json=chosen)
        if total is None:
            assert (response.status_code, response.json()["field"]) == (422, "from")
            continue
        assert response.json()["total"] == total, chosen
        client.ok("POST", f"{REPLAYS}/{response.json()['id']}/stop")
    reversed_range = {"from": event["received_at"], "to": event["received_at"]}
    assert client.post(REPLAYS, json=reversed_range).json()["field"] == "to"


def test_a_cause_is_listed_run_again_and_ignored(client, actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, b"{1", b"{2", envelope(messages=[message()]))
    (cause,) = client.ok("GET", CAUSES)["items"]
    assert (cause["events"], cause["channel_id"]) == (2, str(whatsapp_channel.id))
    named = {"channel_id": cause["channel_id"], "cause": cause["cause"]}
    again = finished(client, actor, client.ok("POST", f"{CAUSES}/rerun", json=named))
    assert (again["total"], again["failed"]) == (2, 2)
    ignored = client.ok("POST", f"{CAUSES}/ignore", json={**named, "reason": "a test of theirs"})
    assert ignored == {"ignored": 2}
    assert client.ok("GET", CAUSES)["items"] == []
    first, _ = client.ok("GET", "/v1/webhook-events?state=ignored")["items"]
    assert (first["ignored_reason"], first["ignored_by"] is None) == ("a test of theirs", False)
    back = client.ok("POST", f"/v1/webhook-events/{first['id']}/unignore")
    assert (back["state"], back["ignored_reason"]) == ("quarantined", None)


def test_a_corrected_body_stands_beside_the_original(client, actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, b"{broken")
    (event,) = client.ok("GET", "/v1/webhook-events")["items"]
    path = f"/v1/webhook-events/{event['id']}"
    shown = client.ok("POST", f"{path}/correct", json={"body": '{"entry": []}'})
    assert (shown["body"], shown["corrected_body"]) == ("{broken", '{"entry": []}')
    assert shown["corrected_by"]
    assert client.post(f"{path}/correct", json={"body": ""}).status_code == 422
    assert client.post(f"{path}/ignore", json={"reason": " "}).json()["field"] == "reason"
    ignored = client.ok("POST", f"{path}/ignore", json={"reason": "theirs"})
    assert ignored["state"] == "ignored"
    assert client.post(f"{path}/ignore", json={"reason": "twice"}).status_code == 409
