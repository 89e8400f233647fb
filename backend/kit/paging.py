"""Keyset paging: a cursor names the last row seen, so that a page costs the same anywhere."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from backend.kit.errors import Invalid

MAX_LIMIT = 200

Row = TypeVar("Row")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some rows and where the next ones begin; `next_cursor` is `None` on the last page."""

    items: tuple[Item, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class PageRequest:
    """How many rows (1 to 200) after which cursor; raises `Invalid`."""

    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        """Refuse a limit that would make an unbounded list."""
        if not 1 <= self.limit <= MAX_LIMIT:
            message = f"limit is {self.limit}, which is out of range"
            raise Invalid(message, field="limit", expected=f"a whole number from 1 to {MAX_LIMIT}")

    def position(self, *parsers: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """Return the sort values of the last row seen, or `None` at the start.

        Each value is read by its parser; raises `Invalid` for what is no cursor of this list.
        """
        if self.cursor is None:
            return None
        parts = decode_cursor(self.cursor, len(parsers))
        try:
            return tuple(parse(part) for parse, part in zip(parsers, parts, strict=True))
        except ValueError:
            raise _no_cursor() from None


def encode_cursor(*parts: str) -> str:
    """Pack the sort values of a row into an opaque, URL-safe text."""
    packed = json.dumps(parts, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def decode_cursor(cursor: str, size: int) -> tuple[str, ...]:
    """Unpack `size` sort values; raises `Invalid` for anything that we did not make."""
    try:
        parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        parts = None
    held = cast("list[object]", parts) if isinstance(parts, list) else []
    if [type(part) for part in held] != [str] * size:
        raise _no_cursor()
    return tuple(map(str, held))


def _no_cursor() -> Invalid:
    message = "cursor is not one that this list returned"
    return Invalid(message, field="cursor", expected="the next_cursor of the page before")


def paged(
    rows: Sequence[Row],
    page: PageRequest,
    *,
    view: Callable[[Row], Item],
    key: Callable[[Row], tuple[str, ...]],
) -> Page[Item]:
    """Cut one row too many off `rows` and make the cursor of the last one kept."""
    kept = rows[: page.limit]
    has_more = len(rows) > page.limit
    cursor = encode_cursor(*key(kept[-1])) if has_more else None
    return Page(tuple(view(row) for row in kept), cursor)
