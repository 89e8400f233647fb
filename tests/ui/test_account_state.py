"""The account page as a plain object: what one does to one's own account, and what is not kept."""

import pyotp
import pytest

from backend import auth
from backend.auth import Role
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app.pages.account.state import AccountState
from tests.factories import PASSWORD, create_user, run_as
from tests.ui._pages import open_page, reload, send

ACCOUNT = "/settings/account"
EMAIL = "ana@leadflow.example"
NEW_PASSWORD = "seven green umbrellas"


class Person:
    """Somebody with an account, signed in wherever a test asks for it."""

    def __init__(self, workspace_actor, role=Role.VIEWER):
        run_as(workspace_actor, create_user, role=role, email=EMAIL)

    def sign_in(self):
        self.token = auth.sign_in(email=EMAIL, password=PASSWORD).token
        with unit_of_work(SYSTEM) as uow:
            return auth.actor_for_session(uow, self.token)

    def open(self):
        """Open the page in a browser of its own."""
        actor = self.sign_in()
        state = open_page(AccountState, ACCOUNT, f"{auth.SESSION_COOKIE}={self.token}")
        reload(state, actor)
        return state, actor


@pytest.fixture
def person(actor):
    return Person(actor)


@pytest.fixture
def secured(person):
    """Open the page with a second factor that was set up on it; returns the recovery codes too."""
    state, actor = person.open()
    codes = set_up(state)
    return state, actor, codes


def set_up(state):
    send(state, "set_up")
    secret = state.offer.secret.replace(" ", "")
    send(state, "prove", {"code": pyotp.TOTP(secret).now()})
    return state.codes.text.split()


def security(actor):
    return run_as(actor, auth.security_of)


def is_alive(actor):
    return any(one.is_current for one in run_as(actor, auth.list_sessions))


def shown_once(state):
    return state.offer.secret + state.offer.qr + state.offer.uri + state.codes.text


def test_a_viewer_sees_their_own_account(person):
    state, _ = person.open()
    assert (state.screen.email, state.screen.role) == (EMAIL, "Viewer")
    assert [row.is_here for row in state.screen.sessions] == [True]


def test_a_new_password_replaces_the_old_and_ends_other_sessions(person):
    other = person.sign_in()
    state, _ = person.open()
    send(state, "change_password", {"current": PASSWORD, "new": NEW_PASSWORD})
    assert not is_alive(other)
    assert auth.sign_in(email=EMAIL, password=NEW_PASSWORD)
    assert [row.is_here for row in state.screen.sessions] == [True]


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"current": "not-it", "new": NEW_PASSWORD}, "current"),
        ({"current": PASSWORD, "new": "short"}, "new"),
        ({"current": PASSWORD, "new": PASSWORD}, "new"),
        ({"new": NEW_PASSWORD}, "current"),
        ({"current": ["x"], "new": {}}, "current"),
    ],
)
def test_what_is_wrong_with_a_password_is_said_at_its_field(person, form, field):
    state, actor = person.open()
    before = security(actor).password_changed_at
    send(state, "change_password", form)
    assert state.fault.field == field
    assert security(actor).password_changed_at == before


def test_the_form_is_drawn_anew_once_the_password_is_changed(person):
    state, _ = person.open()
    send(state, "change_password", {"current": "not-it", "new": NEW_PASSWORD})
    assert state.drawn == 0
    send(state, "change_password", {"current": PASSWORD, "new": NEW_PASSWORD})
    assert (state.drawn, state.fault.field) == (1, "")


def test_nothing_typed_stays_in_the_state(secured):
    state, _, codes = secured
    send(state, "change_password", {"current": PASSWORD, "new": "short"})
    send(state, "remove", {"password": PASSWORD, "code": "000000"})
    send(state, "leave")
    kept = str(state.dict()) + str(vars(state))
    assert PASSWORD not in kept
    assert not any(code in kept for code in codes)


