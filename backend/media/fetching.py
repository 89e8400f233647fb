"""Fetching a file from its provider: claimed in one transaction, written down in another.

    waiting -> fetching -> stored | refused | failed | gone
                  `-> waiting      not this time; or the worker died and its lease ended

Each attempt writes a copy under a key of its own, so one that comes too late can delete what it
wrote without touching another's.
"""

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import BinaryIO
from uuid import UUID

import structlog

from backend.channels import (
    Fault,
    MediaLocation,
    MediaReference,
    MessageKind,
    NotOffered,
    SendRefused,
    SendUnknown,
    connection_of,
)
from backend.kit.ids import new_id
from backend.media import policy
from backend.media.repository import MediaRepository
from backend.media.schemas import Again, Claimed, Ended, Fetched, MediaState, Outcome
from backend.platform import file_store
from backend.platform.outbound import Call, send
from backend.platform.outbound_errors import AnswerTooLarge, TargetError, TargetRefused
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import UnitOfWork

LEASE = timedelta(minutes=5)
SECONDS = 120.0
REDIRECTS = 3
CHUNK_BYTES = 1024 * 1024
NOT_THERE = frozenset({404, 410})
GONE = "the provider no longer has the file"
NOWHERE = "nobody says where the file is"
SEALED = "the channel's credentials cannot be opened; set them anew"
PASSING = frozenset({Fault.RETRY, Fault.DELAYED, Fault.AUTH, Fault.CONFIG, Fault.ACCOUNT})

log = structlog.get_logger(__name__)


def claim(uow: UnitOfWork, workspace_id: UUID, media_id: UUID) -> Claimed | None:
    """Take a file that is due, for as long as the lease; `None` when there is nothing to do."""
    key = f"{workspace_id}/{media_id}/{new_id()}"
    asked = {"id": media_id, "key": key, "now": uow.now, "lease_until": uow.now + LEASE}
    row = MediaRepository(uow, workspace_id).claim(asked)
    if row is None:
        return None
    try:
        connection = connection_of(uow, workspace_id, row["channel_id"])
    except SealBroken:
        write_down(uow, workspace_id, (media_id, key), {"state": "failed", "error": SEALED})
        return None
    return Claimed(
        id=media_id,
        workspace_id=workspace_id,
        kind=MessageKind(row["kind"]),
        attempt=row["attempts"],
        is_late=policy.is_gone(row["sent_at"], uow.now),
        storage_key=key,
        abandoned_key=row["abandoned_key"],
        reference=MediaReference(
            provider_media_id=row["provider_media_id"],
            url=row["url"],
            mime_type=row["claimed_type"],
            filename=row["filename"],
            sha256=row["claimed_sha256"],
        ),
        adapter=connection.adapter,
        access=connection.access,
    )


def fetch(claimed: Claimed) -> Outcome:
    """Fetch a file and keep a copy, outside any transaction; what goes wrong is an outcome too."""
    if claimed.abandoned_key:
        file_store.remove(claimed.abandoned_key)
    if claimed.is_late:
        return Ended(MediaState.GONE, GONE)
    if claimed.reference.provider_media_id is None and claimed.reference.url is None:
        return Ended(MediaState.FAILED, NOWHERE)
    try:
        location = claimed.adapter.locate_media(claimed.access, claimed.reference)
        with file_store.workplace() as file:
            return _download(claimed, location, file)
    except (NotOffered, SendRefused, SendUnknown, TargetError) as error:
        return _in_words(claimed, error)


def settle(uow: UnitOfWork, claimed: Claimed, outcome: Outcome) -> bool:
    """Write down what became of an attempt; false when the claim was lost meanwhile."""
    values: dict[str, object]
    match outcome:
        case Fetched():
            values = {
                "state": MediaState.STORED,
                "mime_type": outcome.mime_type,
                "size": outcome.size,
                "sha256": outcome.sha256,
            }
        case Ended():
            values = {"state": outcome.state, "error": outcome.error}
        case Again() if claimed.attempt >= policy.MAX_ATTEMPTS:
            values = {"state": MediaState.FAILED, "error": outcome.error}
        case Again():
            at = uow.now + policy.wait_before(claimed.attempt)
            state = MediaState.WAITING
            values = {"state": state, "error": outcome.error, "next_attempt_at": at}
    place = claimed.id, claimed.storage_key
    return write_down(uow, claimed.workspace_id, place, values)


def _in_words(
    claimed: Claimed, error: NotOffered | SendRefused | SendUnknown | TargetError
) -> Ended | Again:
    match error:
        case NotOffered():
            return Ended(MediaState.FAILED, error.message)
        case TargetRefused():
            return Ended(MediaState.REFUSED, error.message)
        case AnswerTooLarge():
            return Ended(MediaState.REFUSED, policy.too_large(claimed.kind))
        case SendRefused() if error.fault not in PASSING:
            return Ended(MediaState.GONE, GONE)
        case _:
            return Again(error.message)


def write_down(
    uow: UnitOfWork, workspace_id: UUID, place: tuple[UUID, str], values: Mapping[str, object]
) -> bool:
    """Write down what became of a claimed file, by its id and key; false when it was lost."""
    blank = dict.fromkeys(("error", "mime_type", "size", "sha256"))
    asked = {**blank, "next_attempt_at": uow.now, **values, "id": place[0], "key": place[1]}
    message_id = MediaRepository(uow, workspace_id).settle(asked)
    if message_id is not None:
        uow.announce("inbox", message_id)
    return message_id is not None


def _download(claimed: Claimed, location: MediaLocation, file: BinaryIO) -> Outcome:
    most = policy.limit_of(claimed.kind).size
    if location.size is not None and location.size > most:
        return Ended(MediaState.REFUSED, policy.too_large(claimed.kind))
    answer = send(
        Call(
            "GET",
            location.url,
            headers=location.headers,
            allow_http=claimed.access.base_url is not None,
            redirects=REDIRECTS,
            seconds=SECONDS,
            answer_bytes=most,
            into=file,
        )
    )
    if answer.status in NOT_THERE:
        return Ended(MediaState.GONE, GONE)
    if not answer.is_success:
        return Again(f"the provider answered {answer.status}")
    return _kept(claimed, location, file)


def _kept(claimed: Claimed, location: MediaLocation, file: BinaryIO) -> Outcome:
    """Compare what came with what was promised and allowed, and keep it."""
    size = file.tell()
    file.seek(0)
    head = file.read(policy.SNIFFED_BYTES)
    mime_type = policy.sniffed_type(head)
    if mime_type is None or policy.refusal(claimed.kind, mime_type=mime_type):
        reason = policy.refusal(claimed.kind, mime_type=mime_type) or ""
        return Ended(MediaState.REFUSED, reason)
    digest = _digest(file)
    promised = location.sha256 or claimed.reference.sha256
    is_short = location.size is not None and location.size != size
    if is_short or not policy.is_same_digest(promised, digest):
        return Again("what came is not the file that the provider promised")
    try:
        file_store.put(claimed.storage_key, file)
    except Exception as error:  # whatever the store raises, the file can be fetched again
        log.exception("file not stored", media_id=str(claimed.id), error=type(error).__name__)
        return Again("the storage did not take the file")
    return Fetched(mime_type=mime_type, size=size, sha256=digest.hex())


def _digest(file: BinaryIO) -> bytes:
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(CHUNK_BYTES):
        digest.update(piece)
    return digest.digest()
