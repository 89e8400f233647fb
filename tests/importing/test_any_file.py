"""Any table in any encoding and with any separator is read as it was written, and bounds hold."""

import csv
import io
import tracemalloc

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backend.importing import FileRefused, policy, reading
from backend.kit.csv_file import csv_text
from backend.kit.text import clean

CELLS = st.text(st.characters(codec="cp1252", exclude_categories=("Cc", "Cs")), max_size=20).map(
    str.strip
)
TRICKY = st.sampled_from(["=1+1", "+12", "-3", "@a", 'say "hi"', "a,b", "c;d", "x\ny", "'=2", "é"])
TABLES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(CELLS | TRICKY, min_size=width, max_size=width), min_size=1, max_size=6
    )
)
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252")


def read(raw, **told):
    file = io.BytesIO(raw)
    return list(reading.rows(file, reading.detect(file, **told)))


def expected(cells):
    taken_off = (
        cell[1:] if cell.startswith("'") and cell[1:2] in "=+-@\t\r" and cell[1:] else cell
        for cell in cells
    )
    return tuple(clean(cell).strip() for cell in taken_off)


@settings(max_examples=150, deadline=None)
@given(table=TABLES, encoding=st.sampled_from(ENCODINGS), separator=st.sampled_from(",;\t|"))
def test_a_told_table_is_read_as_it_was_written(table, encoding, separator):
    written = io.StringIO()
    header = [f"c{place}" for place in range(len(table[0]))]
    csv.writer(written, delimiter=separator, quoting=csv.QUOTE_ALL).writerows([header, *table])
    told = {"encoding": encoding, "separator": separator}
    found = {row.number: row.cells for row in read(written.getvalue().encode(encoding), **told)}
    wanted = {number: expected(cells) for number, cells in enumerate(table, start=2)}
    assert {number: found.get(number, ("",) * len(header)) for number in wanted} == wanted


@settings(max_examples=150, deadline=None)
@given(
    names=st.lists(
        st.sampled_from(["Ana", "Zoë", "Müller", "José", "北京"]), min_size=1, max_size=9
    ),
    encoding=st.sampled_from(ENCODINGS),
    separator=st.sampled_from(",;\t|"),
)
def test_encoding_and_separator_are_found(names, encoding, separator):
    lines = [["name", "phone"], *([name, "+12065550101"] for name in names)]
    text = "".join(separator.join(line) + "\r\n" for line in lines)
    assume(encoding != "cp1252" or "北京" not in names)
    found = read(text.encode(encoding))
    assert [row.cells for row in found] == [tuple(line) for line in lines]


@settings(max_examples=150, deadline=None)
@given(table=TABLES)
def test_what_is_exported_calculates_nothing_and_comes_back(table):
    text = csv_text(["h"] * len(table[0]), table)
    for cells in list(csv.reader(io.StringIO(text)))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    found = {row.number: row.cells for row in read(text.encode(), encoding="utf-8", separator=",")}
    for number, cells in enumerate(table, start=2):
        if any(cells):
            assert found[number] == expected(cells)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(raw):
    refused = None
    try:
        read(raw)
    except FileRefused as refusal:
        refused = refusal
    assert refused is None or (refused.message and refused.expected)


@settings(max_examples=200, deadline=None)
@given(cells=st.lists(st.text(max_size=30), max_size=len(policy.ImportField)))
def test_any_row_is_checked_and_every_fault_names_its_column(cells):
    columns = [(field.value, field.value) for field in policy.ImportField]
    checked = policy.check(cells, columns, frozenset(), region=None, owners={})
    names = {field.value for field in policy.ImportField}
    assert all(each.column in names and each.message and each.expected for each in checked.faults)


def test_a_formula_is_text_in_csv():
    columns = [("name", "name"), ("phone", "phone")]
    row = read(b"name,phone\n=1+1,+12065550101\n")[1]
    checked = policy.check(row.cells, columns, row.formulas, region=None, owners={})
    assert (checked.values["name"], checked.faults) == ("=1+1", [])


def test_more_cells_than_columns_are_a_fault():
    columns = [("name", "name"), ("phone", "phone")]
    checked = policy.check(
        ("A", "+12065550101", "", "x"), columns, frozenset(), region=None, owners={}
    )
    assert [(fault.column, "4 cells" in fault.message) for fault in checked.faults] == [
        ("phone", True)
    ]


def test_a_file_over_fifty_megabytes_is_refused(tmp_path):
    with (tmp_path / "large").open("w+b") as file:
        file.truncate(reading.MAX_BYTES + 1)
        with pytest.raises(FileRefused, match="50 MB") as refusal:
            reading.detect(file)
        assert "split" in refusal.value.expected


def test_an_endless_line_is_refused_unread():
    with pytest.raises(FileRefused, match="line 2"):
        read(b"a,b\n" + b"x" * (reading.MAX_LINE + 2))


def test_a_million_rows_take_little_memory(tmp_path):
    line = "Ada Lovelace,+12065550101\n"
    with (tmp_path / "long").open("w+b") as file:
        file.write(b"name,phone\n")
        for _ in range(100):
            file.write(line.encode() * 10_000)
        how = reading.detect(file)
        tracemalloc.start()
        count = sum(1 for _ in reading.rows(file, how))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert count == reading.MAX_ROWS + 1
        assert peak < 8 * 1024 * 1024
        file.seek(0, io.SEEK_END)
        file.write(line.encode())
        with pytest.raises(FileRefused, match="more than 1,000,000 rows"):
            sum(1 for _ in reading.rows(file, how))
