"""Files of rows, read one row at a time: CSV in any encoding and separator, and Excel.

In CSV what begins like a formula is text. A formula of a workbook is refused with its row and
column: its result depends on the program that worked it out last. Row 1 is the header, as a
spreadsheet counts.
"""

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import BinaryIO, Final, TextIO

from defusedxml.ElementTree import ParseError
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from backend.importing.errors import FileRefused
from backend.kit.csv_file import FORMULA_STARTS
from backend.kit.text import clean

MAX_BYTES: Final = 50 * 1024 * 1024
MAX_ROWS: Final = 1_000_000
MAX_COLUMNS: Final = 200
MAX_CELL: Final = 10_000
MAX_LINE: Final = MAX_COLUMNS * MAX_CELL
MAX_UNPACKED: Final = 1024 * 1024 * 1024
MAX_SHARED_STRINGS: Final = 100 * 1024 * 1024
MAX_MEMBERS: Final = 2_000
MAX_RATIO: Final = 300
SMALL_MEMBER: Final = 1024 * 1024
SAMPLE_BYTES: Final = 64 * 1024
READ_BYTES: Final = 1024 * 1024
SEPARATORS: Final = (",", ";", "\t", "|")
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
ENCODINGS: Final = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp1250", "cp1251",
    "iso-8859-1", "shift_jis", "gb18030",
)  # fmt: skip
FIELD: Final = "file"
KINDS: Final = "a CSV file, or an Excel workbook (.xlsx)"
DAMAGED: Final = (
    InvalidFileException, zipfile.BadZipFile, zlib.error, ParseError, EOFError, KeyError,
    IndexError, TypeError, ValueError,
)  # fmt: skip
ZIP_START: Final = b"PK\x03\x04"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """How a file is to be read; `encoding` and `separator` are empty for Excel."""

    kind: str
    encoding: str = ""
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text; `formulas` are the places (from 0) of cells that hold one."""

    number: int
    cells: tuple[str, ...]
    formulas: frozenset[int] = frozenset()


def detect(file: BinaryIO, *, encoding: str = "", separator: str = "") -> Format:
    """Say how a file is to be read, unless told; raises `FileRefused`."""
    size = file.seek(0, io.SEEK_END)
    if size > MAX_BYTES:
        message = f"the file has {size / 1024 / 1024:.0f} MB"
        raise FileRefused(message, field=FIELD, expected="at most 50 MB; split it into several")
    file.seek(0)
    start = file.read(SAMPLE_BYTES)
    if not start.strip():
        message = "the file is empty"
        raise FileRefused(message, field=FIELD, expected=KINDS)
    if start.startswith(ZIP_START):
        _check_archive(file)
        return Format(kind="xlsx")
    found = _told_encoding(encoding) or _encoding(file, start)
    text = start.decode(found, errors="ignore")
    if encoding == "" and _is_binary(text):
        message = "the file is neither text nor an Excel workbook"
        raise FileRefused(message, field=FIELD, expected=KINDS)
    if separator and separator not in SEPARATORS:
        message = f"{separator!r} does not separate columns"
        raise FileRefused(message, field="separator", expected="one of , ; tab |")
    return Format(kind="csv", encoding=found, separator=separator or _separator(text))


def rows(file: BinaryIO, how: Format) -> Generator[Row]:
    """Read row by row, the header first; empty rows are passed over; raises `FileRefused`."""
    file.seek(0)
    found = _csv_rows(file, how) if how.kind == "csv" else _excel_rows(file)
    for row in found:
        if row.number > MAX_ROWS + 1:
            message = f"the file has more than {MAX_ROWS:,} rows"
            expected = f"at most {MAX_ROWS:,}; split it into several"
            raise FileRefused(message, field=FIELD, expected=expected)
        if len(row.cells) > MAX_COLUMNS:
            message = f"row {row.number} has {len(row.cells)} columns"
            raise FileRefused(message, field=FIELD, expected=f"at most {MAX_COLUMNS}")
        if any(row.cells) or row.formulas:
            yield row


def header_and_sample(
    file: BinaryIO, how: Format, count: int
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the names of the columns and the first rows; raises `FileRefused`."""
    with closing(rows(file, how)) as found:
        first = list(islice(found, count + 1))
    if not first or first[0].number != 1:
        message = "the first row names no columns"
        raise FileRefused(message, field=FIELD, expected="a header such as name, phone, tags")
    names = tuple(
        name.strip()[:100] or f"column {place}"
        for place, name in enumerate(first[0].cells, start=1)
    )
    return names, [row.cells for row in first[1:]]


