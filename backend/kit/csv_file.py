"""Tables as CSV files (RFC 4180) that a spreadsheet opens as text and never calculates."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

FORMULA_STARTS: Final = ("=", "+", "-", "@", "\t", "\r")


def csv_text(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a table in which no cell of text can be taken for a formula."""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(header)
    writer.writerows([csv_cell(value) for value in row] for row in rows)
    return written.getvalue()


def csv_cell(value: object) -> object:
    """Return a cell; text that a spreadsheet would calculate gets an apostrophe (CWE-1236)."""
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value.isoformat() if isinstance(value, date) else value
