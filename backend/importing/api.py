"""Imports and exports of leads over HTTP.

The screens upload and download with their session, so these routes take either session or key.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, BinaryIO, Literal
from uuid import UUID

from fastapi import APIRouter, Query, UploadFile, status
from fastapi.responses import StreamingResponse
from pydantic import Field

from backend.auth.api import CurrentActor, CurrentViewer
from backend.importing import exporting, service
from backend.importing.errors import ExportNotFound
from backend.importing.policy import Choice, Twin
from backend.importing.schemas import (
    ExportState,
    ExportView,
    FileKind,
    ImportState,
    ImportView,
    Mapped,
    RowView,
)
from backend.kit.paging import Page
from backend.leads import LeadQuery, Stage
from backend.platform import file_store
from backend.platform.api import Answer, Instant, Listed, PageQuery, Question, Search
from backend.platform.unit_of_work import unit_of_work

MAX_COLUMNS = 200
MAX_NAME = 60
TYPES = {
    FileKind.CSV: "text/csv; charset=utf-8",
    FileKind.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

router = APIRouter(prefix="/v1/leads", tags=["leads"])
file_router = APIRouter(prefix="/v1/leads", tags=["leads"])


class ImportAnswer(Answer):
    """An import and how far it is."""

    id: UUID
    channel_id: UUID
    state: ImportState
    filename: str
    kind: str = Field(description="`csv` or `xlsx`.")
    encoding: str = Field(description="As detected; upload again with another to change it.")
    separator: str
    headers: list[str]
    sample: list[list[str]]
    mapping: list[str | None] = Field(description="The field of each column; a guess at first.")
    region: str | None
    choice: Choice
    total: int | None = Field(description="Rows; null while the file is first read.")
    done: int
    faulty: int
    twins: dict[str, int] = Field(description="Rows whose person is known, by where from.")
    created: int
    changed: int
    passed: int
    refused: int
    held_back: int = Field(description="Rows that would be refused if their leads were updated.")
    error: str | None
    requested_by: str
    created_at: Instant
    step_at: Instant | None = Field(description="When the present step of the worker began.")
    finished_at: Instant | None


class FaultAnswer(Answer):
    """What is wrong with a cell, and what would be right."""

    column: str
    message: str
    expected: str


class RowAnswer(Answer):
    """A row of an import."""

    row_number: int
    name: str | None
    phone: str | None
    username: str | None
    faults: list[FaultAnswer]
    held_back: list[FaultAnswer]
    twin: Twin | None
    twin_row: int | None
    contact_id: UUID | None
    lead_id: UUID | None
    outcome: str | None


class CheckQuestion(Question):
    """What each column is; `region` is the country of numbers without `+`."""

    mapping: list[Annotated[str, Field(max_length=MAX_NAME)] | None] = Field(max_length=MAX_COLUMNS)
    region: str | None = Field(None, min_length=2, max_length=2, description="Such as `DE`.")


class CommitQuestion(Question):
    """What becomes of rows whose person is known."""

    choice: Choice = Choice.SKIP


class RowsQuestion(PageQuery):
    """Which rows of an import."""

    kind: Literal["all", "faults", "twins", "created"] = "all"


class ExportQuestion(Question):
    """Which leads, as what."""

    format: FileKind = FileKind.CSV
    stage: Stage | None = None
    tag: Search | None = None
    q: Search | None = None
    channel_id: UUID | None = None


class ExportAnswer(Answer):
    """An export; its file can be fetched while it is `ready`."""

    id: UUID
    state: ExportState
    kind: FileKind
    row_count: int
    error: str | None
    requested_by: str
    created_at: Instant
    finished_at: Instant | None
    expires_at: Instant


@file_router.post("/import", response_model=ImportAnswer, status_code=status.HTTP_201_CREATED)
def create_import(
    viewer: CurrentViewer,
    channel_id: UUID,
    file: UploadFile,
    encoding: Annotated[str, Query(max_length=MAX_NAME)] = "",
    separator: Annotated[str, Query(max_length=1)] = "",
) -> ImportView:
    """Upload a CSV file or an Excel workbook of leads; nothing of it takes effect yet.

    At most 50 MB and 1,000,000 rows. Encoding and separator are detected unless they are given.
    """
    viewer.require(service.NEEDED)
    inspected = service.inspect(
        file.file, file.filename or "", encoding=encoding, separator=separator
    )
    service.keep(inspected, file.file)
    try:
        with unit_of_work(viewer) as uow:
            return service.create_import(uow, viewer, channel_id, inspected)
    except Exception:
        file_store.remove(inspected.key)
        raise


@router.get("/import", response_model=Listed[ImportAnswer])
def list_imports(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[ImportView]:
    """List imports, the latest first."""
    with unit_of_work(actor) as uow:
        return service.list_imports(uow, actor, asked.page())


@router.get("/import/{import_id}", response_model=ImportAnswer)
def get_import(actor: CurrentActor, import_id: UUID) -> ImportView:
    """Show an import and how far it is."""
    with unit_of_work(actor) as uow:
        return service.get_import(uow, actor, import_id)


@router.post("/import/{import_id}/check", response_model=ImportAnswer, status_code=202)
def check_import(actor: CurrentActor, import_id: UUID, given: CheckQuestion) -> ImportView:
    """Check every row as it is mapped now; a worker does it, and no lead is written."""
    mapped = Mapped(mapping=given.mapping, region=given.region)
    with unit_of_work(actor) as uow:
        return service.check_import(uow, actor, import_id, mapped=mapped)


@router.post("/import/{import_id}/commit", response_model=ImportAnswer, status_code=202)
def commit_import(actor: CurrentActor, import_id: UUID, given: CommitQuestion) -> ImportView:
    """Write the rows that were found right; a worker does it."""
    with unit_of_work(actor) as uow:
        return service.start_writing(uow, actor, import_id, choice=given.choice)


@router.post("/import/{import_id}/stop", response_model=ImportAnswer)
def stop_import(actor: CurrentActor, import_id: UUID) -> ImportView:
    """End an import after the rows under way; what is written stays."""
    with unit_of_work(actor) as uow:
        return service.stop_import(uow, actor, import_id)


@router.get("/import/{import_id}/rows", response_model=Listed[RowAnswer])
def list_rows(
    actor: CurrentActor, import_id: UUID, asked: Annotated[RowsQuestion, Query()]
) -> Page[RowView]:
    """List rows with what is wrong with them, whose twins they are, and what became of them."""
    with unit_of_work(actor) as uow:
        return service.list_rows(uow, actor, import_id, asked.page(), kind=asked.kind)


@file_router.get("/import/{import_id}/errors", response_class=StreamingResponse)
def import_errors(viewer: CurrentViewer, import_id: UUID) -> StreamingResponse:
    """Download all that is wrong with the rows, as CSV: row, column, problem, expected."""
    with unit_of_work(viewer) as uow:
        lines = service.faults_csv(uow, viewer, import_id)
        file = file_store.workplace()
        for text in lines:
            file.write(text.encode())
    name = f"import-errors-{import_id}.csv"
    return _download(_from_start(file), FileKind.CSV, name)


@router.post("/export", response_model=ExportAnswer, status_code=202)
def start_export(actor: CurrentActor, given: ExportQuestion) -> ExportView:
    """Have the leads of a query written to a file; a worker does it."""
    query = LeadQuery(
        stages=(given.stage,) if given.stage else (),
        tags_all=(given.tag,) if given.tag else (),
        search=given.q,
        channel_id=given.channel_id,
    )
    with unit_of_work(actor) as uow:
        return exporting.start_export(uow, actor, query, kind=given.format)


@router.get("/export/{export_id}", response_model=ExportAnswer)
def get_export(actor: CurrentActor, export_id: UUID) -> ExportView:
    """Show an export of one's own."""
    with unit_of_work(actor) as uow:
        return exporting.get_export(uow, actor, export_id)


@file_router.get("/export/{export_id}/file", response_class=StreamingResponse)
def export_file(viewer: CurrentViewer, export_id: UUID) -> StreamingResponse:
    """Download the file of an export of one's own, for seven days."""
    with unit_of_work(viewer) as uow:
        kind = exporting.get_export(uow, viewer, export_id).kind
        key = exporting.export_key(uow, viewer, export_id)
    try:
        pieces = file_store.pieces(key)
    except FileNotFoundError:
        raise ExportNotFound(exporting.NO_SUCH_EXPORT) from None
    return _download(pieces, kind, f"leads.{kind}")


def _from_start(file: BinaryIO) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while piece := file.read(file_store.CHUNK_BYTES):
            yield piece


def _download(pieces: Iterable[bytes], kind: FileKind, name: str) -> StreamingResponse:
    headers = {
        "Content-Type": TYPES[kind],
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    return StreamingResponse(pieces, headers=headers)
