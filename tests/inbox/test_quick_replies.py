"""Quick replies with named placeholders, and the pure decisions of working as a team."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend import inbox
from backend.inbox import QuickReplyInput, Snooze
from backend.inbox.team_policy import filled, handles, mentioned, snoozed_until
from tests.factories import run_as, say

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)  # a Wednesday


def write(person, shortcut="hi", text="Hello {{first_name}}, this is {{agent_name}}"):
    wanted = QuickReplyInput(shortcut=shortcut, text=text)
    return run_as(person, inbox.create_quick_reply, wanted)


def fill(person, landed, made):
    return run_as(person, inbox.fill_quick_reply, landed.conversation_id, quick_reply_id=made.id)


def test_a_quick_reply_names_the_customer_and_whoever_writes(actor, operator, mock_channel):
    made = write(operator, "/Hi")
    assert made.shortcut == "hi"
    landed = say(actor, mock_channel, profile_name="Ana Silva")
    assert fill(operator, landed, made) == f"Hello Ana, this is {operator.name}"


def test_a_missing_name_leaves_no_gap(actor, operator, mock_channel):
    made = write(operator, text="Hello {{first_name}}, thanks")
    assert fill(operator, say(actor, mock_channel), made) == "Hello, thanks"


@pytest.mark.parametrize(
    ("shortcut", "text", "field"),
    [
        ("", "x", "shortcut"),
        ("two words", "x", "shortcut"),
        ("a" * 33, "x", "shortcut"),
        ("ok", " ", "text"),
        ("ok", "x" * 2001, "text"),
        ("ok", "{{nickname}}", "text"),
        ("ok", "{{1}}", "text"),
        ("ok", "{{first_name", "text"),
    ],
)
def test_what_could_not_be_used_is_refused_at_its_place(operator, shortcut, text, field):
    with pytest.raises(inbox.BadQuickReply) as refused:
        write(operator, shortcut, text)
    assert refused.value.field == field
    assert refused.value.expected


def test_a_shortcut_belongs_to_one(operator):
    write(operator, "a")
    second = write(operator, "b")
    for attempt in (
        lambda: write(operator, "A"),
        lambda: run_as(
            operator,
            inbox.change_quick_reply,
            second.id,
            QuickReplyInput(shortcut="a", text="x"),
        ),
    ):
        with pytest.raises(inbox.ShortcutTaken):
            attempt()
    listed = run_as(operator, inbox.list_quick_replies)
    assert [one.shortcut for one in listed] == ["a", "b"]


def test_one_is_changed_and_removed(operator):
    made = write(operator)
    wanted = QuickReplyInput(shortcut="bye", text="Goodbye")
    assert run_as(operator, inbox.change_quick_reply, made.id, wanted).text == "Goodbye"
    run_as(operator, inbox.remove_quick_reply, made.id)
    for use_case, named in (
        (inbox.remove_quick_reply, ()),
        (inbox.change_quick_reply, (wanted,)),
    ):
        with pytest.raises(inbox.QuickReplyNotFound):
            run_as(operator, use_case, made.id, *named)


@pytest.mark.parametrize(
    ("snooze", "timezone", "expected"),
    [
        (Snooze.IN_1_HOUR, "UTC", "2026-03-04T13:00:00+00:00"),
        (Snooze.TOMORROW, "UTC", "2026-03-05T09:00:00+00:00"),
        (Snooze.TOMORROW, "America/New_York", "2026-03-05T14:00:00+00:00"),
        (Snooze.NEXT_WEEK, "America/New_York", "2026-03-09T13:00:00+00:00"),  # summer time
        (Snooze.NEXT_WEEK, "Asia/Tokyo", "2026-03-09T00:00:00+00:00"),
    ],
)
def test_mornings_are_the_workspaces_own(snooze, timezone, expected):
    assert snoozed_until(snooze, NOON, timezone).isoformat() == expected


@given(st.sampled_from(Snooze), st.integers(0, 366 * 24 * 60))
def test_a_snooze_always_ends_later(snooze, minutes):
    now = NOON + timedelta(minutes=minutes)
    assert now < snoozed_until(snooze, now, "Europe/Berlin") <= now + timedelta(days=8)


def test_people_who_share_a_first_name_have_handles_of_their_own():
    people = [(uuid.uuid4(), name) for name in ("Ana Silva", "Ana Costa", "Ana Costa", "Ж")]
    assert [one.handle for one in handles(people)] == [
        "ana",
        "ana.costa",
        "ana.costa.2",
        "colleague",
    ]


def test_a_mention_is_a_word_of_its_own():
    ana, bo = handles([(uuid.uuid4(), "Ana"), (uuid.uuid4(), "Bo")])
    text = "@Ana. mail me@ana.example, @bo! @ana @nobody"
    assert mentioned(text, [ana, bo]) == (ana.id, bo.id)


@given(st.text(), st.dictionaries(st.sampled_from(["first_name", "agent_name"]), st.text()))
def test_filling_never_leaves_a_known_placeholder(text, values):
    assert "{{first_name}}" not in filled(
        f"{text} {{{{first_name}}}}", {**values, "first_name": ""}
    )