def _told_encoding(encoding: str) -> str:
    if encoding and encoding not in ENCODINGS:
        message = f"{encoding!r} is no encoding that is read here"
        raise FileRefused(message, field="encoding", expected=f"one of {', '.join(ENCODINGS)}")
    return encoding


def _encoding(file: BinaryIO, start: bytes) -> str:
    """Return the encoding: a mark at the beginning, else UTF-8 if all of it is, else a guess.

    Bytes that no UTF-8 has are taken for Windows-1252, which Excel writes in the west; the choice
    is shown, and can be changed.
    """
    for mark, name in BOMS:
        if start.startswith(mark):
            return name
    zeros = start[1::2].count(0), start[0::2].count(0)
    if max(zeros) > len(start) // 5:
        return "utf-16-le" if zeros[0] > zeros[1] else "utf-16-be"
    return "utf-8" if _is_utf8(file) else "cp1252"


def _is_utf8(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    file.seek(0)
    try:
        while piece := file.read(READ_BYTES):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_binary(text: str) -> bool:
    odd = sum(1 for sign in text if ord(sign) < ord(" ") and sign not in "\t\r\n\f")
    return odd > len(text) // 100


def _separator(text: str) -> str:
    """Return what separates the columns of the header, outside of quotes."""
    header = _without_quoted(text).lstrip("\ufeff\r\n").splitlines()[:1]
    counts = {each: header[0].count(each) for each in SEPARATORS} if header else {}
    best = max(counts, key=lambda each: counts[each], default=",")
    return best if counts.get(best) else ","


def _without_quoted(text: str) -> str:
    return "".join(text.split('"')[::2])


def _csv_rows(file: BinaryIO, how: Format) -> Iterator[Row]:
    text = io.TextIOWrapper(file, encoding=how.encoding, newline="")
    csv.field_size_limit(MAX_CELL * 10)
    reader = csv.reader(_lines(text), delimiter=how.separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield _row(number, cells)
    except UnicodeDecodeError as error:
        message = f"after row {number} there are bytes that are not {how.encoding}"
        raise FileRefused(message, field="encoding", expected="the encoding of the file") from error
    except csv.Error as error:
        message = f"row {number + 1} cannot be read: {error}"
        expected = "quotes around a value doubled inside it, and closed"
        raise FileRefused(message, field=FIELD, expected=expected) from error
    finally:
        if not file.closed:
            text.detach()


def _lines(text: TextIO) -> Iterator[str]:
    """Read line by line; a line that would fill the memory is refused before it is read."""
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            message = f"line {number} of the file is longer than {MAX_LINE:,} characters"
            raise FileRefused(message, field=FIELD, expected="a line for each row")
        yield line.replace("\0", "")


def _row(number: int, cells: Sequence[str]) -> Row:
    return Row(number, tuple(_cell(cell) for cell in cells))


def _cell(text: str) -> str:
    """Take off the apostrophe with which a formula was made text, as our exports do."""
    if text.startswith("'") and text[1:].startswith(FORMULA_STARTS):
        text = text[1:]
    return clean(text)[: MAX_CELL + 1].strip()


def _excel_rows(file: BinaryIO) -> Iterator[Row]:
    try:
        book = load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            formulas = frozenset(place for place, cell in enumerate(cells) if cell.data_type == "f")
            yield Row(number, _trimmed([_excel_text(cell.value) for cell in cells]), formulas)
    except DAMAGED as error:
        message = "the workbook is damaged, or is no Excel workbook"
        raise FileRefused(message, field=FIELD, expected=KINDS) from error


def _trimmed(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


def _excel_text(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime() | date():
            return value.isoformat()
        case float() if value.is_integer():
            return str(int(value))
        case _:
            return _cell(str(value))


def _check_archive(file: BinaryIO) -> None:
    """Refuse an archive that unpacks to far more than it is, before anything is unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        message = "the workbook is damaged"
        raise FileRefused(message, field=FIELD, expected=KINDS) from error
    is_bomb = (
        len(members) > MAX_MEMBERS
        or sum(member.file_size for member in members) > MAX_UNPACKED
        or any(_is_bomb(member) for member in members)
    )
    if is_bomb:
        message = "the workbook unpacks to far more than its size"
        raise FileRefused(message, field=FIELD, expected="a workbook as Excel saves it, or CSV")


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    if member.filename.endswith("sharedStrings.xml") and member.file_size > MAX_SHARED_STRINGS:
        return True
    is_large = member.file_size > SMALL_MEMBER
    return is_large and member.file_size > MAX_RATIO * max(member.compress_size, 1)
