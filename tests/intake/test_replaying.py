"""A replay shows what today's code would do, or does it: never twice, and never halfway."""

import random
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from backend import intake
from backend.intake import (
    EventQuery,
    EventState,
    ReplayInvalid,
    ReplayMode,
    ReplayNotFound,
    ReplayQuery,
    ReplayState,
    ReplayUnderWay,
)
from backend.intake.effects_repository import WATCHED
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.seed.demo import RULES
from backend.tables import metadata
from tests.factories import (
    NOON,
    administer,
    create_rule,
    deliver,
    envelope,
    message,
    run_as,
    status,
    store,
)
from tests.intake.delivering import deliver_in_disorder, new_scene, unlike_deliveries
from tests.intake.scenarios import stories
from tests.laws import assert_lawful

DRY, COMMIT = ReplayMode.DRY, ReplayMode.COMMIT
QUEUED = "SELECT count(*) FROM huey_task"

# What deliveries never write, and what is folded from their effects after the commit.
NOT_WATCHED = {
    "analytics_daily",
    "analytics_mark",
    "replay_run",
    "webhook_event",
}


def replay(actor, query=None, *, mode):
    """Ask for a replay and do it; returns it as it stands then."""
    asked = run_as(actor, intake.start_replay, query or ReplayQuery(), mode=mode)
    intake.work_off(actor.workspace_id, asked.id)
    return run_as(actor, intake.get_replay, asked.id)


def dry_diff(actor, query=None):
    done = replay(actor, query, mode=DRY)
    assert done.state is ReplayState.FINISHED, done.error
    return done.diff


def rows_of(actor):
    """Return every row that deliveries make, byte for byte."""

    def read(uow, actor):
        return {
            table: sorted(
                str(row[0])
                for row in uow.execute(
                    f"SELECT to_jsonb(t) FROM {table} AS t WHERE workspace_id = :id",  # noqa: S608
                    {"id": actor.workspace_id},
                )
            )
            for table in (*WATCHED, "webhook_event", "analytics_mark", "analytics_daily")
        }

    return run_as(actor, read)


def effects_of(actor):
    """Return every row but the deliveries', whose attempts are counted."""
    found = rows_of(actor)
    return {table: rows for table, rows in found.items() if table != "webhook_event"}


def write(actor, statement):
    """Change rows behind the product's back."""
    run_as(actor, lambda uow, _: uow.execute(statement))


def events(actor):
    return run_as(actor, intake.list_events, EventQuery(), PageRequest(limit=200)).items


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("seed", range(3))
def test_a_dry_replay_of_what_was_processed_is_empty_and_writes_nothing(seed):
    actor, channel = new_scene()
    chance = random.Random(seed)
    deliver_in_disorder(actor, channel, list(unlike_deliveries().values()), chance=chance)
    before = rows_of(actor)
    asked = run_as(actor, intake.start_replay, ReplayQuery(), mode=DRY)
    queued = administer(QUEUED)
    intake.work_off(actor.workspace_id, asked.id)
    ended = run_as(actor, intake.get_replay, asked.id)
    assert ended.diff.is_empty, ended.diff
    assert rows_of(actor) == before
    assert administer(QUEUED) == queued


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deliveries=stories(), seed=st.integers(0, 999))
def story_is_replayed_without_effect(deliveries, seed):
    actor, channel = new_scene()
    deliver_in_disorder(actor, channel, deliveries, chance=random.Random(seed))
    deliver(actor, channel, b"{", b"[]")
    diff = dry_diff(actor)
    assert diff.is_empty, diff
    before = effects_of(actor)
    for _ in range(2):
        assert replay(actor, mode=COMMIT).state is ReplayState.FINISHED
        assert effects_of(actor) == before


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("database")
def test_any_story_is_replayed_without_effect():
    story_is_replayed_without_effect()
    assert_lawful()


def test_a_dry_replay_says_what_a_new_rule_would_not_do_to_known_messages(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="I want the price")]))
    for rule in RULES:
        run_as(actor, create_rule, rule)
    assert dry_diff(actor).is_empty


