"""Leads as a file: asked for, written by a worker a page at a time, fetched by whoever asked."""

import dataclasses
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, BinaryIO, Final
from uuid import UUID

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from pydantic import TypeAdapter
from sqlalchemy import RowMapping

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.importing.errors import ExportNotFound, ExportTooLong
from backend.importing.export_repository import ExportRepository
from backend.importing.schemas import ExportState, ExportView, FileKind
from backend.kit.csv_file import csv_text
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery, LeadSort, LeadView, list_leads
from backend.platform import file_store
from backend.platform.unit_of_work import UnitOfWork, unit_of_work

HEADER: Final = (
    "name", "phone", "username", "stage", "tags", "points", "value", "currency", "owner_email",
    "opened_at", "lead_id",
)  # fmt: skip
LEASE: Final = timedelta(minutes=2)
KEPT: Final = timedelta(days=7)
MAX_ATTEMPTS: Final = 5
MAX_LINES: Final = 1_048_575  # a sheet has that many rows below its header
AT_ONCE: Final = 200
QUERY: Final = TypeAdapter(LeadQuery)
TOPIC: Final = "exports"
NO_SUCH_EXPORT: Final = "no such export, or its file is kept no longer"

Line = tuple[str, ...]


def start_export(uow: UnitOfWork, actor: Actor, query: LeadQuery, *, kind: FileKind) -> ExportView:
    """Ask for the leads of a query as a file; a worker writes it."""
    actor.require(Permission.CONTACTS_EXPORT)
    actor.require(Permission.LEADS_READ)
    export_id = new_id()
    row = {
        "id": export_id,
        "state": ExportState.WAITING,
        "kind": kind,
        "asked": _written(query),
        "requested_by": actor.name,
        "user_id": actor.user_id,
        "key_id": actor.key_id,
        "row_count": 0,
        "attempts": 0,
        "created_at": uow.now,
        "expires_at": uow.now + KEPT,
    }
    ExportRepository(uow, actor.workspace_id).add(row)
    uow.enqueue("importing.export", actor.workspace_id, export_id)
    uow.announce(TOPIC, export_id)
    details = {"list": "leads", "kind": kind.value}
    subject = f"export:{export_id}"
    record_audit(uow, actor, AuditAction.LIST_EXPORTED, subject=subject, details=details)
    return get_export(uow, actor, export_id)


def get_export(uow: UnitOfWork, actor: Actor, export_id: UUID) -> ExportView:
    """Return an export of one's own; raises `ExportNotFound`."""
    return _view(_own(uow, actor, export_id))


def latest_export(uow: UnitOfWork, actor: Actor) -> ExportView | None:
    """Return the export that the actor asked for last, while its file is kept."""
    actor.require(Permission.CONTACTS_EXPORT)
    repository = ExportRepository(uow, actor.workspace_id)
    row = repository.latest(user_id=actor.user_id, key_id=actor.key_id)
    return _view(row) if row else None


def export_key(uow: UnitOfWork, actor: Actor, export_id: UUID) -> str:
    """Return under what an export's file is kept; raises `ExportNotFound` unless it is there."""
    row = _own(uow, actor, export_id)
    if row["state"] != ExportState.READY or row["expires_at"] <= uow.now:
        raise ExportNotFound(NO_SUCH_EXPORT)
    return row["file_key"]


