"""What a person is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp


class Notification(Table, table=True):
    """One thing that one person should know, and whether they have seen it.

    `subject` says what it is about, as `conversation:<id>` or `lead:<id>`. Of two with the same
    `key` for one person the second is not kept.
    """

    __tablename__ = "notification"
    __table_args__ = (
        Index(
            "notification_workspace_id_user_id_id_idx",
            "workspace_id",
            "user_id",
            text("id DESC"),
        ),
        Index(
            "notification_unread_idx",
            "workspace_id",
            "user_id",
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("notification_key_key", "workspace_id", "user_id", "key", unique=True),
        Index("notification_workspace_id_subject_idx", "workspace_id", "subject"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    user_id: UUID = Field(foreign_key="user_account.id")
    kind: str
    subject: str
    text: str
    key: str | None = None
    created_at: datetime = Field(sa_type=Timestamp)
    read_at: datetime | None = Field(default=None, sa_type=Timestamp)
