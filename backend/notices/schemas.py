"""What goes in and out of the slice."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class NoticeKind(StrEnum):
    """Why somebody is told."""

    MENTION = "mention"
    ASSIGNMENT = "assignment"
    RULE = "rule"
    TASK = "task"
    TIMER = "timer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What to tell; `subject` is `conversation:<id>` or `lead:<id>`.

    With a `key` (such as a rule run's id) telling it again changes nothing.
    """

    kind: NoticeKind
    subject: str
    text: str
    key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeView:
    """What somebody was told; `read_at` is when they saw it."""

    id: UUID
    kind: NoticeKind
    subject: str
    text: str
    created_at: datetime
    read_at: datetime | None
