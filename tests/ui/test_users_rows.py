"""The page of people: who is shown how, and what may be done with whom."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.auth import CreatedInvitation, MemberState, Role
from leadflow_app.pages.users import rows
from leadflow_app.pages.users.rows import Deed, Onlooker, UserFilters
from tests.ui._settings_views import ID, OTHER, invitation_view, member_view, person
from tests.ui._views import CLOCK, NOW

OWNER = Onlooker(person(), is_owner=True)
ADMIN = Onlooker(person(), is_owner=False)
MANAGER = Onlooker(person(Role.MANAGER), is_owner=False)


def deeds(onlooker, **given):
    row = rows.person_row(member_view(**given), onlooker, CLOCK)
    return [Deed(option.value) for option in row.actions]


def test_the_address_is_read_and_written_back():
    filters = UserFilters.read({"state": "disabled", "q": "bo"})
    assert filters.href == "/settings/users?state=disabled&q=bo"


@given(st.dictionaries(st.sampled_from(["state", "q"]), st.text()))
def test_a_state_that_does_not_exist_asks_for_everybody(query):
    assert UserFilters.read(query).state in rows.STATES


def test_a_chip_keeps_the_search():
    screen = rows.users_screen(UserFilters(q="bo"), ADMIN)
    assert [choice.href for choice in screen.states][:2] == [
        "/settings/users?q=bo",
        "/settings/users?state=active&q=bo",
    ]


def test_a_row_has_no_raw_values():
    row = rows.person_row(member_view(has_second_factor=True), ADMIN, CLOCK)
    assert (row.name, row.email, row.role_label) == ("Bo Example", "bo@example.com", "Operator")
    assert (row.state_label, row.second_factor, row.seen.text) == ("Active", "On", "13:00")


def test_who_is_invited_is_called_by_their_address():
    given = member_view(name="", state=MemberState.INVITED, last_seen_at=None)
    row = rows.person_row(given, ADMIN, CLOCK)
    assert (row.name, row.email, row.second_factor) == ("bo@example.com", "", "")
    assert not row.can_change_role


def test_oneself_and_the_owner_are_marked():
    row = rows.person_row(member_view(id=ID, is_owner=True), OWNER, CLOCK)
    assert row.notes == ["You", "Owner"]


@pytest.mark.parametrize(
    ("onlooker", "given", "expected"),
    [
        (ADMIN, {}, [Deed.RESET, Deed.DISABLE, Deed.REMOVE]),
        (OWNER, {}, [Deed.RESET, Deed.DISABLE, Deed.REMOVE]),
        (OWNER, {"role": Role.ADMIN}, [Deed.RESET, Deed.OWN, Deed.DISABLE, Deed.REMOVE]),
        (ADMIN, {"role": Role.ADMIN}, [Deed.RESET, Deed.DISABLE, Deed.REMOVE]),
        (ADMIN, {"state": MemberState.DISABLED}, [Deed.ENABLE, Deed.REMOVE]),
        (ADMIN, {"state": MemberState.INVITED}, [Deed.RENEW, Deed.WITHDRAW]),
        (ADMIN, {"id": ID}, []),
        (ADMIN, {"is_owner": True}, []),
        (MANAGER, {}, []),
        (MANAGER, {"state": MemberState.INVITED}, []),
    ],
)
def test_only_what_one_may_is_offered(onlooker, given, expected):
    assert deeds(onlooker, **given) == expected


def test_who_may_not_write_chooses_no_role_and_invites_nobody():
    screen = rows.users_screen(UserFilters(), MANAGER)
    assert (screen.roles, screen.can_invite) == ([], False)
    assert not rows.person_row(member_view(), MANAGER, CLOCK).can_change_role
    assert rows.invitation_row(invitation_view(), MANAGER, CLOCK).actions == []


def test_an_invitation_says_until_when_its_link_works():
    row = rows.invitation_row(invitation_view(), ADMIN, CLOCK)
    assert (row.email, row.role_label, row.by) == ("cem@example.com", "Viewer", "Ana Example")
    assert row.ends.text == "11 Mar"
    assert [option.label for option in row.actions] == ["New link", "Withdraw the invitation"]


def test_a_lesser_role_names_what_is_lost():
    asked = rows.asked_about_role(member_view(), Role.VIEWER, person())
    assert asked.title == "Make Bo Example a viewer?"
    assert "Conversations: write" in asked.losses


def test_a_mightier_role_is_not_asked_about():
    assert rows.asked_about_role(member_view(), Role.ADMIN, person()) is None


@pytest.mark.parametrize("deed", [Deed.DISABLE, Deed.REMOVE, Deed.OWN, Deed.WITHDRAW])
def test_a_question_names_whom_it_is_about_and_what_follows(deed):
    asked = rows.asked_about(deed, "Bo Example")
    assert "Bo Example" in asked.title
    assert asked.text
    assert asked.answer


def test_the_link_of_an_invitation_is_a_whole_address():
    made = CreatedInvitation(
        id=OTHER,
        email="cem@example.com",
        role=Role.ADMIN,
        path="/auth/invitation?token=t",
        expires_at=NOW,
    )
    secret = rows.invitation_link(made, "https://crm.example", CLOCK)
    assert secret.value == "https://crm.example/auth/invitation?token=t"
    assert secret.until.text == "13:00"
    assert "as an admin" in secret.text


def test_the_link_to_a_new_password_is_a_whole_address():
    secret = rows.reset_link("Bo Example", "/auth/reset?token=t", "https://crm.example")
    assert secret.value == "https://crm.example/auth/reset?token=t"
    assert "Bo Example" in secret.text


def test_nothing_else_is_asked_about():
    others = set(Deed) - {Deed.DISABLE, Deed.REMOVE, Deed.OWN, Deed.WITHDRAW}
    assert others == {Deed.ENABLE, Deed.RESET, Deed.RENEW}
    assert set(rows.LABELS) == set(Deed)
    assert dataclasses.replace(ADMIN, is_owner=True) == OWNER
