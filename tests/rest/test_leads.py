"""Leads over HTTP: their shape, the filters, and what people do with them."""

from datetime import timedelta

import pytest

from backend.auth import Actor
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import NOON, create_channel, create_workspace, say

STABLE = [
    "id",
    "contact_id",
    "conversation_id",
    "campaign_send_id",
    "stage",
    "tags",
    "score",
    "owner_id",
    "value",
    "currency",
    "created_at",
    "updated_at",
]


@pytest.fixture
def lead(client, inbound):
    return client.ok("GET", f"/v1/leads/{inbound().json()['lead_id']}")


def ids(answer):
    return [item["id"] for item in answer["items"]]


def test_a_lead_begins_with_the_fields_that_others_rely_on(lead):
    assert list(lead)[: len(STABLE)] == STABLE
    assert lead["campaign_send_id"] is None
    assert lead["created_at"].endswith("Z")


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_lead_moves_and_its_timeline_says_who_moved_it(client, lead, method):
    path = f"/v1/leads/{lead['id']}"
    moved = client.ok(method, f"{path}/stage", json={"stage": "converted"})
    assert moved["stage"] == "converted"
    event = client.ok("GET", f"{path}/timeline")["items"][0]
    assert event["kind"] == "stage.changed"
    assert event["actor_name"] == "API key test"
    assert event["data"] == {"from": "new", "to": "converted"}


def test_a_second_open_lead_is_a_conflict(client, inbound, lead):
    client.ok("PUT", f"/v1/leads/{lead['id']}/stage", json={"stage": "lost"})
    assert inbound("back again").json()["lead_id"] != lead["id"]
    response = client.put(f"/v1/leads/{lead['id']}/stage", json={"stage": "new"})
    assert response.status_code == 409


def test_tags_are_put_on_and_taken_off(client, lead):
    path = f"/v1/leads/{lead['id']}/tags"
    assert client.ok("POST", path, json={"tags": ["VIP", " b ", "c", "d"]})["tags"] == [
        "b",
        "c",
        "d",
        "vip",
    ]
    assert client.ok("DELETE", f"{path}?tag=VIP&tag=b")["tags"] == ["c", "d"]
    assert client.ok("DELETE", path, json={"tags": ["c"]})["tags"] == ["d"]
    assert client.ok("DELETE", path)["tags"] == ["d"]


@pytest.mark.parametrize("tags", [[], ["  "], ["t" * 61], ["a\nb"], ["x"] * 51, [1], "vip"])
def test_what_is_no_tag_is_refused(client, lead, tags):
    response = client.post(f"/v1/leads/{lead['id']}/tags", json={"tags": tags})
    assert response.status_code == 422, response.text


@pytest.mark.parametrize(("given", "kept"), [("1250.5", "1250.50"), (12, "12.00"), (0.1, "0.10")])
def test_a_value_is_a_decimal_number_as_text(client, lead, given, kept):
    path = f"/v1/leads/{lead['id']}/value"
    valued = client.ok("PUT", path, json={"value": given, "currency": "EUR"})
    assert (valued["value"], valued["currency"]) == (kept, "EUR")
    emptied = client.ok("PUT", path, json={"value": None})
    assert (emptied["value"], emptied["currency"]) == (None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"value": "12.50"},
        {"value": None, "currency": "EUR"},
        {"value": "12.505", "currency": "EUR"},
        {"value": "-1", "currency": "EUR"},
        {"value": "1e30", "currency": "EUR"},
        {"value": "1e1000000", "currency": "EUR"},
        {"value": "NaN", "currency": "EUR"},
        {"value": "Infinity", "currency": "EUR"},
        {"value": "12", "currency": "euro"},
        {"value": "12", "currency": "eur"},
        {"value": "12", "currency": ""},
        {"value": "twelve", "currency": "EUR"},
        {"value": True, "currency": "EUR"},
    ],
)
def test_what_is_no_money_is_refused(client, lead, wrong):
    response = client.put(f"/v1/leads/{lead['id']}/value", json=wrong)
    assert response.status_code == 422, response.text
    assert client.ok("GET", f"/v1/leads/{lead['id']}")["value"] is None


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("stage=new", True),
        ("stage=lost", False),
        ("tag=VIP", True),
        ("tag=pricing", False),
        ("q=Ana", True),
        ("q=2065550123", True),
        ("q=Bob", False),
        ("q=%25", False),
        ("q=%00", False),
        ("q=%27;--", False),
        ("q=", True),
        ("moment=opened", True),
        ("moment=converted", False),
    ],
)
def test_leads_are_filtered(client, inbound, query, is_found):
    lead_id = inbound(profile_name="Ana").json()["lead_id"]
    client.ok("POST", f"/v1/leads/{lead_id}/tags", json={"tags": ["vip"]})
    assert ids(client.ok("GET", f"/v1/leads?{query}")) == ([lead_id] if is_found else [])


def test_days_are_those_of_the_workspace(client_of):
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow, timezone="Asia/Tokyo").id)
    with unit_of_work(actor) as uow:
        channel = create_channel(uow, actor)
    client = client_of(actor)
    late = say(actor, channel, timestamp=NOON + timedelta(hours=4))
    early = say(actor, channel, timestamp=NOON)
    for path, found in (
        ("/v1/leads", (early.lead_id, late.lead_id)),
        ("/v1/conversations", (early.conversation_id, late.conversation_id)),
    ):
        today, tomorrow = (str(one) for one in found)
        assert ids(client.ok("GET", f"{path}?from=2026-03-02&to=2026-03-02")) == [today]
        assert ids(client.ok("GET", f"{path}?from=2026-03-03")) == [tomorrow]
        assert ids(client.ok("GET", f"{path}?to=2026-03-01")) == []


@pytest.mark.parametrize("day", ["2026-02-30", "0001-01-01", "9999-12-31", "yesterday"])
def test_what_is_no_day_is_refused(client, day):
    for path in ("/v1/leads", "/v1/conversations", "/v1/analytics/daily"):
        for bound in ("from", "to"):
            response = client.get(path, params={bound: day})
            assert response.status_code == 422
            assert response.json()["field"] == bound


@pytest.mark.usefixtures("demo_rules")
def test_a_score_is_explained(client, inbound):
    lead_id = inbound("what is the price").json()["lead_id"]
    answer = client.ok("GET", f"/v1/leads/{lead_id}/score")
    assert answer["score"] == sum(entry["points"] for entry in answer["items"])
    assert "Asked for the price" in {entry["reason"] for entry in answer["items"]}
    assert {entry["message_text"] for entry in answer["items"]} == {"what is the price"}
