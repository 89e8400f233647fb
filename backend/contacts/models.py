"""People and the identifiers they are known by."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Column, Computed, Index, Text, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, TextList, Timestamp

SEARCH_TEXT = (
    "coalesce(display_name, '') || ' ' || coalesce(phone, '') || ' ' || coalesce(username, '')"
)
# Longer names are cut, since an entry of an index has a greatest size.
NAME_KEY = "left(lower(display_name), 200)"


class Contact(Table, table=True):
    """A person. `phone`, `bsuid` and `username` repeat the live identifiers for reading.

    `name_key` is the name in lower case, by which namesakes are found.
    """

    __tablename__ = "contact"
    __table_args__ = (
        Index(
            "contact_workspace_id_last_seen_at_idx",
            "workspace_id",
            text("last_seen_at DESC"),
            text("id DESC"),
        ),
        Index(
            "contact_workspace_id_name_key_idx",
            "workspace_id",
            "name_key",
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
    name_key: str | None = Field(
        default=None, sa_column=Column(Text, Computed(NAME_KEY, persisted=True))
    )
    last_seen_at: datetime = Field(sa_type=Timestamp)
    created_at: datetime = Field(sa_type=Timestamp)
    erased_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ContactIdentifier(Table, table=True):
    """One way to find a person; kinds are phone, bsuid and username.

    A phone's `value` is the form that stands for the subscriber, `shown` the form that the provider
    used last. `came_with` is an identifier (`kind value`) that showed whose a later one is.
    """

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
    shown: str | None = None
    came_with: str | None = None
    seen_at: datetime = Field(sa_type=Timestamp)


class ContactMerge(Table, table=True):
    """Two contacts that became one: who said so, and all rows as they were before, by table."""

    __tablename__ = "contact_merge"
    __table_args__ = tuple(
        Index(f"contact_merge_workspace_id_{column}_idx", "workspace_id", column, "id")
        for column in ("survivor_id", "absorbed_id")
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    survivor_id: UUID
    absorbed_id: UUID
    reason: str
    merged_by: str
    merged_at: datetime = Field(sa_type=Timestamp)
    undone_by: str | None = None
    undone_at: datetime | None = Field(default=None, sa_type=Timestamp)
    image: dict[str, Any] = Field(sa_type=Json)


class ContactArrival(Table, table=True):
    """By which identifier a message came to a contact that two were merged into."""

    __tablename__ = "contact_arrival"
    __table_args__ = (
        Index("contact_arrival_workspace_id_contact_id_idx", "workspace_id", "contact_id"),
    )

    message_id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    contact_id: UUID
    kind: str
    value: str


class ErasedIdentifier(Table, table=True):
    """The keyed hash of an identifier of somebody who was erased, so that old news stays out."""

    __tablename__ = "erased_identifier"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    mark: str = Field(primary_key=True)
    erased_at: datetime = Field(sa_type=Timestamp)


class ConsentEvent(Table, table=True):
    """One thing that was said about consent, and what shows it; rows are added and never changed.

    Only erasure blanks what was written, and a merge hands rows to the contact that stays.
    """

    __tablename__ = "consent_event"
    __table_args__ = (
        Index(
            "consent_event_said_idx",
            "workspace_id",
            "contact_id",
            "purpose",
            text("occurred_at DESC"),
            text("id DESC"),
        ),
        Index(
            "consent_event_message_key",
            "workspace_id",
            "message_id",
            "purpose",
            unique=True,
            postgresql_where=text("message_id IS NOT NULL"),
        ),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    contact_id: UUID = Field(foreign_key="contact.id")
    channel_id: UUID | None = Field(default=None, foreign_key="channel.id")
    purpose: str
    change: str
    how: str
    message_id: UUID | None = None
    words: str | None = None
    note: str | None = None
    actor_name: str
    occurred_at: datetime = Field(sa_type=Timestamp)
    recorded_at: datetime = Field(sa_type=Timestamp)


class ConsentSetting(Table, table=True):
    """Which words of a workspace's customers change consent, and what is answered to them."""

    __tablename__ = "consent_setting"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    stop_words: list[str] = Field(sa_type=TextList)
    start_words: list[str] = Field(sa_type=TextList)
    confirms: bool
    stopped_text: str
    started_text: str
    changed_by: str
    updated_at: datetime = Field(sa_type=Timestamp)
