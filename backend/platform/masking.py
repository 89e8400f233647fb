"""Taking secrets out of what is logged: pure, by the names of values and by how they look.

A value under a name of `SECRET_WORDS` is blanked whole, at any depth. In any other text, what
looks like a secret is blanked and the words around it stay: our keys, sealed values, bearer
tokens, our cookies, addresses with a password in them, and secrets written beside their name.
Telephone numbers and ids are no secrets.
"""

import re
from collections.abc import Mapping
from typing import Final, cast

MASK: Final = "***"
MAX_DEPTH: Final = 8
PAIR: Final = 2
SECRET_WORDS: Final = (
    "password",
    "passphrase",
    "secret",
    "token",
    "authorization",
    "access_key",
    "api_key",
    "api-key",
    "signing_key",
    "private_key",
    "cookie",
    "credential",
    "recovery_code",
)

# Begins at the word and is counted, so that a long text costs no more than its length.
_NAME: Final = rf"(?:{'|'.join(map(re.escape, SECRET_WORDS))})[\w.-]{{0,40}}"
_QUOTED: Final = r"b?(?:\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*')"
_PATTERNS: Final = tuple(
    re.compile(rf"(?P<kept>{before}){secret}", re.IGNORECASE)
    for before, secret in (
        (r"\blf_live_", r"[\w-]{10,}"),
        (r"\b", r"gAAAA[\w-]{16,}={0,2}"),
        (r"\b(?:Bearer|Basic)\s+", r"[\w.~+/=-]{6,}"),
        (r"\botpauth://", r"[^\s\"'<>]+"),
        (r"\bleadflow_\w{1,40}=", r"[^;,\s\"']+"),
        (r"\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@\"']{0,200}:", r"[^\s/@\"']+(?=@)"),
        (rf"{_NAME}[\"']\s*[:=,]\s*", _QUOTED),
        (rf"{_NAME}\s*[:=]\s*", _QUOTED),
        (rf"{_NAME}[:=]\s*", r"(?![{\[(*])[^\s,;&\"')\]}]+"),
    )
)


def masked(value: object, depth: int = 0) -> object:
    """Return a value without its secrets; what is nested deeper than `MAX_DEPTH` is blanked."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if depth == MAX_DEPTH:
        return MASK
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {name: MASK if is_secret(name) else masked(kept, depth + 1) for name, kept in items}
    if isinstance(value, list | tuple | set | frozenset):
        parts = list(cast("list[object]", value))
        if len(parts) == PAIR and isinstance(value, list | tuple) and is_secret(parts[0]):
            return [parts[0], MASK]
        return [masked(part, depth + 1) for part in parts]
    return masked_text(value if isinstance(value, str) else repr(value))


def masked_text(text: str) -> str:
    """Return a text without what looks like a secret."""
    for pattern in _PATTERNS:
        text = pattern.sub(rf"\g<kept>{MASK}", text)
    return text


def is_secret(name: object) -> bool:
    """Whether a name says that its value is a secret."""
    if isinstance(name, bytes):
        name = name.decode("latin-1")
    return isinstance(name, str) and any(word in name.lower() for word in SECRET_WORDS)
