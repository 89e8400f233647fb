"""What a provider posted, byte for byte."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Column, Identity, Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class WebhookEvent(Table, table=True):
    """One accepted delivery; `sequence` is the order of acceptance, `error` why it stands still."""

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
            "webhook_event_workspace_id_state_sequence_idx",
            "workspace_id",
            "state",
            text("sequence DESC"),
        ),
    )

    id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_column=Column(BigInteger, Identity(), nullable=False))
    workspace_id: UUID = Field(foreign_key="workspace.id")
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
