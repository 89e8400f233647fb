"""Who may do what: pure decisions over an actor and a permission.

`GRANTS` is the whole matrix; `docs/permissions.md` shows it and a test holds the two together.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What a user is in a workspace, the most powerful first."""

    ADMIN = "admin"
    MANAGER = "manager"
    OPERATOR = "operator"
    VIEWER = "viewer"


class ActorKind(StrEnum):
    """What is acting."""

    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class Permission(StrEnum):
    """One area, to read or to write; an API key's scopes are these words."""

    ANALYTICS_READ = "analytics:read"
    AUDIT_READ = "audit:read"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    CONTACTS_ERASE = "contacts:erase"
    CONTACTS_EXPORT = "contacts:export"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    MOCK_WRITE = "mock:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    USERS_READ = "users:read"
    USERS_WRITE = "users:write"
    WORKSPACE_WRITE = "workspace:write"


VIEWING: Final = frozenset(
    {
        Permission.ANALYTICS_READ,
        Permission.CHANNELS_READ,
        Permission.CONTACTS_READ,
        Permission.CONVERSATIONS_READ,
        Permission.LEADS_READ,
        Permission.RULES_READ,
    }
)
DAILY_WORK: Final = VIEWING | {
    Permission.CONTACTS_WRITE,
    Permission.CONVERSATIONS_WRITE,
    Permission.EVENTS_READ,
    Permission.LEADS_WRITE,
    Permission.MOCK_WRITE,
}
MANAGING: Final = DAILY_WORK | {
    Permission.CONTACTS_EXPORT,
    Permission.EVENTS_WRITE,
    Permission.RULES_WRITE,
    Permission.USERS_READ,
}
GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ADMIN: frozenset(Permission),
    Role.MANAGER: MANAGING,
    Role.OPERATOR: DAILY_WORK,
    Role.VIEWER: VIEWING,
}

ALL_SCOPES: Final = "all"


def role_may(role: Role, permission: Permission) -> bool:
    """Whether a user of this role may."""
    return permission in GRANTS[role]


def key_may(scopes: frozenset[str], permission: Permission) -> bool:
    """Whether a key with these scopes may."""
    return ALL_SCOPES in scopes or permission.value in scopes


def may_hand_on(held: frozenset[Permission], given: frozenset[Permission]) -> bool:
    """Whether somebody may give these permissions to a key or a user: nobody gives what they lack.

    The same holds for taking them away, so that nobody removes somebody mightier.
    """
    return given <= held


def scoped(scopes: frozenset[str]) -> frozenset[Permission]:
    """Return what a key with these scopes may do."""
    return frozenset(item for item in Permission if key_may(scopes, item))


def unknown_scopes(scopes: frozenset[str]) -> tuple[str, ...]:
    """Return the scopes that name no permission, sorted."""
    known = {ALL_SCOPES} | {item.value for item in Permission}
    return tuple(sorted(scopes - known))
