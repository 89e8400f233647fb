"""How long things are kept, and what was erased."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class RetentionPolicy(Table, table=True):
    """For how many days a workspace keeps raw deliveries and the words of messages."""

    __tablename__ = "retention_policy"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    raw_days: int
    text_days: int | None = None
    updated_at: datetime = Field(sa_type=Timestamp)


class ErasureReceipt(Table, table=True):
    """That a person was erased, by whom, and what was done to which table; names nobody erased."""

    __tablename__ = "erasure_receipt"
    __table_args__ = (
        Index(
            "erasure_receipt_workspace_id_contact_id_key", "workspace_id", "contact_id", unique=True
        ),
        Index(
            "erasure_receipt_workspace_id_erased_at_idx",
            "workspace_id",
            text("erased_at DESC"),
            text("id DESC"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    contact_id: UUID
    erased_by: str
    erased_at: datetime = Field(sa_type=Timestamp)
    tables: list[dict[str, Any]] = Field(sa_type=Json)
