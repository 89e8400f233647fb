"""Secrets at rest: sealed with `MultiFernet`, so that keys can be rotated.

The first of `LEADFLOW_SECRET_KEYS` seals, all of them open. Without the variable a key is made
once and kept in the data directory, readable by its owner only. What is sealed is bound to its
place (`context`), so that a sealed value copied to another row does not open there.
"""

import contextlib
import hashlib
import hmac
import os
import tempfile
from pathlib import Path
from typing import Any

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from backend.kit.errors import Unavailable
from backend.platform.settings import DataSettings, SecretSettings, load

KEY_FILE = "secret_keys"


class SealBroken(Unavailable):
    """No key opens the value, or it belongs to another place."""


def secret_keys() -> list[str]:
    """Return the keys in force, the sealing one first."""
    given = load(SecretSettings).secret_keys
    if given:
        return [key.strip() for key in given.get_secret_value().split(",") if key.strip()]
    return [_kept_key(load(DataSettings).data_dir)]


def seal(secret: dict[str, Any], *, context: str) -> str:
    """Encrypt a JSON object for the place named by `context`."""
    return _fernet().encrypt(orjson.dumps([context, secret])).decode()


def unseal(sealed: str, *, context: str) -> dict[str, Any]:
    """Open what `seal` closed; raises `SealBroken`."""
    try:
        opened: tuple[str, dict[str, Any]] = orjson.loads(_fernet().decrypt(sealed.encode()))
    except InvalidToken:
        opened = ("", {})
    if opened[0] != context:
        message = "a stored secret cannot be opened; check LEADFLOW_SECRET_KEYS"
        raise SealBroken(message)
    return opened[1]


def derived_key(purpose: str) -> str:
    """Return a key for one purpose, derived from the sealing key (HMAC-SHA256, hex)."""
    return hmac.new(secret_keys()[0].encode(), purpose.encode(), hashlib.sha256).hexdigest()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in secret_keys()])


def _kept_key(data_dir: Path) -> str:
    """Return the key of this data directory, making it once, whole and for its owner only."""
    path = data_dir / KEY_FILE
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        descriptor, made = tempfile.mkstemp(dir=data_dir, prefix=f".{KEY_FILE}-")
        with os.fdopen(descriptor, "w") as file:
            file.write(Fernet.generate_key().decode())
        with contextlib.suppress(FileExistsError):
            os.link(made, path)  # whoever comes second takes the first one's key
        Path(made).unlink()
    return path.read_text().strip()
