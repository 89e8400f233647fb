"""Browsers in words, off the `User-Agent` they send: "Firefox on Windows".

The header is whatever a client says of itself; nothing but a label is made of it.
"""

from collections.abc import Mapping
from typing import Final

UNKNOWN: Final = "Unknown device"

# The first mark that is found counts: most browsers also claim to be those further down.
BROWSERS: Final[Mapping[str, str]] = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "Chrome/": "Chrome",
    "Chromium/": "Chromium",
    "CriOS/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS: Final[Mapping[str, str]] = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Windows": "Windows",
    "Macintosh": "Mac",
    "Linux": "Linux",
}


def device_in_words(user_agent: str) -> str:
    """Name the browser and the system, or as much of it as can be told."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or UNKNOWN


def _first(marks: Mapping[str, str], text: str) -> str | None:
    return next((name for mark, name in marks.items() if mark in text), None)
