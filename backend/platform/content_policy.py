"""What a page may load and run (Content-Security-Policy, level 3).

The built pages carry a few inline scripts, which start React. They are allowed by the hash of
their text, read from the pages when the process starts; whatever else stands in a page as a
script does not run. Styles may be inline: the components write theirs while they render.

Source: https://www.w3.org/TR/CSP3/
"""

import base64
import hashlib
import re
from collections.abc import Iterable
from pathlib import Path

# An answer that is no page: even opened in a tab it may do nothing.
CLOSED = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
INLINE_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)


def of_screens(static: Path) -> str:
    """Return the policy of the pages that were built into this directory."""
    pages = (path.read_text(encoding="utf-8") for path in sorted(static.rglob("*.html")))
    return screens_policy(pages)


def screens_policy(pages: Iterable[str]) -> str:
    """Return the policy under which these pages run, and no script beside theirs."""
    hashes = " ".join(sorted({digest for page in pages for digest in _hashes(page)}))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {hashes}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "media-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "manifest-src 'self'",
            "form-action 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


def source_of(text: str) -> str:
    """Return the source expression that allows one inline script or style."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _hashes(page: str) -> Iterable[str]:
    for script in INLINE_SCRIPT.finditer(page):
        if "src=" not in script["attributes"]:
            yield source_of(script["text"])