def work_off(workspace_id: UUID, export_id: UUID) -> None:
    """Write the file of an export, unless somebody does; begun anew after a crash."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        row = ExportRepository(uow, workspace_id).claim(export_id, lease=LEASE)
    if row is None:
        return
    if row["attempts"] > MAX_ATTEMPTS:
        _fail(actor, export_id, f"given up after {MAX_ATTEMPTS} attempts; ask for it again")
        return
    key = f"exports/{new_id()}"
    try:
        with file_store.workplace() as file:
            count = _write(actor, row, file)
            file_store.put(key, file)
    except ExportTooLong as error:
        _fail(actor, export_id, f"{error.message}; expected {error.expected}")
        return
    with unit_of_work(actor) as uow:
        is_ours = ExportRepository(uow, workspace_id).finish(export_id, key=key, count=count)
        uow.announce(TOPIC, export_id)
    if not is_ours:
        file_store.remove(key)


def _fail(actor: Actor, export_id: UUID, words: str) -> None:
    with unit_of_work(actor) as uow:
        ExportRepository(uow, actor.workspace_id).fail(export_id, words=words)
        uow.announce(TOPIC, export_id)


def remove_file(workspace_id: UUID, export_id: UUID) -> None:
    """Delete the file of an export that has expired; twice does no harm."""
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        key = ExportRepository(uow, workspace_id).expire(export_id)
    if key is None:
        return
    file_store.remove(key)
    with unit_of_work(actor) as uow:
        ExportRepository(uow, workspace_id).removed(export_id)


def _write(actor: Actor, row: RowMapping, file: BinaryIO) -> int:
    lines = _lines(actor, row)
    if row["kind"] == FileKind.XLSX:
        return _write_book(lines, file)
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    text.write(csv_text(HEADER, ()))
    count = 0
    for line in lines:
        text.write(csv_text((), [line]).split("\r\n", 1)[1])
        count += 1
    text.detach()
    return count


def _write_book(lines: Iterator[Line], file: BinaryIO) -> int:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Leads")
    sheet.append(HEADER)
    count = 0
    for line in lines:
        cells = [WriteOnlyCell(sheet, ILLEGAL_CHARACTERS_RE.sub("", text)) for text in line]
        for cell in cells:
            cell.data_type = "s"  # text is text, also what begins like a formula
        sheet.append(cells)
        count += 1
        if count > MAX_LINES:
            message = f"a sheet of Excel holds {MAX_LINES:,} leads, these are more"
            raise ExportTooLong(message, expected="CSV, or fewer leads")
    book.save(file)
    return count


def _lines(actor: Actor, row: RowMapping) -> Iterator[Line]:
    query, cursor = QUERY.validate_python(row["asked"]), None
    while True:
        with unit_of_work(actor) as uow:
            page = list_leads(uow, actor, query, PageRequest(limit=AT_ONCE, cursor=cursor))
            repository = ExportRepository(uow, actor.workspace_id)
            owners = repository.addresses({lead.owner_id for lead in page.items})
            repository.hold(row["id"], lease=LEASE)
        for lead in page.items:
            yield _line(lead, owners.get(lead.owner_id, "") if lead.owner_id else "")
        cursor = page.next_cursor
        if cursor is None:
            return


def _line(lead: LeadView, owner: str) -> Line:
    return (
        lead.contact_name or "",
        lead.contact_phone or "",
        lead.contact_username or "",
        lead.stage,
        ", ".join(lead.tags),
        str(lead.score),
        "" if lead.value is None else str(lead.value),
        lead.currency or "",
        owner,
        lead.opened_at.isoformat(),
        str(lead.id),
    )


def _own(uow: UnitOfWork, actor: Actor, export_id: UUID) -> RowMapping:
    actor.require(Permission.CONTACTS_EXPORT)
    row = ExportRepository(uow, actor.workspace_id).find(export_id)
    if row is None or (row["user_id"], row["key_id"]) != (actor.user_id, actor.key_id):
        raise ExportNotFound(NO_SUCH_EXPORT)
    return row


def _written(query: LeadQuery) -> dict[str, Any]:
    """Keep a query; by when leads began, as that does not change while pages are read."""
    return QUERY.dump_python(dataclasses.replace(query, sort=LeadSort.OPENED), mode="json")


def _view(row: RowMapping) -> ExportView:
    names = ("id", "row_count", "error", "requested_by", "created_at", "finished_at", "expires_at")
    known: dict[str, Any] = {name: row[name] for name in names}
    return ExportView(state=ExportState(row["state"]), kind=FileKind(row["kind"]), **known)
