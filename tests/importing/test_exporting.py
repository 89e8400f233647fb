"""Leads as files, fetched by whoever asked, and read again as they were."""

import io

import pytest

from backend import importing
from backend.importing import ExportNotFound, FileKind, exporting, reading
from backend.leads import LeadQuery
from backend.platform import file_store
from tests.factories import run_as
from tests.importing.test_importing import written


@pytest.mark.parametrize("kind", FileKind)
def test_what_goes_out_comes_in_again(admin, mock_channel, kind):
    text = 'name,phone,tags,value,currency\n"\'=Ada, ""A""",+12065550101,vip,12.50,EUR\n'
    written(admin, mock_channel, text)
    view = run_as(admin, importing.start_export, LeadQuery(), kind=kind)
    exporting.work_off(admin.workspace_id, view.id)
    key = run_as(admin, importing.export_key, view.id)
    file = io.BytesIO(b"".join(file_store.pieces(key)))
    rows = list(reading.rows(file, reading.detect(file)))
    assert rows[1].cells[:2] == ('=Ada, "A"', "+12065550101")
    assert rows[1].cells[4:8] == ("vip", "0", "12.50", "EUR")
    assert run_as(admin, importing.get_export, view.id).row_count == 1


def test_only_who_asked_may_fetch_it(actor, admin):
    view = run_as(admin, importing.start_export, LeadQuery(), kind=FileKind.CSV)
    with pytest.raises(ExportNotFound):
        run_as(actor, importing.get_export, view.id)
