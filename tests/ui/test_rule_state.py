"""One rule as a plain object: written, linted, tested, tried, stored, rolled back, undone."""

import pytest

from backend import rules
from backend.auth import Role
from backend.kit.paging import PageRequest
from backend.rules import RuleInput
from backend.rules.backtest_run import work_off_backtest
from leadflow_app import routes
from leadflow_app.pages.rule.state import RuleState
from tests.factories import run_as, say
from tests.ui._pages import open_page, reload, send, sign_in, visit

TEXT = {"field": "text", "operator": "contains_any", "value": ["price"]}
RULE = {"if": {"all": [TEXT]}, "then": [{"action": "add_tag", "tag": "pricing"}], "stop": False}


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.MANAGER)


@pytest.fixture
def rule(actor):
    return run_as(actor, rules.create_rule, RuleInput(name="Price", priority=10, definition=RULE))


def opened(actor, cookie, address):
    state = open_page(RuleState, address, cookie)
    reload(state, actor)
    return state


def at(state, actor, cookie, address):
    visit(state, address, cookie)
    reload(state, actor)


def stored(actor, rule):
    return run_as(actor, rules.get_rule, rule.id)


def fill(state, words="price", tag="pricing"):
    """Fill a blank rule in."""
    send(state, "edit", "name", "", "", "A new rule")
    send(state, "edit", "value", state.board.lines[1].key, "value", words)
    send(state, "edit", "value", state.board.actions[0].key, "tag", tag)


def test_a_new_rule_is_blank_and_nobody_blames_it(actor, cookie):
    state = opened(actor, cookie, routes.rule("new"))
    assert (state.screen.is_new, len(state.board.lines)) == (True, 3)
    assert [line.fault for line in state.board.lines] == ["", "", ""]
    assert [tab.label for tab in state.screen.tabs] == ["Test", "Backtest", "Lint"]


def test_a_new_rule_is_stored_paused_behind_the_others(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule("new"))
    fill(state)
    sent = send(state, "save", {})
    assert "/rules/" in str(sent.args)
    found = run_as(actor, rules.list_rules, PageRequest()).items
    assert [(one.name, one.is_enabled) for one in found] == [
        ("Price", False),
        ("A new rule", False),
    ]
    assert found[0].id == rule.id


def test_what_is_missing_is_named_at_its_part_after_a_try(actor, cookie):
    state = opened(actor, cookie, routes.rule("new"))
    send(state, "edit", "name", "", "", "Empty")
    assert "toast" in str(send(state, "save", {}))
    assert state.board.lines[1].fault == "Words: fill this in."
    assert state.board.actions[0].fault == "Tag: fill this in."
    assert {row.level for row in state.findings} == {"error"}
    send(state, "go_to", state.findings[0].key)
    assert state.focus.endswith(f"part-{state.findings[0].key}-field")


def test_a_rule_without_a_name_is_refused_at_its_name(actor, cookie):
    state = opened(actor, cookie, routes.rule("new"))
    fill(state)
    send(state, "edit", "name", "", "", "")
    send(state, "save", {})
    assert state.fault.field == "name"


