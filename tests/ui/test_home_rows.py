"""The dashboard's words, and that each figure opens the rows that it counts."""

from datetime import UTC, date, datetime

import pytest

from backend.analytics import DayPoint, Overview, Tile, TileKey
from leadflow_app.pages.home.rows import home_screen

FIRST, LAST = date(2026, 1, 1), date(2026, 1, 7)


def overview(*tiles):
    return Overview(
        from_day=FIRST,
        to_day=LAST,
        starts_at=datetime(2026, 1, 1, tzinfo=UTC),
        ends_at=datetime(2026, 1, 8, tzinfo=UTC),
        timezone="UTC",
        tiles=tiles,
        days=(
            DayPoint(day=FIRST, conversations=2, leads_new=1, messages_in=5, messages_out=4),
            DayPoint(day=LAST, conversations=3, leads_new=4, messages_in=5, messages_out=4),
        ),
    )


def the_tile(key, value, previous):
    screen = home_screen(overview(Tile(key, value, previous)), days=7, is_first_run=False)
    return screen.tiles[0]


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [
        (TileKey.CONVERSATIONS, 1234.0, "1,234"),
        (TileKey.FIRST_RESPONSE, 252.0, "4 min 12 s"),
        (TileKey.REPLY_RATE, 0.875, "88\N{NO-BREAK SPACE}%"),
        (TileKey.FIRST_RESPONSE, None, "\N{EN DASH}"),
    ],
)
def test_a_figure_has_its_unit(key, value, text):
    assert the_tile(key, value, None).value == text


@pytest.mark.parametrize(
    ("key", "value", "previous", "change", "tone"),
    [
        (TileKey.LEADS_NEW, 15, 10, "+50\N{NO-BREAK SPACE}%", "good"),
        (TileKey.LEADS_NEW, 5, 10, "\N{MINUS SIGN}50\N{NO-BREAK SPACE}%", "bad"),
        (TileKey.LEADS_NEW, 10, 10, "no change", "flat"),
        (TileKey.LEADS_NEW, 3, 0, "from none", "good"),
        (TileKey.LEADS_NEW, 0, 0, "no change", "flat"),
        (TileKey.LEADS_NEW, 3, None, "", "flat"),
        (TileKey.FIRST_RESPONSE, 60, 120, "\N{MINUS SIGN}50\N{NO-BREAK SPACE}%", "good"),
        (TileKey.FIRST_RESPONSE, 240, 120, "+100\N{NO-BREAK SPACE}%", "bad"),
        (TileKey.REPLY_RATE, 0.5, 0.4, "+10\N{NO-BREAK SPACE}points", "good"),
    ],
)
def test_a_figure_is_compared_with_the_period_before(key, value, previous, change, tone):
    tile = the_tile(key, value, previous)
    assert (tile.change, tile.tone) == (change, tone)


@pytest.mark.parametrize(
    ("key", "href"),
    [
        (TileKey.LEADS_NEW, "/leads?moment=opened&from=2026-01-01&to=2026-01-07"),
        (TileKey.LEADS_QUALIFIED, "/leads?moment=qualified&from=2026-01-01&to=2026-01-07"),
        (TileKey.LEADS_CONVERTED, "/leads?moment=converted&from=2026-01-01&to=2026-01-07"),
        (
            TileKey.CONVERSATIONS,
            "/inbox?opened_from=2026-01-01&opened_to=2026-01-07&state=all",
        ),
        (
            TileKey.FIRST_RESPONSE,
            "/inbox?responded=1&opened_from=2026-01-01&opened_to=2026-01-07&state=all",
        ),
    ],
)
def test_a_figure_opens_its_rows(key, href):
    assert the_tile(key, 1, 1).href == href


def test_every_tile_that_the_overview_counts_is_shown():
    tiles = [Tile(key, 1, 1) for key in TileKey]
    screen = home_screen(overview(*tiles), days=7, is_first_run=False)
    assert len(screen.tiles) == len(TileKey)


def test_the_chart_and_its_summary():
    screen = home_screen(overview(), days=28, is_first_run=True)
    assert [(point.day, point.leads) for point in screen.points] == [("1 Jan", 1), ("7 Jan", 4)]
    assert screen.summary == "5 new leads and 5 conversations by day, 1 Jan to 7 Jan"
    assert [choice.label for choice in screen.ranges if choice.is_on] == ["28 days"]
    assert screen.is_first_run
