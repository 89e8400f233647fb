"""Recurring work runs from rows: on time, once over all workers, and made up when missed."""

import threading
from datetime import timedelta

import pytest

from backend.platform import queue, sweeper
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.platform._processes import eventually

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture
def ticks(monkeypatch):
    """Have one recurring task, `test.tick`, due every minute; returns the list of its runs."""
    runs = []
    monkeypatch.setattr(queue, "_tasks", {})
    monkeypatch.setattr(queue, "_periodic", {})
    queue.periodic("test.tick", every=MINUTE)(lambda: runs.append(None))
    return runs


def age(by):
    with unit_of_work(SYSTEM) as uow:
        uow.execute("UPDATE periodic_run SET last_run_at = last_run_at - :by", {"by": by})


def row(name="test.tick"):
    with unit_of_work(SYSTEM) as uow:
        wanted = "SELECT * FROM periodic_run WHERE name = :name"
        return uow.execute(wanted, {"name": name}).mappings().one()


def test_a_task_runs_at_the_first_look(ticks):
    sweeper.sweep()
    assert len(ticks) == 1
    assert row()["runs"] == 1
    assert row()["last_finished_at"] is not None


def test_a_task_waits_for_its_time(ticks):
    sweeper.sweep()
    sweeper.sweep()
    assert len(ticks) == 1
    age(MINUTE)
    sweeper.sweep()
    assert len(ticks) == 2


def test_missed_minutes_are_made_up_once(ticks):
    sweeper.sweep()
    age(10 * MINUTE)
    sweeper.sweep()
    sweeper.sweep()
    assert len(ticks) == 2


def test_many_sweepers_run_a_task_once(ticks):
    start = threading.Barrier(4)

    def sweep():
        start.wait()
        sweeper.sweep()

    sweepers = [threading.Thread(target=sweep) for _ in range(4)]
    for one in sweepers:
        one.start()
    for one in sweepers:
        one.join()
    assert len(ticks) == 1


def test_a_failing_task_says_why_and_stops_no_other(ticks):
    queue.periodic("test.broken", every=MINUTE)(lambda: 1 / 0)
    sweeper.sweep()
    assert len(ticks) == 1
    assert row("test.broken")["last_error"] == "ZeroDivisionError: division by zero"
    assert row()["last_error"] is None


def test_an_error_is_forgotten_after_a_good_run(monkeypatch, ticks):
    monkeypatch.setitem(queue._tasks, "test.tick", lambda: 1 / 0)  # noqa: SLF001
    sweeper.sweep()
    assert row()["last_error"]
    monkeypatch.setitem(queue._tasks, "test.tick", lambda: ticks.append(None))  # noqa: SLF001
    age(MINUTE)
    sweeper.sweep()
    assert row()["last_error"] is None


def test_the_sweeper_survives_what_goes_wrong(ticks, monkeypatch):
    monkeypatch.setattr(sweeper, "TICK_SECONDS", 0.01)
    failures = [RuntimeError("the database is gone")]
    claim = queue.periodic_tasks
    monkeypatch.setattr(
        queue, "periodic_tasks", lambda: _fail(failures.pop()) if failures else claim()
    )
    running = sweeper.Sweeper()
    running.start()
    try:
        assert eventually(lambda: ticks)
    finally:
        running.stop()
        running.join()


def _fail(error):
    raise error
