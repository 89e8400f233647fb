"""Lint, test, backtest, versions, runs and undo, files of rules: as programs use them."""

from backend import rules
from tests.rest.routes import BODIES, SAYING

RULES = "/v1/rules"
RULE = BODIES["/v1/rules"]


def enabled(client, name="Every message", definition=SAYING):
    given = {"name": name, "priority": 1, "definition": definition}
    path = f"{RULES}/{client.ok('POST', RULES, json=given)['id']}"
    client.ok("POST", f"{path}/enable")
    return path


def test_lint_names_every_fault_and_saving_refuses_them(client):
    broken = {"if": {"all": []}, "then": [{"action": "explode"}, {"action": "add_tag"}]}
    found = client.ok("POST", f"{RULES}/lint", json={"definition": broken})["findings"]
    places = ["definition.then.0.action", "definition.then.1.tag"]
    assert [each["place"] for each in found] == places
    assert found[0]["level"] == "error"
    refused = client.post(RULES, json={**RULE, "definition": broken})
    assert refused.status_code == 422
    assert [each["field"] for each in refused.json()["errors"]] == places


def test_a_message_is_tried_without_effect(client, inbound):
    enabled(client)
    traced = client.ok("POST", f"{RULES}/test", json={"text": "hello"})
    assert traced["rules"][0]["matched"] is True
    assert traced["after"]["tags"] == ["any"]
    assert client.ok("GET", "/v1/leads")["items"] == []
    message_id = inbound("hello").json()["message_id"]
    assert client.ok("POST", f"{RULES}/test", json={"message_id": message_id})["rules"]


def test_a_backtest_is_asked_for_watched_and_stopped(client, actor, inbound):
    enabled(client)
    inbound("hello")
    drafted = {"drafts": [{"definition": {**SAYING, "then": [{"action": "add_tag", "tag": "b"}]}}]}
    response = client.post(f"{RULES}/backtest", json=drafted)
    assert response.status_code == 202
    asked = response.json()
    assert (asked["state"], asked["report"]) == ("queued", None)
    assert client.post(f"{RULES}/backtest", json={}).status_code == 409
    rules.work_off_backtest(actor.workspace_id, asked["id"])
    ended = client.ok("GET", f"{RULES}/backtest/{asked['id']}")
    assert ended["state"] == "done"
    assert (ended["report"]["mover_count"], ended["report"]["difference_count"]) == (1, 0)
    assert ended["report"]["movers"][0]["tags_after"] == ["any", "b"]
    again = client.ok("POST", f"{RULES}/backtest", json={})
    stopped = client.ok("POST", f"{RULES}/backtest/{again['id']}/stop")
    assert stopped["state"] == "stopped"
    listed = client.ok("GET", f"{RULES}/backtest")["items"]
    assert [each["id"] for each in listed] == [again["id"], asked["id"]]
    wrong = {"drafts": [{"definition": {}}]}
    refused = client.post(f"{RULES}/backtest", json=wrong).json()
    assert refused["field"] == "drafts.0.definition.if"


def test_versions_are_compared_and_rolled_back(client):
    path = enabled(client)
    _, *rest = SAYING["then"]
    changed = {**SAYING, "then": [{"action": "add_tag", "tag": "other"}, *rest]}
    client.ok("POST", f"{path}/versions", json={"definition": changed})
    (line,) = client.ok("GET", f"{path}/diff")["lines"]
    assert line == {"place": "definition.then.0.tag", "before": "any", "after": "other"}
    assert client.ok("GET", f"{path}/diff?older=2&newer=2")["lines"] == []
    assert client.get(f"{path}/diff?older=9").status_code == 404
    back = client.ok("POST", f"{path}/rollback", json={"number": 1})
    assert (back["version"], back["definition"]["then"][0]["tag"]) == (3, "any")
    assert client.post(f"{path}/rollback", json={"number": 9}).status_code == 404


def test_runs_are_listed_and_undone(client, inbound):
    path = enabled(client)
    lead_id = inbound("hello").json()["lead_id"]
    (run,) = client.ok("GET", f"{path}/runs", params={"lead_id": lead_id})["items"]
    assert run["effects"][0]["kind"] == "tag.added"
    assert client.ok("GET", f"/v1/rule-runs/{run['id']}") == run
    assert client.ok("POST", f"/v1/rule-runs/{run['id']}/undo")["undone_at"]
    assert client.ok("GET", f"/v1/leads/{lead_id}")["tags"] == []
    inbound("again")
    version_id = client.ok("GET", path)["version_id"]
    undone = client.ok("POST", f"/v1/rule-versions/{version_id}/undo")
    assert (undone["runs"], undone["tags"]) == (1, 1)
    bounds = {"from": "2130-01-01"}
    assert client.ok("GET", f"{path}/runs", params=bounds)["items"] == []


def test_rules_go_out_and_come_in(client):
    path = enabled(client)
    exported = client.get(f"{RULES}/export")
    assert exported.headers["content-type"].startswith("application/yaml")
    renamed = exported.text.replace("Every message", "Other")
    dry = client.ok("POST", f"{RULES}/import", json={"yaml": renamed})
    assert (dry["is_written"], dry["created"]) == (False, ["Other"])
    done = client.ok("POST", f"{RULES}/import", json={"yaml": renamed, "is_dry": False})
    assert done["is_written"] is True
    wrong = client.ok("POST", f"{RULES}/import", json={"yaml": "a: [", "is_dry": False})
    assert (wrong["is_written"], wrong["faults"][0]["line"]) == (False, 1)
    assert client.ok("PATCH", path, json={"name": "First"})["name"] == "First"


def test_rules_are_ordered_and_put_away(client):
    paths = [enabled(client, name) for name in ("a", "b")]
    ids = [path.rpartition("/")[2] for path in paths]
    response = client.post(f"{RULES}/order", json={"rule_ids": ids[::-1]})
    assert response.status_code == 204
    assert [each["id"] for each in client.ok("GET", RULES)["items"]] == ids[::-1]
    assert client.post(f"{RULES}/order", json={"rule_ids": ids[:1]}).status_code == 422
    assert client.ok("POST", f"{paths[0]}/archive")["archived_at"]
    assert [each["id"] for each in client.ok("GET", RULES)["items"]] == ids[1:]
    away = client.ok("GET", RULES, params={"is_archived": True})["items"]
    assert [each["id"] for each in away] == ids[:1]
    assert client.post(f"{paths[0]}/enable").status_code == 409
    assert client.ok("POST", f"{paths[0]}/restore")["archived_at"] is None
