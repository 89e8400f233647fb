"""What goes in and out of the slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.channels import Identity
from backend.kit.ids import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Identities that one event shows to be the same person; later ones are more current."""

    identities: Sequence[Identity]
    seen_at: datetime


class MergeReason(StrEnum):
    """Why two contacts became one.

    `evidence`: a number and a user id came in one message; `changed`: the provider told that one
    number or user id became another; `manual`: somebody said so.
    """

    EVIDENCE = "evidence"
    CHANGED = "changed"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """Who says that two contacts are one, and why."""

    reason: MergeReason
    by: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Two contacts turned out to be one person; `absorbed` is about to go."""

    survivor: ContactId
    absorbed: ContactId
    merge_id: UUID
    said: Said


@dataclass(frozen=True, slots=True)
class Resolution:
    """The contact of each sighting, in the order asked, and the merges that follow."""

    contact_ids: tuple[ContactId, ...]
    merges: tuple[Merge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactView:
    """A person as the screens and the API show them; `phone` is E.164 and may be absent."""

    id: ContactId
    display_name: str | None
    phone: str | None
    bsuid: str | None
    username: str | None
    last_seen_at: datetime
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifierView:
    """One way to find a person; `value` as the provider writes it, `seen_at` the last time."""

    kind: str
    value: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeView:
    """Two contacts that became one; `absorbed_name` is what the absorbed one was called.

    `can_be_undone` is false once it was undone, and while a later merge stands on it.
    """

    id: UUID
    survivor_id: ContactId
    absorbed_id: ContactId
    absorbed_name: str
    reason: MergeReason
    merged_by: str
    merged_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    can_be_undone: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmerge:
    """A merge that is being taken apart.

    `image` is how the rows of both were before, by table; `sides` says whose a message is that
    came after the merge.
    """

    merge_id: UUID
    survivor: ContactId
    absorbed: ContactId
    merged_at: datetime
    merged_by: str
    reason: MergeReason
    image: Mapping[str, Sequence[Mapping[str, Any]]]
    sides: Mapping[UUID, ContactId]
