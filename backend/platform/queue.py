"""Huey as the alarm clock: a task says "there is work of this kind", the rows say which.

The broker is PostgreSQL, or Redis when `REDIS_URL` is set; tasks, names and behaviour are the
same on both. Payloads are signed (a broker is not trusted to hold code) and carry ids only.
Losing the broker loses nothing: the sweeper wakes every kind of work again.
"""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from huey import PostgresHuey, PriorityRedisHuey  # pyright: ignore[reportMissingTypeStubs]
from huey.api import Huey  # pyright: ignore[reportMissingTypeStubs]
from huey.serializer import Serializer  # pyright: ignore[reportMissingTypeStubs]
from redis import ConnectionPool
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.platform.database import psycopg_dsn
from backend.platform.secrets import derived_keys
from backend.platform.settings import QueueSettings, load

QUEUE_NAME = "leadflow"
# A Redis that does not answer holds a caller up for twice this long, and then the wake-up is lost.
# It is longer than the second for which Huey asks Redis to wait for work.
REDIS_SECONDS = 2.0
KEY_SECONDS = 5.0
SEPARATOR = b":"

Task = Callable[..., None]


@dataclass(frozen=True, slots=True)
class Broker:
    """A Huey instance and the one Huey task through which every named task runs."""

    huey: Huey
    submit: Callable[..., object]


class SignedSerializer(Serializer):
    """Signs with the first key in force and reads what any of them signed.

    The keys are looked up again every few seconds, and before a message is refused, so that
    processes that run through a rotation go on understanding each other.
    """

    def __init__(self) -> None:
        """Look the keys up at first use."""
        super().__init__()
        self._keys: tuple[str, ...] = ()
        self._read_at = 0.0

    def _serialize(self, data: object) -> bytes:
        message = super()._serialize(data)  # pyright: ignore[reportUnknownMemberType]
        if time.monotonic() - self._read_at > KEY_SECONDS:
            self._read_keys()
        return message + SEPARATOR + _signature(self._keys[0], message)

    def _deserialize(self, data: bytes) -> object:
        message, _, signature = data.rpartition(SEPARATOR)
        if not self._is_ours(message, signature):
            self._read_keys()
            if not self._is_ours(message, signature):
                refusal = "a message on the queue is not ours: its signature is wrong"
                raise ValueError(refusal)
        return super()._deserialize(message)  # pyright: ignore[reportUnknownMemberType]

    def _is_ours(self, message: bytes, signature: bytes) -> bool:
        return any(hmac.compare_digest(_signature(key, message), signature) for key in self._keys)

    def _read_keys(self) -> None:
        self._keys = derived_keys("queue")
        self._read_at = time.monotonic()


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


def _signature(key: str, message: bytes) -> bytes:
    return hmac.new(key.encode(), message, hashlib.sha256).hexdigest().encode()


def _make_broker() -> Broker:
    signed = SignedSerializer()
    redis_url = load(QueueSettings).redis_url
    if redis_url:
        pool = ConnectionPool.from_url(  # pyright: ignore[reportUnknownMemberType]
            redis_url,
            socket_timeout=REDIS_SECONDS,
            socket_connect_timeout=REDIS_SECONDS,
            retry=Retry(NoBackoff(), 1),
        )
        huey: Huey = PriorityRedisHuey(
            QUEUE_NAME, results=False, serializer=signed, connection_pool=pool
        )
    else:
        huey = PostgresHuey(QUEUE_NAME, results=False, serializer=signed, dsn=psycopg_dsn())
    submit = huey.task(name="leadflow_run")(run)  # pyright: ignore[reportUnknownMemberType]
    return Broker(huey, submit)
