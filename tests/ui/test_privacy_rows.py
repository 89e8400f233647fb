"""The privacy page: who is meant, what would go, and receipts in words."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from backend.kit.erasure import Erased
from backend.kit.errors import Invalid
from backend.privacy import ContactExport, ErasureReceipt, Retention, RetentionEffect
from leadflow_app.pages.privacy import rows
from tests.ui._settings_views import OTHER, contact_view
from tests.ui._views import CLOCK, ID, NOW

RECEIPT = ErasureReceipt(
    id=UUID("0198c5a1-0000-7000-8000-0000a1b2c3d4"),
    contact_id=OTHER,
    erased_at=NOW,
    erased_by="Ana Example",
    tables=(
        Erased(table="contact", blanked=1, note="stays without a name"),
        Erased(table="contact_identifier", deleted=2),
        Erased(table="rule_run", note="says what a rule did"),
        Erased(table="some_new_table", kept=1200),
    ),
)


def test_a_person_is_named_by_what_is_known():
    row = rows.person_row(contact_view(), CLOCK)
    assert (row.name, row.phone, row.phrase) == ("Maya Chen", "+1 206-555-0123", "Maya Chen")
    nameless = rows.person_row(contact_view(display_name=None), CLOCK)
    assert nameless.phrase == "+1 206-555-0123"


@pytest.mark.parametrize("typed", ["Maya Chen", " maya   CHEN "])
def test_who_is_meant_is_confirmed_by_typing(typed):
    assert rows.is_confirmed(typed, rows.person_row(contact_view(), CLOCK))


@pytest.mark.parametrize("typed", ["", "Maya", "Maya Chens", "erase"])
def test_another_text_confirms_nothing(typed):
    assert not rows.is_confirmed(typed, rows.person_row(contact_view(), CLOCK))


def test_nobody_is_never_confirmed():
    assert not rows.is_confirmed("", rows.PersonRow())


def test_a_receipt_counts_table_by_table_and_names_nobody():
    row = rows.receipt_row(RECEIPT, CLOCK)
    assert (row.number, row.by, row.at.text) == ("A1B2C3D4", "Ana Example", "13:00")
    assert row.summary == "2 rows deleted, 1 emptied"
    assert [(line.table, line.done, line.note) for line in row.lines] == [
        ("Contact", "1 emptied", "Stays without a name"),
        ("Identifiers", "2 deleted", ""),
        ("Runs of rules", "Nothing held", ""),
        ("Some new table", "1,200 kept", ""),
    ]


@pytest.mark.parametrize(
    ("form", "kept"),
    [
        ({"raw_days": "30", "text_days": ""}, Retention(raw_days=30, text_days=None)),
        ({"raw_days": " 90 ", "text_days": "365"}, Retention(raw_days=90, text_days=365)),
        ({"raw_days": 7}, Retention(raw_days=7, text_days=None)),
    ],
)
def test_a_retention_is_read_from_the_form(form, kept):
    assert rows.read_retention(form) == kept


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ({}, "raw_days"),
        ({"raw_days": "many"}, "raw_days"),
        ({"raw_days": "1.5"}, "raw_days"),
        ({"raw_days": "9", "text_days": "9" * 5000}, "text_days"),
        ({"raw_days": [7]}, "raw_days"),
        ({"raw_days": "90", "text_days": "30"}, "raw_days"),
    ],
)
def test_what_is_no_number_of_days_is_refused_at_its_field(form, name):
    with pytest.raises(Invalid) as refused:
        rows.read_retention(form)
    assert refused.value.field == name


def effect(**given):
    nothing = {"bodies": 0, "oldest_body_at": None, "texts": 0, "oldest_text_at": None}
    return RetentionEffect(**nothing | given)


def test_the_question_says_what_would_go():
    given = effect(
        bodies=1204,
        oldest_body_at=NOW - timedelta(days=100),
        texts=1,
        oldest_text_at=NOW - timedelta(days=400),
        files=3,
    )
    assert rows.loses(given)
    assert rows.asked_about(given, CLOCK).losses == [
        "1,204 raw deliveries, the oldest of 24 Nov 2025",
        "The words of 1 message, the oldest of 28 Jan 2025",
        "3 files",
    ]


def test_nothing_old_is_nothing_lost():
    assert not rows.loses(effect())


def test_the_file_is_complete_and_its_name_tells_nobody():
    tables = {"contact": [{"display_name": "Maya <b>Chen</b>"}], "message": []}
    name, text = rows.file_of(ContactExport(contact_id=ID, exported_at=NOW, tables=tables))
    assert name == "contact-00000001.json"
    assert json.loads(text)["tables"] == tables
