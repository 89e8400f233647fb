"""Who may do what: pure decisions over an actor and a permission."""

from enum import StrEnum
from typing import assert_never


class Role(StrEnum):
    """What a user is in a workspace."""

    ADMIN = "admin"
    OPERATOR = "operator"


class ActorKind(StrEnum):
    """What is acting."""

    USER = "user"
    API_KEY = "api_key"
    SYSTEM = "system"


class Permission(StrEnum):
    """One area, to read or to write; an API key's scopes are these words."""

    ANALYTICS_READ = "analytics:read"
    CHANNELS_READ = "channels:read"
    CHANNELS_WRITE = "channels:write"
    CONTACTS_READ = "contacts:read"
    CONVERSATIONS_READ = "conversations:read"
    CONVERSATIONS_WRITE = "conversations:write"
    EVENTS_READ = "events:read"
    EVENTS_WRITE = "events:write"
    KEYS_WRITE = "keys:write"
    LEADS_READ = "leads:read"
    LEADS_WRITE = "leads:write"
    MOCK_WRITE = "mock:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    USERS_WRITE = "users:write"


ALL_SCOPES = "all"
FOR_ADMINS = frozenset(
    {
        Permission.CHANNELS_WRITE,
        Permission.EVENTS_WRITE,
        Permission.KEYS_WRITE,
        Permission.RULES_WRITE,
        Permission.USERS_WRITE,
    }
)
FOR_PEOPLE = frozenset({Permission.KEYS_WRITE, Permission.USERS_WRITE})


def role_may(role: Role, permission: Permission) -> bool:
    """Whether a user of this role may: an admin everything, an operator the daily work."""
    match role:
        case Role.ADMIN:
            return True
        case Role.OPERATOR:
            return permission not in FOR_ADMINS
        case _:
            assert_never(role)


def key_may(scopes: frozenset[str], permission: Permission) -> bool:
    """Whether a key with these scopes may; no key makes users or other keys."""
    if permission in FOR_PEOPLE:
        return False
    return ALL_SCOPES in scopes or permission.value in scopes


def unknown_scopes(scopes: frozenset[str]) -> tuple[str, ...]:
    """Return the scopes that name no permission a key can have, sorted."""
    known = {ALL_SCOPES} | {item.value for item in Permission if item not in FOR_PEOPLE}
    return tuple(sorted(scopes - known))
