"""Secrets at rest: sealed with `MultiFernet`, so that keys can be rotated.

The first of `LEADFLOW_SECRET_KEYS` seals, all of them open. Without the variable the keys are
those of the data directory, read again at every use, so that a running process follows a
rotation. What is sealed is bound to its place (`context`), so that a sealed value copied to
another row does not open there. `backend.platform.sealing` knows where sealed values are kept.
"""

import hashlib
import hmac
from collections.abc import Collection
from typing import Any, Final

import orjson
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from backend.kit.errors import Unavailable
from backend.platform import key_file
from backend.platform.key_file import kept_keys, split_keys
from backend.platform.settings import DataSettings, SecretSettings, load

KEY_ID_LENGTH: Final = 8
BROKEN: Final = "a stored secret cannot be opened; check LEADFLOW_SECRET_KEYS"


class SealBroken(Unavailable):
    """No key opens the value, or it belongs to another place."""


def secret_keys() -> list[str]:
    """Return the keys in force, the sealing one first."""
    given = load(SecretSettings).secret_keys
    if given:
        return split_keys(given.get_secret_value())
    return kept_keys(load(DataSettings).data_dir)


def are_kept() -> bool:
    """Whether the keys are those of the data directory, and not the environment's."""
    return load(SecretSettings).secret_keys is None


def put_new_key_first() -> None:
    """Make a key in the data directory that seals from now on; the others still open."""
    key_file.put_first(load(DataSettings).data_dir, key_file.new_key())


def forget_keys(key_ids: Collection[str]) -> None:
    """Take keys out of the data directory; what they sealed opens no more."""
    keys = [key for key in secret_keys() if key_id(key) in key_ids]
    key_file.drop(load(DataSettings).data_dir, keys)


def key_id(key: str) -> str:
    """Return a name for a key that tells nothing of it: the beginning of a hash."""
    return hashlib.sha256(f"leadflow key id|{key}".encode()).hexdigest()[:KEY_ID_LENGTH]


def seal(secret: dict[str, Any], *, context: str) -> str:
    """Encrypt a JSON object for the place named by `context`."""
    return _seal(secret_keys(), secret, context)


def unseal(sealed: str, *, context: str) -> dict[str, Any]:
    """Open what `seal` closed; raises `SealBroken`."""
    return _unseal(secret_keys(), sealed, context)


def reseal(sealed: str, *, context: str) -> str:
    """Seal with the first key what any key opens; raises `SealBroken`.

    What the first key sealed already is returned as it is.
    """
    keys = secret_keys()
    opened = _unseal(keys, sealed, context)
    return sealed if _opens(keys[0], sealed) else _seal(keys, opened, context)


def sealed_with(sealed: str) -> str | None:
    """Return the id of the key that opens a value, or `None` when none of ours does."""
    return next((key_id(key) for key in secret_keys() if _opens(key, sealed)), None)


def derived_keys(purpose: str) -> tuple[str, ...]:
    """Return keys for one purpose, derived from every key in force (HMAC-SHA256, hex).

    For what has to survive a rotation: the first one signs, any one verifies. The queue's messages
    are signed so.
    """
    return tuple(
        hmac.new(key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
        for key in secret_keys()
    )


def derived_key(purpose: str) -> str:
    """Return the key of one purpose that signs, for what a rotation may end."""
    return derived_keys(purpose)[0]


def _seal(keys: list[str], secret: dict[str, Any], context: str) -> str:
    return Fernet(keys[0]).encrypt(orjson.dumps([context, secret])).decode()


def _unseal(keys: list[str], sealed: str, context: str) -> dict[str, Any]:
    try:
        decrypted = MultiFernet([Fernet(key) for key in keys]).decrypt(sealed.encode())
        place, opened = orjson.loads(decrypted)
    except (InvalidToken, ValueError):
        raise SealBroken(BROKEN) from None
    if place != context:
        raise SealBroken(BROKEN)
    return opened


def _opens(key: str, sealed: str) -> bool:
    try:
        Fernet(key).decrypt(sealed.encode())
    except InvalidToken:
        return False
    return True
