"""People and the identifiers they are known by."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Computed, Index, Text, text
from sqlmodel import Field

from backend.platform.columns import Table, Timestamp

SEARCH_TEXT = (
    "coalesce(display_name, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(username, '')"
)


class Contact(Table, table=True):
    """A person. `phone`, `bsuid` and `username` repeat the live identifiers for reading."""

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "contact_workspace_id_last_seen_at_idx",
            "workspace_id",
            text("last_seen_at DESC"),
            text("id DESC"),
        ),
        Index(
            "contact_search_idx",
            "search_text",
            postgresql_using="gin",
            postgresql_ops={"search_text": "gin_trgm_ops"},
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    display_name: str | None = None
    named_at: datetime | None = Field(default=None, sa_type=Timestamp)
    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None
    search_text: str = Field(
        default="", sa_column=Column(Text, Computed(SEARCH_TEXT, persisted=True))
    )
    last_seen_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    erased_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ContactIdentifier(Table, table=True):
    """One way to find a person; kinds are phone, bsuid and username."""

    __tablename__ = "contact_identifier"
    __table_args__ = (
        Index(
            "contact_identifier_workspace_id_kind_value_key",
            "workspace_id",
            "kind",
            "value",
            unique=True,
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    contact_id: UUID = Field(foreign_key="contact.id", index=True)
    kind: str
    value: str
    seen_at: datetime = Field(sa_type=Timestamp)