def test_a_change_is_a_new_version_with_its_comment(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    assert not state.board.is_changed
    send(state, "edit", "value", state.board.lines[1].key, "value", "price, cost")
    assert state.board.is_changed
    send(state, "save", {"comment": "Cost too"})
    assert (state.screen.version, state.board.is_changed) == ("Version 2", False)
    newest = run_as(actor, rules.list_versions, rule.id)[0]
    assert newest.comment == "Cost too"
    assert newest.definition["if"]["all"][0]["value"] == ["price", "cost"]


def test_another_name_makes_no_version(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    send(state, "edit", "name", "", "", "Prices")
    send(state, "save", {})
    assert (stored(actor, rule).name, stored(actor, rule).version) == ("Prices", 1)


def test_what_a_colleague_saves_meanwhile_does_not_take_the_draft_away(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    send(state, "edit", "value", state.board.lines[1].key, "value", "mine")
    run_as(actor, rules.add_version, rule.id, definition=RULE | {"stop": True}, comment="")
    reload(state, actor)
    assert state.is_overtaken
    assert state.board.lines[1].inputs[0].value == "mine"
    send(state, "start_over")
    assert (state.is_overtaken, state.board.is_last) == (False, True)


def test_a_draft_is_tested_without_being_stored(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    send(state, "edit", "value", state.board.lines[1].key, "value", "delivery")
    send(state, "test", {"text": "When is the delivery?"})
    assert (state.tested.is_match, state.tested.effects) == (True, ["Tag pricing"])
    assert state.board.lines[1].mark == "held"
    send(state, "test", {"text": "What is the price?"})
    assert not state.tested.is_match
    assert state.board.lines[1].mark == "failed"
    assert stored(actor, rule).version == 1


def test_a_faulty_draft_is_not_tested(actor, cookie):
    state = opened(actor, cookie, routes.rule("new"))
    assert "toast" in str(send(state, "test", {"text": "Hello"}))
    assert not state.tested.is_there
    assert state.board.lines[1].fault


def test_a_backtest_is_started_followed_and_read(actor, cookie, rule, mock_channel):
    said = say(actor, mock_channel, "Is there a delivery?")
    state = opened(actor, cookie, routes.rule(rule.id, "backtest"))
    send(state, "edit", "value", state.board.lines[1].key, "value", "delivery")
    address = send(state, "start_backtest", {"days": "30", "sample": ""}).args[0][1]
    assert "backtest=" in str(address)
    at(state, actor, cookie, str(address).strip("\"'"))
    assert (state.screen.backtest.state_label, state.screen.backtest.is_active) == ("Waiting", True)
    work_off_backtest(actor.workspace_id, run_backtest(actor).id)
    reload(state, actor)
    assert said
    assert state.screen.backtest.is_done


def run_backtest(actor):
    """Return the newest backtest."""
    return run_as(actor, rules.list_backtests, PageRequest(limit=1)).items[0]


def test_a_backtest_can_be_stopped(actor, cookie, rule, mock_channel):
    assert say(actor, mock_channel, "Hello")
    state = opened(actor, cookie, routes.rule(rule.id, "backtest"))
    send(state, "start_backtest", {"days": "7", "sample": "200"})
    reload(state, actor)
    send(state, "stop_backtest", state.screen.backtest.key)
    assert str(run_backtest(actor).state) == "stopped"


def test_versions_are_compared_and_rolled_back(actor, cookie, rule):
    run_as(actor, rules.add_version, rule.id, definition=RULE | {"stop": True}, comment="Stop")
    state = opened(actor, cookie, routes.rule(rule.id, "versions", version=1))
    assert [row.title for row in state.screen.versions] == ["Version 2", "Version 1"]
    assert state.screen.compared == "From version 1 to version 2"
    assert state.screen.diff
    send(state, "ask_roll_back", "1")
    assert state.asked.title == "Roll back to version 1?"
    send(state, "confirm")
    assert (stored(actor, rule).version, stored(actor, rule).definition["stop"]) == (3, False)
    assert not state.board.is_last


def test_a_run_is_shown_and_undone(actor, cookie, rule, mock_channel):
    run_as(actor, rules.enable, rule.id)
    say(actor, mock_channel, "What is the price?")
    state = opened(actor, cookie, routes.rule(rule.id, "runs"))
    run = state.screen.runs[0]
    assert (run.why, run.effects) == ("What is the price?", ["Tag pricing"])
    send(state, "undo_run", run.key)
    assert state.screen.runs[0].is_undone


def test_all_that_a_version_did_is_undone_after_a_question(actor, cookie, rule, mock_channel):
    run_as(actor, rules.enable, rule.id)
    say(actor, mock_channel, "What is the price?")
    state = opened(actor, cookie, routes.rule(rule.id, "versions"))
    row = state.screen.versions[0]
    send(state, "ask_undo_version", row.key, row.number)
    assert "Undo all that version 1 did?" in state.asked.title
    send(state, "confirm")
    at(state, actor, cookie, routes.rule(rule.id, "runs"))
    assert state.screen.runs[0].is_undone


def test_keys_move_a_condition_and_keep_the_focus(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    send(state, "edit", "add", state.board.lines[0].key, "", "")
    new = state.board.lines[2].key
    send(state, "tell", f"up {new}")
    assert state.board.lines[1].key == new
    assert state.focus.endswith(f"part-{new}-field")
    for text in ("", "up", "steal", f"before {new} nobody"):
        send(state, "tell", text)
    assert state.board.lines[1].key == new


def test_a_viewer_changes_nothing(actor, rule):
    viewer = sign_in(actor, role=Role.VIEWER, email="vera@leadflow.example")
    state = opened(actor, viewer, routes.rule(rule.id))
    send(state, "edit", "value", state.board.lines[1].key, "value", "mine")
    for handler, *arguments in (
        ("save", {}),
        ("switch",),
        ("start_backtest", {}),
        ("ask_roll_back", "1"),
        ("ask_undo_version", str(rule.version_id), "1"),
    ):
        assert "toast" in str(send(state, handler, *arguments))
    assert (stored(actor, rule).version, stored(actor, rule).is_enabled) == (1, False)


def test_the_switch_turns_the_stored_rule_on_and_off(actor, cookie, rule):
    state = opened(actor, cookie, routes.rule(rule.id))
    send(state, "switch")
    assert (state.screen.state_label, stored(actor, rule).is_enabled) == ("On", True)
    send(state, "switch")
    assert not stored(actor, rule).is_enabled
