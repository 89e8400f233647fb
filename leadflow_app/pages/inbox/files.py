"""The files of a message, ready to draw. What a customer named stays text."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from backend.channels import MessageKind
from backend.media import MediaState, MediaView
from leadflow_app import display

KINDS: Final = {
    MessageKind.IMAGE: ("image", "Photo"),
    MessageKind.VIDEO: ("video", "Video"),
    MessageKind.AUDIO: ("mic", "Voice message"),
    MessageKind.STICKER: ("sticker", "Sticker"),
}
OTHER: Final = ("file-text", "Document")
STATES: Final = {
    MediaState.WAITING: "Being fetched",
    MediaState.FETCHING: "Being fetched",
    MediaState.REFUSED: "Not kept",
    MediaState.FAILED: "Could not be fetched",
    MediaState.GONE: "Expired at the provider",
    MediaState.ERASED: "Erased",
}


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file; `way` says how it is drawn: picture, sticker, sound, film, paper or absent."""

    key: str = ""
    way: str = ""
    address: str = ""
    icon: str = ""
    name: str = ""
    detail: str = ""
    alt: str = ""


def file_rows(files: Iterable[MediaView]) -> list[FileRow]:
    """Put the files of a message into words."""
    return [_row(view) for view in files]


def _row(view: MediaView) -> FileRow:
    icon, kind = KINDS.get(view.kind, OTHER)
    name = view.filename or kind
    is_here = view.state is MediaState.STORED
    return FileRow(
        key=str(view.id),
        way=_way(view) if is_here else "absent",
        address=f"/v1/media/{view.id}" if is_here else "",
        icon=icon,
        name=name,
        detail=_detail(view),
        alt=f"{kind}: {view.filename}" if view.filename else f"{kind} without a description",
    )


def _way(view: MediaView) -> str:
    if not view.is_inline or view.mime_type is None:
        return "paper"
    if view.kind is MessageKind.STICKER:
        return "sticker"
    ways = {"image": "picture", "audio": "sound", "video": "film"}
    return ways[view.mime_type.partition("/")[0]]


def _detail(view: MediaView) -> str:
    """Say what it is and how large, or where it is stuck and why."""
    if view.state is MediaState.STORED:
        return display.size(view.size or 0)
    said = STATES[view.state]
    tells_more = view.state in (MediaState.REFUSED, MediaState.FAILED) and view.error
    return f"{said}: {view.error}" if tells_more else said
