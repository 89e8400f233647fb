"""Imports of leads: a file is kept, its columns are named, a worker checks it and writes it.

`mapping -> checking -> checked -> writing -> finished`, or `stopped`, or `failed`. Nothing of the
file takes effect before `start_writing`; the mapping may be changed until then.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final
from uuid import UUID

import phonenumbers
from sqlalchemy import RowMapping

from backend import channels
from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.importing import policy, reading
from backend.importing.errors import BadMapping, ImportNotFound, WrongStep
from backend.importing.policy import Choice, Fault, ImportField, Twin
from backend.importing.repository import KINDS, ImportRepository
from backend.importing.schemas import ImportState, ImportView, Mapped, RowView
from backend.kit.csv_file import csv_text
from backend.kit.ids import new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform import file_store
from backend.platform.unit_of_work import UnitOfWork

KEPT_DAYS: Final = 30
SAMPLE_ROWS: Final = 5
SAMPLE_LENGTH: Final = 200
MAX_NAME: Final = 240
NEEDED: Final = Permission.LEADS_WRITE
TOPIC: Final = "imports"
PAGE: Final = 1_000
FAULT_HEADER: Final = ("row", "column", "problem", "expected")
NO_SUCH_IMPORT: Final = "no such import"
OPEN_STATES: Final = (ImportState.MAPPING, ImportState.CHECKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """A file that can be read, and how; `key` is under what its copy is kept."""

    how: reading.Format
    filename: str
    headers: tuple[str, ...]
    sample: list[list[str]]
    key: str


def inspect(file: BinaryIO, filename: str, *, encoding: str = "", separator: str = "") -> Inspected:
    """Say how a file is to be read, before anything is kept; raises `FileRefused`."""
    how = reading.detect(file, encoding=encoding, separator=separator)
    headers, rows = reading.header_and_sample(file, how, SAMPLE_ROWS)
    return Inspected(
        how=how,
        filename=filename.replace("\0", "")[:MAX_NAME] or "file",
        headers=headers,
        sample=[[cell[:SAMPLE_LENGTH] for cell in row] for row in rows],
        key=f"imports/{new_id()}",
    )


def create_import(
    uow: UnitOfWork, actor: Actor, channel_id: UUID, inspected: Inspected
) -> ImportView:
    """Begin an import into a channel; the caller has kept the file under the key of `inspected`.

    Raises `ChannelNotFound`.
    """
    actor.require(Permission.LEADS_WRITE)
    actor.require(Permission.CONTACTS_WRITE)
    channels.reader_of(uow, actor.workspace_id, channel_id)
    import_id = new_id()
    row = {
        "id": import_id,
        "channel_id": channel_id,
        "state": ImportState.MAPPING,
        "filename": inspected.filename,
        "kind": inspected.how.kind,
        "encoding": inspected.how.encoding,
        "separator": inspected.how.separator,
        "file_key": inspected.key,
        "headers": list(inspected.headers),
        "sample": inspected.sample,
        "mapping": list(policy.guess(inspected.headers)),
        "choice": Choice.SKIP,
        "requested_by": actor.name,
        "position": 0,
        "created": 0,
        "changed": 0,
        "passed": 0,
        "refused": 0,
        "attempts": 0,
        "created_at": uow.now,
    }
    ImportRepository(uow, actor.workspace_id).add(row)
    uow.announce(TOPIC, import_id)
    return get_import(uow, actor, import_id)


def keep(inspected: Inspected, file: BinaryIO) -> None:
    """Keep the copy of a file, outside any transaction; raises what the store raises."""
    file_store.put(inspected.key, file)


def get_import(uow: UnitOfWork, actor: Actor, import_id: UUID) -> ImportView:
    """Return an import and how far it is; raises `ImportNotFound`."""
    actor.require(Permission.LEADS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    return _view(_found(repository, import_id), repository.figures(import_id))


def list_imports(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ImportView]:
    """Return imports, the latest first; the figures of their rows stay out."""
    actor.require(Permission.LEADS_WRITE)
    rows = ImportRepository(uow, actor.workspace_id).page(page)
    return paged(rows, page, view=_view, key=lambda row: (str(row["id"]),))


def check_import(uow: UnitOfWork, actor: Actor, import_id: UUID, *, mapped: Mapped) -> ImportView:
    """Have a worker check every row as it is mapped now; writes no lead.

    Raises `ImportNotFound`, `BadMapping`, and `WrongStep` once the import writes.
    """
    actor.require(Permission.LEADS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    row = _found(repository, import_id, lock=True)
    _require(row, *OPEN_STATES)
    if row["file_key"] is None:
        message = "the file is kept no longer"
        raise WrongStep(message, expected="to upload it again")
    _check_mapping(row["headers"], mapped)
    repository.write(
        import_id,
        {
            "mapping": list(mapped.mapping),
            "choice": mapped.choice,
            "region": mapped.region,
            "state": ImportState.CHECKING,
            "position": 0,
            "total": None,
            "lease_until": None,
            "step_at": uow.now,
            "attempts": 0,
            "error": None,
        },
    )
    _wake(uow, actor, import_id)
    return get_import(uow, actor, import_id)


def start_writing(uow: UnitOfWork, actor: Actor, import_id: UUID, *, choice: Choice) -> ImportView:
    """Have a worker write the rows that were found right; the others are left out.

    Raises `ImportNotFound`, and `WrongStep` unless the import was checked.
    """
    actor.require(Permission.LEADS_WRITE)
    actor.require(Permission.CONTACTS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    row = _found(repository, import_id, lock=True)
    _require(row, ImportState.CHECKED)
    values: dict[str, object] = {"state": ImportState.WRITING, "position": 0, "choice": choice}
    values |= {"lease_until": None, "step_at": uow.now, "attempts": 0, "error": None}
    repository.write(import_id, values)
    _wake(uow, actor, import_id)
    details = {"filename": row["filename"], "rows": row["total"], "known": choice.value}
    subject = f"import:{import_id}"
    record_audit(uow, actor, AuditAction.IMPORT_STARTED, subject=subject, details=details)
    return get_import(uow, actor, import_id)


def stop_import(uow: UnitOfWork, actor: Actor, import_id: UUID) -> ImportView:
    """End an import after the rows under way; what is written stays.

    Raises `ImportNotFound`. One that has ended stays as it is.
    """
    actor.require(Permission.LEADS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    row = _found(repository, import_id, lock=True)
    if row["finished_at"] is None:
        repository.write(import_id, {"state": ImportState.STOPPED, "finished_at": uow.now})
        uow.enqueue("importing.remove", actor.workspace_id, import_id)
        uow.announce(TOPIC, import_id)
        subject = f"import:{import_id}"
        record_audit(uow, actor, AuditAction.IMPORT_STOPPED, subject=subject)
    return get_import(uow, actor, import_id)


def list_rows(
    uow: UnitOfWork, actor: Actor, import_id: UUID, page: PageRequest, *, kind: str = "all"
) -> Page[RowView]:
    """Return rows of an import in their order: all, faults, twins or created.

    Raises `ImportNotFound`, and `BadMapping` for another kind.
    """
    actor.require(Permission.LEADS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    _found(repository, import_id)
    if kind not in KINDS:
        message = f"there are no {kind!r} rows"
        raise BadMapping(message, field="kind", expected=f"one of {', '.join(KINDS)}")
    position = page.position(int)
    after = position[0] if position else 0
    rows = repository.rows(import_id, kind=kind, after=after, limit=page.limit + 1)
    return paged(rows, page, view=_row_view, key=lambda row: (str(row["row_number"]),))


def faults_csv(uow: UnitOfWork, actor: Actor, import_id: UUID) -> Iterator[str]:
    """Return all faults as CSV, some rows at a time; raises `ImportNotFound` at once."""
    actor.require(Permission.LEADS_WRITE)
    repository = ImportRepository(uow, actor.workspace_id)
    _found(repository, import_id)
    return _fault_lines(repository, import_id)


def _fault_lines(repository: ImportRepository, import_id: UUID) -> Iterator[str]:
    after = 0
    yield csv_text(FAULT_HEADER, ())
    while rows := repository.rows(import_id, kind="faults", after=after, limit=PAGE):
        after = rows[-1]["row_number"]
        lines = [
            (row["row_number"], fault["column"], fault["message"], fault["expected"])
            for row in rows
            for fault in row["faults"]
        ]
        yield csv_text(FAULT_HEADER, lines).split("\r\n", 1)[1]


def _wake(uow: UnitOfWork, actor: Actor, import_id: UUID) -> None:
    uow.enqueue("importing.work", actor.workspace_id, import_id)
    uow.announce(TOPIC, import_id)


def _found(repository: ImportRepository, import_id: UUID, *, lock: bool = False) -> RowMapping:
    row = repository.find(import_id, lock=lock)
    if row is None:
        raise ImportNotFound(NO_SUCH_IMPORT)
    return row


def _require(row: RowMapping, *states: ImportState) -> None:
    if row["state"] not in states:
        message = f"the import is {row['state']}"
        expected = f"an import that is {' or '.join(states)}; upload the file again"
        raise WrongStep(message, expected=expected)


def _check_mapping(headers: Sequence[str], mapped: Mapped) -> None:
    fields = [field for field in mapped.mapping if field]
    known = [field.value for field in ImportField]
    if len(mapped.mapping) != len(headers):
        message = f"{len(mapped.mapping)} columns are mapped, the file has {len(headers)}"
        raise BadMapping(message, field="mapping", expected="a field or null for each column")
    for place, field in enumerate(mapped.mapping):
        if field and field not in known:
            message = f"column {headers[place]!r}: there is no field {field[:40]!r}"
            raise BadMapping(message, field="mapping", expected=f"one of {', '.join(known)}")
    twice = next((one for one in fields if one != "custom" and fields.count(one) > 1), None)
    if twice:
        message = f"two columns are {twice}"
        raise BadMapping(message, field="mapping", expected="one column for each field")
    if not {"phone", "username"} & set(fields):
        message = "no column says who the person is"
        raise BadMapping(message, field="mapping", expected="a column for phone or username")
    if mapped.region and mapped.region not in phonenumbers.SUPPORTED_REGIONS:
        message = f"{mapped.region[:20]!r} is no country"
        raise BadMapping(message, field="region", expected="two capital letters such as DE")


def _view(row: RowMapping, figures: RowMapping | None = None) -> ImportView:
    names = ("id", "channel_id", "filename", "kind", "encoding", "separator", "region", "total")
    counts = ("created", "changed", "passed", "refused")
    told = ("error", "requested_by", "created_at", "step_at", "finished_at")
    known: dict[str, Any] = {name: row[name] for name in (*names, *counts, *told)}
    twins = {twin.value: figures[twin.value] for twin in Twin} if figures else {}
    return ImportView(
        state=ImportState(row["state"]),
        choice=Choice(row["choice"]),
        headers=tuple(row["headers"]),
        sample=tuple(tuple(each) for each in row["sample"]),
        mapping=tuple(row["mapping"]),
        done=max(row["position"] - 1, 0),
        faulty=figures["faulty"] if figures else 0,
        held_back=figures["held_back"] if figures else 0,
        twins=twins,
        **known,
    )


def _row_view(row: RowMapping) -> RowView:
    given: Mapping[str, Any] = row["given"] or {}
    names = ("row_number", "twin_row", "contact_id", "lead_id", "outcome")
    known: dict[str, Any] = {name: row[name] for name in names}
    return RowView(
        name=given.get("name"),
        phone=given.get("phone"),
        username=given.get("username"),
        faults=tuple(Fault(**fault) for fault in row["faults"] or ()),
        held_back=tuple(Fault(**fault) for fault in row["held_back"] or ()),
        twin=Twin(row["twin"]) if row["twin"] else None,
        **known,
    )
