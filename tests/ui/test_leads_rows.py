"""The table of leads: its filters live in the address, its rows are ready to draw."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.leads import Stage
from leadflow_app.pages.leads.rows import LeadFilters, leads_screen
from tests.ui._views import CLOCK, lead_view

NO_FILTERS = LeadFilters()


def test_the_address_is_read_and_written_back():
    query = {
        "stage": "new",
        "tag": "vip",
        "q": "maya",
        "sort": "-score",
        "moment": "qualified",
        "from": "2026-01-01",
        "to": "2026-01-07",
    }
    filters = LeadFilters.read(query)
    assert filters.first == date(2026, 1, 1)
    assert filters.href == (
        "/leads?stage=new&tag=vip&q=maya&sort=-score&moment=qualified&from=2026-01-01&to=2026-01-07"
    )


def test_a_score_of_nothing_is_asked_for():
    query = {"band": "cold", "owner": "none", "min_score": "0", "max_score": "0", "idle_days": "0"}
    filters = LeadFilters.read(query)
    assert (filters.min_score, filters.max_score, filters.idle_days) == (0, 0, 0)
    assert filters.narrows
    assert filters.href == "/leads?band=cold&owner=none&min_score=0&max_score=0&idle_days=0"


def test_scores_that_exclude_each_other_ask_for_nothing():
    assert LeadFilters.read({"min_score": "2", "max_score": "1"}) == NO_FILTERS


NAMES = ["stage", "sort", "moment", "from", "to", "band", "owner", "min_score", "idle_days"]


@given(st.dictionaries(st.sampled_from(NAMES), st.text() | st.integers().map(str)))
def test_nonsense_in_an_address_asks_for_nothing(query):
    filters = LeadFilters.read(query)
    assert LeadFilters.read(query) == filters
    assert filters.sort in {"-last_activity_at", "-score", "-opened_at"}


def test_a_chip_keeps_the_other_filters():
    screen = leads_screen([], LeadFilters(q="maya"), CLOCK, has_more=False)
    assert [choice.href for choice in screen.stages][:2] == [
        "/leads?q=maya",
        "/leads?stage=new&q=maya",
    ]
    assert [choice.label for choice in screen.stages if choice.is_on] == ["All"]


@pytest.mark.parametrize(
    ("filters", "label", "href"),
    [
        (LeadFilters(tag="vip"), "Tag: vip", "/leads"),
        (
            LeadFilters(moment="qualified", first=date(2026, 1, 1), last=date(2026, 1, 7)),
            "Qualified 1 Jan to 7 Jan",
            "/leads",
        ),
        (LeadFilters(moment="lost", first=date(2026, 1, 1)), "Lost since 1 Jan", "/leads"),
        (LeadFilters(moment="lost", last=date(2026, 1, 1)), "Lost until 1 Jan", "/leads"),
        (LeadFilters(moment="opened", stage="new"), "Opened", "/leads?stage=new"),
        (LeadFilters(band="hot"), "Hot", "/leads"),
        (LeadFilters(min_score=0), "Score from 0", "/leads"),
        (LeadFilters(max_score=1200), "Score up to 1,200", "/leads"),
        (LeadFilters(idle_days=7), "Days without activity: 7", "/leads"),
    ],
)
def test_a_filter_that_is_on_can_be_taken_away(filters, label, href):
    (choice,) = leads_screen([], filters, CLOCK, has_more=False).narrowed_by
    assert (choice.label, choice.href) == (label, href)


def test_ones_own_leads_are_a_choice_that_is_taken_back():
    filters = LeadFilters(owner="mine", q="maya")
    mine, unowned = leads_screen([], filters, CLOCK, has_more=False).owners
    assert (mine.label, mine.href, mine.is_on) == ("Mine", "/leads?q=maya", True)
    assert (unowned.href, unowned.is_on) == ("/leads?q=maya&owner=none", False)


def test_nothing_at_all_is_the_first_run_and_nothing_found_is_not():
    assert leads_screen([], NO_FILTERS, CLOCK, has_more=False).is_first_run
    assert not leads_screen([], LeadFilters(q="x"), CLOCK, has_more=False).is_first_run


def test_a_row_has_no_raw_values():
    lead = lead_view(stage=Stage.QUALIFIED, score=1200, tags=("vip",), contact_phone=None)
    (row,) = leads_screen([lead], NO_FILTERS, CLOCK, has_more=False).rows
    assert (row.stage_label, row.score, row.phone) == ("Qualified", "1,200", "No phone number")
    assert row.tags == ["vip"]
    assert row.activity.text == "13:00"
