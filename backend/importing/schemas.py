"""What goes in and out of the slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.importing.policy import Choice, Fault, Twin


class ImportState(StrEnum):
    """Where an import stands; `checking` and `writing` are a worker's."""

    MAPPING = "mapping"
    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


class ExportState(StrEnum):
    """Where an export stands."""

    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class FileKind(StrEnum):
    """What sort of file is written."""

    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapped:
    """How the file is read: a field or nothing for each column, the country of national numbers."""

    mapping: Sequence[str | None]
    choice: Choice = Choice.SKIP
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportView:
    """An import and how far it is; `total` rows is unknown while the file is first read.

    `faulty` rows are not written; `twins` are rows whose person is known, by where from.
    `held_back` rows would be refused by the lifecycle if their open leads were changed. `refused`
    rows were found right and then refused, because something had changed by the time of writing.
    """

    id: UUID
    channel_id: UUID
    state: ImportState
    filename: str
    kind: str
    encoding: str
    separator: str
    headers: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    mapping: tuple[str | None, ...]
    region: str | None
    choice: Choice
    total: int | None
    done: int
    faulty: int
    twins: dict[str, int]
    created: int
    changed: int
    passed: int
    refused: int
    held_back: int
    error: str | None
    requested_by: str
    created_at: datetime
    step_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A row of an import: what is wrong with it, whose twin it is, and what became of it."""

    row_number: int
    name: str | None
    phone: str | None
    username: str | None
    faults: tuple[Fault, ...]
    held_back: tuple[Fault, ...]
    twin: Twin | None
    twin_row: int | None
    contact_id: UUID | None
    lead_id: UUID | None
    outcome: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportView:
    """An export; its file can be fetched while it is `ready`, by whoever asked."""

    id: UUID
    state: ExportState
    kind: FileKind
    row_count: int
    error: str | None
    requested_by: str
    created_at: datetime
    finished_at: datetime | None
    expires_at: datetime
