"""The settings of the workspace as a plain object."""

import pytest

from backend import auth
from backend.auth import Role
from leadflow_app.pages.workspace.state import WorkspaceState
from tests.factories import create_user, run_as
from tests.ui._pages import open_page, reload, send, sign_in

WORKSPACE = "/settings/workspace"


@pytest.fixture
def state(actor):
    admin = run_as(actor, create_user, role=Role.ADMIN)
    opened = open_page(WorkspaceState, WORKSPACE, sign_in(actor, role=Role.ADMIN))
    reload(opened, admin)
    return opened


def settings(actor):
    found = run_as(actor, auth.get_workspace)
    return found.name, found.timezone, found.currency


def test_the_settings_are_shown(state, workspace):
    assert (state.screen.name, state.screen.timezone, state.screen.currency) == (
        workspace.name,
        "UTC",
        "USD",
    )
    assert state.screen.can_change


def test_what_the_form_says_is_saved(actor, state):
    send(state, "save", {"name": "Shop", "timezone": "Asia/Tokyo", "currency": "jpy"})
    assert settings(actor) == ("Shop", "Asia/Tokyo", "JPY")
    assert state.screen.timezone == "Asia/Tokyo"


def test_what_somebody_else_changed_meanwhile_stays(actor, state):
    run_as(actor, auth.update_workspace, currency="EUR")
    send(state, "save", {"name": "Shop", "timezone": "UTC", "currency": "USD"})
    assert settings(actor) == ("Shop", "UTC", "EUR")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("timezone", "Mars/Olympus"),
        ("timezone", ""),
        ("currency", "DOGE"),
        ("currency", ["EUR"]),
    ],
)
def test_what_is_wrong_is_said_at_its_field(actor, state, workspace, name, value):
    send(state, "save", {name: value})
    assert state.fault.field == name
    assert settings(actor) == (workspace.name, "UTC", "USD")


def test_a_fault_goes_once_it_is_right(state):
    send(state, "save", {"currency": "DOGE"})
    send(state, "save", {"currency": "EUR"})
    assert state.fault.field == ""


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_everybody_else_reads_and_is_refused_in_words(actor, workspace, role):
    somebody = run_as(actor, create_user, role=role)
    state = open_page(WorkspaceState, WORKSPACE, sign_in(actor, role=role))
    reload(state, somebody)
    assert (state.screen.name, state.screen.can_change) == (workspace.name, False)
    said = send(state, "save", {"name": "Mine"})
    assert "Ask an admin of this workspace." in str(said.args)
    assert settings(actor)[0] == workspace.name