def test_a_dry_replay_shows_a_row_that_is_missing(actor, whatsapp_channel):
    read = status(message_id="wamid.1", status="read")
    deliver(actor, whatsapp_channel, envelope(messages=[message(id="wamid.1")], statuses=[read]))
    write(actor, "DELETE FROM message_status")
    diff = dry_diff(actor)
    assert (diff.created, diff.changed, diff.removed) == ({"message_status": 1}, {}, {})


def test_a_dry_replay_shows_what_code_that_reads_more_would_do(actor, whatsapp_channel):
    store(actor, whatsapp_channel, envelope(messages=[message(text="I want the price")]))
    write(actor, "UPDATE webhook_event SET state = 'quarantined', error = 'not understood'")
    assert dry_diff(actor).created["message"] == 1
    for rule in RULES:
        run_as(actor, create_rule, rule)
    ruled = dry_diff(actor)
    assert ruled.created["score_entry"] >= 1
    assert ruled.created["rule_run"] >= 1


def test_a_dry_replay_shows_what_waits_and_a_commit_does_just_that(actor, whatsapp_channel):
    store(
        actor,
        whatsapp_channel,
        envelope(messages=[message(id="wamid.1")]),
        envelope(statuses=[status(message_id="wamid.2", status="sent")]),
    )
    before = rows_of(actor)
    diff = dry_diff(actor)
    assert diff.created["contact"] == diff.created["message"] == diff.created["lead"] == 1
    assert diff.created["message_status"] == 1
    assert diff.removed == {}
    assert rows_of(actor) == before
    done = replay(actor, mode=COMMIT)
    assert (done.total, done.done, done.failed, done.gone) == (2, 2, 0, 0)
    after = rows_of(actor)
    grown = {table: len(after[table]) - len(before[table]) for table in WATCHED}
    assert {table: count for table, count in grown.items() if count} == diff.created


def test_a_changed_row_is_shown_before_and_after_without_what_people_wrote(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="secret words")]))
    later = message(id="wamid.2", text="more secrets", at=NOON + timedelta(hours=1))
    store(actor, whatsapp_channel, envelope(messages=[later]))
    done = replay(actor, mode=DRY)
    (changed,) = [e for e in done.diff.examples if (e.change, e.table) == ("changed", "lead")]
    assert UUID(changed.id)
    before, after = changed.columns["last_activity_at"]
    assert before <= after
    assert "secret" not in repr(done)


def test_a_removed_row_is_shown(actor, whatsapp_channel):
    one, other = "16505550001", "US.11111111111111111111"
    said = [
        message(id="wamid.1", sender=one),
        {**message(id="wamid.2"), "from_user_id": other},
    ]
    del said[1]["from"]
    deliver(actor, whatsapp_channel, *(envelope(messages=[each]) for each in said))
    both = {**message(id="wamid.3", sender=one), "from_user_id": other}
    store(actor, whatsapp_channel, envelope(messages=[both]))
    before = rows_of(actor)
    diff = dry_diff(actor)
    replay(actor, mode=COMMIT)
    after = rows_of(actor)
    for table in WATCHED:
        grown = diff.created.get(table, 0) - diff.removed.get(table, 0)
        assert len(after[table]) - len(before[table]) == grown, table
    assert diff.created["contact_merge"] == 1


def test_a_message_and_its_status_in_different_batches_meet(actor, whatsapp_channel, monkeypatch):
    monkeypatch.setattr(intake.replaying, "BATCH_SIZE", 1)
    sent = envelope(messages=[message(id="wamid.1")])
    store(actor, whatsapp_channel, sent, envelope(messages=[message(id="wamid.2")]))
    diff = dry_diff(actor)
    assert (diff.created["contact"], diff.created["conversation"]) == (1, 1)
    assert diff.created["message"] == 2


