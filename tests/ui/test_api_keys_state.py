"""The page of API keys as a plain object: a key is made, shown once, renewed and revoked."""

import pytest

from backend import auth
from backend.auth import Actor, ApiKeyState, Role
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app.dialogs import Secret
from leadflow_app.pages.api_keys.state import ApiKeysState
from tests.factories import create_user, create_workspace, run_as
from tests.ui._pages import open_page, question, reload, send, sign_in

KEYS = "/settings/api-keys"
FORM = {"name": "Shop", "leads:read": "on", "lifetime": "30"}


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def state(actor, cookie):
    opened = open_page(ApiKeysState, KEYS, cookie)
    reload(opened, actor)
    return opened


@pytest.fixture
def key(actor):
    """A key that exists already."""
    return run_as(actor, auth.create_api_key, name="Shop", scopes=frozenset({"leads:read"}))


def keys(actor):
    return run_as(actor, auth.list_api_keys, PageRequest()).items


def holder(key):
    with unit_of_work(SYSTEM) as uow:
        return auth.actor_for_api_key(uow, key)


def test_nothing_yet_is_the_first_run(state):
    assert state.screen.is_first_run
    assert state.screen.can_create


def test_a_key_is_made_as_the_form_says_and_opens_that(actor, state):
    send(state, "set_creating", True)
    send(state, "create", FORM)
    (made,) = keys(actor)
    assert (made.name, made.scopes) == ("Shop", ("leads:read",))
    assert (made.expires_at - made.created_at).days == 30
    assert holder(state.secret.value).key_id == made.id
    assert not state.is_creating


def test_a_shown_key_leaves_the_state_with_its_dialog(state):
    send(state, "create", FORM)
    key = state.secret.value
    send(state, "forget")
    assert state.secret == Secret()
    assert key not in str(state.dict())


def test_the_list_shows_how_a_key_begins_and_never_the_key(actor, state, key):
    reload(state, actor)
    (row,) = state.screen.rows
    assert row.prefix.startswith(key.prefix)
    assert key.key not in str(state.dict())


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"name": "", "leads:read": "on"}, "name"),
        ({"name": "x" * 101, "leads:read": "on"}, "name"),
        ({"name": "Shop"}, "scopes"),
        ({"name": "Shop", "all": "on"}, "scopes"),
        ({"name": "Shop", "leads:read": "off"}, "scopes"),
        ({"name": "Shop", "leads:read": ["on"]}, "scopes"),
        ({}, "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(actor, state, form, name):
    send(state, "create", form)
    assert (state.fault.field, keys(actor), state.secret) == (name, (), Secret())


def test_a_preset_ticks_what_the_actor_may(state):
    send(state, "set_creating", True)
    assert not any(cell.is_on for row in state.areas for cell in row.cells)
    send(state, "tick", "read")
    assert any(cell.is_on for row in state.areas for cell in row.cells)
    send(state, "tick", "nonsense")
    assert state.preset == "none"


def test_a_key_is_revoked_once_it_is_confirmed(actor, state, key):
    send(state, "ask_revoke", str(key.id))
    assert state.asked.title == "Revoke Shop?"
    assert holder(key.key)
    send(state, "confirm")
    assert holder(key.key) is None
    assert keys(actor)[0].state is ApiKeyState.REVOKED


def test_what_is_taken_back_is_not_revoked(state, key):
    send(state, "ask_revoke", str(key.id))
    send(state, "take_back")
    send(state, "confirm")
    assert holder(key.key)


def test_a_key_gets_a_new_secret_and_the_old_one_lives_as_long_as_chosen(state, key):
    send(state, "ask_renew", str(key.id))
    assert state.renewing == "Shop"
    send(state, "renew", {"grace": "24"})
    assert holder(state.secret.value).key_id == key.id
    assert holder(key.key)
    send(state, "ask_renew", str(key.id))
    send(state, "renew", {"grace": "0"})
    assert holder(key.key) is None


def test_nothing_is_renewed_that_was_not_asked_about(state, key):
    send(state, "ask_renew", str(key.id))
    send(state, "leave_renewing")
    send(state, "renew", {"grace": "0"})
    assert state.secret == Secret()
    assert holder(key.key)


def test_more_keys_are_shown_when_asked(state):
    send(state, "more")
    assert question(state).wanted == 100


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_everybody_else_is_refused_in_words(actor, key, role):
    state = open_page(ApiKeysState, KEYS, sign_in(actor, role=role))
    heard = [
        send(state, "create", FORM),
        send(state, "ask_revoke", str(key.id)),
        send(state, "ask_renew", str(key.id)),
        send(state, "more"),
    ]
    assert all("Ask an admin of this workspace." in str(said.args) for said in heard)
    assert len(keys(actor)) == 1
    assert holder(key.key)


def test_a_viewer_is_offered_no_scope_that_they_lack(actor):
    state = open_page(ApiKeysState, KEYS, sign_in(actor, role=Role.VIEWER))
    send(state, "set_creating", True)
    assert {cell.label for row in state.areas for cell in row.cells} == {"Read"}


def test_a_key_of_another_workspace_is_none(state):
    with unit_of_work(SYSTEM) as uow:
        place = Actor.system(create_workspace(uow).id)
    run_as(place, create_user, role=Role.ADMIN)
    theirs = run_as(place, auth.create_api_key, name="Theirs", scopes=frozenset({"all"}))
    for key in (str(theirs.id), "", "nonsense"):
        send(state, "ask_revoke", key)
        send(state, "confirm")
        send(state, "ask_renew", key)
        send(state, "renew", {"grace": "0"})
    assert holder(theirs.key)
    assert (state.secret, state.asked.title, state.renewing) == (Secret(), "", "")
