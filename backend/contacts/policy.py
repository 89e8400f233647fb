"""Who is who: identifiers that were ever seen together are one person.

A contact is a connected component of identifiers. That does not depend on the order in which
deliveries arrive, so a redelivery or a late one ends in the same contacts.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from backend.channels import Identity
from backend.kit.phone import forms, subscriber


class IdentifierKind(StrEnum):
    """How a person can be found."""

    PHONE = "phone"
    BSUID = "bsuid"
    USERNAME = "username"


Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """One component: its identifiers and the contacts that already hold some of them."""

    keys: tuple[Key, ...]
    contact_ids: tuple[UUID, ...]


def keys_of(identity: Identity) -> tuple[Key, ...]:
    """Return the identifiers that name this person.

    A number counts in the form that stands for its subscriber. A username can pass to somebody
    else, so it identifies only when it is all there is.
    """
    keys: list[Key] = []
    if identity.phone:
        keys.append((IdentifierKind.PHONE, subscriber(identity.phone)))
    if identity.bsuid:
        keys.append((IdentifierKind.BSUID, identity.bsuid))
    if not keys and identity.username:
        keys.append((IdentifierKind.USERNAME, identity.username.lower()))
    return tuple(keys)


def shown_as(key: Key, identity: Identity) -> str:
    """Return how the provider wrote an identifier; that form is shown, and written to."""
    kind, value = key
    return identity.phone or value if kind == IdentifierKind.PHONE else value


def forms_of(key: Key) -> tuple[Key, ...]:
    """Return an identifier in every form in which it may have been kept."""
    kind, value = key
    written = forms(value) if kind == IdentifierKind.PHONE else (value,)
    return tuple((kind, form) for form in written)


def people(groups: Iterable[Sequence[Key]], known: Mapping[Key, UUID]) -> tuple[Person, ...]:
    """Join groups of identifiers, and the contacts that hold them, into people."""
    parent: dict[Key | UUID, Key | UUID] = {}

    def root(node: Key | UUID) -> Key | UUID:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for group in groups:
        nodes: list[Key | UUID] = [*group, *(known[key] for key in group if key in known)]
        for node in nodes:
            parent[root(node)] = root(nodes[0])
    members: dict[Key | UUID, list[Key | UUID]] = {}
    for node in parent:
        members.setdefault(root(node), []).append(node)
    return tuple(
        Person(
            tuple(node for node in nodes if isinstance(node, tuple)),
            tuple(sorted(node for node in nodes if isinstance(node, UUID))),
        )
        for nodes in members.values()
    )


def key_text(key: Key) -> str:
    """Write an identifier as one text: `phone +12065550123`."""
    return f"{key[0]} {key[1]}"


def sides(
    before: Mapping[str, UUID], since: Mapping[str, str | None], otherwise: UUID
) -> dict[str, UUID]:
    """Return whose each identifier (as `key_text`) is when a merge is taken apart.

    `before` says whose each was before the merge, `since` which earlier one showed whose a later
    one is. One that nothing shows belongs to `otherwise`.
    """
    found = dict(before)
    for key in since:
        trail = [key]
        while trail[-1] not in found and (came_with := since.get(trail[-1])):
            if came_with in trail:
                break
            trail.append(came_with)
        side = found.get(trail[-1], otherwise)
        found |= dict.fromkeys(trail, side)
    return found


def apart(
    group: Sequence[Key], known: Mapping[Key, UUID], divided: Collection[frozenset[UUID]]
) -> tuple[Key, ...]:
    """Return the identifiers of a group without those of somebody said to be another person.

    The first identifier says who it is about.
    """
    speaker = next((known[key] for key in group if key in known), None)
    return tuple(
        key
        for key in group
        if key not in known or speaker is None or frozenset((speaker, known[key])) not in divided
    )
