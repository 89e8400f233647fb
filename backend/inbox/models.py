"""Conversations, their messages, and what happened to each message later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class Conversation(Table, table=True):
    """A thread with one contact on one channel; at most one of them is open."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index(
            "conversation_one_open_key",
            "channel_id",
            "contact_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "conversation_workspace_id_state_last_message_at_idx",
            "workspace_id",
            "state",
            text("last_message_at DESC"),
            text("id DESC"),
        ),
        Index(
            "conversation_workspace_id_last_message_at_idx",
            "workspace_id",
            text("last_message_at DESC"),
            text("id DESC"),
        ),
        Index(
            "conversation_workspace_id_channel_id_opened_at_idx",
            "workspace_id",
            "channel_id",
            "opened_at",
        ),
        Index("conversation_contact_id_idx", "contact_id"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    contact_id: UUID = Field(foreign_key="contact.id")
    state: str = "open"
    assignee_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    unread_count: int = 0
    snippet: str = ""
    last_direction: str = "in"
    last_kind: str = "text"
    last_message_at: datetime = Field(sa_type=Timestamp)
    window_expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    opened_at: datetime = Field(sa_type=Timestamp)
    first_inbound_at: datetime | None = Field(default=None, sa_type=Timestamp)
    first_responded_at: datetime | None = Field(default=None, sa_type=Timestamp)
    read_until: datetime | None = Field(default=None, sa_type=Timestamp)
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class Message(Table, table=True):
    """One message; `status` and the edit and revoke marks are folds of the histories below."""

    __tablename__ = "message"
    __table_args__ = (
        Index(
            "message_channel_id_provider_message_id_key",
            "channel_id",
            "provider_message_id",
            unique=True,
        ),
        Index(
            "message_conversation_id_sent_at_idx",
            "conversation_id",
            text("sent_at DESC"),
            text("id DESC"),
        ),
        Index(
            "message_conversation_id_direction_sent_at_idx",
            "conversation_id",
            "direction",
            "sent_at",
        ),
        Index(
            "message_workspace_id_channel_id_sent_at_idx", "workspace_id", "channel_id", "sent_at"
        ),
        Index(
            "message_unsent_idx",
            "workspace_id",
            "created_at",
            postgresql_where=text("delivery_state IN ('queued', 'posting')"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    direction: str
    kind: str
    text: str | None = None
    snippet: str = ""
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    choice: str | None = None
    provider_message_id: str | None = None
    quoted_provider_id: str | None = None
    author_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    delivery_state: str = "received"
    posting_at: datetime | None = Field(default=None, sa_type=Timestamp)
    status: str | None = None
    status_at: datetime | None = Field(default=None, sa_type=Timestamp)
    error: str | None = None
    edited_text: str | None = None
    edited_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    sent_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class MessageStatus(Table, table=True):
    """One step that a provider reported, whether or not we know the message yet."""

    __tablename__ = "message_status"
    __table_args__ = (
        Index(
            "message_status_step_key",
            "channel_id",
            "provider_message_id",
            "status",
            "occurred_at",
            "recipient",
            unique=True,
        ),
        Index("message_status_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    provider_message_id: str
    status: str
    occurred_at: datetime = Field(sa_type=Timestamp)
    recipient: str = ""
    error_code: str | None = None
    error_title: str | None = None
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Timestamp)


class MessageAnnotation(Table, table=True):
    """A reaction, edit or revocation, kept apart so that it may arrive before its message."""

    __tablename__ = "message_annotation"
    __table_args__ = (
        Index(
            "message_annotation_provider_message_id_key",
            "channel_id",
            "provider_message_id",
            unique=True,
        ),
        Index("message_annotation_target_idx", "channel_id", "target_provider_id"),
        Index("message_annotation_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    provider_message_id: str
    target_provider_id: str
    kind: str
    direction: str
    text: str | None = None
    occurred_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
