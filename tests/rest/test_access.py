"""Who may call what: every route is walked, so that a new one cannot be forgotten."""

from uuid import uuid4

import pytest

from backend.rest import rest_app
from tests.factories import say
from tests.rest.calling import Client
from tests.rest.routes import Route, everything, routes

ROUTES = routes(rest_app())
# What every key has to know of the workspace that it works in.
FOR_EVERY_KEY = frozenset({Route("GET", "/v1/workspace")})
GUARDED = [route for route in ROUTES if route not in FOR_EVERY_KEY]
WITH_ID = [route for route in ROUTES if route.has_id or route.path.startswith("/v1/mock")]
NAMES = (
    "import_id",
    "export_id",
    "backtest_id",
    "bulk_id",
    "quick_reply_id",
    "channel_id",
    "contact_id",
    "conversation_id",
    "event_id",
    "invitation_id",
    "key_id",
    "merge_id",
    "message_id",
    "lead_id",
    "media_id",
    "replay_id",
    "rule_id",
    "run_id",
    "user_id",
    "version_id",
)
NOBODYS = {name: uuid4() for name in NAMES}


def name_of(route):
    return f"{route.method} {route.path}"


def test_there_are_routes_to_walk():
    assert len(ROUTES) > 30
    assert len(WITH_ID) > 20


@pytest.mark.parametrize("route", ROUTES, ids=name_of)
def test_without_a_key_nothing_is_answered(anonymous, route):
    response = route.call(anonymous, NOBODYS)
    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["field"] == "Authorization"


@pytest.mark.parametrize(
    "header", ["Bearer", "Bearer ", "Bearer lf_live_nobodys", "Basic bGY6bGY=", "lf_live_x", "ü"]
)
def test_a_wrong_key_is_refused_and_not_repeated(app, anonymous, header):
    response = anonymous.get("/v1/leads", headers={"Authorization": header.encode("latin-1")})
    assert response.status_code == 401
    assert "nobodys" not in response.text
    assert Client(app).get("/v1/leads").status_code == 401


@pytest.mark.parametrize("route", GUARDED, ids=name_of)
def test_a_key_of_another_scope_may_not(client_of, client, actor, mock_channel, route):
    scope = "rules:read" if "/rule" not in route.path else "contacts:read"
    limited = client_of(actor, scope)
    response = route.call(limited, everything(client, actor, mock_channel))
    assert response.status_code == 403, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert ":" in response.json()["expected"]


@pytest.mark.parametrize("route", FOR_EVERY_KEY, ids=name_of)
def test_what_every_key_may_know_needs_no_scope(client_of, actor, route):
    assert route.call(client_of(actor, "mock:write"), NOBODYS).status_code == 200


@pytest.mark.parametrize("route", WITH_ID, ids=name_of)
def test_what_another_workspace_has_does_not_exist(client, stranger, actor, mock_channel, route):
    ids = everything(client, actor, mock_channel)
    response = route.call(stranger, ids)
    assert response.status_code == 404, response.text
    assert response.json()["status"] == 404
    assert route.call(client, ids).status_code in {200, 201, 202, 204, 409}


@pytest.mark.parametrize("route", WITH_ID, ids=name_of)
def test_what_nobody_has_looks_the_same(client, route):
    assert route.call(client, NOBODYS).status_code == 404


@pytest.mark.parametrize("route", [route for route in ROUTES if route.has_id], ids=name_of)
@pytest.mark.parametrize("malformed", ["1", "nothing", "0" * 400, "%00", "' OR 1=1 --"])
def test_a_malformed_id_is_named(client, route, malformed):
    response = route.call(client, dict.fromkeys(NAMES, malformed))
    assert response.status_code == 422
    assert response.json()["field"].endswith("_id")


def test_filters_reach_into_no_other_workspace(client, stranger, actor, mock_channel):
    said = say(actor, mock_channel)
    own = client.ok("GET", "/v1/leads", params={"contact_id": str(said.contact_id)})
    assert [lead["id"] for lead in own["items"]] == [str(said.lead_id)]
    asked = {
        "/v1/leads": ("contact_id", said.contact_id),
        "/v1/conversations": ("channel_id", mock_channel.id),
        "/v1/webhook-events": ("channel_id", mock_channel.id),
        "/v1/analytics/daily": ("channel_id", mock_channel.id),
    }
    for path, (name, value) in asked.items():
        assert stranger.ok("GET", path, params={name: str(value)})["items"] == []
