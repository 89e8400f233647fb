"""The list of rules as a plain object: switched, ordered, put away, taken along."""

import pytest

from backend import rules
from backend.auth import Role
from backend.kit.paging import PageRequest
from leadflow_app import routes
from leadflow_app.pages.rules.rows import moved
from leadflow_app.pages.rules.state import RulesState
from tests.factories import create_rule, rule, run_as
from tests.ui._pages import open_page, reload, send, sign_in, visit


def says(word):
    return {
        "if": {"field": "text", "operator": "contains_any", "value": [word]},
        "then": [{"action": "add_tag", "tag": word}],
    }


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.MANAGER)


@pytest.fixture
def three(actor):
    return [
        run_as(
            actor,
            rules.create_rule,
            rules.RuleInput(name=name, priority=priority, definition=says(name)),
        )
        for priority, name in enumerate(("one", "two", "three"))
    ]


def opened(actor, cookie, address=routes.RULES):
    state = open_page(RulesState, address, cookie)
    reload(state, actor)
    return state


def names(state):
    return [row.name for row in state.screen.rows]


def test_without_rules_the_page_says_what_they_are_for(actor, cookie):
    assert opened(actor, cookie).screen.is_first_run


def test_rules_stand_in_their_order_and_say_what_they_do(actor, cookie, three):
    screen = opened(actor, cookie).screen
    assert [row.name for row in screen.rows] == [rule.name for rule in three]
    assert screen.rows[0].says == (
        "A customer writes, if text contains any of one \N{RIGHTWARDS ARROW} add a tag: one"
    )
    assert (screen.rows[0].state_label, screen.rows[0].hits) == ("Paused", "0")


def test_a_rule_is_turned_on_and_paused(actor, cookie, three):
    state = opened(actor, cookie)
    send(state, "switch", str(three[0].id), True)
    assert state.screen.rows[0].is_enabled
    send(state, "switch", str(three[0].id), False)
    assert not state.screen.rows[0].is_enabled


def test_a_rule_is_moved_by_the_menu_and_by_keys(actor, cookie, three):
    state = opened(actor, cookie)
    send(state, "act", str(three[2].id), "up")
    assert names(state) == ["one", "three", "two"]
    send(state, "tell", f"down {three[0].id}")
    assert names(state) == ["three", "one", "two"]
    assert state.focus.endswith(f"rule-{three[0].id}")
    send(state, "tell", f"before {three[1].id} {three[2].id}")
    assert names(state) == ["two", "three", "one"]


def test_a_rule_is_archived_after_a_question_and_restored(actor, cookie, three):
    state = opened(actor, cookie)
    send(state, "act", str(three[0].id), "archive")
    assert state.asked.title == "Archive one?"
    send(state, "confirm")
    assert names(state) == ["two", "three"]
    visit(state, f"{routes.RULES}?show=archived", cookie)
    reload(state, actor)
    assert names(state) == ["one"]
    send(state, "act", str(three[0].id), "restore")
    assert names(state) == []


def test_nonsense_from_the_browser_changes_nothing(actor, cookie, three):
    state = opened(actor, cookie)
    for text in ("", "steal everything", "up", "up nobody", f"before {three[0].id} nobody"):
        send(state, "tell", text)
    send(state, "act", str(three[0].id), "delete")
    assert names(state) == [rule.name for rule in three]


def test_a_viewer_is_refused(actor, three):
    viewer = sign_in(actor, role=Role.VIEWER, email="vera@leadflow.example")
    state = opened(actor, viewer)
    for handler, *arguments in (
        ("switch", str(three[0].id), True),
        ("act", str(three[2].id), "up"),
        ("act", str(three[0].id), "archive"),
    ):
        assert "toast" in str(send(state, handler, *arguments))
    reload(state, actor)
    assert names(state) == [rule.name for rule in three]
    assert not state.screen.rows[0].is_enabled


def test_a_file_is_checked_before_it_is_brought_in(actor, cookie, three):
    text = run_as(actor, rules.export_rules)
    for one in three:
        run_as(actor, rules.archive, one.id)
    state = opened(actor, cookie)
    send(state, "set_importing", True)
    send(state, "check", {"text": text})
    assert (state.report.is_good, state.report.created) == (True, ["one", "two", "three"])
    assert names(state) == []
    send(state, "bring_in")
    assert names(state) == ["one", "two", "three"]
    assert not any(row.is_enabled for row in state.screen.rows)


def test_each_fault_of_a_file_has_its_line(actor, cookie):
    state = opened(actor, cookie)
    text = "leadflow_rules: 1\nrules:\n  - name: Odd\n    definition: {if: {all: []}, then: []}\n"
    send(state, "check", {"text": text})
    assert not state.report.is_good
    assert [fault.line for fault in state.report.faults] == ["Line 4"]
    send(state, "bring_in")
    assert names(state) == []


def test_what_the_lint_finds_is_marked_in_the_list(actor, cookie):
    never = {"field": "tags", "operator": "has", "value": "never-given"}
    run_as(actor, create_rule, rule(when=never, then=[{"action": "add_tag", "tag": "x"}]))
    assert opened(actor, cookie).screen.rows[0].mark == "warning"


def test_moves_that_lead_nowhere_keep_the_order():
    assert moved("abc", "a", "up") == ["a", "b", "c"]
    assert moved("abc", "c", "down") == ["a", "b", "c"]
    assert moved("abc", "x", "up") == ["a", "b", "c"]
    assert moved("abc", "a", "after", "c") == ["b", "c", "a"]
    assert moved("abc", "c", "before", "a") == ["c", "a", "b"]


def test_more_rules_than_a_page_are_shown_on_demand(actor, cookie, three):
    state = opened(actor, cookie)
    send(state, "more")
    assert names(state) == [rule.name for rule in three]
    assert run_as(actor, rules.list_rules, PageRequest()).next_cursor is None
