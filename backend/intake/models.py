"""What a provider posted, byte for byte, and runs that process it again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class WebhookEvent(Table, table=True):
    """One accepted delivery; `sequence` is the order of acceptance, `error` why it stands still.

    `corrected_body` is read in place of `body`, which stays as the provider signed it.
    """

    __tablename__ = "webhook_event"
    __table_args__ = (
        Index("webhook_event_channel_id_dedupe_key_key", "channel_id", "dedupe_key", unique=True),
        Index(
            "webhook_event_received_idx",
            "workspace_id",
            "sequence",
            postgresql_where=text("state = 'received'"),
        ),
        Index("webhook_event_workspace_id_sequence_idx", "workspace_id", text("sequence DESC")),
        Index(
            "webhook_event_quarantined_idx",
            "workspace_id",
            text("sequence DESC"),
            postgresql_where=text("state = 'quarantined'"),
        ),
    )

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger, Identity(), nullable=False))
    workspace_id: UUID
    channel_id: UUID = Field(foreign_key="channel.id")
    dedupe_key: bytes
    body: bytes
    headers: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    state: str = "received"
    attempts: int = 0
    error: str | None = None
    received_at: datetime = Field(sa_type=Timestamp)
    processed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    redacted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    corrected_body: bytes | None = None
    corrected_by: str | None = None
    corrected_at: datetime | None = Field(default=None, sa_type=Timestamp)
    ignored_by: str | None = None
    ignored_reason: str | None = None
    ignored_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ReplayRun(Table, table=True):
    """One replay as a job; the events after `position` up to `until` are still to come.

    The row is the work: whoever holds the lease goes on from `position`.
    """

    __tablename__ = "replay_run"
    __table_args__ = (
        Index("replay_run_workspace_id_id_idx", "workspace_id", "id"),
        Index(
            "replay_run_active_key",
            "workspace_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    mode: str
    state: str
    asked: dict[str, Any] = Field(sa_type=Json)
    requested_by: str
    total: int
    done: int = 0
    failed: int = 0
    gone: int = 0
    redacted: int = 0
    position: int = Field(sa_type=BigInteger)
    until: int = Field(sa_type=BigInteger)
    report: dict[str, Any] | None = Field(default=None, sa_type=Json)
    error: str | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    started_at: datetime | None = Field(default=None, sa_type=Timestamp)
    progressed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lease_until: datetime | None = Field(default=None, sa_type=Timestamp)
