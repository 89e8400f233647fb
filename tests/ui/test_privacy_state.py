"""The privacy page as a plain object: retention, and one person's data."""

import base64
import json

import pytest

from backend import auth, contacts, privacy
from backend.auth import Actor, Role
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app.dialogs import Asked
from leadflow_app.pages.privacy.rows import PersonRow
from leadflow_app.pages.privacy.state import PrivacyState
from tests.factories import create_channel, create_user, create_workspace, run_as, say
from tests.ui._pages import open_page, question, reload, send, sign_in

PRIVACY = "/settings/privacy"
NUMBER = "+12065550123"


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.ADMIN)


@pytest.fixture
def state(cookie):
    return open_page(PrivacyState, PRIVACY, cookie)


@pytest.fixture
def maya(actor, mock_channel):
    """A customer who wrote once."""
    return say(actor, mock_channel, "hello", sender=NUMBER, profile_name="Maya Chen")


def name_of(actor, said):
    return run_as(actor, contacts.get_contact, said.contact_id).display_name


def age_messages(actor):
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE message SET sent_at = now() - interval '30 days'")


def receipts(actor):
    return run_as(actor, privacy.list_erasures, PageRequest()).items


@pytest.mark.parametrize("term", ["maya", NUMBER, "+1 206 555 0123"])
def test_somebody_is_found_by_name_or_number(state, maya, term):
    send(state, "look_for", term)
    assert [(row.name, row.key) for row in state.screen.people] == [
        ("Maya Chen", str(maya.contact_id))
    ]


def test_without_a_search_nobody_is_shown(state, maya):
    assert maya
    send(state, "look_for", "  ")
    assert state.screen.people == []


def test_what_was_searched_for_is_forgotten_when_one_leaves(state, maya):
    assert maya
    send(state, "look_for", "maya")
    send(state, "leave")
    assert (state.term, question(state).term) == ("", "")


def test_the_export_is_a_file_with_every_table(actor, state, maya):
    said = send(state, "export", str(maya.contact_id))
    (url,) = [str(value) for name, value in said.args if "url" in str(name)]
    text = base64.b64decode(url.partition("base64,")[2].rstrip('"')).decode()
    tables = json.loads(text)["tables"]
    assert tables["contact"][0]["display_name"] == "Maya Chen"
    assert tables["message"][0]["text"] == "hello"
    assert name_of(actor, maya) == "Maya Chen"


def test_a_person_is_erased_once_it_is_typed_who_it_is(actor, state, maya):
    send(state, "ask_erase", str(maya.contact_id))
    assert state.erasing.phrase == "Maya Chen"
    send(state, "erase", {"phrase": "maya chen"})
    assert name_of(actor, maya) is None
    assert (state.erasing, state.term) == (PersonRow(), "")
    assert state.receipt.lines
    assert [row.key for row in state.screen.receipts] == [state.receipt.key]
    assert "Maya" not in str(state.dict())


@pytest.mark.parametrize(
    "form", [{}, {"phrase": ""}, {"phrase": "Maya"}, {"phrase": ["Maya Chen"]}]
)
def test_another_text_erases_nobody_and_is_said_at_its_field(actor, state, maya, form):
    send(state, "ask_erase", str(maya.contact_id))
    send(state, "erase", form)
    assert name_of(actor, maya) == "Maya Chen"
    assert (state.fault.field, state.erasing.key) == ("phrase", str(maya.contact_id))


def test_nobody_is_erased_whom_nobody_asked_about(actor, state, maya):
    send(state, "ask_erase", str(maya.contact_id))
    send(state, "leave_erasing")
    send(state, "erase", {"phrase": "Maya Chen"})
    assert name_of(actor, maya) == "Maya Chen"
    assert receipts(actor) == ()


def test_a_receipt_is_put_away_and_stays_in_the_list(state, maya):
    send(state, "ask_erase", str(maya.contact_id))
    send(state, "erase", {"phrase": "Maya Chen"})
    send(state, "leave_receipt")
    assert (state.receipt.key, len(state.screen.receipts)) == ("", 1)


