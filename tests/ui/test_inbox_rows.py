"""The inbox: its address, its list, its thread and its side panel."""

from datetime import date, timedelta
from uuid import UUID

import pytest

from backend.attribution import TouchKind, TouchView
from backend.channels import DeliveryStatus, Direction, Fault, MessageKind
from backend.contacts import ContactView
from backend.inbox import ConversationState, Obstacle, QuotedView, WhyNot
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.rows import conversation_row, open_conversation, side_panel
from leadflow_app.pages.inbox.thread import message_rows
from tests.ui._views import (
    CLOCK,
    ID,
    NOW,
    conversation_view,
    lead_view,
    message_view,
    score_view,
)

FILTERS = InboxFilters()


def test_the_address_is_read_and_written_back():
    query = {
        "c": str(ID),
        "state": "closed",
        "q": "maya",
        "responded": "1",
        "opened_from": "2026-01-01",
        "opened_to": "2026-01-07",
        "side": "1",
    }
    assert InboxFilters.read(query).href == (
        f"/inbox?c={ID}&state=closed&q=maya&responded=1"
        "&opened_from=2026-01-01&opened_to=2026-01-07&side=1"
    )


def test_an_unknown_view_is_the_open_ones():
    assert InboxFilters.read({"state": "nonsense"}).state == "open"


def test_the_rows_of_a_figure_can_be_left():
    filters = InboxFilters(
        state="all", is_responded=True, first=date(2026, 1, 1), last=date(2026, 1, 7)
    )
    (choice,) = filters.narrowed_by()
    assert (choice.label, choice.href) == ("Answered 1 Jan to 7 Jan", "/inbox")


def row(**given):
    return conversation_row(conversation_view(**given), FILTERS, CLOCK)


def test_a_conversation_says_who_what_and_how_long():
    shown = row(unread_count=3)
    assert (shown.name, shown.letters, shown.unread) == ("Maya Chen", "MC", "3")
    assert (shown.window, shown.is_window_open) == ("5 h left", True)


def test_our_own_last_word_is_marked():
    assert row(last_direction=Direction.OUT).snippet == "You: hello"


def test_a_message_without_text_is_named_by_its_kind():
    assert row(snippet="", last_kind=MessageKind.IMAGE).snippet == "Photo"


def test_reading_everything_leaves_no_badge():
    assert row(unread_count=0).unread == ""


def opened(view, obstacle=None):
    why_not = WhyNot(obstacle, "", "") if obstacle else None
    return open_conversation(view, why_not, [], FILTERS.choose(ID), NOW)


def test_an_open_window_lets_one_write():
    assert opened(conversation_view()).why_not == ""


def test_a_closed_window_explains_itself():
    view = conversation_view(window_expires_at=NOW - timedelta(minutes=1))
    assert opened(view, Obstacle.WINDOW_CLOSED).why_not.startswith("The 24-hour window is closed.")


def test_a_channel_without_replies_explains_itself():
    shown = opened(conversation_view(channel_name="Main number"), Obstacle.NOT_OFFERED)
    assert shown.why_not.startswith("Replies cannot be sent through Main number yet.")


def test_closed_conversations_can_be_told():
    assert opened(conversation_view(state=ConversationState.CLOSED)).is_closed


def test_the_side_panel_is_opened_and_closed_by_the_address():
    assert opened(conversation_view()).side_href == f"/inbox?c={ID}&side=1"


def messages(*views):
    return message_rows(views, CLOCK)


def test_messages_stand_oldest_first_with_their_days():
    shown = messages(
        message_view(text="today"), message_view(text="before", sent_at=NOW - timedelta(days=1))
    )
    assert [(one.text, one.day) for one in shown] == [("before", "Yesterday"), ("today", "Today")]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (None, "Sending"),
        (DeliveryStatus.SENT, "Sent"),
        (DeliveryStatus.READ, "Read"),
        (DeliveryStatus.FAILED, "Not delivered"),
    ],
)
def test_a_reply_says_how_far_it_came(status, words):
    (shown,) = messages(message_view(direction=Direction.OUT, status=status, status_at=NOW))
    assert shown.status == words
    assert shown.is_failed is (status is DeliveryStatus.FAILED)


def test_what_came_in_has_no_status():
    assert messages(message_view())[0].status == ""


@pytest.mark.parametrize("kind", [kind for kind in MessageKind if kind is not MessageKind.TEXT])
def test_every_other_kind_is_a_labelled_card(kind):
    (shown,) = messages(message_view(kind=kind, text=None))
    assert shown.card
    assert shown.icon


def test_a_card_names_its_file_wherever_the_provider_put_it():
    payload = {"document": {"mime_type": "application/pdf", "filename": "offer.pdf"}}
    (shown,) = messages(message_view(kind=MessageKind.DOCUMENT, text=None, payload=payload))
    assert shown.card_detail == "offer.pdf"


def test_a_deleted_message_shows_nothing_of_itself():
    view = message_view(kind=MessageKind.IMAGE, payload={"filename": "x.png"}, is_revoked=True)
    (shown,) = messages(view)
    assert (shown.text, shown.card, shown.card_detail) == ("", "", "")


def test_a_quote_says_whose_words_they_are():
    quoted = QuotedView(ID, "our offer", MessageKind.TEXT, Direction.OUT)
    (shown,) = messages(message_view(quoted=quoted))
    assert (shown.quoted, shown.quoted_by) == ("our offer", "You")


def test_a_quote_without_text_is_named_by_its_kind():
    quoted = QuotedView(ID, None, MessageKind.IMAGE, Direction.IN)
    (shown,) = messages(message_view(quoted=quoted))
    assert (shown.quoted, shown.quoted_by) == ("Photo", "Customer")


CONTACT = ContactView(
    id=ID,
    display_name="Maya Chen",
    phone=None,
    bsuid="US.1",
    username="maya",
    last_seen_at=NOW,
    created_at=NOW,
)


def test_the_side_panel_shows_the_lead_and_why():
    touch = TouchView(
        id=UUID(int=1),
        kind=TouchKind.AD,
        channel_id=ID,
        channel_name="Mock WhatsApp",
        headline=None,
        source_id="1202",
        source_url="javascript:alert(1)",
        click_id=None,
        occurred_at=NOW,
    )
    panel = side_panel(CONTACT, lead_view(score=21), [score_view(20)], [touch], CLOCK)
    assert (panel.username, panel.phone) == ("@maya", "No phone number")
    assert (panel.score, panel.points[0].points) == ("21", "+20")
    assert (panel.touches[0].title, panel.touches[0].url) == ("Came from an ad", "")


def test_a_customer_without_a_lead_has_an_empty_panel():
    panel = side_panel(CONTACT, None, (), (), CLOCK)
    assert (panel.lead_id, panel.stage, panel.points) == ("", "", [])


def test_a_refused_reply_says_what_to_do_next():
    lost = message_view(
        direction=Direction.OUT, status=DeliveryStatus.FAILED, error="no", fault=Fault.WINDOW
    )
    (row,) = messages(lost)
    assert (row.can_resend, row.status) == (True, "Not delivered")
    assert "template" in row.next_step


def test_a_reply_of_which_nobody_knows_says_so():
    (row,) = messages(message_view(direction=Direction.OUT, is_unknown=True))
    assert (row.can_resend, row.is_unknown) == (True, True)
    assert row.status == "Not known whether it was sent"


def test_a_reply_that_was_sent_again_is_not_offered_anew():
    (row,) = messages(message_view(direction=Direction.OUT, is_unknown=True, resent_as=ID))
    assert (row.can_resend, row.status, row.next_step) == (False, "Sent again", "")
