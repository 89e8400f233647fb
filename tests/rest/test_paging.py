"""Every list is walked in small pages: nothing twice, nothing left out, in one order."""

from datetime import timedelta
from uuid import uuid4

import pytest

from backend.kit.paging import encode_cursor
from backend.platform.unit_of_work import unit_of_work
from tests.factories import NOON, create_channel, say
from tests.rest.routes import BODIES

COUNT = 7


def walk(client, path, *, limit=3, **query):
    """Walk a list in pages; returns its items, which must be those of one large page."""
    pages = client.pages(path, limit=limit, **query)
    whole = client.ok("GET", path, params={"limit": 200, **query})
    items = [item for page in pages for item in page]
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert len(pages) > 2
    assert items == whole["items"]
    assert whole["next_cursor"] is None
    return items


def count_distinct(items):
    return len({item["id"] for item in items})


@pytest.fixture
def customers(actor, mock_channel):
    """Let some customers write, two of them at the very same moment."""
    moments = [NOON + timedelta(minutes=number // 2) for number in range(COUNT)]
    return [say(actor, mock_channel, timestamp=moment) for moment in moments]


@pytest.fixture
def talker(actor, mock_channel):
    """Let one customer write often."""
    sender = "+12065550199"
    said = [say(actor, mock_channel, f"hello {n}", sender=sender) for n in range(COUNT)]
    return said[0]


@pytest.mark.parametrize("path", ["/v1/leads", "/v1/conversations", "/v1/contacts"])
def test_customers_are_listed_once_each(client, customers, path):
    assert count_distinct(walk(client, path)) == len(customers)


@pytest.mark.parametrize("sort", ["-last_activity_at", "-score", "-opened_at"])
def test_leads_keep_their_order_over_pages(client, customers, sort):
    items = walk(client, "/v1/leads", sort=sort, limit=2)
    values = [item[sort.removeprefix("-")] for item in items]
    assert len(values) == len(customers)
    assert values == sorted(values, reverse=True)


def test_deliveries_are_listed_once_each(client, customers):
    assert count_distinct(walk(client, "/v1/webhook-events")) == len(customers)


def test_a_thread_is_listed_newest_first(client, talker):
    items = walk(client, f"/v1/conversations/{talker.conversation_id}/messages")
    assert [item["text"] for item in items] == [f"hello {n}" for n in reversed(range(COUNT))]


def test_a_timeline_is_listed_newest_first(client, talker):
    items = walk(client, f"/v1/leads/{talker.lead_id}/timeline")
    moments = [item["occurred_at"] for item in items]
    assert moments == sorted(moments, reverse=True)
    assert count_distinct(items) == COUNT + 1


def test_a_ledger_is_listed_oldest_first_and_adds_up(client, talker):
    action = {"action": "add_points", "points": 2, "cadence": "every"}
    definition = {"if": {"all": []}, "then": [action]}
    body = {"name": "Each", "priority": 1, "definition": definition}
    rule = client.ok("POST", "/v1/rules", json=body)
    client.ok("POST", f"/v1/rules/{rule['id']}/enable")
    lead = client.ok("GET", f"/v1/leads/{talker.lead_id}")
    given = {"channel_id": lead["channel_id"], "from": lead["contact_phone"], "text": "again"}
    for _ in range(COUNT):
        client.ok("POST", "/v1/mock/whatsapp/inbound", json=given)
    items = walk(client, f"/v1/leads/{talker.lead_id}/score")
    score = client.ok("GET", f"/v1/leads/{talker.lead_id}/score", params={"limit": 1})["score"]
    assert score == sum(item["points"] for item in items) == 2 * COUNT


def test_channels_are_listed_oldest_first(client, actor):
    made = []
    for _ in range(COUNT):
        with unit_of_work(actor) as uow:
            made.append(str(create_channel(uow, actor).id))
    assert [item["id"] for item in walk(client, "/v1/channels")] == made


def test_rules_are_listed_by_priority(client):
    for number in range(COUNT):
        body = BODIES["/v1/rules"] | {"name": f"Rule {number}", "priority": number // 3}
        client.ok("POST", "/v1/rules", json=body)
    items = walk(client, "/v1/rules")
    assert [item["priority"] for item in items] == [0, 0, 0, 1, 1, 1, 2]


def test_versions_are_listed_newest_first(client):
    path = f"/v1/rules/{client.ok('POST', '/v1/rules', json=BODIES['/v1/rules'])['id']}/versions"
    for _ in range(COUNT - 1):
        client.ok("POST", path, json=BODIES["/v1/rules/{rule_id}/versions"])
    assert [item["number"] for item in walk(client, path)] == list(range(COUNT, 0, -1))


FORGED = [["1"], ["x"], ["1", "x"], ["x", "1"], ["2026-03-02", "x"], ["x"] * 3, ["9" * 5000, "1"]]


@pytest.mark.parametrize("parts", FORGED, ids=lambda parts: "-".join(parts)[:20])
def test_a_cursor_that_we_did_not_make_is_refused(client, talker, parts):
    rule = client.ok("POST", "/v1/rules", json=BODIES["/v1/rules"])
    paths = [
        *(
            "/v1/channels",
            "/v1/contacts",
            "/v1/conversations",
            "/v1/leads",
            "/v1/leads?sort=-score",
        ),
        *("/v1/rules", "/v1/analytics/daily", f"/v1/rules/{rule['id']}/versions"),
        *(f"/v1/leads/{talker.lead_id}/{part}" for part in ("score", "timeline")),
        f"/v1/conversations/{talker.conversation_id}/messages",
        *(["/v1/webhook-events"] if parts != ["1"] else []),
    ]
    for path in paths:
        joint = "&" if "?" in path else "?"
        response = client.get(f"{path}{joint}cursor={encode_cursor(*parts)}")
        assert response.status_code == 422, path
        assert response.json()["field"] == "cursor"


def test_a_cursor_of_another_order_is_refused(client, customers):
    asked = {"limit": 1, "sort": "-score"}
    cursor = client.ok("GET", "/v1/leads", params=asked)["next_cursor"]
    response = client.get("/v1/leads", params={"sort": "-opened_at", "cursor": cursor})
    assert response.status_code == 422
    assert customers


def test_a_cursor_of_a_row_that_is_not_in_the_list_is_refused(client, talker):
    path = f"/v1/leads/{talker.lead_id}/score"
    response = client.get(path, params={"cursor": encode_cursor(str(uuid4()))})
    assert response.status_code == 422
    assert response.json()["field"] == "cursor"
