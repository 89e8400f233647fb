"""The people of a workspace, invitations to it, and its settings, over REST."""

import pytest

from backend.auth import Role
from tests.factories import create_user, run_as

PERSON = [
    "id",
    "name",
    "email",
    "role",
    "state",
    "is_owner",
    "has_second_factor",
    "last_seen_at",
    "created_at",
]
INES = {"email": "ines@leadflow.example", "role": "viewer"}


@pytest.fixture
def owner(actor):
    """Let the first admin own the workspace."""
    return run_as(actor, create_user, role=Role.ADMIN)


@pytest.fixture
def bo(owner):
    """Make a second person, an operator."""
    return run_as(owner, create_user, email="bo@leadflow.example")


def patch(client, user_id, **body):
    return client.request("PATCH", f"/v1/users/{user_id}", json=body)


def test_people_are_listed_with_what_they_are(client, owner, bo):
    found = client.ok("GET", "/v1/users")["items"]
    assert [person["id"] for person in found] == [str(owner.user_id), str(bo.user_id)]
    assert list(found[0]) == PERSON
    assert (found[0]["role"], found[0]["is_owner"], found[0]["state"]) == ("admin", True, "active")
    assert client.ok("GET", f"/v1/users/{bo.user_id}") == found[1]


@pytest.mark.parametrize(
    ("query", "names"),
    [("q=BO@", ["bo"]), ("state=invited", ["ines"]), ("state=disabled", []), ("q=zebra", [])],
)
def test_people_are_filtered(client, bo, query, names):
    assert bo
    client.ok("POST", "/v1/users/invitations", json=INES)
    found = client.ok("GET", f"/v1/users?{query}")["items"]
    assert [person["email"].partition("@")[0] for person in found] == names


def test_somebody_gets_another_role_and_is_shut_out_in_one_go(client, bo):
    changed = patch(client, bo.user_id, role="manager", is_disabled=True).json()
    assert (changed["role"], changed["state"]) == ("manager", "disabled")
    changed = patch(client, bo.user_id, is_disabled=False).json()
    assert (changed["role"], changed["state"]) == ("manager", "active")
    assert patch(client, bo.user_id).json() == changed


@pytest.mark.parametrize(
    "body", [{"role": "king"}, {"role": 1}, {"is_owner": True}, {"is_disabled": "perhaps"}]
)
def test_what_cannot_be_changed_is_refused(client, bo, body):
    response = patch(client, bo.user_id, **body)
    assert response.status_code == 422, response.text


def test_the_owner_stays(client, owner):
    for body in ({"role": "viewer"}, {"is_disabled": True}):
        response = patch(client, owner.user_id, **body)
        assert response.status_code == 409, response.text
        assert "transfer ownership first" in response.json()["detail"]
    assert client.delete(f"/v1/users/{owner.user_id}").status_code == 409


def test_a_refused_half_undoes_the_other(client_of, actor, owner, bo):
    scopes = ("users:read", "users:write")
    limited = client_of(actor, *scopes)
    assert patch(limited, bo.user_id, role="viewer", is_disabled=True).status_code == 403
    assert client_of(owner).ok("GET", f"/v1/users/{bo.user_id}")["role"] == "operator"


def test_somebody_is_removed(client, bo):
    response = client.delete(f"/v1/users/{bo.user_id}")
    assert (response.status_code, response.content) == (204, b"")
    assert client.get(f"/v1/users/{bo.user_id}").status_code == 404
    assert client.delete(f"/v1/users/{bo.user_id}").status_code == 404


def test_an_invitation_shows_its_link_once(client, owner):
    assert owner
    made = client.ok("POST", "/v1/users/invitations", json=INES)
    token = made["path"].partition("/auth/invitation?token=")[2]
    assert len(token) >= 43
    (listed,) = client.ok("GET", "/v1/users/invitations")["items"]
    assert (listed["id"], listed["email"], listed["is_expired"]) == (
        made["id"],
        made["email"],
        False,
    )
    assert listed["inviter_name"] == "API key test"
    for path in ("/v1/users", "/v1/users/invitations", f"/v1/users/{made['id']}"):
        assert token not in client.get(path).text


def test_an_invitation_is_withdrawn(client):
    made = client.ok("POST", "/v1/users/invitations", json=INES)
    path = f"/v1/users/invitations/{made['id']}"
    assert client.delete(path).status_code == 204
    assert client.delete(path).status_code == 404
    assert client.ok("GET", "/v1/users/invitations")["items"] == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"email": "ines", "role": "viewer"}, "email"),
        ({"email": "a" * 300 + "@b.example", "role": "viewer"}, "email"),
        ({"email": "ines@leadflow.example", "role": "king"}, "role"),
        ({"email": "ines@leadflow.example"}, "role"),
        ({"role": "viewer"}, "email"),
    ],
)
def test_what_is_no_invitation_is_refused(client, body, field):
    response = client.post("/v1/users/invitations", json=body)
    assert response.status_code == 422, response.text
    assert response.json()["field"] == field
    assert "aaaa" not in response.text


def test_who_belongs_already_is_a_conflict_and_who_belongs_elsewhere_is_not(
    client, stranger, owner, bo
):
    assert owner
    assert bo
    body = {"email": "bo@leadflow.example", "role": "viewer"}
    assert client.post("/v1/users/invitations", json=body).status_code == 409
    assert stranger.post("/v1/users/invitations", json=body).status_code == 201


def test_a_key_invites_nobody_mightier_than_itself(client_of, actor):
    limited = client_of(actor, "users:write", "users:read")
    assert limited.post("/v1/users/invitations", json=INES).status_code == 403


def test_a_workspace_is_shown_and_changed(client, client_of, actor):
    shown = client.ok("GET", "/v1/workspace")
    assert list(shown) == ["id", "name", "timezone", "currency"]
    body = {"name": "Bakery", "timezone": "Asia/Tokyo", "currency": "JPY"}
    changed = client.ok("PATCH", "/v1/workspace", json=body)
    assert changed == {"id": str(actor.workspace_id), **body}
    assert client_of(actor, "mock:write").ok("GET", "/v1/workspace") == changed
    assert client.ok("PATCH", "/v1/workspace", json={}) == changed


@pytest.mark.parametrize(
    "body",
    [
        {"timezone": "Mars/Base"},
        {"timezone": ""},
        {"currency": "euro"},
        {"currency": "eur"},
        {"name": " "},
        {"name": "n" * 500},
        {"id": "1"},
    ],
)
def test_what_no_workspace_can_be_is_refused(client, body):
    response = client.request("PATCH", "/v1/workspace", json=body)
    assert response.status_code == 422, response.text
    assert response.json()["field"] == next(iter(body))
