"""Leads and their people from files, and to files."""

from backend.importing.erasing import erase, held_about
from backend.importing.errors import (
    BadMapping,
    ExportNotFound,
    ExportTooLong,
    FileRefused,
    ImportNotFound,
    WrongStep,
)
from backend.importing.exporting import export_key, get_export, latest_export, start_export
from backend.importing.policy import Choice, Fault, ImportField, Twin
from backend.importing.schemas import (
    ExportState,
    ExportView,
    FileKind,
    ImportState,
    ImportView,
    Mapped,
    RowView,
)
from backend.importing.service import (
    Inspected,
    check_import,
    create_import,
    faults_csv,
    get_import,
    inspect,
    keep,
    list_imports,
    list_rows,
    start_writing,
    stop_import,
)

__all__ = [
    "BadMapping",
    "Choice",
    "ExportNotFound",
    "ExportState",
    "ExportTooLong",
    "ExportView",
    "Fault",
    "FileKind",
    "FileRefused",
    "ImportField",
    "ImportNotFound",
    "ImportState",
    "ImportView",
    "Inspected",
    "Mapped",
    "RowView",
    "Twin",
    "WrongStep",
    "check_import",
    "create_import",
    "erase",
    "export_key",
    "faults_csv",
    "get_export",
    "get_import",
    "held_about",
    "inspect",
    "keep",
    "latest_export",
    "list_imports",
    "list_rows",
    "start_export",
    "start_writing",
    "stop_import",
]
