"""What goes in and out of the slice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from backend.channels import Access, ChannelAdapter, MediaReference, MessageKind
from backend.kit.ids import MediaId


class MediaState(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    FETCHING = "fetching"
    STORED = "stored"
    REFUSED = "refused"
    FAILED = "failed"
    GONE = "gone"
    ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A new message and the files that its provider spoke of."""

    message_id: UUID
    channel_id: UUID
    kind: MessageKind
    sent_at: datetime
    files: Sequence[MediaReference]


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaView:
    """A file as people see it; `error` is a sentence, `size` in bytes."""

    id: MediaId
    message_id: UUID
    kind: MessageKind
    state: MediaState
    filename: str | None
    mime_type: str | None
    size: int | None
    error: str | None
    is_inline: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFile:
    """A copy that may be handed out."""

    view: MediaView
    storage_key: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A file that this worker alone fetches, until its lease ends."""

    id: UUID
    workspace_id: UUID
    kind: MessageKind
    attempt: int
    is_late: bool
    storage_key: str = field(repr=False)
    abandoned_key: str | None = field(repr=False)
    reference: MediaReference
    adapter: ChannelAdapter
    access: Access


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """The file was taken and its copy is in the store."""

    mime_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The file will not come: the state that it stays in, and why."""

    state: MediaState
    error: str


@dataclass(frozen=True, slots=True)
class Again:
    """It did not work this time."""

    error: str


Outcome = Fetched | Ended | Again
