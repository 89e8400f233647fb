"""The whole of what is served, without its screens: what is limited, closed or shown to few."""

import asyncio

import httpx
import pytest
from starlette.responses import PlainTextResponse

from backend.app import UNUSED, compose
from tests.platform._windows import begin_in_one_window
from tests.rest.calling import Client

SCREENS = "the screens"
TOKEN = "a-token-for-the-counters"


@pytest.fixture
def served(monkeypatch):
    begin_in_one_window()
    monkeypatch.setenv("LEADFLOW_RATE_PER_KEY", "3")
    monkeypatch.setenv("LEADFLOW_RATE_PER_ADDRESS", "100")
    return compose(PlainTextResponse(SCREENS))


def test_a_key_that_asks_too_often_hears_when_to_come_back(served, client):
    caller = client.on(served)
    answers = [caller.get("/v1/leads") for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert answers[-2].headers["ratelimit"].startswith('"key";r=0;')


def test_customers_may_write_as_often_as_they_like(served, client, mock_channel):
    caller = client.on(served)
    body = {"channel_id": str(mock_channel.id), "from": "+12065550123", "text": "hello"}
    answers = [caller.post("/v1/mock/whatsapp/inbound", json=body) for _ in range(6)]
    assert {answer.status_code for answer in answers} == {200}


def test_a_key_made_a_moment_ago_is_accepted_beside_refused_ones(served, client_of, actor):
    Client(served, {"Authorization": "Bearer wrong"}).get("/v1/leads")
    assert client_of(actor).on(served).get("/v1/leads").status_code == 200


@pytest.mark.parametrize("path", [*UNUSED, "/_upload/x", "/_all_routes/"])
def test_what_the_screens_do_not_use_is_not_there(served, path):
    for method in ("GET", "POST"):
        response = Client(served).request(method, path)
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/", "/inbox", "/pingpong", "/uploads"])
def test_everything_else_is_a_matter_of_the_screens(served, path):
    assert Client(served).get(path).text == SCREENS


@pytest.mark.parametrize("path", ["/", "/v1/leads", "/webhooks/mock/x", "/_events", "/_event2/"])
def test_a_websocket_opens_where_the_events_are_and_nowhere_else(served, path):
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    asyncio.run(served({"type": "websocket", "path": path, "headers": []}, receive, send))
    assert sent == ["websocket.close"]


def counters(app, *, peer="127.0.0.1", **headers):
    transport = httpx.ASGITransport(app, client=(peer, 1))

    async def ask():
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            return await client.get("/metrics", headers=headers)

    return asyncio.run(ask())


@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "127.8.8.8"])
def test_the_counters_are_shown_to_this_machine(app, peer):
    assert "leadflow_http_requests_total" in counters(app, peer=peer).text


@pytest.mark.parametrize(
    ("peer", "headers"),
    [
        ("203.0.113.9", {}),
        ("192.168.1.20", {}),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}),
        ("127.0.0.1", {"Forwarded": "for=203.0.113.9"}),
        ("203.0.113.9", {"Authorization": f"Bearer {TOKEN}"}),
    ],
)
def test_the_counters_are_not_shown_to_others(app, peer, headers):
    response = counters(app, peer=peer, **headers)
    assert response.status_code == 403
    assert "leadflow_http" not in response.text


@pytest.mark.parametrize("peer", ["127.0.0.1", "203.0.113.9"])
def test_with_a_token_the_counters_are_shown_to_whoever_has_it(app, monkeypatch, peer):
    monkeypatch.setenv("LEADFLOW_METRICS_TOKEN", TOKEN)
    shown = counters(app, peer=peer, Authorization=f"Bearer {TOKEN}")
    assert "leadflow_http_requests_total" in shown.text
    for wrong in ("", f"Bearer {TOKEN}x", "Bearer", f"Basic {TOKEN}", TOKEN):
        refused = counters(app, peer=peer, Authorization=wrong)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")
        assert TOKEN not in refused.text
