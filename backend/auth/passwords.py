"""Passwords: argon2id, checked in the same time whether or not there is anybody to check."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backend.auth.errors import WeakPassword

MIN_PASSWORD_LENGTH = 10

_hasher = PasswordHasher()
# Verified when the address is unknown, so that both refusals take the same time.
_NOBODY = _hasher.hash(secrets.token_urlsafe())


def hash_password(password: str) -> str:
    """Return what is kept of a password."""
    return _hasher.hash(password)


def matches(password_hash: str | None, password: str) -> bool:
    """Whether a password is the one that was hashed; without a hash it is not, just as slowly."""
    try:
        return _hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def check_strength(password: str) -> None:
    """Raise `WeakPassword` when a password is too short."""
    if len(password) < MIN_PASSWORD_LENGTH:
        message = "the password is too short"
        expected = f"at least {MIN_PASSWORD_LENGTH} characters"
        raise WeakPassword(message, field="password", expected=expected)
