"""Leads, their score ledger and their timeline."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, TextList, Timestamp


class Lead(Table, table=True):
    """An interest of a contact; a contact has at most one that is still open on a channel.

    `score` repeats the sum of the ledger, written in the same transaction as its entries.
    """

    __tablename__ = "lead"
    __table_args__ = (
        Index(
            "lead_one_open_key",
            "channel_id",
            "contact_id",
            unique=True,
            postgresql_where=text("stage NOT IN ('converted', 'lost')"),
        ),
        Index(
            "lead_workspace_id_last_activity_at_idx",
            "workspace_id",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index("lead_workspace_id_score_idx", "workspace_id", text("score DESC"), text("id DESC")),
        Index(
            "lead_workspace_id_opened_at_idx",
            "workspace_id",
            text("opened_at DESC"),
            text("id DESC"),
        ),
        Index(
            "lead_workspace_id_stage_last_activity_at_idx",
            "workspace_id",
            "stage",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index(
            "lead_workspace_id_stage_score_idx",
            "workspace_id",
            "stage",
            text("score DESC"),
            text("id DESC"),
        ),
        Index(
            "lead_workspace_id_owner_id_last_activity_at_idx",
            "workspace_id",
            "owner_id",
            text("last_activity_at DESC"),
            text("id DESC"),
        ),
        Index("lead_workspace_id_qualified_at_idx", "workspace_id", "qualified_at"),
        Index("lead_workspace_id_converted_at_idx", "workspace_id", "converted_at"),
        Index("lead_workspace_id_lost_at_idx", "workspace_id", "lost_at"),
        Index(
            "lead_not_stale_idx",
            "workspace_id",
            "stage",
            "last_activity_at",
            postgresql_where=text("stale_at IS NULL AND stage NOT IN ('converted', 'lost')"),
        ),
        Index(
            "lead_decaying_idx",
            "workspace_id",
            text("COALESCE(decayed_on, '-infinity'::date)"),
            postgresql_where=text("score > 0 AND stage NOT IN ('converted', 'lost')"),
        ),
        Index(
            "lead_returned_idx",
            "workspace_id",
            text("opened_at DESC"),
            text("id DESC"),
            postgresql_where=text("returned_from IS NOT NULL"),
        ),
        Index(
            "lead_stale_idx",
            "workspace_id",
            text("last_activity_at DESC"),
            text("id DESC"),
            postgresql_where=text("stale_at IS NOT NULL"),
        ),
        Index("lead_tags_idx", "tags", postgresql_using="gin"),
        Index("lead_contact_id_idx", "contact_id"),
        Index("lead_conversation_id_idx", "conversation_id"),
        CheckConstraint("(value IS NULL) = (currency IS NULL)", name="lead_value_has_currency"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    channel_id: UUID = Field(foreign_key="channel.id")
    contact_id: UUID = Field(foreign_key="contact.id")
    conversation_id: UUID = Field(foreign_key="conversation.id")
    campaign_send_id: UUID | None = None
    stage: str = "new"
    tags: list[str] = Field(default_factory=list, sa_type=TextList)
    score: int = 0
    owner_id: UUID | None = Field(default=None, foreign_key="user_account.id")
    value: Decimal | None = Field(default=None, max_digits=18, decimal_places=2)
    currency: str | None = None
    opened_at: datetime = Field(sa_type=Timestamp)
    last_activity_at: datetime = Field(sa_type=Timestamp)
    qualified_at: datetime | None = Field(default=None, sa_type=Timestamp)
    converted_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lost_at: datetime | None = Field(default=None, sa_type=Timestamp)
    loss_reason: str | None = None
    stale_at: datetime | None = Field(default=None, sa_type=Timestamp)
    decayed_on: date | None = None
    returned_from: UUID | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    updated_at: datetime = Field(sa_type=Timestamp)


class ScoreEntry(Table, table=True):
    """Points and why; append-only, and one entry for each cadence key."""

    __tablename__ = "score_entry"
    __table_args__ = (
        Index("score_entry_lead_id_cadence_key_key", "lead_id", "cadence_key", unique=True),
        Index("score_entry_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID
    lead_id: UUID = Field(foreign_key="lead.id")
    rule_version_id: UUID | None = None
    message_id: UUID | None = Field(default=None, foreign_key="message.id", index=True)
    points: int
    reason: str
    cadence_key: str
    occurred_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class LeadEvent(Table, table=True):
    """One line of a lead's timeline; append-only."""

    __tablename__ = "lead_event"
    __table_args__ = (
        Index(
            "lead_event_lead_id_occurred_at_idx",
            "lead_id",
            text("occurred_at DESC"),
            text("id DESC"),
        ),
        Index("lead_event_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID
    lead_id: UUID = Field(foreign_key="lead.id")
    kind: str
    actor_name: str
    message_id: UUID | None = Field(default=None, foreign_key="message.id", index=True)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    occurred_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)


class LifecycleSettings(Table, table=True):
    """What a workspace asks of its leads; without a row, the defaults hold.

    `rest` holds what no statement filters by; `number` counts the changes, which the audit log
    tells one by one. Nothing decays for days up to `decays_after`.
    """

    __tablename__ = "lifecycle"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    number: int
    warm_from: int
    hot_from: int
    rest: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    decays_after: date | None = None
    changed_by: str
    updated_at: datetime = Field(sa_type=Timestamp)
