"""API keys: what each may in words, and what a new one can be given."""

from datetime import timedelta

import pytest

from backend.auth import ApiKeyState, CreatedApiKey, Permission, Role
from leadflow_app.pages.api_keys import rows
from tests.ui._settings_views import OTHER, key_view, person
from tests.ui._views import CLOCK, NOW

MADE = CreatedApiKey(id=OTHER, key="lf_live_abcd1234_secret", prefix="lf_live_abcd1234")


def shown(actor=None, **given):
    return rows.key_row(key_view(**given), actor or person(), CLOCK)


def test_a_row_has_no_raw_values():
    row = shown(last_used_at=NOW, last_used_address="203.0.113.9")
    assert (row.prefix, row.scopes, row.state_label) == (
        "lf_live_abcd1234_\N{HORIZONTAL ELLIPSIS}",
        ["Leads: read"],
        "Active",
    )
    assert (row.used.text, row.used_from, row.ends.text) == ("13:00", "203.0.113.9", "3 Apr")


def test_many_areas_are_told_in_short_and_in_full():
    scopes = tuple(one.value for one in Permission if one.value.endswith(":read"))
    row = shown(scopes=scopes)
    assert (len(row.scopes), row.more_scopes) == (3, f"and {len(row.rest)} more areas")
    assert len(row.scopes) + len(row.rest) == len(scopes)


def test_every_scope_is_everything():
    assert shown(scopes=("all",)).scopes == ["Everything"]


def test_a_key_before_the_last_change_says_until_when_it_works():
    row = shown(previous_expires_at=NOW + timedelta(hours=1))
    assert row.note == "The key before works until 14:00"


@pytest.mark.parametrize(
    ("role", "given", "can_change"),
    [
        (Role.ADMIN, {}, True),
        (Role.ADMIN, {"scopes": ("all",)}, True),
        (Role.ADMIN, {"state": ApiKeyState.REVOKED}, False),
        (Role.ADMIN, {"state": ApiKeyState.EXPIRED}, False),
        (Role.MANAGER, {}, False),
    ],
)
def test_only_what_one_may_is_offered(role, given, can_change):
    assert shown(person(role), **given).can_change is can_change


def test_the_grid_holds_every_permission_of_the_maker():
    grid = rows.areas(person(), "none")
    assert {cell.scope for row in grid for cell in row.cells} == set(Permission)
    narrow = rows.areas(person(Role.VIEWER), "none")
    assert {cell.label for row in narrow for cell in row.cells} == {"Read"}


@pytest.mark.parametrize(
    ("preset", "ticked"),
    [("none", set()), ("read", {"Read"}), ("all", {"Read", "Write", "Export", "Erase"})],
)
def test_a_preset_ticks_boxes(preset, ticked):
    cells = [cell for row in rows.areas(person(), preset) for cell in row.cells]
    assert {cell.label for cell in cells if cell.is_on} == ticked


def test_what_is_no_scope_is_not_chosen():
    assert rows.chosen_scopes(["leads:read", "name", "all", "leads:own"]) == {"leads:read"}


@pytest.mark.parametrize(
    ("choice", "days"), [("30", 30), ("730", 730), ("never", None), ("9999", 90), ("", 90)]
)
def test_a_lifetime_is_one_of_the_choices(choice, days):
    assert rows.lifetime(choice) == (timedelta(days=days) if days else None)


@pytest.mark.parametrize(("choice", "hours"), [("0", 0), ("24", 24), ("1000", 1), ("x", 1)])
def test_a_grace_is_one_of_the_choices(choice, hours):
    assert rows.grace(choice) == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("scopes", "path"),
    [
        (["rules:read", "leads:read"], "/v1/leads"),
        (["audit:read"], "/v1/audit"),
        (["all"], "/v1/leads"),
    ],
)
def test_a_new_key_comes_with_a_call_to_try_it(scopes, path):
    secret = rows.new_key(MADE, scopes, person(), "https://crm.example")
    assert secret.value == MADE.key
    expected = f'curl --header "Authorization: Bearer {MADE.key}" https://crm.example{path}'
    assert secret.example == expected


def test_a_key_that_reads_nothing_has_no_call_to_try():
    assert rows.new_key(MADE, ["mock:write"], person(), "https://crm.example").example == ""


@pytest.mark.parametrize(
    ("used_at", "words"),
    [
        (None, "It was never used."),
        (NOW, "It was used last at 13:00."),
        (NOW - timedelta(days=2), "It was used last on Mon 13:00."),
        (NOW - timedelta(days=40), "It was used last on 23 Jan."),
    ],
)
def test_the_question_before_revoking_says_when_it_was_used(used_at, words):
    asked = rows.asked_to_revoke(key_view(last_used_at=used_at), CLOCK)
    assert asked.title == "Revoke Shop?"
    assert words in asked.text
