"""Replays in words: what was asked, how far it is, what a dry one found."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.intake import (
    EffectDiff,
    EventState,
    Example,
    ReplayMode,
    ReplayQuery,
    ReplayState,
    ReplayView,
    Whereabouts,
)
from leadflow_app import replays, routes
from leadflow_app.pages.replay.effects import counted, diff_of, work
from leadflow_app.pages.replay.rows import ReplayFilters, ranges
from tests.ui._views import CLOCK, ID, NOW

OTHER = UUID("0198c5a1-0000-7000-8000-000000000002")


def replay(**given):
    return ReplayView(
        **{
            "id": ID,
            "mode": ReplayMode.DRY,
            "state": ReplayState.RUNNING,
            "requested_by": "Ana",
            "total": 400,
            "done": 90,
            "failed": 0,
            "gone": 10,
            "redacted": 0,
            "rate": 42.4,
            "seconds_left": 90,
            "error": None,
            "created_at": NOW,
            "started_at": NOW,
            "finished_at": None,
            "diff": None,
            "query": ReplayQuery(),
        }
        | given
    )


def row(query=None, **given):
    view = replay(query=query or ReplayQuery(), **given)
    return replays.replay_row(view, CLOCK, {ID: "Main number"})


def test_a_replay_under_way_says_how_far_it_is_and_how_long_it_takes():
    running = row()
    assert (running.kind, running.percent, running.is_active) == ("Dry run", 25, True)
    assert running.progress == "100 of 400 deliveries"
    assert running.pace == "42 a second, about 1 min 30 s left"
    assert running.outcome == ""


@pytest.mark.parametrize(
    ("given", "pace"),
    [
        ({"state": ReplayState.WAITING, "rate": None}, "Waits for a worker"),
        ({"rate": None}, "Begins"),
        ({"rate": 0.4, "seconds_left": None}, "less than one a second"),
    ],
)
def test_a_pace_that_is_not_known_yet_is_not_made_up(given, pace):
    assert row(**given).pace == pace


def test_a_replay_of_nothing_is_no_fault():
    ended = row(total=0, done=0, gone=0, state=ReplayState.FINISHED, finished_at=NOW)
    assert (ended.percent, ended.outcome) == (0, "No delivery was meant")


def test_a_replay_that_has_ended_names_all_that_happened():
    ended = row(
        mode=ReplayMode.COMMIT,
        state=ReplayState.FAILED,
        done=390,
        failed=2,
        redacted=3,
        error="the disk is full",
        finished_at=NOW + timedelta(seconds=12),
    )
    assert ended.kind == "Replay"
    assert ended.outcome == (
        "390 deliveries read again, 2 failed, 10 without a body any more, "
        "3 with a part erased, in 12 s"
    )
    assert (ended.state_label, ended.error) == ("Failed", "The disk is full.")


@pytest.mark.parametrize(
    ("query", "scope"),
    [
        (ReplayQuery(), "All channels, all days"),
        (ReplayQuery(channel_id=ID), "Main number, all days"),
        (ReplayQuery(channel_id=OTHER), "A channel, all days"),
        (ReplayQuery(channel_id=ID, cause="x"), "One cause in quarantine, Main number"),
        (ReplayQuery(channel_id=OTHER, cause="x"), "One cause in quarantine"),
        (ReplayQuery(event_ids=(ID,)), "1 delivery, chosen one by one"),
        (ReplayQuery(states=(EventState.QUARANTINED,)), "All channels, all days, quarantined only"),
    ],
)
def test_a_replay_says_which_deliveries_were_meant(query, scope):
    assert row(query).scope == scope


@pytest.mark.parametrize(
    ("address", "scope"),
    [
        ({"from": "2026-03-02", "to": "2026-03-04"}, "All channels, 2 Mar to 4 Mar"),
        ({"from": "2026-03-02"}, "All channels, since 2 Mar"),
        ({"to": "2026-03-04"}, "All channels, until 4 Mar"),
    ],
)
def test_days_are_the_workspaces_own_there_and_back(address, scope):
    query = ReplayFilters.read(address).query(CLOCK)
    assert replays.scope(query, CLOCK, {}) == scope


def test_filters_live_in_the_address():
    address = {"channel": str(ID), "from": "2026-03-02", "to": "2026-03-04", "replay": str(OTHER)}
    filters = ReplayFilters.read(address)
    assert filters.href == (
        f"/operations/replay?channel={ID}&from=2026-03-02&to=2026-03-04&replay={OTHER}"
    )
    wrong = {"channel": "x", "from": "yesterday", "replay": "1"}
    assert ReplayFilters.read(wrong) == ReplayFilters()


def test_one_range_is_the_current_one():
    found = ranges(ReplayFilters.read({"from": "2026-03-04", "to": "2026-03-04"}), CLOCK)
    assert [choice.label for choice in found if choice.is_on] == ["Today"]
    assert [choice.label for choice in ranges(ReplayFilters(), CLOCK) if choice.is_on] == [
        "All days"
    ]


@pytest.mark.parametrize(
    ("table", "count", "words"),
    [
        ("lead", 1, "1 lead"),
        ("message_status", 1204, "1,204 delivery statuses"),
        ("a_new_table", 2, "2 a new tables"),
    ],
)
def test_rows_are_counted_in_words(table, count, words):
    assert counted(table, count) == words


def test_work_is_named_by_what_it_does():
    assert work("inbox.send", 2) == "2 replies would be sent"
    assert work("media.fetch", 1) == "1 file would be fetched"
    assert work("other", 3) == "3 pieces of work in the background would begin"


def test_a_diff_shows_before_and_after_and_leads_to_the_person():
    columns = {
        "stage": ("new", "qualified"),
        "score": (3, None),
        "name": ("…", "…"),
        "won_at": ("2026-03-04T12:00:00+00:00", None),
        "owner_id": (str(ID), True),
    }
    found = EffectDiff(
        created={"message": 4},
        changed={"lead": 3},
        removed={"touch": 1},
        examples=(
            Example(change="changed", table="lead", id="1", columns=columns),
            Example(change="created", table="message", id="2"),
        ),
        failed_ids=(str(ID),),
    )
    diff = diff_of(
        replay(diff=found, failed=7), {"1": Whereabouts(lead_id="1", conversation_id="c")}, CLOCK
    )
    added, changed, removed = diff.effects
    assert (added.text, added.examples) == ("4 messages would be added", [])
    assert (changed.text, changed.rest) == ("3 leads would change", "and 2 more")
    assert removed.text == "1 touchpoint would go"
    (example,) = changed.examples
    assert (example.title, example.lead) == ("Lead", routes.lead("1"))
    assert example.conversation == routes.conversation("c")
    assert [(one.label, one.before, one.after) for one in example.changes] == [
        ("Stage", "New", "Qualified"),
        ("Score", "3", "–"),
        ("Name", "not shown", "not shown"),
        ("Won", "4 Mar 2026, 13:00:00", "–"),
        ("Owner", "…00000001", "yes"),
    ]
    assert diff.failed[0].href == routes.quarantined(ID)
    assert diff.more_failed == "and 2 more"
    assert not diff.is_empty


def test_an_empty_diff_says_that_nothing_would_change():
    diff = diff_of(replay(diff=EffectDiff()), {}, CLOCK)
    assert (diff.is_there, diff.is_empty, diff.effects) == (True, True, [])
