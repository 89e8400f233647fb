"""The queue, the same on both brokers: an alarm clock that may lose what it holds."""

import threading

import pytest

from backend import intake
from backend.kit.ids import new_id
from backend.platform import queue, sweeper
from backend.platform.key_file import new_key
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import envelope, message, run_as, store
from tests.platform._brokers import flush, redis_server, waiting, work_off


@pytest.fixture(scope="module")
def redis_url():
    with redis_server() as url:
        yield url


@pytest.fixture(params=["postgres", "redis"])
def broker(request, database, monkeypatch):
    """Give the queue one of its two brokers, with nothing on it; returns how to empty it."""
    assert database
    if request.param == "postgres":
        yield queue.broker().huey.storage.flush_queue
        return
    url = request.getfixturevalue("redis_url")
    flush(url)
    monkeypatch.setenv("REDIS_URL", url)
    yield lambda: flush(url)
    queue.dispose()


@pytest.fixture
def noted(monkeypatch):
    """Register the task `test.note`; returns the list of what it was called with."""
    calls = []
    monkeypatch.setattr(queue, "_tasks", {})
    queue.task("test.note")(lambda *ids: calls.append(ids))
    return calls


@pytest.mark.usefixtures("broker")
def test_a_task_runs_by_its_name(noted):
    queue.enqueue("test.note", "a", "b")
    assert work_off() == 1
    assert noted == [("a", "b")]


@pytest.mark.usefixtures("broker", "noted")
def test_a_wake_up_is_on_the_queue_after_the_commit_and_not_before():
    with unit_of_work(SYSTEM) as uow:
        uow.enqueue("test.note")
        assert waiting() == 0
    assert waiting() == 1


def fail_after_enqueueing():
    with unit_of_work(SYSTEM) as uow:
        uow.enqueue("test.note")
        raise ZeroDivisionError


@pytest.mark.usefixtures("broker", "noted")
def test_a_rollback_wakes_nobody():
    with pytest.raises(ZeroDivisionError):
        fail_after_enqueueing()
    assert waiting() == 0


@pytest.mark.usefixtures("broker", "noted")
def test_the_same_call_twice_in_one_transaction_counts_once():
    one, other = new_id(), new_id()
    with unit_of_work(SYSTEM) as uow:
        uow.enqueue("test.note", one)
        uow.enqueue("test.note", one)
        uow.enqueue("test.note", other)
    assert waiting() == 2


@pytest.mark.usefixtures("broker")
def test_a_payload_that_somebody_changed_is_not_run(noted):
    queue.enqueue("test.note", "mine")
    storage = queue.broker().huey.storage
    signed = storage.dequeue()
    storage.enqueue(signed.replace(b"mine", b"ours"))
    with pytest.raises(ValueError, match="not ours"):
        queue.broker().huey.dequeue()
    storage.enqueue(b"no payload at all")
    with pytest.raises(ValueError, match="not ours"):
        queue.broker().huey.dequeue()
    assert noted == []


@pytest.mark.usefixtures("broker")
def test_a_payload_signed_with_another_key_is_not_run(noted, monkeypatch, tmp_path):
    queue.enqueue("test.note", "mine")
    signed = queue.broker().huey.storage.dequeue()
    queue.dispose()
    monkeypatch.setenv("LEADFLOW_DATA_DIR", str(tmp_path))
    queue.broker().huey.storage.enqueue(signed)
    with pytest.raises(ValueError, match="not ours"):
        queue.broker().huey.dequeue()
    assert noted == []


@pytest.mark.usefixtures("broker")
def test_a_payload_signed_before_a_rotation_is_run_after_it(noted, monkeypatch):
    old, new = new_key(), new_key()
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", old)
    queue.enqueue("test.note", "before")
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", f"{new},{old}")
    assert work_off() == 1
    assert noted == [("before",)]


@pytest.mark.usefixtures("broker")
def test_a_process_that_runs_through_a_rotation_reads_what_a_newer_one_signed(noted, monkeypatch):
    old, new = new_key(), new_key()
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", f"{new},{old}")
    queue.enqueue("test.note", "newer")
    signed = queue.broker().huey.storage.dequeue()
    queue.dispose()
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", old)
    queue.enqueue("test.note", "older")
    monkeypatch.setenv("LEADFLOW_SECRET_KEYS", f"{new},{old}")
    queue.broker().huey.storage.enqueue(signed)
    assert work_off() == 2
    assert noted == [("older",), ("newer",)]


@pytest.mark.usefixtures("broker")
def test_an_unknown_name_stops_no_other_task(noted):
    queue.enqueue("test.gone")
    queue.enqueue("test.note", "still")
    assert work_off() == 2
    assert noted == [("still",)]


@pytest.mark.usefixtures("broker")
def test_a_failing_task_stops_no_other_task(noted):
    queue.task("test.fail")(lambda: 1 / 0)
    queue.enqueue("test.fail")
    queue.enqueue("test.note", "still")
    work_off()
    assert noted == [("still",)]


@pytest.mark.usefixtures("broker")
def test_each_wake_up_is_taken_by_one_worker(noted, monkeypatch):
    for number in range(30):
        queue.enqueue("test.note", str(number))
    huey, start = queue.broker().huey, threading.Barrier(3)
    monkeypatch.setattr(huey.storage, "blocking", False)

    def work():
        start.wait()
        while task := huey.dequeue():
            huey.execute(task)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(noted, key=lambda ids: int(ids[0])) == [(str(n),) for n in range(30)]


def test_work_whose_wake_up_was_lost_is_found(broker, actor, whatsapp_channel):
    store(actor, whatsapp_channel, envelope(messages=[message()]))
    queue.enqueue("intake.drain")
    broker()
    assert waiting() == 0
    sweeper.sweep()
    assert _message_count(actor) == 1


def test_work_is_found_while_the_broker_is_gone(actor, whatsapp_channel, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    queue.dispose()
    store(actor, whatsapp_channel, envelope(messages=[message()]))
    sweeper.sweep()
    assert _message_count(actor) == 1


def test_a_commit_holds_while_the_broker_is_gone(actor, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    queue.dispose()
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE workspace SET name = 'kept' WHERE id = :id", {"id": actor.workspace_id})
        uow.enqueue("intake.drain")
    named = run_as(actor, lambda uow, _: uow.execute("SELECT name FROM workspace").scalar_one())
    assert named == "kept"


def test_a_wake_up_stored_in_redis_reaches_the_work(
    redis_url, actor, whatsapp_channel, monkeypatch
):
    monkeypatch.setenv("REDIS_URL", redis_url)
    flush(redis_url)
    queue.dispose()
    store(actor, whatsapp_channel, envelope(messages=[message()]))
    queue.enqueue("intake.drain")
    assert work_off() >= 1
    assert _message_count(actor) == 1
    assert intake.drain() == 0


def _message_count(actor):
    return run_as(actor, lambda uow, _: uow.execute("SELECT count(*) FROM message").scalar_one())
