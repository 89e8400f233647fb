"""The faults of the simulator: what is offered, played and told."""

import pytest

from backend.auth import Role
from backend.intake import DeliveryVerdict, FaultOutcome, NetworkFault
from backend.kit.ids import new_id
from leadflow_app import routes
from leadflow_app.design import tokens
from leadflow_app.pages.simulator.fault_rows import BY_VERDICT, FAULTS, TIMES, report, verdict_row
from leadflow_app.pages.simulator.state import SimulatorState
from tests.factories import create_user, run_as
from tests.ui._pages import conversation_of, open_page, reload, send, sign_in


@pytest.fixture
def state(actor, mock_channel):
    assert mock_channel
    operator = run_as(actor, create_user)
    opened = open_page(SimulatorState, "/simulator", sign_in(actor))
    reload(opened, operator)
    return opened


def verdicts(state):
    return {row.verdict: row.count for row in state.report_of_fault.rows}


def test_every_fault_and_every_verdict_has_words():
    assert set(FAULTS) == set(NetworkFault)
    assert set(BY_VERDICT) == set(DeliveryVerdict)
    assert set(tokens.VERDICT_COLOURS) == {verdict.value for verdict in DeliveryVerdict}


@pytest.mark.parametrize("verdict", DeliveryVerdict)
@pytest.mark.parametrize("fault", NetworkFault)
def test_every_outcome_is_a_sentence(fault, verdict):
    row = verdict_row(fault, FaultOutcome(verdict=verdict, count=1))
    assert row.text.endswith(".")
    assert row.count == "1 delivery"


def test_what_is_quarantined_leads_to_the_quarantine():
    outcome = FaultOutcome(
        verdict=DeliveryVerdict.QUARANTINED, count=2, reason="no JSON", event_id=new_id()
    )
    shown = report(NetworkFault.BROKEN_BODY, [outcome])
    assert shown.title == "Broken body"
    (row,) = shown.rows
    assert (row.href, row.reason, row.count) == (routes.QUARANTINE, "no JSON", "2 deliveries")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("repeated", {"accepted": "1 delivery", "duplicate": "5 deliveries"}),
        ("shuffled", {"accepted": "3 deliveries"}),
        ("without_number", {"accepted": "1 delivery"}),
        ("orphan_status", {"accepted": "1 delivery"}),
        ("broken_body", {"quarantined": "1 delivery"}),
        ("unsigned", {"refused": "1 delivery"}),
        ("outage", {"accepted": "5 deliveries", "duplicate": "2 deliveries"}),
    ],
)
def test_a_fault_is_played_and_counted(state, fault, expected):
    send(state, "misbehave", fault)
    assert verdicts(state) == expected


def test_what_was_accepted_stands_first_and_leads_to_the_conversation(state):
    send(state, "misbehave", "outage")
    first, second = state.report_of_fault.rows
    assert (first.verdict, second.verdict) == ("accepted", "duplicate")
    assert first.href == routes.conversation(conversation_of(state))
    assert second.href == ""


def test_the_phone_shows_what_came_out_of_order_in_order(state):
    send(state, "misbehave", "shuffled")
    assert [one.text for one in state.screen.messages] == ["First", "Second", "Third"]
    (row,) = state.report_of_fault.rows
    assert row.href == routes.conversation(conversation_of(state))


def test_how_many_is_chosen_among_what_is_offered(state):
    send(state, "set_times", TIMES[1])
    send(state, "set_times", "1000000")
    send(state, "misbehave", "repeated")
    assert verdicts(state) == {"accepted": "1 delivery", "duplicate": "2 deliveries"}


def test_the_customer_goes_on_without_a_number(state):
    send(state, "misbehave", "without_number")
    send(state, "say", {"text": "It is me again"})
    assert len(state.screen.messages) == 2


def test_a_late_status_without_a_reply_is_refused_in_words(state):
    assert "no reply has been sent" in str(send(state, "misbehave", "late_status").args).lower()
    assert verdicts(state) == {}


def test_a_browser_cannot_make_up_a_fault(state):
    send(state, "misbehave", "drop_tables")
    assert verdicts(state) == {}


def test_another_customer_starts_without_a_report(state):
    send(state, "misbehave", "repeated")
    send(state, "next_customer")
    assert state.report_of_fault.title == ""


def test_a_viewer_is_refused_in_words(actor, mock_channel):
    assert mock_channel
    viewer = run_as(actor, create_user, role=Role.VIEWER)
    state = open_page(SimulatorState, "/simulator", sign_in(actor, role=Role.VIEWER))
    reload(state, viewer)
    said = send(state, "misbehave", "repeated")
    assert verdicts(state) == {}
    assert said is not None
