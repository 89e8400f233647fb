"""What files are taken, and when another attempt is made: pure decisions.

Sources: WhatsApp's supported media types and sizes, and the seven days for which a webhook's media
id can be fetched: https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import filetype  # pyright: ignore[reportMissingTypeStubs]

from backend.channels import MessageKind

KB: Final = 1024
MB: Final = 1024 * KB
SNIFFED_BYTES: Final = 8 * KB
PROVIDER_KEEPS: Final = timedelta(days=7)
MAX_ATTEMPTS: Final = 8
FIRST_WAIT: Final = timedelta(seconds=15)
LONGEST_WAIT: Final = timedelta(hours=1)
SHA256_BYTES: Final = 32

IMAGES: Final = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})
SOUNDS: Final = frozenset({"audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"})
FILMS: Final = frozenset({"video/mp4", "video/3gpp"})
PAPERS: Final = frozenset(
    {
        "application/msword",
        "application/pdf",
        "application/rtf",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "text/plain",
    }
)
SENT_IMAGES: Final = frozenset({"image/jpeg", "image/png"})
# A form is read before it is known who sent it, hence less than a provider takes as a document.
MAX_UPLOAD_BYTES: Final = 16 * MB
SENDABLE_WORDS: Final = "a picture, sound, MP4 film, PDF, office document or plain text"
# What a browser may draw in place; everything else is handed over to be saved.
INLINE: Final = IMAGES | SOUNDS | FILMS
# The same format under the names that the library gives it.
ALIASES: Final = {"audio/x-m4a": "audio/mp4", "audio/m4a": "audio/mp4", "video/x-m4v": "video/mp4"}


@dataclass(frozen=True, slots=True)
class Limit:
    """What a kind of message may carry: its types and its largest size in bytes."""

    types: frozenset[str]
    size: int


LIMITS: Final = {
    MessageKind.IMAGE: Limit(IMAGES, 5 * MB),
    MessageKind.STICKER: Limit(frozenset({"image/webp"}), 500 * KB),
    MessageKind.AUDIO: Limit(SOUNDS | FILMS, 16 * MB),
    MessageKind.VIDEO: Limit(FILMS, 16 * MB),
}
DOCUMENT: Final = Limit(IMAGES | SOUNDS | FILMS | PAPERS, 100 * MB)


def limit_of(kind: MessageKind) -> Limit:
    """Return what a kind of message may carry; what has no kind of its own is a document."""
    return LIMITS.get(kind, DOCUMENT)


def sniffed_type(head: bytes) -> str | None:
    """Return the type that a file's first bytes show, or `None` when they show none of ours.

    Whoever sent it may claim anything; HTML, SVG and programs are text or unknown, never images.
    """
    found: str | None = filetype.guess_mime(head)  # pyright: ignore[reportUnknownMemberType]
    if found:
        return ALIASES.get(found, found)
    return "text/plain" if _is_plain_text(head) else None


def refusal(kind: MessageKind, *, mime_type: str | None) -> str | None:
    """Say why a file of this type is not kept; `None` when it is."""
    if mime_type in limit_of(kind).types:
        return None
    found = mime_type or "of no known type"
    return f"the file is {found}, which is not accepted as {_named(kind)}"


def kind_sent_as(mime_type: str | None) -> MessageKind:
    """Return the kind of message that carries an uploaded file of this type.

    WhatsApp takes JPEG and PNG as images; other pictures go as documents.
    """
    kinds = ((SENT_IMAGES, MessageKind.IMAGE), (SOUNDS, MessageKind.AUDIO))
    found = (kind for types, kind in (*kinds, (FILMS, MessageKind.VIDEO)) if mime_type in types)
    return next(found, MessageKind.DOCUMENT)


def too_large(kind: MessageKind, *, most: int | None = None) -> str:
    """Say that a file is larger than its kind may be, or than `most` bytes if that is less."""
    most = min(limit_of(kind).size, most or limit_of(kind).size)
    shown = f"{most // MB} MB" if most >= MB else f"{most // KB} KB"
    return f"the file is larger than {shown}, the most for {_named(kind)}"


def is_same_digest(claimed: str | None, digest: bytes) -> bool:
    """Whether a digest is the claimed one, in hex or base64; an unreadable claim claims nothing."""
    wanted = _read_digest(claimed or "")
    return wanted is None or wanted == digest


def wait_before(attempt: int) -> timedelta:
    """Return how long to wait after so many attempts failed: doubling, an hour at most."""
    return min(FIRST_WAIT * 2 ** min(attempt - 1, 16), LONGEST_WAIT)


def is_gone(sent_at: datetime, now: datetime) -> bool:
    """Whether the provider has thrown the file away by now."""
    return now - sent_at > PROVIDER_KEEPS


def _named(kind: MessageKind) -> str:
    known = kind if kind in LIMITS else MessageKind.DOCUMENT
    return f"an {known}" if known[0] in "aeiou" else f"a {known}"


def _is_plain_text(head: bytes) -> bool:
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        # The last character may be cut in two.
        if error.start < len(head) - 3:
            return False
        text = head[: error.start].decode("utf-8")
    is_printable = all(char.isprintable() or char in "\t\r\n\ufeff" for char in text)
    return bool(text) and is_printable and "<" not in text.lstrip("\ufeff \t\r\n")[:1]


def _read_digest(claimed: str) -> bytes | None:
    for read in (bytes.fromhex, base64.b64decode):
        try:
            digest = read(claimed.strip())
        except (ValueError, binascii.Error):
            continue
        if len(digest) == SHA256_BYTES:
            return digest
    return None
