"""What goes in and out of the slice."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.inbox import Recorded
from backend.kit.ids import LeadId, RuleId, RuleVersionId


@dataclass(frozen=True, slots=True)
class RuledMessage:
    """A new message and the lead that rules may change because of it."""

    lead_id: LeadId
    recorded: Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleInput:
    """A rule as somebody wrote it; it is born paused."""

    name: str
    priority: int
    definition: Mapping[str, Any]
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleView:
    """A rule with its current version; `hits` are its runs of the last seven days."""

    id: RuleId
    name: str
    priority: int
    is_enabled: bool
    version_id: RuleVersionId
    version: int
    definition: Mapping[str, Any]
    hits: int
    last_hit_at: datetime | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVersionView:
    """What a rule said at some time."""

    id: RuleVersionId
    number: int
    definition: Mapping[str, Any]
    author_name: str
    comment: str
    created_at: datetime
