"""The page of people as a plain object: what an admin does, and what everybody else is refused."""

import pytest

from backend import auth
from backend.auth import Actor, MemberQuery, MemberState, Role
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app.dialogs import Asked, Secret
from leadflow_app.pages.users.rows import Deed
from leadflow_app.pages.users.state import UsersState
from tests.factories import create_user, create_workspace, run_as
from tests.ui._pages import open_page, question, reload, send, sign_in, visit

USERS = "/settings/users"
REFUSED = (Role.MANAGER, Role.OPERATOR, Role.VIEWER)


@pytest.fixture
def cookie(actor):
    """Sign the owner of the workspace in."""
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def bo(actor, cookie):
    """A colleague who works beside the owner."""
    assert cookie
    return run_as(actor, create_user, role=Role.OPERATOR, email="bo@example.com")


@pytest.fixture
def stranger(workspace):
    """Somebody of another workspace, who is invited nowhere."""
    assert workspace
    with unit_of_work(SYSTEM) as uow:
        place = Actor.system(create_workspace(uow).id)
    return run_as(place, create_user, role=Role.ADMIN)


def opened(actor, cookie, address=USERS):
    state = open_page(UsersState, address, cookie)
    reload(state, actor)
    return state


def people(actor):
    page = run_as(actor, auth.list_members, MemberQuery(), PageRequest())
    return {member.email: member for member in page.items}


def invitations(actor):
    return run_as(actor, auth.list_invitations, PageRequest()).items


def whole(actor):
    """Everything that a refused or meaningless event must leave as it is."""
    seen = {
        email: (member.role, member.state, member.is_owner)
        for email, member in people(actor).items()
    }
    return seen, [(one.id, one.email, one.role) for one in invitations(actor)]


def test_people_are_found_by_the_address(actor, bo, cookie):
    assert bo
    state = opened(actor, cookie)
    assert [row.email for row in state.screen.people] == ["ana@leadflow.example", "bo@example.com"]
    visit(state, f"{USERS}?q=bo", cookie)
    reload(state, actor)
    assert ([row.email for row in state.screen.people], state.term) == (["bo@example.com"], "bo")
    visit(state, f"{USERS}?state=disabled", cookie)
    reload(state, actor)
    assert state.screen.people == []


def test_searching_changes_the_address_and_keeps_the_state(actor, cookie):
    state = opened(actor, cookie, f"{USERS}?state=active")
    assert "/settings/users?state=active&q=bo" in str(send(state, "search", "bo").args)


def test_more_rows_are_shown_until_the_address_changes(actor, cookie):
    state = opened(actor, cookie)
    send(state, "more")
    assert question(state).wanted == 100
    visit(state, f"{USERS}?q=x", cookie)
    assert question(state).wanted == 50


def test_whoever_is_alone_is_told_what_to_do(actor, cookie):
    assert opened(actor, cookie).screen.is_alone


def test_a_mightier_role_is_given_at_once(actor, bo, cookie):
    state = opened(actor, cookie)
    send(state, "choose_role", str(bo.user_id), "admin")
    assert people(actor)["bo@example.com"].role is Role.ADMIN
    assert state.asked == Asked()


def test_a_lesser_role_is_given_once_it_is_confirmed(actor, bo, cookie):
    state = opened(actor, cookie)
    send(state, "choose_role", str(bo.user_id), "viewer")
    assert people(actor)["bo@example.com"].role is Role.OPERATOR
    assert "a viewer?" in state.asked.title
    send(state, "confirm")
    assert people(actor)["bo@example.com"].role is Role.VIEWER
    assert state.asked == Asked()


@pytest.mark.parametrize(
    ("deed", "outcome"),
    [(Deed.DISABLE, MemberState.DISABLED), (Deed.REMOVE, None)],
)
def test_a_loss_is_done_once_it_is_confirmed(actor, bo, cookie, deed, outcome):
    state = opened(actor, cookie)
    send(state, "act", str(bo.user_id), deed.value)
    assert people(actor)["bo@example.com"].state is MemberState.ACTIVE
    send(state, "confirm")
    found = people(actor).get("bo@example.com")
    assert (found.state if found else None) is outcome


def test_what_is_taken_back_is_not_done(actor, bo, cookie):
    state = opened(actor, cookie)
    send(state, "act", str(bo.user_id), "remove")
    send(state, "take_back")
    send(state, "confirm")
    assert "bo@example.com" in people(actor)


def test_who_is_disabled_is_enabled_without_a_question(actor, bo, cookie):
    run_as(actor, auth.disable_user, bo.user_id)
    state = opened(actor, cookie)
    send(state, "act", str(bo.user_id), "enable")
    assert people(actor)["bo@example.com"].state is MemberState.ACTIVE


def test_the_owner_hands_the_workspace_over(actor, bo, cookie):
    run_as(actor, auth.change_role, bo.user_id, Role.ADMIN)
    state = opened(actor, cookie)
    send(state, "act", str(bo.user_id), "own")
    send(state, "confirm")
    assert people(actor)["bo@example.com"].is_owner


def test_an_invitation_shows_its_link_until_the_dialog_closes(actor, cookie):
    state = opened(actor, cookie)
    send(state, "set_inviting", True)
    send(state, "invite", {"email": "cem@example.com", "role": "viewer"})
    assert state.secret.value.startswith("http://localhost/auth/invitation?token=")
    assert not state.is_inviting
    send(state, "forget")
    assert state.secret == Secret()
    assert [one.email for one in invitations(actor)] == ["cem@example.com"]


