"""A replay that is under way is seen, stopped, and taken over from a worker that died."""

import threading

import psycopg
import pytest
from sqlalchemy.engine import make_url

from backend import inbox, intake
from backend.intake import EventQuery, EventState, ReplayMode, ReplayQuery, ReplayState
from backend.intake.tasks import wake_replays
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import rehearsal, unit_of_work
from tests.factories import administer, deliver, envelope, message, run_as, store

QUEUED = "SELECT count(*) FROM huey_task"
pytestmark = pytest.mark.timeout(60)


@pytest.fixture
def single(monkeypatch):
    """Take one delivery at a time."""
    monkeypatch.setattr(intake.replaying, "BATCH_SIZE", 1)


def ask(actor, mode):
    return run_as(actor, intake.start_replay, ReplayQuery(), mode=mode)


def write(actor, statement):
    run_as(actor, lambda uow, _: uow.execute(statement))


def states(actor):
    found = run_as(actor, intake.list_events, EventQuery(), PageRequest()).items
    return [event.state for event in found]


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("mode", ReplayMode)
def test_a_stop_takes_effect_after_the_batch_under_way(actor, whatsapp_channel, mode):
    store(actor, whatsapp_channel, *(envelope(messages=[message(text=t)]) for t in "abc"))
    asked = ask(actor, mode)
    with unit_of_work(actor) as holder:
        holder.lock(inbox.history_lock(actor.workspace_id))
        worker = threading.Thread(
            target=intake.work_off, args=(actor.workspace_id, asked.id), daemon=True
        )
        worker.start()
        while run_as(actor, intake.get_replay, asked.id).state is ReplayState.WAITING:
            pass
        run_as(actor, intake.stop_replay, asked.id)
    worker.join(30)
    ended = run_as(actor, intake.get_replay, asked.id)
    assert (ended.state, ended.diff) == (ReplayState.STOPPED, None)
    assert states(actor) == [EventState.RECEIVED] * 3


def test_a_replay_of_a_dead_worker_is_woken_when_its_lease_is_over(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message()]))
    asked = ask(actor, ReplayMode.COMMIT)
    write(actor, "UPDATE replay_run SET state = 'running', lease_until = now() + interval '1 hour'")
    before = administer(QUEUED)
    wake_replays()
    assert administer(QUEUED) == before
    write(actor, "UPDATE replay_run SET lease_until = now() - interval '1 second'")
    wake_replays()
    assert administer(QUEUED) == [(before[0][0] + 1,)]
    intake.work_off(actor.workspace_id, asked.id)
    assert run_as(actor, intake.get_replay, asked.id).state is ReplayState.FINISHED


@pytest.mark.usefixtures("single")
@pytest.mark.parametrize("mode", ReplayMode)
def test_afterwards_nobody_holds_the_lock(actor, whatsapp_channel, mode):
    deliver(actor, whatsapp_channel, *(envelope(messages=[message(text=t)]) for t in "ab"))
    asked = ask(actor, mode)
    intake.work_off(actor.workspace_id, asked.id)
    with unit_of_work(actor) as uow:
        assert uow.try_lock(inbox.history_lock(actor.workspace_id))


def test_a_rehearsal_announces_wakes_and_counts_nothing(actor, server, mock_channel, database):
    queued = administer(QUEUED)
    url = server.superuser_url(make_url(database).database)
    with psycopg.connect(url, autocommit=True) as listener:
        listener.execute("LISTEN leadflow_live")
        with rehearsal(actor) as uow:
            uow.announce("inbox", mock_channel.id)
            uow.enqueue("intake.replay", actor.workspace_id)
            uow.note(mock_channel.id, [uow.now])
            assert uow.to_wake() == {"intake.replay": 1}
        assert list(listener.notifies(timeout=0.3, stop_after=1)) == []
    assert administer(QUEUED) == queued
    found = run_as(actor, lambda uow, _: uow.execute("SELECT 1 FROM analytics_mark").all())
    assert found == []
