"""What leaves the slice: actors and frozen views."""

from dataclasses import dataclass, field
from datetime import datetime
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
    """A new session; the token exists only here and in the browser's cookie."""

    token: str
    actor: Actor
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatedApiKey:
    """A new key, shown this once."""

    id: UUID
    key: str
    prefix: str


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
    password: str | None
