"""The audit log over HTTP."""

import csv
import io

import pytest

from backend import auth
from backend.auth import AuditAction
from tests.factories import run_as


@pytest.fixture
def rule(client):
    """Write a rule, and put it in force."""
    saying = {"if": {"all": []}, "then": [{"action": "add_tag", "tag": "any"}]}
    given = {"name": "Every message", "priority": 1, "definition": saying}
    made = client.ok("POST", "/v1/rules", json=given)
    return client.ok("POST", f"/v1/rules/{made['id']}/enable")


def test_what_was_done_over_rest_is_in_the_log(client, rule):
    enabled, created = client.ok("GET", "/v1/audit", params={"action": "rule."})["items"]
    assert (created["action"], enabled["action"]) == ("rule.created", "rule.enabled")
    assert enabled["subject"] == f"rule:{rule['id']}"
    assert (enabled["actor_kind"], enabled["actor_name"]) == ("api_key", "API key test")
    assert enabled["address"] == "127.0.0.1"
    assert enabled["occurred_at"].endswith("Z")


def test_every_change_of_a_rule_is_in_the_log_with_its_version(client, rule):
    path = f"/v1/rules/{rule['id']}"
    client.ok("POST", f"{path}/versions", json={"definition": rule["definition"]})
    client.ok("POST", f"{path}/pause")
    found = client.ok("GET", "/v1/audit", params={"subject": f"rule:{rule['id']}"})["items"]
    told = [(entry["action"], entry["details"].get("version")) for entry in found]
    assert told == [
        ("rule.paused", None),
        ("rule.changed", 2),
        ("rule.enabled", None),
        ("rule.created", 1),
    ]
    assert {entry["details"]["name"] for entry in found} == {rule["name"]}


@pytest.mark.usefixtures("rule")
def test_the_log_is_filtered(client):
    newest = client.ok("GET", "/v1/audit")["items"][0]
    day = newest["occurred_at"][:10]
    for query, count in (
        ({"subject": newest["subject"]}, 2),
        ({"actor_id": newest["actor_id"]}, 2),
        ({"action": "rule.enabled", "from": day, "to": day}, 1),
        ({"action": "rule.", "from": "2999-01-01"}, 0),
        ({"action": "rule.", "to": "2000-01-01"}, 0),
        ({"subject": "rule:1"}, 0),
    ):
        assert len(client.ok("GET", "/v1/audit", params=query)["items"]) == count, query


def test_the_log_is_read_in_pages(client, actor):
    for _ in range(5):
        run_as(actor, auth.record_audit, AuditAction.RULE_CHANGED, subject="rule:1")
    pages = client.pages("/v1/audit", limit=2, subject="rule:1")
    assert list(map(len, pages)) == [2, 2, 1]
    numbers = [entry["sequence"] for page in pages for entry in page]
    assert numbers == sorted(numbers, reverse=True)


@pytest.mark.parametrize(
    "query",
    ["actor_id=me", "from=yesterday", "format=xml", "cursor=mine", f"action={'x' * 61}"],
)
def test_a_question_that_makes_no_sense_is_refused(client, query):
    assert client.get(f"/v1/audit?{query}").status_code == 422


def test_the_log_is_downloaded_with_safe_cells(client, actor):
    run_as(actor, auth.record_audit, AuditAction.RULE_CHANGED, subject="=1+1", details={"a": 1})
    response = client.get("/v1/audit", params={"format": "csv"})
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    newest, *_ = csv.DictReader(io.StringIO(response.text))
    assert (newest["subject"], newest["details"]) == ("'=1+1", '{"a": 1}')
    assert client.ok("GET", "/v1/audit")["items"][0]["action"] == "list.exported"


def test_the_log_says_whether_it_is_intact(client, rule):
    assert rule
    verdict = client.ok("GET", "/v1/audit/verification")
    assert verdict.pop("entries") >= 2
    assert verdict == {"is_intact": True, "broken_at": None, "reason": None}


@pytest.mark.usefixtures("rule")
def test_another_workspace_has_a_log_of_its_own(stranger):
    assert stranger.ok("GET", "/v1/audit", params={"action": "rule."})["items"] == []
