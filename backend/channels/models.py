"""A number that customers write to, how it fares, and its message templates."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from backend.platform.columns import Json, Table, TextList, Timestamp


class Channel(Table, table=True):
    """One number at one provider; `credentials` is sealed and never leaves the slice.

    `routing_key` is what the provider calls the number in a delivery that covers several.
    `public_url` is the address under which the provider knows us; empty: the installation's.
    `is_checked` tells whether the provider accepted the present credentials.
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
    public_url: str = ""
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    is_active: bool = True
    is_checked: bool = False
    last_inbound_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class ChannelHealth(Table, table=True):
    """What is known of a channel's condition; a table of its own, for it changes all the time.

    `known_at` says for each fact how old what is known of it is: events come late and in any
    order, and only a newer one counts. A row comes with the first thing there is to know.
    """

    __tablename__ = "channel_health"
    __table_args__ = (Index("channel_health_workspace_id_idx", "workspace_id"),)

    channel_id: UUID = Field(primary_key=True, foreign_key="channel.id")
    workspace_id: UUID = Field(foreign_key="workspace.id")
    handshake_at: datetime | None = Field(default=None, sa_type=Timestamp)
    first_verified_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_verified_at: datetime | None = Field(default=None, sa_type=Timestamp)
    refused_count: int = 0
    last_refused_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_refused_reason: str = ""
    checked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    check_error: str = ""
    probed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    probe_error: str = ""
    display_number: str | None = None
    verified_name: str | None = None
    quality: str | None = None
    messaging_limit: int | None = None
    throughput: int | None = None
    restriction: str | None = None
    token_expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    warnings: list[str] = Field(default_factory=list, sa_type=TextList)
    known_at: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    test_sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
    templates_synced_at: datetime | None = Field(default=None, sa_type=Timestamp)
    templates_error: str = ""


class MessageTemplate(Table, table=True):
    """A message template as its provider has it; what was rejected or paused stays visible."""

    __tablename__ = "template"
    __table_args__ = (
        Index(
            "template_workspace_id_channel_id_name_language_key",
            "workspace_id",
            "channel_id",
            "name",
            "language",
            unique=True,
        ),
        Index(
            "template_workspace_id_provider_template_id_idx",
            "workspace_id",
            "provider_template_id",
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    provider_template_id: str
    name: str
    language: str
    category: str = ""
    status: str
    quality: str | None = None
    components: list[Any] = Field(default_factory=list, sa_type=Json)
    reason: str | None = None
    known_at: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    synced_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
