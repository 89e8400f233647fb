"""Where copies of files are kept: a directory, or a bucket of an S3-compatible service.

Both are one interface (obstore). A key names one copy for ever; a copy appears whole or not at
all. The service is ours, named by the settings, like the database: no user's address leads there.
"""

import tempfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

import obstore
from obstore.store import LocalStore, S3Store

from backend.platform.settings import DataSettings, MediaSettings, load

CHUNK_BYTES = 256 * 1024
DIRECTORY = "media"

Store = LocalStore | S3Store


def put(key: str, file: BinaryIO) -> None:
    """Keep a copy under this key; raises what the store raises."""
    file.seek(0)
    obstore.put(_store(), key, file)


def pieces(key: str) -> Iterator[bytes]:
    """Read a copy piece by piece; raises `FileNotFoundError` at once when there is none."""
    found = obstore.get(_store(), key)
    return (bytes(piece) for piece in found.stream(min_chunk_size=CHUNK_BYTES))


def remove(key: str) -> None:
    """Delete a copy; one that is not there is no error."""
    with suppress(FileNotFoundError):
        obstore.delete(_store(), key)


def older_than(before: datetime, prefix: str) -> Iterator[str]:
    """Name the copies under a prefix that were kept before a moment."""
    for batch in obstore.list(_store(), prefix=prefix):  # pyright: ignore[reportUnknownMemberType]
        for copy in batch:
            if copy["last_modified"] < before:
                yield copy["path"]


def workplace() -> BinaryIO:
    """Open a nameless file on disk, for what is being fetched; it is gone when closed."""
    directory = load(DataSettings).data_dir
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return tempfile.TemporaryFile(dir=directory)


def _store() -> Store:
    settings = load(MediaSettings)
    directory = load(DataSettings).data_dir / DIRECTORY
    return _bucket(settings) if settings.media_url else _directory(directory)


@cache
def _directory(directory: Path) -> LocalStore:
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(prefix=directory)


def _bucket(settings: MediaSettings) -> S3Store:
    parts = urlsplit(settings.media_url or "")
    key, secret = settings.media_access_key, settings.media_secret_key
    return _opened_bucket(
        parts.netloc,
        parts.path.strip("/"),
        settings.media_endpoint or "",
        settings.media_region or "us-east-1",
        (key.get_secret_value(), secret.get_secret_value()) if key and secret else ("", ""),
    )


@cache
def _opened_bucket(
    bucket: str, prefix: str, endpoint: str, region: str, keys: tuple[str, str]
) -> S3Store:
    config: dict[str, str] = {"region": region}
    if endpoint:
        config["endpoint"] = endpoint
    if any(keys):
        config |= {"access_key_id": keys[0], "secret_access_key": keys[1]}
    return S3Store(
        bucket,
        prefix=prefix or None,
        config=config,  # pyright: ignore[reportArgumentType]
        client_options={"allow_http": endpoint.startswith("http://")},
    )
