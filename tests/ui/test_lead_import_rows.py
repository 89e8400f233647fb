"""The words of the import page: filters, formats, how far, and what is said of rows."""

import dataclasses
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from backend.importing import (
    Choice,
    ExportState,
    ExportView,
    Fault,
    FileKind,
    ImportState,
    ImportView,
    RowView,
    Twin,
)
from leadflow_app import routes
from leadflow_app.display import Clock
from leadflow_app.pages.lead import imported
from leadflow_app.pages.lead_import import rows
from leadflow_app.pages.lead_import.rows import ImportFilters
from leadflow_app.pages.leads.exports import ExportRow, export_row
from tests.factories import NOON

ID = UUID(int=7)
CLOCK = Clock(NOON + timedelta(seconds=10), ZoneInfo("UTC"))
VIEW = ImportView(
    id=ID,
    channel_id=ID,
    state=ImportState.WRITING,
    filename="leads.csv",
    kind="csv",
    encoding="cp1252",
    separator="\t",
    headers=("Kunde", "Telefon"),
    sample=(("Ada", ""), ("", "+1")),
    mapping=("name", None),
    region=None,
    choice=Choice.SKIP,
    total=400,
    done=100,
    faulty=2,
    twins={"file": 1, "contact": 0, "open_lead": 2},
    created=90,
    changed=1,
    passed=0,
    refused=3,
    held_back=1,
    error=None,
    requested_by="Ana",
    created_at=NOON,
    step_at=NOON,
    finished_at=None,
)
FAULT = Fault(column="Telefon", message="'12' is not right", expected="a phone number")
ROW = RowView(
    row_number=1234,
    name="Ada",
    phone=None,
    username=None,
    faults=(FAULT,),
    held_back=(),
    twin=None,
    twin_row=None,
    contact_id=None,
    lead_id=None,
    outcome=None,
)


def changed(**values):
    return dataclasses.replace(VIEW, **values)


def test_the_address_keeps_what_is_asked_for():
    asked = {"import": str(ID), "rows": "twins", "step": "columns", "apart": "tab"}
    filters = ImportFilters.read(asked)
    assert filters.href == f"{routes.LEADS_IMPORT}?import={ID}&rows=twins&step=columns&apart=tab"
    assert ImportFilters.read({"import": "x", "rows": "y", "encoding": "z"}) == ImportFilters()
    assert filters.upload_to("c").endswith("?channel_id=c&separator=%09")


@pytest.mark.parametrize(
    ("state", "is_mapping", "step"),
    [
        (ImportState.MAPPING, False, "columns"),
        (ImportState.CHECKING, True, "working"),
        (ImportState.CHECKED, False, "checked"),
        (ImportState.CHECKED, True, "columns"),
        (ImportState.WRITING, False, "working"),
        (ImportState.FAILED, True, "ended"),
    ],
)
def test_each_state_has_its_part_of_the_page(state, is_mapping, step):
    assert rows.step_of(changed(state=state), is_mapping=is_mapping) == step
    assert rows.step_of(None, is_mapping=is_mapping) == "upload"


def test_work_is_told_with_counts_pace_and_time_left():
    row = rows.import_row(VIEW, CLOCK, {ID: "Main number"})
    assert (row.percent, row.progress) == (25, "100 of 400 rows written")
    assert row.pace == "10 a second, about 30 s left"
    assert row.by == "Ana, into Main number"
    assert row.format == "CSV, Windows-1252 (western), separated by tabs"
    assert rows.pace(changed(state=ImportState.CHECKING, total=None), CLOCK) == "10 a second"
    assert rows.pace(changed(done=0), CLOCK) == "Waits for a worker"
    assert rows.pace(changed(error="OSError"), CLOCK) == "It failed, and is tried again soon"


def test_an_outcome_names_what_there_is():
    assert rows.outcome(changed(state=ImportState.FINISHED)) == (
        "90 leads opened, 1 updated, 3 refused"
    )
    assert rows.outcome(changed(state=ImportState.MAPPING)) == "2 columns"
    assert "nothing written yet" in rows.outcome(changed(state=ImportState.CHECKED))
    assert rows.outcome(VIEW) == "100 of 400 rows written"
    assert rows.file_format(changed(kind="xlsx")) == "Excel workbook, first sheet"


def test_columns_show_what_stands_in_them_and_what_they_are_taken_for():
    first, second = rows.columns(VIEW)
    assert (first.header, first.samples, first.field) == ("Kunde", "Ada", "name")
    assert (second.samples, second.field) == ("+1", rows.LEAVE_OUT)


def test_a_row_says_what_is_wrong_and_what_would_be_right():
    (row,) = rows.row_rows([ROW], is_over=True)
    assert (row.number, row.outcome) == ("Row 1,234", "Refused")
    assert row.texts == ["Telefon: '12' is not right. Right would be a phone number."]
    twin = dataclasses.replace(ROW, faults=(), twin=Twin.FILE, twin_row=3, held_back=(FAULT,))
    (row,) = rows.row_rows([twin], is_over=False)
    assert row.texts[0] == "The same person as in row 3."
    assert row.texts[1].startswith("Cannot be updated: Telefon")
    assert row.outcome == ""


def test_kinds_of_rows_and_known_people_are_counted():
    assert [one.label for one in rows.kinds(ImportFilters(), VIEW)] == [
        "Cannot be written (2)",
        "Known people (3)",
        "All rows (400)",
    ]
    assert "1 row of them would be refused" in rows.known_people(VIEW)[1].hint


@pytest.mark.parametrize(
    ("state", "words", "has_href"),
    [
        (ExportState.WAITING, "being written", False),
        (ExportState.READY, "5 leads as Excel", True),
        (ExportState.FAILED, "could not be written. Given up.", False),
    ],
)
def test_an_export_is_told_in_its_state(state, words, has_href):
    view = ExportView(
        id=ID,
        state=state,
        kind=FileKind.XLSX,
        row_count=5,
        error="given up" if state is ExportState.FAILED else None,
        requested_by="Ana",
        created_at=NOON,
        finished_at=None,
        expires_at=NOON,
    )
    row = export_row(view, CLOCK)
    assert words in row.text
    assert bool(row.href) is has_href
    expired = dataclasses.replace(view, state=ExportState.EXPIRED)
    assert export_row(expired, CLOCK) == ExportRow()


def test_the_timeline_tells_what_a_file_said():
    data = {"import": str(ID), "row": 4, "source": "Fair", "consent": "yes", "custom": {"Size": 9}}
    assert imported.opened(data) == "Lead opened from row 4 of a file"
    assert imported.updated(data) == "Updated from row 4 of a file"
    assert imported.details(data) == "Source: Fair\nConsent: yes\nSize: 9"
    assert (imported.opened({}), imported.details({})) == ("Lead opened", "")
    assert imported.updated({"erased": True}) == "Updated from a file"
