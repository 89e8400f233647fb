"""Tokens that say who somebody is: made at random, kept as a hash."""

import hashlib
import secrets

RANDOM_BYTES = 32


def new_token() -> str:
    """Return 256 random bits, URL-safe."""
    return secrets.token_urlsafe(RANDOM_BYTES)


def digest(token: str) -> str:
    """Return what is kept of a token: SHA-256, hex; random tokens need no slow hash."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
