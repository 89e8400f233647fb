"""Channels over HTTP, and the canary: what is secret goes in and is never seen again."""

import json

import pytest

from tests.rest.routes import everything, routes

CANARY = "canary-7f3a"
CREDENTIALS = {
    "access_token": f"{CANARY}-token",
    "app_secret": f"{CANARY}-secret",
    "verify_token": f"{CANARY}-verify",
    "phone_number_id": "106540352242922",
    "waba_id": "102290129340398",
}
CLOUD = {
    "name": "Sales",
    "platform": "whatsapp",
    "provider": "whatsapp_cloud",
    "address": "+12065550111",
    "credentials": CREDENTIALS,
    "settings": {"base_url": "https://8.8.8.8"},
}


def test_a_channel_is_connected(client):
    response = client.post("/v1/channels", json=CLOUD)
    assert response.status_code == 201
    channel = response.json()
    assert channel["webhook_path"] == f"/webhooks/whatsapp_cloud/{channel['id']}"
    assert channel["settings"] == CLOUD["settings"]
    assert "credentials" not in channel
    assert client.ok("GET", f"/v1/channels/{channel['id']}") == channel
    assert client.ok("GET", "/v1/channels")["items"] == [channel]


@pytest.mark.parametrize(
    "wrong",
    [
        {"provider": "pigeon"},
        {"platform": "telegraph"},
        {"name": " "},
        {"address": ""},
        {"name": "n" * 201},
        {"credentials": {}},
        {"credentials": [f"{CANARY}-list"]},
        {"credentials": CREDENTIALS | {"app_secret": {"is": f"{CANARY}-nested"}}},
        {"credentials": {**CREDENTIALS, "app_secret": None}},
        {"access_token": f"{CANARY}-misplaced"},
        {"settings": {"long": "s" * 65_000}},
    ],
)
def test_a_channel_that_cannot_be_is_refused_without_its_secrets(client, wrong):
    response = client.post("/v1/channels", json=CLOUD | wrong)
    assert response.status_code == 422, response.text
    assert CANARY not in response.text
    assert client.ok("GET", "/v1/channels")["items"] == []


def test_credentials_are_replaced_and_not_shown(client):
    channel = client.ok("POST", "/v1/channels", json=CLOUD)
    path = f"/v1/channels/{channel['id']}/rotate-secret"
    response = client.put(path, json={"credentials": CREDENTIALS | {"app_secret": "canary-new"}})
    assert (response.status_code, response.json()) == (200, channel)
    for wrong in ({}, {"credentials": {"app_secret": CANARY}}, {"credentials": CANARY}):
        refused = client.put(path, json=wrong)
        assert refused.status_code == 422
        assert CANARY not in refused.text


def test_a_number_that_json_does_not_have_is_refused(client):
    body = json.dumps(CLOUD | {"settings": {"rate": float("nan")}})
    headers = {"Content-Type": "application/json"}
    response = client.post("/v1/channels", content=body, headers=headers)
    assert response.status_code == 422
    assert response.json()["field"] == "settings"


def test_the_canary_is_in_no_answer(app, client, actor, mock_channel, caplog):
    ids = everything(client, actor, mock_channel)
    first = client.post("/v1/channels", json=CLOUD)
    again = client.post("/v1/channels", json=CLOUD)
    assert (first.status_code, again.status_code) == (201, 409)
    answers = [first, again]
    for channel_id in (ids["channel_id"], first.json()["id"]):
        found = ids | {"channel_id": channel_id}
        answers += [route.call(client, found) for route in routes(app) if route.method == "GET"]
    assert {answer.status_code for answer in answers[2:]} == {200}
    plain = ["/v1/docs", "/v1/openapi.json", "/metrics", "/v1/analytics/daily?format=csv"]
    answers += [client.get(path) for path in plain]
    assert [answer.url for answer in answers if CANARY in answer.text] == []
    assert CANARY not in caplog.text
