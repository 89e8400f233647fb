"""Imports, their rows, and exports."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class LeadImport(Table, table=True):
    """A file of leads on its way in; `position` is the last row that the present step has done."""

    __tablename__ = "lead_import"
    __table_args__ = (Index("lead_import_workspace_id_id_idx", "workspace_id", "id"),)

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    state: str
    filename: str
    kind: str
    encoding: str
    separator: str
    file_key: str | None = None
    headers: list[str] = Field(sa_type=Json)
    sample: list[list[str]] = Field(sa_type=Json)
    mapping: list[str | None] = Field(sa_type=Json)
    region: str | None = None
    choice: str
    total: int | None = None
    position: int = 0
    created: int = 0
    changed: int = 0
    passed: int = 0
    refused: int = 0
    attempts: int = 0
    error: str | None = None
    requested_by: str
    created_at: datetime = Field(sa_type=Timestamp)
    step_at: datetime | None = Field(default=None, sa_type=Timestamp)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lease_until: datetime | None = Field(default=None, sa_type=Timestamp)
    erased_at: datetime | None = Field(default=None, sa_type=Timestamp)


class LeadImportRow(Table, table=True):
    """A checked row of a file; its number is what makes writing it twice impossible.

    `faults` keep it out whatever is chosen, `held_back` if the open lead were changed.
    """

    __tablename__ = "lead_import_row"
    __table_args__ = (
        Index("lead_import_row_person_idx", "import_id", "person_key", "row_number"),
        Index("lead_import_row_key_idx", "workspace_id", "person_key"),
        Index("lead_import_row_contact_idx", "workspace_id", "contact_id"),
        Index(
            "lead_import_row_faults_idx",
            "import_id",
            "row_number",
            postgresql_where=text("faults IS NOT NULL"),
        ),
        Index(
            "lead_import_row_twin_idx",
            "import_id",
            "row_number",
            postgresql_where=text("twin IS NOT NULL"),
        ),
    )

    import_id: UUID = Field(primary_key=True, foreign_key="lead_import.id")
    row_number: int = Field(primary_key=True)
    workspace_id: UUID
    person_key: str | None = None
    given: dict[str, Any] | None = Field(default=None, sa_type=Json)
    faults: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    held_back: list[dict[str, Any]] | None = Field(default=None, sa_type=Json)
    twin: str | None = None
    twin_row: int | None = None
    contact_id: UUID | None = None
    lead_id: UUID | None = None
    outcome: str | None = None


class LeadExport(Table, table=True):
    """A file of leads on its way out, kept for some days for the person who asked."""

    __tablename__ = "lead_export"
    __table_args__ = (Index("lead_export_workspace_id_id_idx", "workspace_id", "id"),)

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    state: str
    kind: str
    asked: dict[str, Any] = Field(sa_type=Json)
    file_key: str | None = None
    row_count: int = 0
    attempts: int = 0
    error: str | None = None
    requested_by: str
    user_id: UUID | None = None
    key_id: UUID | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    lease_until: datetime | None = Field(default=None, sa_type=Timestamp)
