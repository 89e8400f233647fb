"""Handing files out, so that nothing in them can act in our name.

The type is the one that was sniffed, never the one that was claimed; only pictures, sound and
films are shown in place, and what is opened in a tab of its own is sandboxed.
"""

import re
from dataclasses import asdict
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, UploadFile, status
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from backend.auth.api import CurrentViewer
from backend.media import linking, policy, service, uploading
from backend.media.errors import MediaNotFound
from backend.media.schemas import StoredFile
from backend.platform import file_store
from backend.platform.unit_of_work import unit_of_work

CONTENT_POLICY = "sandbox; default-src 'none'"
UNSAFE = re.compile(r"[^A-Za-z0-9 ._()-]+")
MAX_NAME = 150

CONTENT: dict[str, dict[str, str]] = {
    mime_type: {} for mime_type in sorted(policy.INLINE | policy.PAPERS)
}

router = APIRouter(tags=["conversations"])
link_router = APIRouter(include_in_schema=False)


class MediaOut(BaseModel):
    """A file; `size` in bytes, `kind` the kind of message that carries it."""

    id: UUID
    kind: str
    filename: str | None
    mime_type: str | None
    size: int | None


@router.get(
    "/v1/media/{media_id}",
    response_class=StreamingResponse,
    responses={200: {"content": CONTENT, "description": "The file."}},
)
def get_file(viewer: CurrentViewer, media_id: UUID) -> StreamingResponse:
    """Hand out a file of a message."""
    with unit_of_work(viewer) as uow:
        file = service.get_file(uow, viewer, media_id)
    return _handed_out(file)


@router.post("/v1/channels/{channel_id}/media", status_code=status.HTTP_201_CREATED)
def store_upload(viewer: CurrentViewer, channel_id: UUID, file: UploadFile) -> MediaOut:
    """Upload a file that a reply through this channel will carry.

    At most 16 MB; what it is is read from its bytes. The screens may call this with their session:
    pages of other sites are turned away before.
    """
    upload = uploading.inspect(file.file, file.filename or "")
    with unit_of_work(viewer) as uow:
        begun = uploading.store_upload(uow, viewer, channel_id, upload)
    uploading.keep(begun, file.file)
    with unit_of_work(viewer) as uow:
        view = uploading.kept(uow, viewer.workspace_id, begun, upload)
    return MediaOut.model_validate(asdict(view))


@link_router.api_route(f"{linking.PATH}/{{token}}", methods=["GET", "HEAD"])
def get_linked_file(token: str) -> StreamingResponse:
    """Hand a file out to whoever holds a link to it, as a provider does."""
    actor, media_id, until = linking.signed_for(token)
    with unit_of_work(actor) as uow:
        file = linking.linked_file(uow, actor.workspace_id, media_id, until)
    return _handed_out(file)


def _handed_out(file: StoredFile) -> StreamingResponse:
    try:
        pieces = file_store.pieces(file.storage_key)
    except FileNotFoundError:
        raise MediaNotFound(service.NO_SUCH_FILE) from None
    return StreamingResponse(pieces, media_type="application/octet-stream", headers=_headers(file))


def _headers(file: StoredFile) -> dict[str, str]:
    view = file.view
    return {
        "Content-Type": view.mime_type or "application/octet-stream",
        "Content-Length": str(view.size),
        "Content-Disposition": _disposition(view.filename or "file", is_inline=view.is_inline),
        "Content-Security-Policy": CONTENT_POLICY,
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=3600, immutable",
        "Accept-Ranges": "none",
    }


def _disposition(filename: str, *, is_inline: bool) -> str:
    """Name the file twice, in plain letters and in all of them (RFC 6266)."""
    name = re.split(r"[/\\\\]", filename)[-1][:MAX_NAME] or "file"
    plain = UNSAFE.sub("_", name)
    way = "inline" if is_inline else "attachment"
    return f"{way}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
