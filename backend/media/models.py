"""Files of messages: where each one stands, never the bytes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class Media(Table, table=True):
    """A file that a message carries, from the provider's word of it to our copy.

    What the provider claims (`claimed_*`, `filename`) and what was found (`mime_type`, `size`,
    `sha256`) stand apart. `storage_key` names the copy that the present attempt writes.
    """

    __tablename__ = "media"
    __table_args__ = (
        Index("media_message_id_position_key", "message_id", "position", unique=True),
        Index("media_workspace_id_message_id_idx", "workspace_id", "message_id"),
        Index(
            "media_waiting_idx",
            "workspace_id",
            "next_attempt_at",
            postgresql_where=text("state IN ('waiting', 'fetching', 'erased')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    message_id: UUID
    position: int
    kind: str
    provider_media_id: str | None = None
    url: str | None = None
    filename: str | None = None
    claimed_type: str | None = None
    claimed_sha256: str | None = None
    state: str = "waiting"
    attempts: int = 0
    next_attempt_at: datetime = Field(sa_type=Timestamp)
    lease_until: datetime | None = Field(default=None, sa_type=Timestamp)
    mime_type: str | None = None
    size: int | None = Field(default=None, sa_type=BigInteger)
    sha256: str | None = None
    storage_key: str | None = None
    error: str | None = None
    sent_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
