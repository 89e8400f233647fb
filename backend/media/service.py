"""Expecting files, and showing them to whoever may read the conversations."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, Permission
from backend.channels import MessageKind
from backend.kit.ids import MediaId, new_id
from backend.media.errors import MediaNotFound
from backend.media.policy import INLINE
from backend.media.repository import MediaRepository
from backend.media.schemas import Expected, MediaState, MediaView, StoredFile
from backend.platform.unit_of_work import UnitOfWork

NO_SUCH_FILE = "no such file"


def expect(uow: UnitOfWork, workspace_id: UUID, messages: Sequence[Expected]) -> None:
    """Note the files of new messages in one statement, and wake the worker for each."""
    expected = [
        (new_id(), message, position, file)
        for message in messages
        for position, file in enumerate(message.files)
    ]
    rows = [
        {
            "id": media_id,
            "workspace_id": workspace_id,
            "channel_id": message.channel_id,
            "message_id": message.message_id,
            "position": position,
            "kind": message.kind,
            "provider_media_id": file.provider_media_id,
            "url": file.url,
            "filename": file.filename,
            "claimed_type": file.mime_type,
            "claimed_sha256": file.sha256,
            "state": MediaState.WAITING,
            "attempts": 0,
            "next_attempt_at": uow.now,
            "sent_at": message.sent_at,
            "created_at": uow.now,
        }
        for media_id, message, position, file in expected
    ]
    MediaRepository(uow, workspace_id).add(rows)
    for media_id, *_ in expected:
        uow.enqueue("media.fetch", workspace_id, media_id)


def of_messages(
    uow: UnitOfWork, actor: Actor, message_ids: Collection[UUID]
) -> Mapping[UUID, tuple[MediaView, ...]]:
    """Return the files of messages, by message; those without files are left out."""
    actor.require(Permission.CONVERSATIONS_READ)
    found: dict[UUID, tuple[MediaView, ...]] = {}
    repository = MediaRepository(uow, actor.workspace_id)
    for row in repository.of_messages(sorted(message_ids)) if message_ids else ():
        found[row["message_id"]] = (*found.get(row["message_id"], ()), _view(row))
    return found


def get_file(uow: UnitOfWork, actor: Actor, media_id: UUID) -> StoredFile:
    """Return a file that can be handed out; raises `MediaNotFound`, also while it is fetched."""
    actor.require(Permission.CONVERSATIONS_READ)
    return stored_file(uow, actor.workspace_id, media_id)


def find_file(uow: UnitOfWork, workspace_id: UUID, media_id: UUID) -> MediaView:
    """Return a file that is here, for whoever was let in already; raises `MediaNotFound`."""
    return stored_file(uow, workspace_id, media_id).view


def stored_file(uow: UnitOfWork, workspace_id: UUID, media_id: UUID) -> StoredFile:
    """Return a copy of this workspace; raises `MediaNotFound`. For whoever was let in already."""
    row = MediaRepository(uow, workspace_id).find(media_id)
    if row is None or row["state"] != MediaState.STORED:
        raise MediaNotFound(NO_SUCH_FILE)
    return StoredFile(view=_view(row), storage_key=row["storage_key"])


def _view(row: RowMapping) -> MediaView:
    return MediaView(
        id=MediaId(row["id"]),
        message_id=row["message_id"],
        kind=MessageKind(row["kind"]),
        state=MediaState(row["state"]),
        filename=row["filename"],
        mime_type=row["mime_type"],
        size=row["size"],
        error=row["error"],
        is_inline=row["mime_type"] in INLINE,
    )
