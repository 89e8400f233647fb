"""Running recurring work from rows, so that neither a lost wake-up nor a lost minute matters.

Every worker process has a sweeper. Each recurring task has one row with its last run; whoever
moves the row on runs the task, here and now, without the broker. Work whose wake-up was lost is
found so, also while Redis or the consumer is gone.
"""

import threading
from datetime import timedelta

import structlog

from backend.platform import queue
from backend.platform.unit_of_work import SYSTEM, unit_of_work

TICK_SECONDS = 1.0

CLAIM = """
INSERT INTO periodic_run (name, last_run_at, runs) VALUES (:name, :now, 1)
ON CONFLICT (name) DO UPDATE SET last_run_at = excluded.last_run_at, runs = periodic_run.runs + 1
WHERE periodic_run.last_run_at <= excluded.last_run_at - CAST(:every AS interval)
RETURNING name
"""

FINISH = "UPDATE periodic_run SET last_finished_at = :now, last_error = :error WHERE name = :name"

log = structlog.get_logger(__name__)


class Sweeper(threading.Thread):
    """Looks every second for recurring tasks that are due."""

    def __init__(self) -> None:
        """Make a thread that does not keep the process alive."""
        super().__init__(name="sweeper", daemon=True)
        self._stopped = threading.Event()

    def run(self) -> None:
        """Sweep until told to stop; a failing database is tried again."""
        while not self._stopped.wait(TICK_SECONDS):
            try:
                sweep()
            except Exception:
                log.exception("sweep failed")

    def stop(self) -> None:
        """Finish after the sweep under way."""
        self._stopped.set()


def sweep() -> None:
    """Run each recurring task that is due, once over all workers."""
    for name, every in queue.periodic_tasks().items():
        if _claim(name, every):
            _run(name)


def _claim(name: str, every: timedelta) -> bool:
    with unit_of_work(SYSTEM) as uow:
        claimed = uow.execute(CLAIM, {"name": name, "now": uow.now, "every": every})
        return claimed.first() is not None


def _run(name: str) -> None:
    error: str | None = None
    try:
        queue.run(name)
    except Exception as failure:
        log.exception("recurring task failed", task=name)
        error = f"{type(failure).__name__}: {failure}"[:500]
    with unit_of_work(SYSTEM) as uow:
        uow.execute(FINISH, {"name": name, "now": uow.now, "error": error})
