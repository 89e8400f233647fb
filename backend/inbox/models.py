"""Conversations, their messages, and what happened to each message later."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp

# Migration 0019 makes the configuration: words as they are, without case and accents. The lines
# are broken as PostgreSQL breaks them when it shows the index.
WORDS = """to_tsvector('leadflow_words',
CASE
    WHEN edited_text IS NULL THEN text
    ELSE edited_text
END)"""


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
        Index(
            "conversation_assignee_idx",
            "workspace_id",
            "assignee_id",
            text("last_message_at DESC"),
            text("id DESC"),
            postgresql_where=text("state = 'open'"),
        ),
        Index(
            "conversation_waiting_idx",
            "workspace_id",
            text("last_message_at DESC"),
            text("id DESC"),
            postgresql_where=text("state = 'open' AND last_direction = 'in'"),
        ),
        Index(
            "conversation_snoozed_idx",
            "workspace_id",
            "snoozed_until",
            postgresql_where=text("snoozed_until IS NOT NULL"),
        ),
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
    told_read_until: datetime | None = Field(default=None, sa_type=Timestamp)
    snoozed_until: datetime | None = Field(default=None, sa_type=Timestamp)
    snoozed_at: datetime | None = Field(default=None, sa_type=Timestamp)
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
            "message_workspace_id_channel_id_sent_at_idx", "workspace_id", "channel_id", "sent_at"
        ),
        Index(
            "message_conversation_id_send_key_key",
            "conversation_id",
            "send_key",
            unique=True,
            postgresql_where=text("send_key IS NOT NULL"),
        ),
        Index(
            "message_unsent_idx",
            "workspace_id",
            "created_at",
            postgresql_where=text("delivery_state IN ('queued', 'posting')"),
        ),
        Index(
            "message_unsettled_idx",
            "workspace_id",
            "next_attempt_at",
            postgresql_where=text("delivery_state = 'unknown' AND next_attempt_at IS NOT NULL"),
        ),
        Index("message_words_idx", text(WORDS), postgresql_using="gin"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID
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
    send_key: UUID | None = None
    delivery_state: str = "received"
    attempts: int | None = None
    next_attempt_at: datetime | None = Field(default=None, sa_type=Timestamp)
    fault: str | None = None
    resent_as: UUID | None = None
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
    workspace_id: UUID
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
    workspace_id: UUID
    channel_id: UUID = Field(foreign_key="channel.id")
    provider_message_id: str
    target_provider_id: str
    kind: str
    direction: str
    text: str | None = None
    occurred_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class ConversationEntry(Table, table=True):
    """What stands in a thread beside the messages: notes, and what was done; never sent."""

    __tablename__ = "conversation_entry"
    __table_args__ = (
        Index(
            "conversation_entry_conversation_idx",
            "workspace_id",
            "conversation_id",
            text("created_at DESC"),
            text("id DESC"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    kind: str
    author_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    text: str = ""
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    created_at: datetime = Field(sa_type=Timestamp)


class ConversationReading(Table, table=True):
    """How far one person has read, beside the mark that all share."""

    __tablename__ = "conversation_reading"
    __table_args__ = (Index("conversation_reading_workspace_id_idx", "workspace_id", "user_id"),)

    conversation_id: UUID = Field(
        primary_key=True, foreign_key="conversation.id", ondelete="CASCADE"
    )
    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    workspace_id: UUID = Field(foreign_key="workspace.id")
    read_until: datetime = Field(sa_type=Timestamp)


class ConversationDraft(Table, table=True):
    """What one person has begun to write; `send_key` names the message that it will be."""

    __tablename__ = "conversation_draft"
    __table_args__ = (Index("conversation_draft_workspace_id_idx", "workspace_id", "user_id"),)

    conversation_id: UUID = Field(
        primary_key=True, foreign_key="conversation.id", ondelete="CASCADE"
    )
    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    workspace_id: UUID = Field(foreign_key="workspace.id")
    text: str
    send_key: UUID
    began_at: datetime = Field(sa_type=Timestamp)
    updated_at: datetime = Field(sa_type=Timestamp)


class ConversationPresence(Table, table=True):
    """Who looks at a conversation, and writes in it, until a moment a few seconds away."""

    __tablename__ = "conversation_presence"
    __table_args__ = (
        Index("conversation_presence_workspace_id_idx", "workspace_id", "seen_until"),
    )

    conversation_id: UUID = Field(
        primary_key=True, foreign_key="conversation.id", ondelete="CASCADE"
    )
    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    workspace_id: UUID = Field(foreign_key="workspace.id")
    seen_until: datetime = Field(sa_type=Timestamp)
    writes_until: datetime | None = Field(default=None, sa_type=Timestamp)


class QuickReply(Table, table=True):
    """A text that everybody in the workspace can put into a reply by its shortcut."""

    __tablename__ = "quick_reply"
    __table_args__ = (
        Index("quick_reply_workspace_id_shortcut_key", "workspace_id", "shortcut", unique=True),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    shortcut: str
    text: str
    author_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    updated_at: datetime = Field(sa_type=Timestamp)


class BulkChange(Table, table=True):
    """What was done to several conversations at once, with how each was before and is after."""

    __tablename__ = "bulk_change"
    __table_args__ = (
        Index("bulk_change_workspace_id_created_at_idx", "workspace_id", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    author_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    kind: str
    before: list[dict[str, Any]] = Field(sa_type=Json)
    after: dict[str, Any] = Field(sa_type=Json)
    created_at: datetime = Field(sa_type=Timestamp)
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)
