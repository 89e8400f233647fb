"""Passwords: argon2id, checked in the same time whether or not there is anybody to check.

A hash takes 64 MB and a good part of a second, so only a few are computed at once and few wait
for their turn: whoever comes after them is sent away. Nobody may hold anything that others wait
for meanwhile, a transaction least of all.
"""

import secrets
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend.auth.errors import TooBusy, WeakPassword
from backend.auth.guessable import is_guessable
from backend.kit.text import clean

MIN_PASSWORD_LENGTH: Final = 10
MAX_PASSWORD_LENGTH: Final = 1024
HASHED_AT_ONCE: Final = 2
WAITING_AT_ONCE: Final = 12

_hasher = PasswordHasher()
# Verified when the address is unknown, so that both refusals take the same time.
_NOBODY = _hasher.hash(secrets.token_urlsafe())
_places = threading.BoundedSemaphore(HASHED_AT_ONCE + WAITING_AT_ONCE)
_turns = threading.BoundedSemaphore(HASHED_AT_ONCE)


def hash_password(password: str) -> str:
    """Return what is kept of a password; raises `TooBusy`."""
    with _turn():
        return _hasher.hash(clean(password))


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without a hash it is not, just as slowly.

    Raises `TooBusy`.
    """
    with _turn():
        try:
            _hasher.verify(password_hash or _NOBODY, clean(password))
        except (VerifyMismatchError, InvalidHashError):
            return False
    return password_hash is not None


def check_strength(password: str, *, email: str = "") -> None:
    """Raise `WeakPassword` when a password is too short, too long, or soon guessed."""
    if not MIN_PASSWORD_LENGTH <= len(password) <= MAX_PASSWORD_LENGTH:
        message = "the password is too short or too long"
        expected = f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters"
        raise WeakPassword(message, field="password", expected=expected)
    if is_guessable(password, email=email):
        message = "the password is one of those that are tried first"
        expected = "no common word, no pattern and no part of the e-mail address"
        raise WeakPassword(message, field="password", expected=expected)


@contextmanager
def _turn() -> Generator[None]:
    if not _places.acquire(blocking=False):
        message = "too many people are signing in at this moment"
        raise TooBusy(message)
    try:
        with _turns:
            yield
    finally:
        _places.release()
