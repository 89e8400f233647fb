"""Files of messages that MessageBird and Bird deliver: an address, and seldom a type."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import urlsplit

from backend.channels.errors import SendRefused
from backend.channels.events import MediaReference
from backend.channels.ports import Access, MediaLocation

# What WhatsApp carries, by the end of an address; MessageBird names no type beside it.
TYPES: Final[Mapping[str, str]] = {
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".3gp": "video/3gpp",
    ".ogg": "audio/ogg",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".aac": "audio/aac",
    ".amr": "audio/amr",
    ".pdf": "application/pdf",
}
_OWN_HOSTS = ("messagebird.com", "bird.com")


def file_at(url: str, mime_type: str | None = None, filename: str | None = None) -> MediaReference:
    """Return a reference to the file at an address; a type that is not told is read off its end."""
    told = mime_type or TYPES.get(PurePosixPath(_path(url)).suffix.lower())
    return MediaReference(url=url, mime_type=told, filename=filename)


def locate(access: Access, media: MediaReference, key: Mapping[str, str]) -> MediaLocation:
    """Return where a file is; the key goes along to the provider's own hosts and to no other.

    Raises `SendRefused` where there is no https address. Hosts: docs.bird.com, API access.
    """
    url = media.url or ""
    is_ours = bool(access.base_url) and url.startswith(f"{str(access.base_url).rstrip('/')}/")
    host = _secure_host(url)
    if not is_ours and host is None:
        code, title = "foreign_media", "the file is at no https address"
        raise SendRefused(code, title)
    is_own = any(host == own or str(host).endswith(f".{own}") for own in _OWN_HOSTS)
    headers = key if is_ours or is_own else dict[str, str]()
    return MediaLocation(url=url, headers=headers, mime_type=media.mime_type)


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return ""


def _secure_host(url: str) -> str | None:
    """Return the host of a plain https address without user and port, or `None`."""
    try:
        parts = urlsplit(url)
        is_plain = parts.scheme == "https" and parts.netloc == parts.hostname
    except ValueError:
        return None
    return parts.hostname if is_plain else None
