"""The quarantine in words: groups, deliveries, and bodies that stay text."""

import pytest

from backend.intake import MAX_BODY_SHOWN, CauseView, EventState, WebhookEventView
from leadflow_app.pages.quarantine.bodies import CUT, MASKED, body_of
from leadflow_app.pages.quarantine.rows import (
    ALL_CAUSES,
    Group,
    Place,
    about,
    cause_row,
    choices,
    event_row,
    event_sheet,
    title,
)
from tests.ui._views import CLOCK, ID, NOW


def event(**given):
    return WebhookEventView(
        **{
            "id": ID,
            "channel_id": ID,
            "channel_name": "Main number",
            "state": EventState.QUARANTINED,
            "attempts": 1,
            "error": "the body is not JSON",
            "received_at": NOW,
            "processed_at": None,
        }
        | given
    )


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ({}, Place()),
        ({"event": "what", "channel": str(ID)}, Place()),
        ({"cause": "x", "channel": "no id"}, Place()),
        ({"event": str(ID)}, Place(event=ID)),
        ({"cause": "x", "channel": str(ID)}, Place(group=Group(ID, "x"))),
        ({"show": "ignored"}, Place(is_ignored=True)),
        ({"show": "all", "replay": str(ID)}, Place(replay=ID)),
    ],
)
def test_an_address_names_a_place(query, place):
    assert Place.read(query) == place


def test_one_comes_back_to_the_list_that_a_delivery_was_opened_from():
    group = Group(ID, "left # & right")
    for place, label in (
        (Place(group=group), "All of this cause"),
        (Place(is_ignored=True), "Ignored"),
        (Place(), ALL_CAUSES.label),
    ):
        href = place.event_href(ID)
        names = dict(pair.split("=") for pair in href.partition("?")[2].split("&"))
        assert names["event"] == str(ID)
        assert place.back.label == label
    assert "cause=left+%23+%26+right" in Place(group=group).event_href(ID)


def test_a_group_speaks_through_its_newest_error():
    cause = CauseView(
        channel_id=ID,
        channel_name="Main number",
        cause="the body is not JSON at #",
        events=1204,
        first_at=NOW,
        last_at=NOW,
        newest_id=ID,
        newest_error="the body is not JSON at 55",
    )
    row = cause_row(cause, CLOCK)
    assert (row.text, row.channel, row.count) == (
        "The body is not JSON at 55.",
        "Main number",
        "1,204",
    )
    assert "not+JSON+at+%23" in row.href


def test_a_group_is_named_and_counted():
    assert title([event()]) == "The body is not JSON."
    said = about([event()] * 2, has_more=True)
    assert said == "Main number \N{MIDDLE DOT} More than 2 deliveries"
    assert (title([]), about([], has_more=False)) == ("Nothing is left", "")


def test_one_of_the_lists_is_the_current_one():
    assert [choice.is_on for choice in choices(is_ignored=True)] == [False, True]


def test_a_delivery_of_a_list_says_what_is_wrong_or_why_it_is_ignored():
    assert event_row(event(corrected_by="Ana"), Place(), CLOCK).more == "Corrected by Ana"
    there = event(error="entry[0].messages[2]: `timestamp` is missing", corrected_by="Ana")
    row = event_row(there, Place(), CLOCK)
    assert row.text == "“timestamp” is missing."
    assert row.more == "At entry[0].messages[2] \N{MIDDLE DOT} Corrected by Ana"
    ignored = event(state=EventState.IGNORED, ignored_by="Ana", ignored_reason="a test of theirs")
    row = event_row(ignored, Place(is_ignored=True), CLOCK)
    assert (row.text, row.more) == ("a test of theirs", "Ignored by Ana")


def test_a_sheet_holds_the_original_beside_its_correction():
    sheet = event_sheet(event(body="{", corrected_body="{}", corrected_by="Ana"), CLOCK)
    assert (sheet.body.text, sheet.correction.text, sheet.corrected) == ("{", "{}", "Ana")
    assert sheet.is_quarantined
    assert not sheet.is_gone
    assert event_sheet(event(body=""), CLOCK).is_gone


def test_json_is_laid_out_and_what_is_none_stays_as_it_is():
    assert body_of('{"a":[1,"é"]}').text == '{\n  "a": [\n    1,\n    "é"\n  ]\n}'
    assert body_of("<b>bold</b> {").text == "<b>bold</b> {"
    assert body_of("[" * 15_000).text == "[" * 15_000


def test_what_looks_like_a_secret_is_hidden_and_begins_no_correction():
    body = body_of('{"access_token": "do-not-show", "text": "hello"}')
    assert "do-not-show" not in body.text
    assert "hello" in body.text
    assert (body.note, body.draft) == (MASKED, "")


def test_a_cut_body_begins_no_correction():
    body = body_of("x" * MAX_BODY_SHOWN)
    assert (len(body.text), body.note, body.draft) == (MAX_BODY_SHOWN, CUT, "")
    assert body_of("x").draft == "x"
