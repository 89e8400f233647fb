"""API keys over HTTP: the secret is in the answer that makes it, and nowhere else."""

import pytest

from tests.rest.calling import Client


def make(client, **fields):
    response = client.post("/v1/api-keys", json={"name": "CRM", "scopes": ["leads:read"], **fields})
    assert response.status_code == 201, response.text
    return response.json()


def holding(app, key):
    return Client(app, {"Authorization": f"Bearer {key}"})


def test_a_key_is_made_used_listed_and_revoked(app, client):
    made = make(client, expires_at="2027-01-01T00:00:00+01:00")
    assert list(made) == ["id", "key", "prefix"]
    held = holding(app, made["key"])
    assert held.get("/v1/leads").status_code == 200
    assert held.get("/v1/rules").status_code == 403
    shown = client.ok("GET", "/v1/api-keys")["items"][-1]
    assert "key" not in shown
    assert (shown["id"], shown["state"], shown["prefix"]) == (made["id"], "active", made["prefix"])
    assert shown["scopes"] == ["leads:read"]
    assert shown["expires_at"] == "2026-12-31T23:00:00Z"
    assert shown["creator_name"] == "API key test"
    assert shown["last_used_at"].endswith("Z")
    assert shown["last_used_address"] == "127.0.0.1"
    for _ in range(2):
        assert client.delete(f"/v1/api-keys/{made['id']}").status_code == 204
    assert held.get("/v1/leads").status_code == 401
    assert client.ok("GET", "/v1/api-keys")["items"][-1]["state"] == "revoked"


def test_a_rotation_shows_a_new_key_and_lets_the_old_one_work_as_long_as_asked(app, client):
    first = make(client)
    path = f"/v1/api-keys/{first['id']}/rotate"
    second = client.ok("POST", path, json={"grace_seconds": 3600})
    assert second["id"] == first["id"]
    for made in (first, second):
        assert holding(app, made["key"]).get("/v1/leads").status_code == 200
    third = client.ok("POST", path)
    answers = [
        holding(app, made["key"]).get("/v1/leads").status_code for made in (first, second, third)
    ]
    assert answers == [401, 401, 200]


def test_a_dead_key_is_not_rotated(client):
    made = make(client)
    client.delete(f"/v1/api-keys/{made['id']}")
    assert client.post(f"/v1/api-keys/{made['id']}/rotate").status_code == 409


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"scopes": []}, "scopes"),
        ({"scopes": ["everything"]}, "scopes"),
        ({"scopes": "all"}, "scopes"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_at"),
        ({"expires_at": "2030-01-01T00:00:00"}, "expires_at"),
        ({"expires_at": "9999-12-31T23:59:59Z"}, "expires_at"),
        ({"key": "lf_live_mine"}, "key"),
    ],
)
def test_a_key_that_cannot_be_is_refused_at_its_place(client, wrong, place):
    given = {"name": "CRM", "scopes": ["leads:read"]}
    response = client.post("/v1/api-keys", json=given | wrong)
    assert response.status_code == 422, response.text
    assert response.json()["field"].startswith(place)


@pytest.mark.parametrize("seconds", [-1, 86_401, "soon"])
def test_a_grace_out_of_range_is_refused(client, seconds):
    path = f"/v1/api-keys/{make(client)['id']}/rotate"
    response = client.post(path, json={"grace_seconds": seconds})
    assert (response.status_code, response.json()["field"]) == (422, "grace_seconds")


def test_a_key_hands_on_no_more_than_it_may(client_of, actor):
    limited = client_of(actor, "keys:write", "leads:read")
    make(limited)
    refused = limited.post("/v1/api-keys", json={"name": "CRM", "scopes": ["all"]})
    assert (refused.status_code, refused.json()["field"]) == (403, "scopes")


def test_unknown_expired_and_revoked_keys_are_refused_alike(app, client):
    revoked = make(client)
    client.delete(f"/v1/api-keys/{revoked['id']}")
    answers = []
    for key in (revoked["key"], "lf_live_abcdefgh_" + "x" * 43):
        refused = holding(app, key).get("/v1/leads", headers={"X-Request-ID": "one"})
        answers.append((refused.status_code, refused.text))
    assert answers[0] == answers[1]
    assert answers[0][0] == 401
