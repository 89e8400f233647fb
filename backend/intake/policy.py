"""Which parts of a delivery are about a person: pure decisions over a JSON document.

A part is the smallest object in a list that names the person where providers name people and
messages: a message, a status, a contact. An object that stands in no list is the document. What
somebody else wrote is not about the person, even if it happens to be their name.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final, TypeGuard

# Source: the webhook reference of WhatsApp's Cloud API, and our own mock.
NAMING: Final = frozenset(
    {
        "bsuid",
        "context_message_id",
        "from",
        "from_user_id",
        "id",
        "message_id",
        "recipient",
        "recipient_id",
        "recipient_user_id",
        "to",
        "to_user_id",
        "user_id",
        "username",
        "wa_id",
    }
)
NUMBER: Final = re.compile(r"\+?[\d\s().-]{7,}")


def tokens_of(names: Iterable[str]) -> frozenset[str]:
    """Return these names as they are compared: a number by its digits."""
    return frozenset(_plain(name) for name in names if name)


def written(tokens: Iterable[str]) -> frozenset[str]:
    """Return the ways in which a document may write these: JSON may escape a slash."""
    return frozenset(form for token in tokens for form in (token, token.replace("/", r"\/")))


def without(document: Any, tokens: Collection[str]) -> Any:  # noqa: ANN401  any JSON
    """Return a document without the parts about a person; nothing of it when all of it is."""
    if _names(document, tokens):
        return {}
    if _is_list(document):
        return [without(item, tokens) for item in document if not _names(item, tokens)]
    if _is_object(document):
        return {key: without(value, tokens) for key, value in document.items()}
    return document


def parts_about(document: Any, tokens: Collection[str]) -> list[Any]:  # noqa: ANN401  any JSON
    """Return the parts that `without` takes out, whole, in their order."""
    if _names(document, tokens):
        return [document]
    inside: Iterable[Any] = ()
    if _is_list(document):
        inside = document
    elif _is_object(document):
        inside = document.values()
    return [part for item in inside for part in parts_about(item, tokens)]


def _names(item: Any, tokens: Collection[str]) -> bool:  # noqa: ANN401
    """Whether an object names somebody, itself or in an object that stands in no list."""
    return _is_object(item) and any(
        _names(value, tokens) or (key in NAMING and _is_token(value, tokens))
        for key, value in item.items()
    )


def _is_token(value: Any, tokens: Collection[str]) -> bool:  # noqa: ANN401
    is_scalar = isinstance(value, str | int) and not isinstance(value, bool)
    return is_scalar and _plain(str(value)) in tokens


def _plain(name: str) -> str:
    return re.sub(r"\D", "", name) if NUMBER.fullmatch(name) else name


def _is_list(document: Any) -> TypeGuard[Sequence[Any]]:  # noqa: ANN401
    return isinstance(document, list)


def _is_object(document: Any) -> TypeGuard[Mapping[str, Any]]:  # noqa: ANN401
    return isinstance(document, dict)