def test_a_longer_retention_is_saved_at_once(actor, state):
    send(state, "propose", {"raw_days": "365", "text_days": ""})
    assert run_as(actor, privacy.get_retention).raw_days == 365
    assert (state.screen.raw_days, state.screen.text_days) == ("365", "")


def test_what_would_go_is_asked_before_it_is_saved(actor, state, maya):
    assert maya
    age_messages(actor)
    send(state, "propose", {"raw_days": "7", "text_days": "7"})
    assert state.asked.losses[0].startswith("The words of 1 message")
    assert run_as(actor, privacy.get_retention).text_days is None
    send(state, "confirm")
    assert run_as(actor, privacy.get_retention).text_days == 7
    assert state.asked == Asked()


def test_what_is_taken_back_is_not_saved(actor, state, maya):
    assert maya
    age_messages(actor)
    send(state, "propose", {"raw_days": "7", "text_days": "7"})
    send(state, "take_back")
    send(state, "confirm")
    assert run_as(actor, privacy.get_retention).text_days is None


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({"raw_days": "1"}, "raw_days"),
        ({"raw_days": "90", "text_days": "100000"}, "text_days"),
        ({"raw_days": "90", "text_days": "30"}, "raw_days"),
        ({"raw_days": "many"}, "raw_days"),
        ({}, "raw_days"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(actor, state, form, name):
    before = run_as(actor, privacy.get_retention)
    send(state, "propose", form)
    assert (state.fault.field, run_as(actor, privacy.get_retention)) == (name, before)


def test_more_receipts_are_shown_when_asked(state):
    send(state, "more")
    assert question(state).wanted == 40


def signed_in_as(actor, role):
    cookie = sign_in(actor, role=role)
    with unit_of_work(SYSTEM) as uow:
        person = auth.actor_for_session(uow, cookie.partition("=")[2])
    return open_page(PrivacyState, PRIVACY, cookie), person


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_everybody_else_is_refused_in_words(actor, maya, role):
    state, _ = signed_in_as(actor, role)
    before = run_as(actor, privacy.get_retention)
    heard = [
        send(state, "ask_erase", str(maya.contact_id)),
        send(state, "propose", {"raw_days": "7", "text_days": "7"}),
    ]
    assert all("Ask an admin of this workspace." in str(said.args) for said in heard)
    assert name_of(actor, maya) == "Maya Chen"
    assert run_as(actor, privacy.get_retention) == before


def test_a_manager_exports_and_sees_neither_retention_nor_receipts(actor, maya):
    state, manager = signed_in_as(actor, Role.MANAGER)
    reload(state, manager)
    screen = state.screen
    assert (screen.may_export, screen.may_erase, screen.may_retain) == (True, False, False)
    assert "url" in str(send(state, "export", str(maya.contact_id)).args)


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER])
def test_who_may_not_export_gets_no_file(actor, maya, role):
    state, _ = signed_in_as(actor, role)
    for handler in ("export", "look_for"):
        said = send(state, handler, str(maya.contact_id))
        assert "Ask an admin of this workspace." in str(said.args)
    assert state.screen.people == []


def test_a_person_of_another_workspace_is_nobody(actor, state):
    with unit_of_work(SYSTEM) as uow:
        place = Actor.system(create_workspace(uow).id)
    run_as(place, create_user, role=Role.ADMIN)
    channel = run_as(place, create_channel)
    theirs = say(place, channel, "hello", sender=NUMBER, profile_name="Their Customer")
    for key in (str(theirs.contact_id), "", "nonsense"):
        assert "url" not in str(send(state, "export", key).args)
        send(state, "ask_erase", key)
        send(state, "erase", {"phrase": "Their Customer"})
    send(state, "look_for", ["Their"])
    send(state, "look_for", "Their")
    assert state.screen.people == []
    assert name_of(place, theirs) == "Their Customer"
    assert receipts(actor) == ()
