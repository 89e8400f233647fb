"""The platform's own tables: when each recurring task last ran, and answers kept for repeats."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class PeriodicRun(Table, table=True):
    """One row for each recurring task; a minute in which nobody ran is made up from it."""

    __tablename__ = "periodic_run"

    name: str = Field(primary_key=True)
    last_run_at: datetime = Field(sa_type=Timestamp)
    last_finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_error: str | None = None
    runs: int = 0


class KeptAnswer(Table, table=True):
    """A request that carries a name: how far it came, and what was answered, sealed."""

    __tablename__ = "kept_answer"
    __table_args__ = (Index("kept_answer_expires_at_idx", "expires_at"),)

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    key_id: UUID = Field(primary_key=True)
    name_hash: bytes = Field(primary_key=True)
    fingerprint: bytes
    attempt: UUID
    started_at: datetime = Field(sa_type=Timestamp)
    committed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    answer: str | None = None
    expires_at: datetime = Field(sa_type=Timestamp)
