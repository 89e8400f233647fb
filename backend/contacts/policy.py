"""Who is who: identifiers that were ever seen together are one person.

A contact is a connected component of identifiers. That does not depend on the order in which
deliveries arrive, so a redelivery or a late one ends in the same contacts.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from backend.channels import Identity


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

    A username can pass to somebody else, so it identifies only when it is all there is.
    """
    keys: list[Key] = []
    if identity.phone:
        keys.append((IdentifierKind.PHONE, identity.phone))
    if identity.bsuid:
        keys.append((IdentifierKind.BSUID, identity.bsuid))
    if not keys and identity.username:
        keys.append((IdentifierKind.USERNAME, identity.username.lower()))
    return tuple(keys)


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
