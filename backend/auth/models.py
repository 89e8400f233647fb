"""Who may sign in, where, and with which key."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Column, Index, func
from sqlmodel import Field

from backend.platform.columns import Table, TextList, Timestamp


class Workspace(Table, table=True):
    """A customer of LeadFlow; every row of theirs carries its id."""

    __tablename__ = "workspace"

    id: UUID = Field(primary_key=True)
    name: str
    timezone: str = "UTC"
    currency: str = "USD"
    created_at: datetime = Field(sa_type=Timestamp)


class UserAccount(Table, table=True):
    """A person who signs in; e-mail addresses differ by more than case."""

    __tablename__ = "user_account"
    __table_args__ = (Index("user_account_email_key", func.lower(Column("email")), unique=True),)

    id: UUID = Field(primary_key=True)
    email: str
    name: str
    password_hash: str
    is_disabled: bool = False
    created_at: datetime = Field(sa_type=Timestamp)


class Membership(Table, table=True):
    """What a user is in a workspace."""

    __tablename__ = "membership"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id", index=True)
    role: str
    created_at: datetime = Field(sa_type=Timestamp)


class SignInSession(Table, table=True):
    """A signed-in browser; only the hash of its token is kept."""

    __tablename__ = "session"
    __table_args__ = (Index("session_workspace_id_user_id_idx", "workspace_id", "user_id"),)

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    user_id: UUID = Field(foreign_key="user_account.id")
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    user_agent: str = ""
    address: str = ""


class ApiKey(Table, table=True):
    """An integrator's key; shown once, kept as a hash."""

    __tablename__ = "api_key"

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id", index=True)
    name: str
    prefix: str
    key_hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_type=TextList)
    created_at: datetime = Field(sa_type=Timestamp)
    last_used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
