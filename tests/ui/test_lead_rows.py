"""One lead: the waterfall of its score, and its story in words."""

from decimal import Decimal

import pytest

from leadflow_app.pages.lead.rows import event_row, lead_screen, steps
from tests.ui._views import CLOCK, event_view, lead_view, score_view


def bars(*points):
    return [
        (row.start, row.width, row.total) for row in steps(list(map(score_view, points)), CLOCK)
    ]


def test_a_bar_begins_where_the_one_before_ended():
    assert bars(10, 30) == [("0.0%", "25.0%", "10"), ("25.0%", "75.0%", "40")]


def test_a_loss_goes_back():
    assert bars(40, -10) == [("0.0%", "100.0%", "40"), ("75.0%", "25.0%", "30")]
    assert steps([score_view(-10)], CLOCK)[0].is_loss


def test_a_score_below_zero_fits_too():
    assert bars(-10, 20) == [("0.0%", "50.0%", "-10"), ("0.0%", "100.0%", "10")]


def test_an_empty_or_flat_ledger_draws_nothing_wrong():
    assert bars() == []
    assert bars(0) == [("0.0%", "1.0%", "0")]


@pytest.mark.parametrize(
    ("kind", "data", "text"),
    [
        ("lead.opened", {}, "Lead opened"),
        ("message.received", {}, "Customer wrote"),
        ("lead.merged", {}, "Merged with another contact of the same person"),
        (
            "lead.merged",
            {"reason": "evidence"},
            "Merged with another contact: the number and the user id came in one message",
        ),
        (
            "lead.merged",
            {"reason": "changed"},
            "Merged with another contact: the provider told of a new number or user id",
        ),
        ("lead.unmerged", {}, "The merge was undone: two people again"),
        ("tag.added", {"tag": "vip"}, "Tagged vip"),
        ("tag.removed", {"tag": "vip"}, "Tag vip taken off"),
        ("stage.changed", {"from": "new", "to": "lost"}, "Stage New \N{RIGHTWARDS ARROW} Lost"),
        ("score.changed", {"points": 20, "reason": "Price"}, "+20 points: Price"),
        ("score.changed", {"points": 1, "reason": "Wrote"}, "+1 point: Wrote"),
        ("value.changed", {"value": None, "currency": None}, "Value taken away"),
        (
            "value.changed",
            {"value": "12.5", "currency": "EUR"},
            "Value set to 12.50\N{NO-BREAK SPACE}EUR",
        ),
    ],
)
def test_every_event_is_a_sentence(kind, data, text):
    assert event_row(event_view(kind, data), CLOCK).text == text


def test_what_the_customer_wrote_is_quoted_without_an_author():
    row = event_row(event_view("message.received", message_text="<b>hi</b>"), CLOCK)
    assert (row.quote, row.by) == ("<b>hi</b>", "")


def test_the_lead_is_put_into_words():
    lead = lead_view(value=Decimal("1250.50"), currency="EUR", score=31)
    screen = lead_screen(lead, CLOCK, "USD")
    assert (screen.amount, screen.currency, screen.score) == ("1250.50", "EUR", "31")
    assert screen.conversation_href.startswith("/inbox?c=")


def test_a_lead_without_a_value_offers_the_workspace_currency():
    screen = lead_screen(lead_view(), CLOCK, "USD")
    assert (screen.amount, screen.currency) == ("", "USD")
