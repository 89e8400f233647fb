"""Rules and stored deliveries over HTTP."""

import pytest

from tests.factories import deliver, envelope, message
from tests.rest.routes import BODIES

RULE = BODIES["/v1/rules"]


def test_a_rule_is_born_paused_and_then_switched(client, inbound):
    response = client.post("/v1/rules", json=RULE)
    assert response.status_code == 201
    rule = response.json()
    path = f"/v1/rules/{rule['id']}"
    assert (rule["is_enabled"], rule["version"]) == (False, 1)
    assert inbound("one").json()["lead_id"]
    assert client.ok("POST", f"{path}/enable")["is_enabled"] is True
    lead_id = inbound("two").json()["lead_id"]
    assert client.ok("GET", f"/v1/leads/{lead_id}")["tags"] == ["any"]
    assert client.ok("GET", path)["hits"] == 1
    assert client.ok("POST", f"{path}/pause")["is_enabled"] is False


def test_a_rule_says_something_else_in_a_new_version(client):
    path = f"/v1/rules/{client.ok('POST', '/v1/rules', json=RULE)['id']}"
    definition = RULE["definition"] | {"stop": True}
    given = {"definition": definition, "comment": "and no other"}
    response = client.post(f"{path}/versions", json=given)
    assert (response.status_code, response.json()["version"]) == (201, 2)
    newest, oldest = client.ok("GET", f"{path}/versions")["items"]
    assert (newest["comment"], newest["definition"]["stop"]) == ("and no other", True)
    assert oldest["definition"]["stop"] is False


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": ""}, "name"),
        ({"priority": -1}, "priority"),
        ({"priority": "first"}, "priority"),
        ({"definition": []}, "definition"),
        ({"definition": {}}, "definition"),
        ({"definition": RULE["definition"] | {"then": []}}, "definition.then"),
        ({"definition": RULE["definition"] | {"unless": {}}}, "definition.unless"),
        ({"is_enabled": True}, "is_enabled"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_place(client, wrong, place):
    response = client.post("/v1/rules", json=RULE | wrong)
    assert response.status_code == 422, response.text
    assert response.json()["field"].startswith(place)


def test_two_rules_of_one_name_are_a_conflict(client):
    client.ok("POST", "/v1/rules", json=RULE)
    assert client.post("/v1/rules", json=RULE).status_code == 409


def test_a_delivery_is_shown_with_its_body(client, inbound, mock_channel):
    inbound("look here")
    event = client.ok("GET", "/v1/webhook-events")["items"][0]
    stable = ["id", "channel_id", "state", "attempts", "error", "received_at", "processed_at"]
    assert list(event)[:7] == stable
    assert (event["state"], event["channel_id"]) == ("processed", str(mock_channel.id))
    assert "body" not in event
    assert "look here" in client.ok("GET", f"/v1/webhook-events/{event['id']}")["body"]


def test_deliveries_are_filtered_by_state_and_channel(
    client, actor, inbound, mock_channel, whatsapp_channel
):
    inbound()
    deliver(actor, whatsapp_channel, b"not json", envelope(messages=[message()]))
    quarantined = client.ok("GET", "/v1/webhook-events?state=quarantined")["items"]
    assert [event["channel_id"] for event in quarantined] == [str(whatsapp_channel.id)]
    assert quarantined[0]["error"]
    for channel, count in ((mock_channel, 1), (whatsapp_channel, 2)):
        path = f"/v1/webhook-events?channel_id={channel.id}"
        assert len(client.ok("GET", path)["items"]) == count
    assert client.get("/v1/webhook-events?state=lost").status_code == 422


def test_a_delivery_is_replayed_without_a_second_effect(client, inbound):
    inbound()
    path = f"/v1/webhook-events/{client.ok('GET', '/v1/webhook-events')['items'][0]['id']}"
    replayed = client.ok("POST", f"{path}/replay")
    assert (replayed["state"], replayed["attempts"]) == ("processed", 2)
    assert len(client.ok("GET", "/v1/leads")["items"]) == 1
