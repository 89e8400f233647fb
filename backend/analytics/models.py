"""Daily figures and the marks that say which of them to fold again."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class AnalyticsDaily(Table, table=True):
    """The fold of the facts of one workspace-local day and channel."""

    __tablename__ = "analytics_daily"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    day: date = Field(primary_key=True)
    channel_id: UUID = Field(primary_key=True, foreign_key="channel.id")
    conversations: int = 0
    responded: int = 0
    messages_in: int = 0
    messages_out: int = 0
    delivered: int = 0
    read: int = 0
    failed: int = 0
    leads_new: int = 0
    leads_qualified: int = 0
    leads_converted: int = 0
    leads_lost: int = 0
    rolled_up_at: datetime = Field(sa_type=Timestamp)


class AnalyticsMark(Table, table=True):
    """Facts of this day and channel changed since the last fold."""

    __tablename__ = "analytics_mark"
    __table_args__ = (Index("analytics_mark_workspace_id_idx", "workspace_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigInteger)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    day: date
    channel_id: UUID = Field(foreign_key="channel.id")
