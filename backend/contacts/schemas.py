"""What goes in and out of the slice."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.channels import Identity
from backend.kit.ids import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """Identities that one event shows to be the same person; later ones are more current."""

    identities: Sequence[Identity]
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Merge:
    """Two contacts turned out to be one person; `absorbed` is about to go."""

    survivor: ContactId
    absorbed: ContactId


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
