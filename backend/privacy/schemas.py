"""What leaves the slice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.kit.erasure import Erased
from backend.kit.ids import ContactId


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactExport:
    """Everything that is held about one person: rows by table, as JSON values."""

    contact_id: ContactId
    exported_at: datetime
    tables: Mapping[str, Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureReceipt:
    """What was done to each table when a person was erased."""

    id: UUID
    contact_id: ContactId
    erased_at: datetime
    erased_by: str
    tables: tuple[Erased, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days for which raw deliveries and the words of messages are kept; `None` is for ever."""

    raw_days: int
    text_days: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionEffect:
    """What a retention would let go of right now, and the oldest of it."""

    bodies: int
    oldest_body_at: datetime | None
    texts: int
    oldest_text_at: datetime | None
    files: int = 0
