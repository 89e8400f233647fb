"""What a file said of a lead, as the timeline tells it."""

from collections.abc import Mapping
from typing import Any, Final

from leadflow_app import display

SAYING: Final = {
    "source": "Source",
    "consent": "Consent",
    "consent_evidence": "Evidence of consent",
}


def opened(data: Mapping[str, Any]) -> str:
    """Say how a lead opened."""
    return f"Lead opened from {_row(data)} of a file" if "import" in data else "Lead opened"


def updated(data: Mapping[str, Any]) -> str:
    """Say that a file told something new of a lead."""
    return f"Updated from {_row(data)} of a file" if "import" in data else "Updated from a file"


def details(data: Mapping[str, Any]) -> str:
    """Repeat what the file said beside stage, tags, points and value."""
    if "import" not in data:
        return ""
    told = [f"{label}: {data[name]}" for name, label in SAYING.items() if data.get(name)]
    own: Mapping[str, Any] = data.get("custom") or {}
    return "\n".join([*told, *(f"{name}: {value}" for name, value in own.items())])


def _row(data: Mapping[str, Any]) -> str:
    return f"row {display.count(data['row'])}"
