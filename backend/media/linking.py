"""Links that let a provider fetch a file of ours for a while, without an account.

A link carries what it opens and until when, and our signature over both (HMAC-SHA256); nothing is
stored for it. A rotation of the secret keys lets old links live until they expire.
"""

import base64
import binascii
import hashlib
import hmac
import struct
from datetime import timedelta
from typing import Final
from uuid import UUID

from backend.auth import Actor
from backend.media.errors import MediaNotFound
from backend.media.schemas import StoredFile
from backend.media.service import NO_SUCH_FILE, stored_file
from backend.platform.secrets import derived_keys
from backend.platform.unit_of_work import UnitOfWork

PATH: Final = "/media"
PURPOSE: Final = "media.link"
LIFETIME: Final = timedelta(hours=24)
SAID: Final = struct.Struct(">16s16sQ")
LONGEST: Final = 200


def link_for(uow: UnitOfWork, workspace_id: UUID, media_id: UUID, base_url: str) -> str:
    """Return a link to a stored file below our public address, good for a day.

    Raises `MediaNotFound` when there is no such file or it is not here yet. Providers fetch a link
    when they deliver, which a queue of theirs can put off: hence a day.
    """
    stored_file(uow, workspace_id, media_id)
    until = int((uow.now + LIFETIME).timestamp())
    said = SAID.pack(workspace_id.bytes, media_id.bytes, until)
    token = base64.urlsafe_b64encode(said + _signature(_keys()[0], said))
    return f"{base_url.rstrip('/')}{PATH}/{token.decode().rstrip('=')}"


def signed_for(token: str) -> tuple[Actor, UUID, int]:
    """Return whose file a token opens, which one, and until when in seconds since 1970.

    Raises `MediaNotFound` for what we did not sign, so that nothing is learnt by trying.
    """
    said, signature = _read(token)
    if not any(hmac.compare_digest(_signature(key, said), signature) for key in _keys()):
        raise MediaNotFound(NO_SUCH_FILE)
    workspace, media, until = SAID.unpack(said)
    return Actor.system(UUID(bytes=workspace)), UUID(bytes=media), until


def linked_file(uow: UnitOfWork, workspace_id: UUID, media_id: UUID, until: int) -> StoredFile:
    """Return the file behind a link; raises `MediaNotFound` once the link has expired."""
    if uow.now.timestamp() >= until:
        raise MediaNotFound(NO_SUCH_FILE)
    return stored_file(uow, workspace_id, media_id)


def _keys() -> tuple[str, ...]:
    return derived_keys(PURPOSE)


def _signature(key: str, said: bytes) -> bytes:
    return hmac.new(key.encode(), said, hashlib.sha256).digest()


def _read(token: str) -> tuple[bytes, bytes]:
    try:
        opened = base64.b64decode(token[:LONGEST] + "==", altchars=b"-_", validate=False)
    except (ValueError, binascii.Error):
        raise MediaNotFound(NO_SUCH_FILE) from None
    said, signature = opened[: SAID.size], opened[SAID.size :]
    if len(said) != SAID.size:
        raise MediaNotFound(NO_SUCH_FILE)
    return said, signature
