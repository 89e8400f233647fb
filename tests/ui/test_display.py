"""How values read on a screen."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadflow_app import display
from leadflow_app.display import NEVER, Clock
from tests.ui._views import CLOCK, NOW


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(minutes=5), "12:55"),
        (timedelta(days=1), "Tue 13:00"),
        (timedelta(days=6), "Thu 13:00"),
        (timedelta(days=7), "25 Feb"),
        (timedelta(days=70), "24 Dec 2025"),
        (timedelta(days=-1), "5 Mar"),
    ],
)
def test_a_moment_is_as_short_as_it_can_be(ago, text):
    assert CLOCK.moment(NOW - ago).text == text


def test_the_hover_names_the_exact_instant_in_the_workspace_timezone():
    assert CLOCK.moment(NOW).exact == "Wednesday 4 March 2026, 13:00:00 (CET)"


def test_no_moment_is_no_text():
    assert CLOCK.moment(None) is NEVER
    assert CLOCK.hour(None) is NEVER


def test_an_unknown_timezone_reads_as_utc():
    assert Clock.of(NOW, "Mars/Olympus").moment(NOW).text == "12:00"


def test_a_day_begins_at_local_midnight():
    assert CLOCK.start_of(date(2026, 3, 4)) == datetime(2026, 3, 3, 23, tzinfo=UTC)
    assert CLOCK.end_of(date(2026, 3, 4)) == datetime(2026, 3, 4, 23, tzinfo=UTC)
    assert CLOCK.start_of(None) is None


def test_the_day_that_loses_an_hour_is_23_hours_long():
    day = date(2026, 3, 29)
    length = CLOCK.end_of(day).astimezone(UTC) - CLOCK.start_of(day).astimezone(UTC)
    assert length == timedelta(hours=23)


@pytest.mark.parametrize(
    ("at", "name"),
    [
        (NOW, "Today"),
        (NOW - timedelta(days=1), "Yesterday"),
        (NOW - timedelta(days=3), "Sunday 1 March"),
        (NOW - timedelta(days=90), "Thursday 4 December 2025"),
    ],
)
def test_days_of_a_thread_have_names(at, name):
    assert CLOCK.day(at) == name


@pytest.mark.parametrize(
    ("name", "phone", "username", "shown"),
    [
        ("Maya", "+12065550123", "maya", "Maya"),
        (None, "+12065550123", "maya", "+1 206-555-0123"),
        (None, None, "maya", "@maya"),
        (None, None, None, "Unknown customer"),
    ],
)
def test_a_person_is_named_by_what_we_know(name, phone, username, shown):
    assert display.person(name, phone, username) == shown


def test_a_missing_number_is_said():
    assert display.phone(None) == "No phone number"


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Maya Chen", "MC"), ("Maya", "M"), ("ana de la peña", "AP"), ("+1 206", "#"), ("", "#")],
)
def test_an_avatar_shows_initials(name, letters):
    assert display.initials(name) == letters


@given(st.text())
def test_any_name_has_initials(name):
    assert display.initials(name)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (252, "4 min 12 s"),
        (3600, "1 h"),
        (11_900, "3 h 18 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_a_span_has_its_two_largest_units(seconds, text):
    assert display.duration(seconds) == text


def test_numbers_read_as_people_write_them():
    assert display.count(1234567) == "1,234,567"
    assert display.points(20) == "+20"
    assert display.points(-5) == "\N{MINUS SIGN}5"
    assert display.plural(1, "row") == "1 row"
    assert display.plural(1200, "row") == "1,200 rows"


def test_money_has_its_currency():
    assert display.money(Decimal("1250.5"), "EUR") == "1,250.50\N{NO-BREAK SPACE}EUR"
    assert display.money(None, None) == ""


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (timedelta(hours=23, minutes=59), "23 h left"),
        (timedelta(minutes=59), "59 min left"),
        (timedelta(seconds=10), "1 min left"),
        (timedelta(0), "Window closed"),
        (-timedelta(days=2), "Window closed"),
    ],
)
def test_the_reply_window_counts_down(left, text):
    assert display.window(NOW + left, NOW) == text


def test_a_window_that_never_opened_is_closed():
    assert display.window(None, NOW) == "Window closed"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        (date(2026, 1, 1), date(2026, 1, 7), "1 Jan to 7 Jan"),
        (date(2026, 1, 1), date(2026, 1, 1), "1 Jan"),
    ],
)
def test_a_range_of_days(first, last, text):
    assert display.day_range(first, last) == text


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2026-02-30", "2026-13-01", "0001-01-01", "9999-12-31"]
)
def test_what_is_no_day_is_none(text):
    assert display.read_day(text) is None


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.com/x", "https://example.com/x"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        (None, ""),
    ],
)
def test_only_the_web_becomes_a_link(url, link):
    assert display.web_address(url) == link
