"""What led to a lead."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class Touch(Table, table=True):
    """One thing that brought the customer: the channel, an ad, a message they answered."""

    __tablename__ = "touch"
    __table_args__ = (
        Index("touch_message_id_kind_key", "message_id", "kind", unique=True),
        Index(
            "touch_lead_id_channel_key",
            "lead_id",
            unique=True,
            postgresql_where=text("kind = 'channel'"),
        ),
        Index("touch_lead_id_occurred_at_idx", "lead_id", "occurred_at"),
        Index("touch_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID
    lead_id: UUID = Field(foreign_key="lead.id")
    message_id: UUID = Field(foreign_key="message.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    kind: str
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    click_id: str | None = None
    occurred_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
