"""Huey as the alarm clock: a task says "there is work of this kind", the rows say which.

The broker is PostgreSQL, or Redis when `REDIS_URL` is set; tasks, names and behaviour are the
same on both. Payloads are signed (a broker is not trusted to hold code) and carry ids only.
Losing the broker loses nothing: the sweeper wakes every kind of work again.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from huey import PostgresHuey, PriorityRedisHuey  # pyright: ignore[reportMissingTypeStubs]
from huey.api import Huey  # pyright: ignore[reportMissingTypeStubs]
from huey.serializer import SignedSerializer  # pyright: ignore[reportMissingTypeStubs]

from backend.platform.database import psycopg_dsn
from backend.platform.secrets import derived_key
from backend.platform.settings import QueueSettings, load

QUEUE_NAME = "leadflow"

Task = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Broker:
    """A Huey instance and the one Huey task through which every named task runs."""

    huey: Huey
    submit: Callable[..., object]


_tasks: dict[str, Task] = {}
_periodic: dict[str, timedelta] = {}
_lock = threading.Lock()
_brokers: dict[str, Broker] = {}


def task(name: str) -> Callable[[Task], Task]:
    """Register a function under a stable name; it must be safe to run twice."""

    def register(function: Task) -> Task:
        _tasks[name] = function
        return function

    return register


def periodic(name: str, *, every: timedelta) -> Callable[[Task], Task]:
    """Register a task that the sweeper also runs by itself; missed runs are made up once."""

    def register(function: Task) -> Task:
        _periodic[name] = every
        return task(name)(function)

    return register


def periodic_tasks() -> dict[str, timedelta]:
    """Return the names and intervals of the tasks that run by themselves."""
    return dict(_periodic)


def run(name: str, *ids: str) -> None:
    """Run a registered task here and now; raises `KeyError` for a name nobody registered."""
    _tasks[name](*ids)


def broker() -> Broker:
    """Return this process's broker, made at first use."""
    with _lock:
        if "main" not in _brokers:
            _brokers["main"] = _make_broker()
        return _brokers["main"]


def enqueue(name: str, *ids: str) -> None:
    """Put a wake-up on the queue; raises what the broker raises when it is gone."""
    broker().submit(name, *ids)


def dispose() -> None:
    """Close the broker's connections; the next use opens new ones."""
    with _lock:
        for held in _brokers.values():
            held.huey.storage.close()  # pyright: ignore[reportUnknownMemberType]
        _brokers.clear()


def _make_broker() -> Broker:
    signed = SignedSerializer(secret=derived_key("queue"), salt=QUEUE_NAME)
    redis_url = load(QueueSettings).redis_url
    if redis_url:
        huey: Huey = PriorityRedisHuey(QUEUE_NAME, results=False, serializer=signed, url=redis_url)
    else:
        huey = PostgresHuey(QUEUE_NAME, results=False, serializer=signed, dsn=psycopg_dsn())
    submit = huey.task(name="leadflow_run")(run)  # pyright: ignore[reportUnknownMemberType]
    return Broker(huey, submit)
