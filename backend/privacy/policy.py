"""How long something may be kept: pure decisions."""

from datetime import datetime, timedelta
from typing import Final

RAW_DAYS: Final = 90
LEAST_DAYS: Final = 7
MOST_DAYS: Final = 3650


def is_retention(days: int | None) -> bool:
    """Whether something may be kept for so many days; `None` is for ever."""
    return days is None or LEAST_DAYS <= days <= MOST_DAYS


def cut(now: datetime, days: int) -> datetime:
    """Return the moment before which nothing is kept."""
    return now - timedelta(days=days)
