"""Files of rows: encodings, separators, formulas, archives that are bombs, too many rows."""

import io
import zipfile

import pytest
from openpyxl import Workbook

from backend.importing import FileRefused, reading

TEXT = "name;phone\nÄda;+12065550101\n"


def read(raw, **told):
    file = io.BytesIO(raw)
    how = reading.detect(file, **told)
    return how, list(reading.rows(file, how))


@pytest.mark.parametrize(
    ("encoding", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_detected(encoding, found):
    how, rows = read(TEXT.encode(encoding))
    assert (how.encoding, how.separator) == (found, ";")
    assert [row.cells for row in rows] == [("name", "phone"), ("Äda", "+12065550101")]


@pytest.mark.parametrize("separator", reading.SEPARATORS)
def test_a_separator_is_detected(separator):
    how, rows = read(f'"a,;|"{separator}b\n1{separator}2\n'.encode())
    assert how.separator == separator
    assert rows[1].cells == ("1", "2")


def test_quoted_line_breaks_stay_in_their_cell():
    _, rows = read(b'a,b\n"x\ny",2\n3,4\n')
    assert [(row.number, row.cells) for row in rows[1:]] == [(2, ("x\ny", "2")), (3, ("3", "4"))]


def test_formulas_are_told_with_their_place():
    book = Workbook()
    book.active.append(["name", "phone"])
    book.active.append(["=1+1", "+12065550101"])
    file = io.BytesIO()
    book.save(file)
    _, rows = read(file.getvalue())
    assert (rows[1].number, rows[1].formulas) == (2, {0})


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02\x03" * 50, b"PK\x03\x04nothing"])
def test_what_is_no_table_is_refused(raw):
    with pytest.raises(FileRefused) as refusal:
        read(raw)
    assert refusal.value.expected


def test_a_bomb_is_refused_before_it_is_unpacked():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    with pytest.raises(FileRefused, match="unpacks"):
        read(file.getvalue())


def test_an_open_quote_is_refused_with_its_row():
    with pytest.raises(FileRefused, match="row 2"):
        read(b'a,b\n"x,2\n')


def test_more_rows_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(reading, "MAX_ROWS", 2)
    with pytest.raises(FileRefused, match="more than 2 rows"):
        read(b"a\n1\n2\n3\n")
