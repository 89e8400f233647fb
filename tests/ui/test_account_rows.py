"""The account page: what it says of a person, and what it asks before a browser is signed out."""

from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest

from backend.auth import Role, SecondFactorOffer, SecurityView, SessionView
from leadflow_app.pages.account import rows
from tests.ui._settings_views import person
from tests.ui._views import CLOCK, ID, NOW

OTHER = UUID("0198c5a1-0000-7000-8000-0000000000ff")


def security_view(**given):
    return SecurityView(
        **{
            "email": "ana@example.com",
            "second_factor_since": None,
            "recovery_codes_left": 0,
            "password_changed_at": NOW,
        }
        | given
    )


def session_view(**given):
    return SessionView(
        **{
            "id": OTHER,
            "device": "Firefox on Linux",
            "address": "192.0.2.7",
            "created_at": NOW - timedelta(days=1),
            "last_seen_at": NOW,
            "expires_at": NOW + timedelta(days=13),
            "is_current": False,
        }
        | given
    )


HERE = session_view(id=ID, device="Safari on iPhone", is_current=True)


def screen(*sessions, role=Role.VIEWER, **security):
    return rows.account_screen(person(role), security_view(**security), sessions, CLOCK)


def test_the_person_is_named_with_what_the_role_means():
    shown = screen()
    assert (shown.name, shown.email, shown.role) == ("Ana Example", "ana@example.com", "Viewer")
    assert "change nothing" in shown.role_hint


def test_the_own_browser_stands_first_and_is_marked():
    shown = screen(session_view(), HERE)
    assert [(row.device, row.is_here) for row in shown.sessions] == [
        ("Safari on iPhone", True),
        ("Firefox on Linux", False),
    ]
    assert shown.has_others


def test_alone_there_are_no_others():
    assert not screen(HERE).has_others


@pytest.mark.parametrize(
    ("left", "has_few", "said"),
    [
        (10, False, "10 recovery codes left"),
        (1, True, "Only 1 recovery code left"),
        (0, True, "No"),
    ],
)
def test_few_recovery_codes_are_a_warning(left, has_few, said):
    shown = screen(second_factor_since=NOW, recovery_codes_left=left)
    assert shown.codes_left.startswith(said)
    assert shown.has_few_codes is has_few


def test_without_a_second_factor_nothing_is_said_about_codes():
    shown = screen()
    assert not shown.has_factor
    assert not shown.has_few_codes


def test_the_secret_is_typed_in_groups_of_four():
    offer = rows.offer_row(SecondFactorOffer(secret="ABCDEFGHIJ", uri="otpauth://x", qr="data:x"))
    assert (offer.secret, offer.uri, offer.qr) == ("ABCD EFGH IJ", "otpauth://x", "data:x")


def test_the_codes_are_a_file_that_says_whose_they_are():
    codes = rows.codes_row(["aaaa-bbbb", "cccc-dddd"], "ana@example.com")
    assert codes.text == "aaaa-bbbb\ncccc-dddd"
    kind, _, file = codes.href.partition(",")
    assert kind == "data:text/plain;charset=utf-8"
    assert unquote(file).startswith("LeadFlow recovery codes for ana@example.com")
    assert unquote(file).endswith("aaaa-bbbb\ncccc-dddd\n")


def test_what_is_shown_once_does_not_stand_in_a_log():
    offer = rows.offer_row(SecondFactorOffer(secret="SECRET", uri="otpauth://SECRET", qr="SECRET"))
    codes = rows.codes_row(["SECRET"], "ana@example.com")
    assert "SECR" not in repr(offer) + repr(codes)


def test_the_question_names_every_browser_that_is_signed_out():
    shown = screen(HERE, session_view(), session_view(device="Edge on Windows", address=""))
    asked = rows.asked_about_others(shown.sessions)
    assert asked.title == "Sign out 2 other browsers?"
    assert asked.losses == [
        "Firefox on Linux at 192.0.2.7, last seen 13:00",
        "Edge on Windows, last seen 13:00",
    ]


def test_the_question_about_one_browser_names_it():
    shown = screen(session_view())
    assert rows.asked_about_session(shown.sessions[0]).title == "Sign out Firefox on Linux?"


def test_the_only_other_browser_is_asked_about_by_its_name():
    shown = screen(HERE, session_view())
    assert rows.asked_about_others(shown.sessions).title == "Sign out Firefox on Linux?"
