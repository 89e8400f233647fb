"""What leaves the slice: actors and frozen views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.auth.errors import NotPermitted
from backend.auth.policy import GRANTS, ActorKind, Permission, Role, scoped
from backend.kit.ids import UserId, WorkspaceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks: a signed-in user, an API key, or the system working for a workspace.

    `address` is the network address that the request came from, empty for the system.
    """

    workspace_id: WorkspaceId
    kind: ActorKind
    name: str
    user_id: UserId | None = None
    role: Role = Role.VIEWER
    scopes: frozenset[str] = field(default_factory=frozenset[str])
    session_id: UUID | None = None
    key_id: UUID | None = None
    address: str = ""

    @classmethod
    def system(cls, workspace_id: UUID) -> "Actor":
        """Return the actor of background work and of rules."""
        return cls(workspace_id=WorkspaceId(workspace_id), kind=ActorKind.SYSTEM, name="LeadFlow")

    @property
    def permissions(self) -> frozenset[Permission]:
        """Everything that this actor may do."""
        match self.kind:
            case ActorKind.SYSTEM:
                return frozenset(Permission)
            case ActorKind.API_KEY:
                return scoped(self.scopes)
            case ActorKind.USER:
                return GRANTS[self.role]

    def may(self, permission: Permission) -> bool:
        """Whether this actor has the permission."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Raise `NotPermitted` unless this actor has the permission."""
        if not self.may(permission):
            message = f"this needs the permission {permission.value}, which {self.name} lacks"
            raise NotPermitted(message, expected=permission.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceView:
    """A workspace; `timezone` is an IANA name, `currency` an ISO 4217 code."""

    id: WorkspaceId
    name: str
    timezone: str
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A new session; its token and the device's exist only here and in the browser's cookies."""

    token: str = field(repr=False)
    actor: Actor
    expires_at: datetime
    device: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedApiKey:
    """A new key, or a new secret of one, shown this once."""

    id: UUID
    key: str = field(repr=False)
    prefix: str


class ApiKeyState(StrEnum):
    """Whether a key opens anything."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKeyView:
    """A key without its secret; the one before a rotation works until `previous_expires_at`."""

    id: UUID
    name: str
    prefix: str
    scopes: tuple[str, ...]
    state: ApiKeyState
    creator_name: str
    created_at: datetime
    last_used_at: datetime | None
    last_used_address: str
    expires_at: datetime | None
    revoked_at: datetime | None
    previous_expires_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuery:
    """Which entries of the log; `action` is how the action begins, `ends_at` is excluded."""

    action: str | None = None
    actor_id: UUID | None = None
    subject: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntryView:
    """Who did what to what, from where; names are those of that moment."""

    sequence: int
    id: UUID
    occurred_at: datetime
    actor_kind: ActorKind
    actor_id: UUID | None
    actor_name: str
    address: str
    action: str
    subject: str
    details: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditVerdict:
    """Whether a log is as it was written.

    `entries` counts those that are, from the first; `broken_at` is the first that is not.
    """

    is_intact: bool
    entries: int
    broken_at: int | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserInput:
    """A new user as an admin describes them."""

    email: str
    name: str
    password: str = field(repr=False)
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstAdmin:
    """The account made at the first start; `password` only when we made it up."""

    email: str
    password: str | None = field(repr=False)


class MemberState(StrEnum):
    """How somebody stands to a workspace."""

    ACTIVE = "active"
    DISABLED = "disabled"
    INVITED = "invited"


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """Somebody of a workspace; who is only invited has the invitation's id and no name yet."""

    id: UUID
    name: str
    email: str
    role: Role
    state: MemberState
    is_owner: bool
    has_second_factor: bool
    last_seen_at: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberQuery:
    """Which people to list; `search` is a part of the name or the address."""

    search: str | None = None
    state: MemberState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationView:
    """An open invitation, without its link."""

    id: UUID
    email: str
    role: Role
    inviter_name: str
    created_at: datetime
    expires_at: datetime
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedInvitation:
    """A new invitation; `path` is its link below the public address, shown this once."""

    id: UUID
    email: str
    role: Role
    path: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationOffer:
    """What a valid link offers; `account_id` is whose account has to accept it, if there is one."""

    id: UUID
    workspace_id: WorkspaceId
    workspace_name: str
    email: str
    role: Role
    account_id: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """How somebody new wants to be called and to sign in."""

    name: str
    password_hash: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Whoever is at the door: where they come from, and what their browser says of itself.

    `device` is the token of a browser that signed in before, or empty.
    """

    address: str = ""
    user_agent: str = ""
    device: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAsked:
    """The password was right, and nobody is signed in before a code is right too."""

    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One of somebody's signed-in browsers; `device` is in words, such as "Firefox on Linux"."""

    id: UUID
    device: str
    address: str
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MyWorkspace:
    """A workspace that somebody may work in, and as what."""

    id: WorkspaceId
    name: str
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorOffer:
    """What an authenticator app needs, shown until a code confirms it.

    `secret` is base32 for typing, `uri` the same for the app, and `qr` the `uri` as a picture: an
    SVG inside a `data:` address.
    """

    secret: str = field(repr=False)
    uri: str = field(repr=False)
    qr: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityView:
    """How somebody's own account is secured, and what they sign in with."""

    email: str
    second_factor_since: datetime | None
    recovery_codes_left: int
    password_changed_at: datetime