def test_a_second_factor_is_set_up_with_a_code_and_ends_other_sessions(person):
    other = person.sign_in()
    state, actor = person.open()
    codes = set_up(state)
    assert (len(codes), state.step) == (10, "codes")
    assert security(actor).recovery_codes_left == 10
    assert state.screen.has_factor
    assert not is_alive(other)


def test_the_secret_goes_when_the_codes_come(secured):
    state, _, codes = secured
    assert codes
    assert state.offer.secret == ""


def test_a_wrong_code_keeps_the_offer_open(person):
    state, actor = person.open()
    send(state, "set_up")
    secret = state.offer.secret
    send(state, "prove", {"code": "000000"})
    assert (state.fault.field, state.step, state.offer.secret) == ("code", "set up", secret)
    assert security(actor).second_factor_since is None


@pytest.mark.parametrize("step", ["set_up", "renew"])
def test_what_is_shown_once_leaves_the_state_with_its_dialog(person, step):
    state, _ = person.open()
    if step == "set_up":
        send(state, "set_up")
    else:
        set_up(state)
    assert shown_once(state)
    send(state, "leave")
    assert (shown_once(state), state.step) == ("", "")


def test_recovery_codes_are_renewed_with_a_code(secured):
    state, actor, codes = secured
    send(state, "ask_code", "renew")
    assert shown_once(state) == ""
    send(state, "renew", {"code": codes[0]})
    assert set(state.codes.text.split()).isdisjoint(codes)
    assert security(actor).recovery_codes_left == 10


def test_the_second_factor_goes_with_password_and_code(secured):
    state, actor, codes = secured
    send(state, "ask_code", "remove")
    send(state, "remove", {"password": PASSWORD, "code": codes[0]})
    assert security(actor).second_factor_since is None
    assert (state.step, state.screen.has_factor) == ("", False)


@pytest.mark.parametrize(
    ("form", "field"),
    [({"password": "not-it"}, "password"), ({"password": PASSWORD, "code": "000000"}, "code")],
)
def test_without_either_it_stays(secured, form, field):
    state, actor, codes = secured
    send(state, "ask_code", "remove")
    send(state, "remove", {"code": codes[0]} | form)
    assert (state.fault.field, state.step) == (field, "remove")
    assert security(actor).second_factor_since is not None


@pytest.mark.parametrize("step", ["codes", "set up", ""])
def test_a_browser_opens_no_dialog_that_shows_something(person, step):
    state, _ = person.open()
    send(state, "ask_code", step)
    assert state.step == ""


def test_one_browser_is_signed_out_after_a_question(person):
    other = person.sign_in()
    state, _ = person.open()
    send(state, "ask_end", str(other.session_id))
    assert is_alive(other)
    assert state.asked.title.startswith("Sign out ")
    send(state, "confirm")
    assert not is_alive(other)
    assert [row.is_here for row in state.screen.sessions] == [True]


def test_all_others_are_signed_out_after_a_question(person):
    others = [person.sign_in(), person.sign_in()]
    state, here = person.open()
    send(state, "ask_end_others")
    assert state.asked.title == "Sign out 2 other browsers?"
    send(state, "confirm")
    assert [is_alive(one) for one in [*others, here]] == [False, False, True]


def test_a_question_taken_back_signs_nobody_out(person):
    other = person.sign_in()
    state, _ = person.open()
    send(state, "ask_end_others")
    send(state, "take_back")
    send(state, "confirm")
    assert is_alive(other)


def test_somebody_elses_browser_is_not_asked_about(actor, person):
    state, _ = person.open()
    stranger = run_as(actor, create_user, email="bo@leadflow.example")
    theirs = auth.sign_in(email="bo@leadflow.example", password=PASSWORD).actor.session_id
    assert stranger
    send(state, "ask_end", str(theirs))
    send(state, "confirm")
    assert state.asked.title == ""
    with unit_of_work(SYSTEM) as uow:
        assert (
            uow.execute("SELECT revoked_at FROM session WHERE id = :id", {"id": theirs}).scalar()
            is None
        )
