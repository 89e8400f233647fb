"""Working as a team, in words."""

from datetime import timedelta

import pytest

from backend.inbox import BulkKind, BulkView, EntryKind, EntryView, PresenceView
from backend.notices import NoticeKind, NoticeView
from leadflow_app.pages.inbox import team_rows
from leadflow_app.pages.inbox.team_rows import QuickRow
from leadflow_app.pages.inbox.thread import message_rows
from tests.ui._views import CLOCK, ID, NOW, conversation_view, message_view


def present(*people):
    return [PresenceView(user_id=ID, name=name, is_writing=writes) for name, writes in people]


@pytest.mark.parametrize(
    ("people", "words"),
    [
        ([], ""),
        ([("Ana", False)], "Ana is here, too"),
        ([("Ana", False), ("Bo", False)], "Ana and Bo are here, too"),
        ([("Ana", True), ("Bo", False)], "Ana is replying"),
        ([("Ana", True), ("Bo", True), ("Cy", True)], "Ana, Bo and Cy are replying"),
    ],
)
def test_who_is_here(people, words):
    assert team_rows.here_words(present(*people)) == words


def entry(kind, text="", **details):
    return EntryView(
        id=ID,
        conversation_id=ID,
        kind=kind,
        author_id=ID,
        author_name="Ana",
        text=text,
        details=details,
        created_at=NOW,
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (entry(EntryKind.ASSIGNED, to="Bo"), "Ana assigned this to Bo"),
        (entry(EntryKind.ASSIGNED, to="Ana"), "Ana took this"),
        (entry(EntryKind.UNASSIGNED), "Ana left this to nobody in particular"),
        (entry(EntryKind.WOKE), "Ana brought this back"),
        (entry(EntryKind.CLOSED), "Ana closed this"),
        (entry(EntryKind.REOPENED), "Ana reopened this"),
    ],
)
def test_what_was_done(given, words):
    assert team_rows.deed(given, CLOCK) == words


def test_a_snooze_says_until_when():
    said = team_rows.deed(entry(EntryKind.SNOOZED, until=NOW.isoformat()), CLOCK)
    assert said.startswith("Ana snoozed this until ")
    assert team_rows.snoozed(conversation_view(), CLOCK) == ""
    later = conversation_view(snoozed_until=NOW + timedelta(hours=1))
    assert team_rows.snoozed(later, CLOCK).startswith("Snoozed until ")


def test_a_note_stands_where_it_was_written():
    first = message_view(sent_at=NOW - timedelta(minutes=1))
    last = message_view(sent_at=NOW + timedelta(minutes=1))
    rows = message_rows([last, first], CLOCK, {}, [entry(EntryKind.NOTE, "careful")])
    assert [row.entry for row in rows] == ["", "note", ""]
    assert rows[1].text == "careful"


@pytest.mark.parametrize(
    ("text", "found"),
    [("/", ["bye", "hello"]), ("/He", ["hello"]), ("/x", []), ("he", []), ("/he llo", [])],
)
def test_a_slash_and_a_beginning_find_quick_replies(text, found):
    rows = [QuickRow("1", "bye", ""), QuickRow("2", "hello", "")]
    assert [row.shortcut for row in team_rows.picked(rows, text)] == found


def test_a_notice_leads_to_what_it_is_about():
    told = NoticeView(
        id=ID,
        kind=NoticeKind.MENTION,
        subject=f"conversation:{ID}",
        text="",
        created_at=NOW,
        read_at=None,
    )
    (row,) = team_rows.notice_rows([told], CLOCK)
    assert (row.href, row.is_new) == (f"/inbox?c={ID}", True)
    assert row.text == "About a customer who was erased"
    assert team_rows.subject_href(f"lead:{ID}").endswith(str(ID))


def test_how_many_notices_are_new():
    assert [team_rows.unread_notices(count) for count in (0, 3, 100)] == ["", "3", "99+"]


def test_what_was_done_to_several():
    done = BulkView(id=ID, kind=BulkKind.CLOSE, changed=2, undo_until=NOW)
    assert team_rows.undo_of(done).text == "2 conversations closed"
