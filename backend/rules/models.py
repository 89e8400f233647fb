"""Rules, their versions and their runs."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, Timestamp


class Rule(Table, table=True):
    """A rule by name; what it does stands in its current version. Archived, it never acts."""

    __tablename__ = "rule"
    __table_args__ = (
        Index(
            "rule_workspace_id_name_key",
            "workspace_id",
            "name",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
        ),
        Index("rule_workspace_id_priority_idx", "workspace_id", "priority", "id"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    name: str
    priority: int
    is_enabled: bool = False
    current_version_id: UUID
    archived_at: datetime | None = Field(default=None, sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    updated_at: datetime = Field(sa_type=Timestamp)


class RuleVersion(Table, table=True):
    """What a rule said at some time; never changed."""

    __tablename__ = "rule_version"
    __table_args__ = (
        Index("rule_version_rule_id_number_key", "rule_id", "number", unique=True),
        Index("rule_version_workspace_id_created_at_idx", "workspace_id", "created_at"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    rule_id: UUID = Field(foreign_key="rule.id")
    number: int
    definition: dict[str, Any] = Field(sa_type=Json)
    author_name: str
    comment: str = ""
    created_at: datetime = Field(sa_type=Timestamp)


class RuleRun(Table, table=True):
    """A rule that matched a message, and what it changed; one for each pair."""

    __tablename__ = "rule_run"
    __table_args__ = (
        Index("rule_run_message_id_rule_id_key", "message_id", "rule_id", unique=True),
        Index("rule_run_rule_id_occurred_at_idx", "rule_id", "occurred_at"),
        Index("rule_run_workspace_id_occurred_at_idx", "workspace_id", "occurred_at"),
        Index("rule_run_lead_id_idx", "lead_id"),
        Index(
            "rule_run_rule_version_id_idx",
            "rule_version_id",
            "lead_id",
            postgresql_where=text("undone_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID
    rule_id: UUID
    rule_version_id: UUID = Field(foreign_key="rule_version.id")
    message_id: UUID = Field(foreign_key="message.id")
    lead_id: UUID = Field(foreign_key="lead.id")
    effects: list[dict[str, Any]] = Field(sa_type=Json)
    occurred_at: datetime = Field(sa_type=Timestamp)
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)
    undone_by: str | None = None


class Backtest(Table, table=True):
    """Rules held against what customers wrote; `counted` grows from one chunk of leads to the next.

    `rules` are those in force when it was asked for, `position` the last lead that was counted, in
    the order of ids.
    """

    __tablename__ = "backtest"
    __table_args__ = (
        Index("backtest_workspace_id_id_idx", "workspace_id", "id"),
        Index(
            "backtest_active_key",
            "workspace_id",
            unique=True,
            postgresql_where=text("finished_at IS NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    state: str
    days: int
    sample: int | None = None
    drafts: list[dict[str, Any]] = Field(sa_type=Json)
    rules: list[dict[str, Any]] = Field(sa_type=Json)
    total: int
    done: int
    messages: int
    position: UUID | None = None
    counted: dict[str, Any] = Field(sa_type=Json)
    error: str | None = None
    requested_by: str
    created_at: datetime = Field(sa_type=Timestamp)
    started_at: datetime | None = Field(default=None, sa_type=Timestamp)
    finished_at: datetime | None = Field(default=None, sa_type=Timestamp)
    lease_until: datetime | None = Field(default=None, sa_type=Timestamp)