@pytest.mark.parametrize("email", ["nobody", "ana@leadflow.example", ""])
def test_a_wrong_address_is_said_at_its_field(actor, cookie, email):
    state = opened(actor, cookie)
    send(state, "set_inviting", True)
    send(state, "invite", {"email": email, "role": "viewer"})
    assert (state.fault.field, state.is_inviting, state.secret) == ("email", True, Secret())
    send(state, "set_inviting", True)
    assert state.fault.field == ""


def test_an_invitation_is_renewed_and_withdrawn(actor, cookie):
    made = run_as(actor, auth.invite, email="cem@example.com", role=Role.VIEWER)
    state = opened(actor, cookie, f"{USERS}?state=invited")
    (row,) = state.screen.invitations
    send(state, "act", row.key, "renew")
    assert state.secret.value
    assert made.path not in state.secret.value
    (row,) = state.screen.invitations
    send(state, "act", row.key, "withdraw")
    assert "cem@example.com" in state.asked.title
    send(state, "confirm")
    assert (invitations(actor), state.screen.invitations) == ((), [])


def test_invitations_are_searched_by_their_address(actor, cookie):
    for email in ("cem@example.com", "dia@example.com"):
        run_as(actor, auth.invite, email=email, role=Role.VIEWER)
    state = opened(actor, cookie, f"{USERS}?state=invited&q=DIA")
    assert [row.email for row in state.screen.invitations] == ["dia@example.com"]


def test_the_link_to_a_new_password_is_shown_once(actor, bo, cookie):
    state = opened(actor, cookie)
    send(state, "act", str(bo.user_id), "reset")
    assert "/auth/reset?token=" in state.secret.value
    send(state, "forget")
    assert state.secret == Secret()


def test_what_is_drawn_is_accepted(actor, bo, cookie):
    for row in opened(actor, cookie).screen.people:
        for option in row.actions:
            state = opened(actor, cookie)
            assert send(state, "act", row.key, option.value) is None
    assert bo


@pytest.mark.parametrize("role", REFUSED)
def test_everybody_else_is_refused_in_words(actor, stranger, role):
    assert stranger
    run_as(actor, create_user, role=Role.ADMIN)
    bo = run_as(actor, create_user, role=Role.OPERATOR)
    invited = run_as(actor, auth.invite, email="cem@example.com", role=Role.VIEWER)
    state = open_page(UsersState, USERS, sign_in(actor, role=role))
    before = whole(actor)
    heard = [
        send(state, "choose_role", str(bo.user_id), "admin"),
        send(state, "invite", {"email": "dia@example.com", "role": "admin"}),
        *[send(state, "act", str(bo.user_id), deed) for deed in ("enable", "reset")],
        send(state, "act", str(invited.id), "renew"),
        *[_insist(state, str(bo.user_id), deed) for deed in ("disable", "remove", "own")],
        _insist(state, str(invited.id), "withdraw"),
    ]
    assert all("Ask an admin of this workspace." in str(said.args) for said in heard)
    assert whole(actor) == before
    assert state.secret == Secret()


def _insist(state, key, deed):
    """Ask and confirm; return what was heard last that was a refusal."""
    return send(state, "act", key, deed) or send(state, "confirm")


def test_a_manager_sees_the_people_and_nothing_to_do(actor):
    run_as(actor, create_user, role=Role.ADMIN)
    cookie = sign_in(actor, role=Role.MANAGER)
    state = open_page(UsersState, USERS, cookie)
    with unit_of_work(SYSTEM) as uow:
        manager = auth.actor_for_session(uow, cookie.partition("=")[2])
    reload(state, manager)
    assert len(state.screen.people) == 2
    assert [row.actions for row in state.screen.people] == [[], []]
    assert not state.screen.can_invite


@pytest.mark.parametrize("key", ["", "nonsense", "0198c5a1-0000-7000-8000-000000000000"])
def test_what_names_nobody_does_nothing(actor, bo, cookie, key):
    assert bo
    before = whole(actor)
    state = opened(actor, cookie)
    for deed in (*Deed, "own everything"):
        send(state, "act", key, str(deed))
        send(state, "confirm")
    assert whole(actor) == before
    assert state.secret == Secret()


@pytest.mark.parametrize("payload", [None, 7, [], {}])
def test_a_payload_of_the_wrong_kind_does_nothing(actor, bo, cookie, payload):
    assert bo
    before = whole(actor)
    state = opened(actor, cookie)
    send(state, "act", payload, payload)
    send(state, "act", payload, "remove")
    send(state, "choose_role", payload, "viewer")
    send(state, "confirm")
    send(state, "search", payload)
    assert (whole(actor), state.asked) == (before, Asked())


def test_somebody_of_another_workspace_is_nobody(actor, stranger, cookie):
    before = whole(actor), whole(stranger)
    state = opened(actor, cookie)
    for deed in Deed:
        send(state, "act", str(stranger.user_id), deed.value)
        send(state, "confirm")
    send(state, "choose_role", str(stranger.user_id), "viewer")
    send(state, "confirm")
    assert (whole(actor), whole(stranger)) == before


@pytest.mark.parametrize("form", [{}, {"email": ["a"], "role": {}}, {"role": "god"}])
def test_a_form_of_the_wrong_kind_invites_nobody(actor, cookie, form):
    state = opened(actor, cookie)
    send(state, "invite", form)
    assert invitations(actor) == ()
