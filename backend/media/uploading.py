"""Files that operators send: checked, kept, and attached to the message that carries them.

The row is written first, as one that is being fetched; the copy follows outside any transaction,
and a third step writes down that it is there. What breaks off between is found by the sweep.
"""

import hashlib
from dataclasses import dataclass
from typing import BinaryIO
from uuid import UUID

from backend.auth import Actor, Permission
from backend.channels import MessageKind, reader_of
from backend.kit.ids import MediaId, new_id
from backend.media import policy
from backend.media.errors import FileRefused, MediaNotFound
from backend.media.fetching import LEASE, write_down
from backend.media.repository import MediaRepository
from backend.media.schemas import MediaState, MediaView
from backend.media.service import NO_SUCH_FILE, stored_file
from backend.platform import file_store
from backend.platform.unit_of_work import UnitOfWork

CHUNK_BYTES = 1024 * 1024
FIELD = "file"
MAX_NAME = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that may be sent, as it was found to be; `size` in bytes, `sha256` in hex."""

    kind: MessageKind
    filename: str
    mime_type: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Begun:
    """An upload whose copy is still to be kept, under this key."""

    id: MediaId
    storage_key: str


def inspect(file: BinaryIO, filename: str) -> Upload:
    """Say what an uploaded file is by its bytes; raises `FileRefused` for what cannot be sent."""
    file.seek(0)
    mime_type = policy.sniffed_type(file.read(policy.SNIFFED_BYTES))
    kind = policy.kind_sent_as(mime_type)
    reason = policy.refusal(kind, mime_type=mime_type)
    if mime_type is None or reason:
        raise FileRefused(reason or "", field=FIELD, expected=policy.SENDABLE_WORDS)
    size, digest = _measured(file)
    if size > min(policy.limit_of(kind).size, policy.MAX_UPLOAD_BYTES):
        raise FileRefused(policy.too_large(kind, most=policy.MAX_UPLOAD_BYTES), field=FIELD)
    name = filename.replace("\0", "")[:MAX_NAME]
    return Upload(kind=kind, filename=name, mime_type=mime_type, size=size, sha256=digest)


def store_upload(uow: UnitOfWork, actor: Actor, channel_id: UUID, upload: Upload) -> Begun:
    """Note a file that an operator will send through a channel; its copy is kept by `keep`.

    Raises `ChannelNotFound`. Until a message carries it, `message_id` is the file's own id.
    """
    actor.require(Permission.CONVERSATIONS_WRITE)
    reader_of(uow, actor.workspace_id, channel_id)
    media_id = MediaId(new_id())
    key = f"{actor.workspace_id}/{media_id}/{new_id()}"
    row = {
        "id": media_id,
        "workspace_id": actor.workspace_id,
        "channel_id": channel_id,
        "message_id": media_id,
        "position": 0,
        "kind": upload.kind,
        "filename": upload.filename or None,
        "claimed_sha256": upload.sha256,
        "state": MediaState.FETCHING,
        "attempts": 1,
        "next_attempt_at": uow.now,
        "lease_until": uow.now + LEASE,
        "storage_key": key,
        "sent_at": uow.now,
        "created_at": uow.now,
    }
    MediaRepository(uow, actor.workspace_id).add([row])
    return Begun(media_id, key)


def keep(begun: Begun, file: BinaryIO) -> None:
    """Keep the copy of an upload, outside any transaction; raises what the store raises."""
    file_store.put(begun.storage_key, file)


def kept(uow: UnitOfWork, workspace_id: UUID, begun: Begun, upload: Upload) -> MediaView:
    """Write down that the copy of an upload is there, and return the file.

    Raises `MediaNotFound` when it took so long that the sweep gave the upload up.
    """
    found = {"mime_type": upload.mime_type, "size": upload.size, "sha256": upload.sha256}
    values = {"state": MediaState.STORED, **found}
    if not write_down(uow, workspace_id, (begun.id, begun.storage_key), values):
        raise MediaNotFound(NO_SUCH_FILE)
    return stored_file(uow, workspace_id, begun.id).view


def attach(uow: UnitOfWork, workspace_id: UUID, media_id: UUID, message_id: UUID) -> MediaView:
    """Give an uploaded file to the message that carries it, once, and return the file.

    Raises `MediaNotFound` when it is not here or another message carries it.
    """
    view = stored_file(uow, workspace_id, media_id).view
    if not MediaRepository(uow, workspace_id).attach(media_id, message_id):
        raise MediaNotFound(NO_SUCH_FILE)
    return view


def _measured(file: BinaryIO) -> tuple[int, str]:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(CHUNK_BYTES):
        digest.update(piece)
    return file.tell(), digest.hexdigest()
