"""Lists that grow: read the first so many rows again, page by page, through the cursors."""

from collections.abc import Callable
from typing import Final, TypeVar

from backend.kit.paging import MAX_LIMIT, Page, PageRequest

Row = TypeVar("Row")

PAGE: Final = 50
MOST: Final = 1000


def take(read: Callable[[PageRequest], Page[Row]], wanted: int) -> Page[Row]:
    """Read the first `wanted` rows of a list, in as few pages as its limit allows."""
    rows: list[Row] = []
    cursor: str | None = None
    while True:
        limit = min(MAX_LIMIT, wanted - len(rows))
        page = read(PageRequest(limit=limit, cursor=cursor))
        rows.extend(page.items)
        cursor = page.next_cursor
        if cursor is None or len(rows) >= wanted:
            return Page(tuple(rows), cursor)
