"""The keys that are kept in the data directory: made once, one a line, for their owner's eyes only.

Every change writes the whole file anew beside the old one and puts it in its place, so that
whoever reads at that moment, or after a crash, finds either the keys before or those after. One
process changes it at a time.
"""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet

KEY_FILE: Final = "secret_keys"
LOCK_FILE: Final = ".secret_keys.lock"


def kept_keys(data_dir: Path) -> list[str]:
    """Return the keys of this data directory, the sealing one first; makes one if there is none."""
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        with _written(data_dir, [new_key()]) as made, contextlib.suppress(FileExistsError):
            os.link(made, path)  # whoever comes second takes the first one's key
    return split_keys(path.read_text())


def put_first(data_dir: Path, key: str) -> None:
    """Let a key seal from now on; every other one still opens."""
    kept_keys(data_dir)
    _change(data_dir, lambda keys: [key, *(other for other in keys if other != key)])


def drop(data_dir: Path, keys: Collection[str]) -> None:
    """Forget some keys; the sealing one stays whatever is asked."""
    _change(data_dir, lambda kept: kept[:1] + [key for key in kept[1:] if key not in keys])


def new_key() -> str:
    """Return a fresh key: 32 random bytes, URL-safe base64."""
    return Fernet.generate_key().decode()


def split_keys(text: str) -> list[str]:
    """Read keys with commas or line breaks between them."""
    return [key.strip() for key in text.replace("\n", ",").split(",") if key.strip()]


def _change(data_dir: Path, change: Callable[[list[str]], Sequence[str]]) -> None:
    path = data_dir / KEY_FILE
    with (data_dir / LOCK_FILE).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with _written(data_dir, change(split_keys(path.read_text()))) as made:
            Path(made).replace(path)
        directory = os.open(data_dir, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


@contextmanager
def _written(data_dir: Path, keys: Sequence[str]) -> Generator[str]:
    """Hold a file with these keys that is on the disk whole."""
    descriptor, made = tempfile.mkstemp(dir=data_dir, prefix=f".{KEY_FILE}-")
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{key}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        yield made
    finally:
        Path(made).unlink(missing_ok=True)
