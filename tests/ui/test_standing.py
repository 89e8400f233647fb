"""What the frame knows of a person: the workspaces that are theirs, and what they may do here."""

import asyncio

import pytest

from backend import auth
from backend.auth import Permission, Role
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app import standing
from leadflow_app.components.settings import SETTINGS_TABS
from leadflow_app.shell import NEEDS, ShellState
from tests.factories import run_as
from tests.ui._pages import open_page, send, sign_in


def arrived(actor, role=Role.OPERATOR):
    state = open_page(ShellState, "/", sign_in(actor, role=role))
    send(state, "arrive")
    return state


def actor_behind(state):
    token = standing.session_token(state.router.headers.cookie)
    with unit_of_work(SYSTEM) as uow:
        return auth.actor_for_session(uow, token)


@pytest.mark.parametrize("role", Role)
def test_the_frame_knows_what_the_role_allows(actor, role):
    state = arrived(actor, role=role)
    assert frozenset(state.permissions) == actor_behind(state).permissions
    assert state.role == role.value.capitalize()
    assert state.is_known


def test_nothing_is_allowed_before_anybody_is_known(actor):
    state = open_page(ShellState, "/", sign_in(actor))
    assert (state.permissions, state.is_known) == ([], False)


def test_the_only_workspace_is_the_one_we_are_in(actor, workspace):
    state = arrived(actor)
    assert [(place.name, place.is_here) for place in state.places] == [(workspace.name, True)]


def test_another_workspace_is_made_and_entered(actor, workspace):
    state = arrived(actor, role=Role.VIEWER)
    send(state, "set_founding", True)
    went = send(state, "found", {"workspace_name": " A second shop "})
    assert went
    made = actor_behind(state)
    assert made.role is Role.ADMIN
    assert run_as(made, auth.get_workspace).name == "A second shop"
    send(state, "arrive")
    assert state.workspace == "A second shop"
    assert {place.name for place in state.places} == {workspace.name, "A second shop"}
    assert not state.is_founding


def test_a_new_workspace_takes_over_timezone_and_currency(actor):
    run_as(actor, auth.update_workspace, timezone="Asia/Tokyo", currency="JPY")
    state = arrived(actor)
    send(state, "found", {"workspace_name": "Osaka"})
    made = run_as(actor_behind(state), auth.get_workspace)
    assert (made.timezone, made.currency) == ("Asia/Tokyo", "JPY")


@pytest.mark.parametrize("form", [{}, {"workspace_name": "  "}, {"workspace_name": "x" * 121}])
def test_a_name_that_is_none_is_refused_at_its_field(actor, form):
    state = arrived(actor)
    send(state, "set_founding", True)
    send(state, "found", form)
    assert (state.fault.field, state.is_founding) == ("workspace_name", True)
    send(state, "arrive")
    assert len(state.places) == 1


def test_another_role_shows_without_a_reload(actor):
    state = arrived(actor, role=Role.OPERATOR)
    somebody = actor_behind(state)
    run_as(auth.Actor.system(actor.workspace_id), auth.change_role, somebody.user_id, Role.VIEWER)

    class Page:
        """A followed page, as `see` meets it."""

        async def __aenter__(self):
            return self

        async def __aexit__(self, *_exception):
            return None

        async def get_state(self, _state_class):
            return state

    asyncio.run(standing.see(Page(), actor_behind(state)))
    assert Permission.CONVERSATIONS_WRITE.value not in state.permissions
    assert state.role == "Viewer"


def test_every_settings_page_with_a_permission_is_closed_without_it():
    guarded = {tab.route: tab.needs for tab in SETTINGS_TABS if tab.needs}
    assert guarded.items() <= NEEDS.items()
    assert set(guarded.values()) == {
        Permission.USERS_READ,
        Permission.KEYS_READ,
        Permission.CONTACTS_EXPORT,
        Permission.AUDIT_READ,
    }
