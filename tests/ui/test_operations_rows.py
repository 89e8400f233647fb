"""Operations: laws and quarantined deliveries in words."""

from backend.intake import EventState, WebhookEventView
from backend.operations import LawResult
from leadflow_app.pages.operations.rows import EXCERPT, event_row, law_row, verdict
from tests.ui._views import CLOCK, ID, NOW


def law(*offenders):
    return LawResult(code="L1", title="Stored once", is_held=not offenders, offenders=offenders)


def test_a_law_that_holds_says_so():
    assert verdict([law_row(law())]) == "All 1 laws hold"


def test_a_broken_law_shows_its_first_rows_in_words():
    row = law_row(law(*({"lead_id": number, "score": 3} for number in range(7))))
    assert row.offenders[0] == "Lead id: 0, Score: 3"
    assert (len(row.offenders), row.rest, row.count) == (5, "and 2 more", "7 rows")
    assert verdict([row]) == "1 of 1 laws are broken"


def event(**given):
    return WebhookEventView(
        **{
            "id": ID,
            "channel_id": ID,
            "channel_name": "Main number",
            "state": EventState.QUARANTINED,
            "attempts": 1,
            "error": None,
            "received_at": NOW,
            "processed_at": None,
        }
        | given
    )


def test_a_delivery_says_why_it_stopped():
    row = event_row(event(error="The body is not JSON", attempts=3), "{", CLOCK)
    assert (row.cause, row.attempts, row.body) == ("The body is not JSON", "3 attempts", "{")


def test_a_long_body_is_cut():
    row = event_row(event(), "x" * 5000, CLOCK)
    assert len(row.body) == EXCERPT + 1
    assert row.cause == "Unknown cause"
