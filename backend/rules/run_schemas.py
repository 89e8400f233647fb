"""What goes in and out of the log of runs, of undoing, and of versions side by side."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.kit.ids import LeadId, RuleId, RuleVersionId


@dataclass(frozen=True, slots=True, kw_only=True)
class RunQuery:
    """Which runs to list; the bounds are instants, the upper one excluded."""

    rule_id: UUID | None = None
    lead_id: UUID | None = None
    run_from: datetime | None = None
    run_to: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A rule that acted: on whom, because of what, and what it changed.

    `effects` are in the words of the timeline (`kind` and its data). `lasting` names those that no
    undo takes back, because they left the house.
    """

    id: UUID
    rule_id: RuleId
    rule_name: str
    version_id: RuleVersionId
    version: int
    lead_id: LeadId
    contact_name: str | None
    contact_phone: str | None
    message_id: UUID | None
    message_text: str | None
    trigger: str
    effects: tuple[Mapping[str, Any], ...]
    lasting: tuple[str, ...]
    occurred_at: datetime
    undone_at: datetime | None
    undone_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoView:
    """What an undo took back; `kept` are effects that somebody changed since and that stay.

    `lasting` counts what cannot be taken back, by its kind: a message that was sent is sent.
    """

    runs: int
    leads: int
    points: int
    stages: int
    tags: int
    others: int
    kept: int
    lasting: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """One difference between two versions, in words; `None` where there is nothing on that side.

    `place` is that of the newer version, or of the older one for what is gone.
    """

    place: str
    before: str | None
    after: str | None
