"""Bodies of deliveries as a person reads and corrects them: text, never markup."""

import json
from dataclasses import dataclass
from typing import Final

from backend.intake import MAX_BODY_SHOWN, without_secrets

INDENT: Final = 2
CUT: Final = f"Only the first {MAX_BODY_SHOWN:,} characters are shown."
MASKED: Final = "Values that look like secrets are hidden."


@dataclass(frozen=True, slots=True)
class Body:
    """A body to read; `draft` is what a correction begins with, nothing when it is not whole."""

    text: str = ""
    note: str = ""
    draft: str = ""


NO_BODY: Final = Body()


def body_of(text: str) -> Body:
    """Lay out a body as it may be shown: JSON on lines of its own, without secrets."""
    is_cut = len(text) >= MAX_BODY_SHOWN
    pretty = _pretty(text)
    shown = without_secrets(pretty)
    is_masked = shown != pretty
    notes = [note for note, is_meant in ((CUT, is_cut), (MASKED, is_masked)) if is_meant]
    return Body(text=shown, note=" ".join(notes), draft="" if is_cut or is_masked else pretty)


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=INDENT, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text
