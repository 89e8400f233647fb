"""The consent panel of a lead: what holds, what shows it, and recording what was said elsewhere."""

import pytest

from backend import contacts
from backend.auth import Role
from backend.contacts import ConsentState
from leadflow_app import routes
from leadflow_app.pages.lead.state import LeadState
from tests.factories import run_as, say
from tests.ui._pages import open_page, person_of, reload, send, sign_in


@pytest.fixture
def cookie(actor):
    return sign_in(actor)


@pytest.fixture
def said(actor, mock_channel):
    return say(actor, mock_channel, "Stop!")


@pytest.fixture
def state(cookie, said):
    state = open_page(LeadState, routes.lead(said.lead_id), cookie)
    reload(state, person_of(cookie))
    return state


def held(actor, said):
    return run_as(actor, contacts.consent_of, said.contact_id).state


def test_the_panel_shows_what_the_customer_wrote(state):
    shown = state.screen.person.consent
    assert (shown.state, shown.label) == ("opted_out", "Opted out")
    assert (shown.how, shown.words) == ("They wrote it", "Stop!")
    assert shown.since.text


def test_an_opt_in_is_recorded_with_its_note(actor, state, said):
    send(state, "ask_consent", "opt_in")
    assert state.consenting_title == "Record an opt-in"
    send(state, "record_consent", {"note": "asked on the phone"})
    assert (state.consenting, held(actor, said)) == ("", ConsentState.OPTED_IN)
    shown = state.screen.person.consent
    assert (shown.note, shown.words) == ("asked on the phone", "")
    assert shown.how.startswith("Recorded by hand, ")


def test_without_a_note_nothing_is_recorded(actor, state, said):
    send(state, "ask_consent", "opt_in")
    send(state, "record_consent", {"note": " "})
    assert (state.fault.field, state.consenting) == ("note", "opt_in")
    assert held(actor, said) is ConsentState.OPTED_OUT
    send(state, "leave_consent")
    assert state.consenting == ""


def test_a_viewer_is_not_asked(actor, said):
    viewer = sign_in(actor, role=Role.VIEWER, email="rui@leadflow.example")
    other = open_page(LeadState, routes.lead(said.lead_id), viewer)
    reload(other, person_of(viewer))
    send(other, "ask_consent", "opt_in")
    assert (other.consenting, held(actor, said)) == ("", ConsentState.OPTED_OUT)
