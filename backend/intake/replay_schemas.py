"""What goes in and out of replays."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.intake.schemas import EventState
from backend.kit.ids import ReplayId

Shown = str | int | float | bool | None


class ReplayMode(StrEnum):
    """Whether a replay writes: `dry` shows what it would do, `commit` does it."""

    DRY = "dry"
    COMMIT = "commit"


class ReplayState(StrEnum):
    """Where a replay stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayQuery:
    """Which deliveries; all conditions together. `since` is included, `before` is not.

    Without `states` it is every delivery but the ignored. `cause` is a group of the quarantine.
    """

    channel_id: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None
    event_ids: tuple[UUID, ...] = ()
    states: tuple[EventState, ...] = ()
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of deliveries: read again, of those failed; without a body; with a part of it."""

    done: int = 0
    failed: int = 0
    gone: int = 0
    redacted: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Count both."""
        return Tally(
            self.done + other.done,
            self.failed + other.failed,
            self.gone + other.gone,
            self.redacted + other.redacted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One row that a replay would make, change or remove; `columns` are those that differ.

    A column's value before and after is there when it is no text that a person wrote.
    """

    change: str
    table: str
    id: str
    columns: Mapping[str, tuple[Shown, Shown]] = field(
        default_factory=dict[str, tuple[Shown, Shown]]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectDiff:
    """What a dry replay would do: rows by table, tasks that would be woken, and examples.

    `failed_ids` and `gone_ids` name some of the deliveries that failed or have no body any more.
    """

    created: Mapping[str, int] = field(default_factory=dict[str, int])
    changed: Mapping[str, int] = field(default_factory=dict[str, int])
    removed: Mapping[str, int] = field(default_factory=dict[str, int])
    woken: Mapping[str, int] = field(default_factory=dict[str, int])
    examples: tuple[Example, ...] = ()
    failed_ids: tuple[str, ...] = ()
    gone_ids: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not (self.created or self.changed or self.removed)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayView:
    """A replay and how far it is; `rate` is deliveries a second, `seconds_left` an estimate.

    `diff` is there once a dry replay has finished.
    """

    id: ReplayId
    mode: ReplayMode
    state: ReplayState
    query: ReplayQuery
    requested_by: str
    total: int
    done: int
    failed: int
    gone: int
    redacted: int
    rate: float | None
    seconds_left: int | None
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    diff: EffectDiff | None
