"""A minute in which requests are counted, seen from a test."""

import time

WINDOW_SECONDS = 60
ENOUGH_SECONDS = 5


def begin_in_one_window() -> None:
    """Wait for the next minute when this one ends before a test could."""
    left = WINDOW_SECONDS - time.time() % WINDOW_SECONDS
    if left < ENOUGH_SECONDS:
        time.sleep(left)
