"""The settings of the workspace: what can be chosen, and that only what changed is written."""

from zoneinfo import ZoneInfo

import pytest

from backend.auth import WorkspaceView
from leadflow_app.pages.workspace import rows
from leadflow_app.pages.workspace.rows import WorkspaceScreen
from tests.ui._views import CLOCK, ID

SHOWN = WorkspaceScreen(name="Shop", timezone="Europe/Madrid", currency="EUR")


def test_the_screen_says_what_time_it_is_there():
    view = WorkspaceView(id=ID, name="Shop", timezone="Europe/Madrid", currency="EUR")
    screen = rows.workspace_screen(view, CLOCK, can_change=True)
    assert screen.here == "It is Wednesday, 13:00 there."


@pytest.mark.parametrize(
    ("form", "changed"),
    [
        ({"name": "Shop", "timezone": "Europe/Madrid", "currency": "EUR"}, {}),
        ({"name": " Shop ", "currency": "eur"}, {}),
        ({"currency": "usd"}, {"currency": "USD"}),
        ({"name": "", "timezone": 7}, {"name": "", "timezone": "7"}),
        ({"id": "x", "owner": "y"}, {}),
    ],
)
def test_only_what_the_form_says_otherwise_is_changed(form, changed):
    assert rows.changes(form, SHOWN) == changed


def test_the_choices_are_places_that_exist():
    zones = rows.timezones()
    assert {"UTC", "Europe/Madrid", "America/Argentina/Buenos_Aires"} <= set(zones)
    assert all(ZoneInfo(name) for name in zones)


def test_names_of_old_are_not_offered():
    names = ["UTC", "Etc/GMT+5", "US/Pacific", "posix/Europe/Madrid", "CET", "Asia/Tokyo"]
    assert rows.timezones(names) == ["Asia/Tokyo", "UTC"]


def test_currencies_are_codes():
    assert {"EUR", "USD", "JPY"} <= set(rows.currencies())