def test_nothing_of_a_dry_replay_gets_out(actor, whatsapp_channel):
    image = {"type": "image", "image": {"id": "900", "mime_type": "image/png"}}
    store(actor, whatsapp_channel, envelope(messages=[message(id="wamid.1", **image)]))
    diff = dry_diff(actor)
    assert diff.woken == {"media.fetch": 1}
    assert rows_of(actor)["media"] == []
    assert rows_of(actor)["analytics_mark"] == []
    (event,) = events(actor)
    assert (event.state, event.attempts) == (EventState.RECEIVED, 0)


def test_a_delivery_that_fails_stands_alone_in_both_modes(actor, whatsapp_channel):
    store(actor, whatsapp_channel, *(envelope(messages=[message(text=str(n))]) for n in range(5)))
    store(actor, whatsapp_channel, b"{", envelope(messages=[message(text="last")]))
    dry = replay(actor, mode=DRY)
    assert (dry.done, dry.failed) == (7, 1)
    assert dry.diff.created["message"] == 6
    done = replay(actor, mode=COMMIT)
    assert (done.done, done.failed) == (7, 1)
    assert {str(e.id) for e in events(actor) if e.error} == set(dry.diff.failed_ids)
    assert_lawful()


POISON = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text = 'poison' THEN RAISE EXCEPTION USING ERRCODE = 'check_violation'; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()
"""


@pytest.fixture
def poisoned(database):
    assert database
    administer(POISON)
    yield
    administer("DROP TRIGGER refuse ON message; DROP FUNCTION refuse()")


@pytest.mark.usefixtures("poisoned")
@pytest.mark.parametrize("mode", ReplayMode)
def test_what_the_database_refuses_leaves_its_neighbours(actor, whatsapp_channel, mode):
    texts = ["fine"] * 6 + ["poison"] + ["fine"] * 3
    said = [envelope(messages=[message(text=text, id=f"m{n}")]) for n, text in enumerate(texts)]
    store(actor, whatsapp_channel, *said)
    done = replay(actor, mode=mode)
    assert (done.state, done.done, done.failed) == (ReplayState.FINISHED, 10, 1)
    made = done.diff.created["message"] if done.diff else len(rows_of(actor)["message"])
    assert made == 9


def test_a_delivery_without_a_body_is_counted_and_named(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, *(envelope(messages=[message(text=t)]) for t in "ab"))
    gone = events(actor)[0]
    write(actor, f"UPDATE webhook_event SET body = '', redacted_at = now() WHERE id = '{gone.id}'")  # noqa: S608
    done = replay(actor, mode=DRY)
    assert (done.done, done.gone) == (1, 1)
    assert done.diff.gone_ids == (str(gone.id),)
    assert replay(actor, mode=COMMIT).gone == 1


def test_a_range_takes_its_beginning_and_not_its_end(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="a")]))
    (event,) = events(actor)
    at, later = event.received_at, event.received_at + timedelta(microseconds=1)
    totals = [
        run_total(actor, ReplayQuery(since=since, before=before))
        for since, before in [(at, later), (None, at), (later, None), (None, None)]
    ]
    assert totals == [1, 0, 0, 1]


def run_total(actor, query):
    return replay(actor, query, mode=DRY).total


def test_a_channel_states_or_deliveries_are_chosen(actor, whatsapp_channel, mock_channel):
    deliver(actor, whatsapp_channel, b"{", envelope(messages=[message(text="a")]))
    chosen = events(actor)[0].id
    assert run_total(actor, ReplayQuery(channel_id=mock_channel.id)) == 0
    assert run_total(actor, ReplayQuery(channel_id=whatsapp_channel.id)) == 2
    assert run_total(actor, ReplayQuery(states=(EventState.QUARANTINED,))) == 1
    assert run_total(actor, ReplayQuery(event_ids=(chosen, new_id()))) == 1


def test_what_comes_in_after_the_start_is_left_to_the_intake(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="a")]))
    asked = run_as(actor, intake.start_replay, ReplayQuery(), mode=COMMIT)
    store(actor, whatsapp_channel, envelope(messages=[message(text="b")]))
    intake.work_off(actor.workspace_id, asked.id)
    assert run_as(actor, intake.get_replay, asked.id).done == 1
    assert {event.state for event in events(actor)} == {EventState.RECEIVED, EventState.PROCESSED}


def test_one_replay_at_a_time(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="a")]))
    first = run_as(actor, intake.start_replay, ReplayQuery(), mode=COMMIT)
    with pytest.raises(ReplayUnderWay):
        run_as(actor, intake.start_replay, ReplayQuery(), mode=DRY)
    intake.work_off(actor.workspace_id, first.id)
    assert replay(actor, mode=DRY).state is ReplayState.FINISHED


@pytest.mark.parametrize("mode", ReplayMode)
def test_a_replay_that_was_stopped_does_nothing_more(actor, whatsapp_channel, mode):
    store(actor, whatsapp_channel, envelope(messages=[message(text="a")]))
    asked = run_as(actor, intake.start_replay, ReplayQuery(), mode=mode)
    stopped = run_as(actor, intake.stop_replay, asked.id)
    intake.work_off(actor.workspace_id, asked.id)
    assert stopped.state is ReplayState.STOPPED
    assert run_as(actor, intake.get_replay, asked.id) == stopped
    assert rows_of(actor)["message"] == []


def test_a_replay_whose_worker_died_goes_on_where_it_was(actor, whatsapp_channel, monkeypatch):
    monkeypatch.setattr(intake.replaying, "BATCH_SIZE", 1)
    deliver(actor, whatsapp_channel, *(envelope(messages=[message(text=t)]) for t in "abc"))
    asked = run_as(actor, intake.start_replay, ReplayQuery(), mode=COMMIT)
    write(
        actor,
        "UPDATE replay_run SET state = 'running', started_at = now(), lease_until = now(),"
        " done = 2, position = (SELECT max(sequence) - 1 FROM webhook_event)",
    )
    intake.work_off(actor.workspace_id, asked.id)
    done = run_as(actor, intake.get_replay, asked.id)
    assert (done.state, done.done) == (ReplayState.FINISHED, 3)
    assert sorted(event.attempts for event in events(actor)) == [1, 1, 2]


def test_a_replay_that_somebody_does_is_left_to_them(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="a")]))
    asked = run_as(actor, intake.start_replay, ReplayQuery(), mode=COMMIT)
    write(actor, "UPDATE replay_run SET lease_until = now() + interval '1 hour'")
    intake.work_off(actor.workspace_id, asked.id)
    assert run_as(actor, intake.get_replay, asked.id).done == 0


def test_a_dry_replay_of_too_much_is_refused(actor, whatsapp_channel, monkeypatch):
    monkeypatch.setattr(intake.replaying, "MAX_DRY_EVENTS", 1)
    deliver(actor, whatsapp_channel, *(envelope(messages=[message(text=t)]) for t in "ab"))
    with pytest.raises(ReplayInvalid, match="2 deliveries"):
        run_as(actor, intake.start_replay, ReplayQuery(), mode=DRY)
    assert replay(actor, mode=COMMIT).done == 2


def test_a_range_that_ends_before_it_begins_is_refused(actor, uow):
    query = ReplayQuery(since=uow.now, before=uow.now)
    with pytest.raises(ReplayInvalid, match="ends before it begins"):
        run_as(actor, intake.start_replay, query, mode=DRY)


def test_an_unknown_replay_says_so(actor):
    for use_case in (intake.get_replay, intake.stop_replay):
        with pytest.raises(ReplayNotFound):
            run_as(actor, use_case, new_id())


def test_every_table_that_deliveries_fill_is_watched():
    written = {"channel", "contact", "conversation", "message", "lead", "touch", "rule_run"}
    owned = {t.name for t in metadata.sorted_tables if "workspace_id" in t.columns}
    assert written <= set(WATCHED) <= owned
    assert not set(WATCHED) & NOT_WATCHED
