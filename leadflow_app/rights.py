"""Permissions in words: what a role or an API key may, area by area."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Final

from backend.auth import Actor, ActorKind, Permission, Role

AREAS: Final = {
    "analytics": "Analytics",
    "audit": "Audit log",
    "channels": "Channels",
    "contacts": "Contacts",
    "conversations": "Conversations",
    "events": "Deliveries",
    "keys": "API keys",
    "leads": "Leads",
    "mock": "Simulator",
    "rules": "Rules",
    "users": "People",
    "workspace": "Workspace",
}
VERBS: Final = ("read", "write", "export", "erase")
ROLES: Final = {
    Role.ADMIN: "Everything, people, keys and privacy included",
    Role.MANAGER: "Daily work, rules, exports, and who belongs here",
    Role.OPERATOR: "Answer customers and work on leads",
    Role.VIEWER: "Look at everything that concerns customers, change nothing",
}
EVERYTHING: Final = "Everything"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: what is sent, what is read, and what it means."""

    value: str
    label: str
    hint: str = ""


def area_of(permission: Permission) -> str:
    """Name the area of a permission."""
    area = permission.value.partition(":")[0]
    return AREAS[area]


def verb_of(permission: Permission) -> str:
    """Say what is done there."""
    return permission.value.partition(":")[2]


def in_words(permissions: Iterable[Permission]) -> list[str]:
    """Write permissions as one line for each area: `Leads: read and write`."""
    held = frozenset(permissions)
    if held >= frozenset(Permission):
        return [EVERYTHING]
    return [
        f"{area}: {_listed([verb_of(permission) for permission in done])}"
        for area, done in by_area(held).items()
    ]


def by_area(permissions: AbstractSet[Permission]) -> dict[str, list[Permission]]:
    """Sort permissions by the names of their areas, reading first."""
    areas: dict[str, list[Permission]] = {}
    for permission in sorted(permissions, key=_place):
        areas.setdefault(area_of(permission), []).append(permission)
    return areas


def _place(permission: Permission) -> tuple[str, int]:
    return area_of(permission).casefold(), VERBS.index(verb_of(permission))


def of_role(role: Role, actor: Actor) -> frozenset[Permission]:
    """Return what somebody of a role may where the actor is."""
    return replace(actor, kind=ActorKind.USER, role=role).permissions


def of_scopes(scopes: Iterable[str], actor: Actor) -> frozenset[Permission]:
    """Return what a key with these scopes may where the actor is."""
    return replace(actor, kind=ActorKind.API_KEY, scopes=frozenset(scopes)).permissions


def role_options(actor: Actor) -> list[Option]:
    """Return the roles that the actor can give to somebody: none that may more than they."""
    return [
        Option(role.value, role_label(role), ROLES[role])
        for role in Role
        if of_role(role, actor) <= actor.permissions
    ]


def role_label(role: Role) -> str:
    """Name a role."""
    return role.value.capitalize()


def lost(before: AbstractSet[Permission], after: AbstractSet[Permission]) -> list[str]:
    """Say what somebody may no longer do."""
    return in_words(before - after)


def _listed(words: Sequence[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
