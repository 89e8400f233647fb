"""The audit log page as a plain object: filtered, verified, taken away."""

import base64

import pytest

from backend import auth
from backend.auth import Actor, AuditAction, Role, UserInput
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app.pages.audit.rows import PAGE, Verdict
from leadflow_app.pages.audit.state import AuditState
from tests.factories import PASSWORD, create_user, create_workspace, run_as
from tests.ui._pages import cookie_of, open_page, question, reload, send, sign_in, visit

AUDIT = "/settings/audit"


@pytest.fixture
def cookie(actor):
    add_person(actor, "Ana", Role.ADMIN)
    return cookie_of("ana@leadflow.example")


def add_person(actor, name, role):
    """Add a person as an admin does, which the log tells."""
    email = f"{name.lower()}@leadflow.example"
    given = UserInput(email=email, name=name, password=PASSWORD, role=role)
    return run_as(actor, auth.create_user, given)


def opened(actor, cookie, address=AUDIT):
    state = open_page(AuditState, address, cookie)
    reload(state, actor)
    return state


def record(actor, times, action=AuditAction.RULE_CREATED):
    with unit_of_work(actor) as uow:
        for number in range(times):
            auth.record_audit(uow, actor, action, details={"name": f"Rule {number}"})


def file_of(said):
    """Return what the browser is told to keep."""
    (url,) = [str(value) for name, value in said[0].args if "url" in str(name)]
    return base64.b64decode(url.partition("base64,")[2].rstrip('"')).decode()


def test_the_log_tells_who_did_what(actor, cookie):
    state = opened(actor, cookie)
    first, second = state.screen.rows
    assert (first.what, first.who, first.address) == ("Signed in", "Ana", "10.0.0.1")
    assert (second.what, second.more, second.subject) == ("Added a person", "As admin", first.who)


def test_filters_come_from_the_address(actor, cookie):
    state = opened(actor, cookie, f"{AUDIT}?what=sign_in")
    assert [row.what for row in state.screen.rows] == ["Signed in"]
    visit(state, f"{AUDIT}?what=rule", cookie)
    reload(state, actor)
    assert (state.screen.rows, state.screen.narrows) == ([], True)
    visit(state, f"{AUDIT}?to=2001-01-01", cookie)
    reload(state, actor)
    assert state.screen.rows == []


def test_whose_entries_is_chosen_among_the_people(actor, cookie):
    state = opened(actor, cookie)
    (ana,) = state.screen.people
    went = send(state, "narrow", "who", ana.value)
    visit(state, f"{AUDIT}?who={ana.value}", cookie)
    reload(state, actor)
    assert f"{AUDIT}?who={ana.value}" in str(went.args)
    assert [row.what for row in state.screen.rows] == ["Signed in"]


def test_a_long_log_is_read_page_by_page(actor, cookie):
    record(actor, PAGE)
    state = opened(actor, cookie)
    assert (len(state.screen.rows), state.screen.newest_href) == (PAGE, "")
    visit(state, state.screen.older_href, cookie)
    reload(state, actor)
    assert [row.what for row in state.screen.rows] == ["Signed in", "Added a person"]
    assert (state.screen.older_href, state.screen.newest_href) == ("", AUDIT)


@pytest.mark.parametrize(
    ("by", "value", "address"),
    [
        ("what", "user", "/settings/audit?what=user&from=2026-01-01"),
        ("what", "anything", "/settings/audit?from=2026-01-01"),
        ("who", "anybody", "/settings/audit?what=rule&from=2026-01-01"),
        ("from", "", "/settings/audit?what=rule"),
        ("to", "2026-02-01", "/settings/audit?what=rule&from=2026-01-01&to=2026-02-01"),
        ("to", "soon", "/settings/audit?what=rule&from=2026-01-01"),
    ],
)
def test_a_filter_changes_the_address_and_keeps_the_others(cookie, by, value, address):
    state = open_page(AuditState, f"{AUDIT}?what=rule&from=2026-01-01&before=WyI3Il0", cookie)
    assert f'"{address}"' in str(send(state, "narrow", by, value).args)


def test_what_is_no_filter_changes_nothing(cookie):
    state = open_page(AuditState, AUDIT, cookie)
    assert send(state, "narrow", "before", "WyI3Il0") is None


def test_the_log_is_verified_in_words(actor, cookie):
    state = opened(actor, cookie)
    send(state, "verify")
    assert state.verdict.is_intact
    assert "2 entries checked" in state.verdict.text
    assert state.screen.rows[0].what == "Verified the audit log"


def test_the_file_holds_what_the_filters_leave(actor, cookie):
    record(actor, 3)
    state = opened(actor, cookie, f"{AUDIT}?what=rule")
    text = file_of(send(state, "export"))
    assert len(text.splitlines()) == 4
    assert "rule.created" in text
    visit(state, AUDIT, cookie)
    reload(state, actor)
    assert state.screen.rows[0].more == "Audit, 3 rows"


def test_somebody_who_left_is_said_to_have_left(actor, cookie):
    gone = add_person(actor, "Eva", Role.VIEWER)
    run_as(actor, auth.remove_user, gone)
    state = opened(actor, cookie, f"{AUDIT}?what=user")
    assert [row.subject for row in state.screen.rows][:2] == ["Somebody who left"] * 2


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_everybody_else_is_refused_in_words(actor, role):
    state = open_page(AuditState, AUDIT, sign_in(actor, role=role))
    for handler in ("verify", "export"):
        assert "Ask an admin of this workspace." in str(send(state, handler).args)
    assert (state.verdict, state.screen.rows) == (Verdict(), [])


def test_the_log_of_another_workspace_is_not_shown(actor, cookie):
    with unit_of_work(SYSTEM) as uow:
        place = Actor.system(create_workspace(uow).id)
    record(place, 3)
    stranger = run_as(place, create_user, role=Role.ADMIN)
    state = opened(actor, cookie, f"{AUDIT}?what=rule")
    assert state.screen.rows == []
    visit(state, f"{AUDIT}?who={stranger.user_id}", cookie)
    reload(state, actor)
    assert state.screen.rows == []
    assert question(state).filters.who == str(stranger.user_id)
