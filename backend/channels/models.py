"""A number that customers write to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class Channel(Table, table=True):
    """One number at one provider; `credentials` is sealed and never leaves the slice.

    `routing_key` is what the provider calls the number in a delivery that covers several.
    """

    __tablename__ = "channel"
    __table_args__ = (
        Index(
            "channel_workspace_id_provider_routing_key_key",
            "workspace_id",
            "provider",
            "routing_key",
            unique=True,
        ),
        Index("channel_workspace_id_created_at_idx", "workspace_id", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    name: str
    platform: str
    provider: str
    address: str
    routing_key: str
    credentials: str
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    is_active: bool = True
    last_inbound_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
