"""Who may sign in, where, and with which key."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, func, text
from sqlmodel import Field

from backend.platform.columns import Json, Table, TextList, Timestamp


class Workspace(Table, table=True):
    """A customer of LeadFlow; every row of theirs carries its id."""

    __tablename__ = "workspace"

    id: UUID = Field(primary_key=True)
    name: str
    timezone: str = "UTC"
    currency: str = "USD"
    created_at: datetime = Field(sa_type=Timestamp)


class UserAccount(Table, table=True):
    """A person who signs in; e-mail addresses differ by more than case.

    `second_factor_at` says since when a code is asked for after the password.
    """

    __tablename__ = "user_account"
    __table_args__ = (Index("user_account_email_key", func.lower(Column("email")), unique=True),)

    id: UUID = Field(primary_key=True)
    email: str
    name: str
    password_hash: str
    password_changed_at: datetime | None = Field(default=None, sa_type=Timestamp)
    second_factor_at: datetime | None = Field(default=None, sa_type=Timestamp)
    is_disabled: bool = False
    created_at: datetime = Field(sa_type=Timestamp)


class Membership(Table, table=True):
    """What a user is in a workspace; its one owner is an admin who can sign in there."""

    __tablename__ = "membership"
    __table_args__ = (
        CheckConstraint(
            "NOT is_owner OR (role = 'admin' AND NOT is_disabled)",
            name="membership_owner_is_active_admin",
        ),
        Index(
            "membership_workspace_id_owner_key",
            "workspace_id",
            unique=True,
            postgresql_where=text("is_owner"),
        ),
        Index("membership_workspace_id_created_at_idx", "workspace_id", "created_at", "user_id"),
    )

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id", index=True)
    role: str
    is_owner: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    is_disabled: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    created_at: datetime = Field(sa_type=Timestamp)


class Invitation(Table, table=True):
    """An open offer to join a workspace; used and withdrawn ones are gone.

    Whoever holds the link may answer it, so only the hash of its token is kept.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        Index(
            "invitation_workspace_id_email_key",
            "workspace_id",
            func.lower(Column("email")),
            unique=True,
        ),
        Index("invitation_workspace_id_created_at_idx", "workspace_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    email: str
    role: str
    token_hash: str = Field(unique=True)
    invited_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    inviter_name: str
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)


class SignInSession(Table, table=True):
    """A signed-in browser; only the hash of its token is kept.

    `last_seen_at` is written at most once a minute.
    """

    __tablename__ = "session"
    __table_args__ = (Index("session_workspace_id_user_id_idx", "workspace_id", "user_id"),)

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Timestamp)
    last_seen_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    user_agent: str = ""
    address: str = ""


class KnownDevice(Table, table=True):
    """A browser that signed in to an account before; only the hash of its token is kept."""

    __tablename__ = "known_device"

    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    token_hash: str = Field(primary_key=True, index=True)
    created_at: datetime = Field(sa_type=Timestamp)
    last_seen_at: datetime = Field(sa_type=Timestamp)


class SignInAttempt(Table, table=True):
    """How often signing in failed lately, for an account, an address or a device.

    The key is a keyed hash, so that the row tells neither.
    """

    __tablename__ = "sign_in_attempt"

    key: str = Field(primary_key=True)
    failures: int
    began_at: datetime = Field(sa_type=Timestamp, index=True)
    last_at: datetime = Field(sa_type=Timestamp)


class SignInChallenge(Table, table=True):
    """Somebody who gave the right password and is asked for a code; not signed in."""

    __tablename__ = "sign_in_challenge"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    token_hash: str = Field(unique=True)
    wrong_codes: int = 0
    expires_at: datetime = Field(sa_type=Timestamp)


class SecondFactor(Table, table=True):
    """The secret behind somebody's codes, sealed; in force once a code has confirmed it.

    `last_step` is the time step of the last code used, for a code is accepted once.
    """

    __tablename__ = "second_factor"

    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    sealed_secret: str
    last_step: int = Field(default=0, sa_type=BigInteger)
    created_at: datetime = Field(sa_type=Timestamp)
    confirmed_at: datetime | None = Field(default=None, sa_type=Timestamp)


class RecoveryCode(Table, table=True):
    """A code on paper that stands in for the second factor once."""

    __tablename__ = "recovery_code"

    user_id: UUID = Field(primary_key=True, foreign_key="user_account.id")
    code_hash: str = Field(primary_key=True)
    used_at: datetime | None = Field(default=None, sa_type=Timestamp)


class PasswordReset(Table, table=True):
    """A link that sets a password once.

    Where `for_workspace_id` is set, an admin of that workspace made it, and it is void for whoever
    belongs to another workspace too.
    """

    __tablename__ = "password_reset"

    id: UUID = Field(primary_key=True)
    user_id: UUID = Field(foreign_key="user_account.id", index=True)
    for_workspace_id: UUID | None = Field(default=None, foreign_key="workspace.id")
    token_hash: str = Field(unique=True)
    created_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)


class ApiKey(Table, table=True):
    """An integrator's key; shown once, kept as a hash.

    After a rotation the secret before it is good until `previous_expires_at`.
    """

    __tablename__ = "api_key"
    __table_args__ = (
        Index("api_key_workspace_id_created_at_idx", "workspace_id", "created_at", "id"),
    )

    id: UUID = Field(primary_key=True)
    workspace_id: UUID = Field(foreign_key="workspace.id")
    name: str
    prefix: str
    key_hash: str = Field(unique=True)
    scopes: list[str] = Field(sa_type=TextList)
    created_at: datetime = Field(sa_type=Timestamp)
    created_by: UUID | None = Field(default=None, foreign_key="user_account.id")
    creator_name: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    last_used_at: datetime | None = Field(default=None, sa_type=Timestamp)
    last_used_address: str = Field(default="", sa_column_kwargs={"server_default": text("''")})
    expires_at: datetime | None = Field(default=None, sa_type=Timestamp)
    revoked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    previous_key_hash: str | None = Field(default=None, unique=True)
    previous_expires_at: datetime | None = Field(default=None, sa_type=Timestamp)


class AuditEntry(Table, table=True):
    """Who did what; every entry of a workspace holds the hash of the one before."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("audit_entry_workspace_id_actor_id_idx", "workspace_id", "actor_id", "sequence"),
        Index("audit_entry_workspace_id_subject_idx", "workspace_id", "subject", "sequence"),
        Index(
            "audit_entry_workspace_id_occurred_at_idx", "workspace_id", "occurred_at", "sequence"
        ),
        Index(
            "audit_entry_workspace_id_action_idx",
            "workspace_id",
            "action",
            "sequence",
            postgresql_ops={"action": "text_pattern_ops"},
        ),
    )

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    id: UUID
    occurred_at: datetime = Field(sa_type=Timestamp)
    actor_kind: str
    actor_id: UUID | None = None
    actor_name: str
    address: str
    action: str
    subject: str
    details: dict[str, Any] = Field(sa_type=Json)
    previous_hash: str
    hash: str


class AuditHead(Table, table=True):
    """The last entry of a workspace's log, so that a log cut short is found."""

    __tablename__ = "audit_head"

    workspace_id: UUID = Field(primary_key=True, foreign_key="workspace.id")
    sequence: int = Field(sa_type=BigInteger)
    hash: str
