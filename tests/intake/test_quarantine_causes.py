"""What stands in quarantine is told apart by cause, corrected beside its original, or ignored."""

import orjson
import pytest

from backend import inbox, intake
from backend.inbox import ConversationQuery
from backend.intake import (
    CorrectionInvalid,
    EventNotFound,
    EventQuery,
    EventState,
    NotQuarantined,
    ReplayMode,
    ReplayQuery,
)
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from tests.factories import deliver, envelope, message, run_as, say
from tests.laws import assert_lawful


def events(actor, state=None):
    return run_as(actor, intake.list_events, EventQuery(state=state), PageRequest()).items


def causes(actor, **page):
    return run_as(actor, intake.list_causes, PageRequest(**page))


def commit(actor, query=None):
    asked = run_as(actor, intake.start_replay, query or ReplayQuery(), mode=ReplayMode.COMMIT)
    intake.work_off(actor.workspace_id, asked.id)
    return run_as(actor, intake.get_replay, asked.id)


def broken(position):
    """Write a delivery whose message at this position cannot be read."""
    said = [message() for _ in range(position)]
    return envelope(messages=[*said, {**message(), "timestamp": f"day {position}"}])


@pytest.fixture
def failing(actor, whatsapp_channel):
    """Have one delivery stand in quarantine, and return it."""
    deliver(actor, whatsapp_channel, b"{")
    return events(actor)[0]


def test_errors_that_differ_in_particulars_are_one_cause(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, broken(0), broken(1), broken(2), b"{")
    found = causes(actor).items
    assert sorted(cause.events for cause in found) == [1, 3]
    newest = {event.id: event.error for event in events(actor, EventState.QUARANTINED)}
    for cause in found:
        assert newest[cause.newest_id] == cause.newest_error
        assert cause.first_at <= cause.last_at
        assert cause.channel_name == whatsapp_channel.name


def test_causes_page_without_gap_or_repetition(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, broken(0), b"{", b"[]")
    whole = [cause.cause for cause in causes(actor).items]
    first = causes(actor, limit=1)
    rest = causes(actor, limit=200, cursor=first.next_cursor)
    assert [cause.cause for cause in (*first.items, *rest.items)] == whole
    assert len(set(whole)) == len(whole) > 1


def test_a_correction_acts_with_the_next_replay_and_the_original_stays(actor, failing):
    right = orjson.dumps(envelope(messages=[message(text="as it was meant")])).decode()
    corrected = run_as(actor, intake.correct_event, failing.id, body=right)
    assert (corrected.state, corrected.body) == (EventState.QUARANTINED, "{")
    assert corrected.corrected_body == right
    assert corrected.corrected_by == actor.name
    assert commit(actor).failed == 0
    after = run_as(actor, intake.get_event, failing.id)
    assert (after.state, after.body, after.error) == (EventState.PROCESSED, "{", None)
    (talk,) = run_as(actor, inbox.list_conversations, ConversationQuery(), PageRequest()).items
    assert talk.snippet == "as it was meant"
    assert_lawful()


def test_what_is_not_in_quarantine_is_neither_corrected_nor_ignored(actor, mock_channel):
    say(actor, mock_channel)
    (event,) = events(actor)
    with pytest.raises(NotQuarantined):
        run_as(actor, intake.correct_event, event.id, body="{}")
    with pytest.raises(NotQuarantined):
        run_as(actor, intake.ignore_event, event.id, reason="why")
    with pytest.raises(EventNotFound):
        run_as(actor, intake.ignore_event, new_id(), reason="why")


def test_a_correction_or_reason_of_nothing_is_refused(actor, failing):
    for use_case, given in (
        (intake.correct_event, {"body": ""}),
        (intake.correct_event, {"body": "x" * 1_000_001}),
        (intake.ignore_event, {"reason": " "}),
        (intake.ignore_event, {"reason": "x" * 501}),
    ):
        with pytest.raises(CorrectionInvalid):
            run_as(actor, use_case, failing.id, **given)


def test_an_ignored_delivery_is_left_out_until_it_is_put_back(actor, failing):
    ignored = run_as(actor, intake.ignore_event, failing.id, reason="a test of theirs")
    assert (ignored.state, ignored.ignored_reason) == (EventState.IGNORED, "a test of theirs")
    assert causes(actor).items == ()
    assert commit(actor).total == 0
    assert_lawful()
    back = run_as(actor, intake.unignore_event, failing.id)
    assert (back.state, back.ignored_by) == (EventState.QUARANTINED, None)
    assert back.error == failing.error
    assert commit(actor).failed == 1


def test_a_cause_is_run_again_and_ignored_as_a_whole(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, broken(0), broken(1), b"{")
    (cause,) = [cause for cause in causes(actor).items if cause.events == 2]
    asked = run_as(actor, intake.rerun_cause, cause.channel_id, cause.cause)
    assert asked.total == 2
    intake.work_off(actor.workspace_id, asked.id)
    given = (cause.channel_id, cause.cause)
    assert run_as(actor, intake.ignore_cause, *given, reason="known") == 2
    assert run_as(actor, intake.ignore_cause, *given, reason="known") == 0
    assert [left.events for left in causes(actor).items] == [1]


def test_a_bodys_time_is_over_for_ignored_ones_and_their_corrections(actor, failing):
    run_as(actor, intake.correct_event, failing.id, body='{"a": 1}')
    before = failing.received_at.replace(year=2099)
    blank = {"before": before, "limit": 10}

    def end_bodies(uow, actor):
        return intake.blank_bodies(uow, actor.workspace_id, **blank)

    assert run_as(actor, end_bodies) == 0
    run_as(actor, intake.ignore_event, failing.id, reason="known")
    assert run_as(actor, end_bodies) == 1
    after = run_as(actor, intake.get_event, failing.id)
    assert (after.body, after.corrected_body) == ("", None)


def test_an_erased_person_is_in_no_corrected_body(actor, failing):
    person = "16505559876"
    right = envelope(messages=[message(sender=person, text="my name is Ana")])
    run_as(actor, intake.correct_event, failing.id, body=orjson.dumps(right).decode())
    run_as(actor, lambda uow, actor: intake.erase(uow, actor.workspace_id, [person]))
    after = run_as(actor, intake.get_event, failing.id)
    assert person not in f"{after.body}{after.corrected_body}"
    assert "Ana" not in f"{after.body}{after.corrected_body}"
    assert commit(actor).redacted == 1
