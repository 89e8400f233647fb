"""The lane of replies: claimed in one transaction, sent outside of any, settled in another.

    queued -> posting -> handed_over | failed | unknown

`posting` is committed before bytes leave. A worker that dies in between leaves it standing, and
the sweeper calls it unknown: it may have been sent, so it is never sent again by itself. What
the provider refused before it took it, and may be repeated, goes back to `queued` for a while.
An unknown one is settled by a step that carries our reference, or by asking the provider.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping

from backend import contacts
from backend.channels import (
    Connection,
    Fault,
    Feature,
    Identity,
    MessageKind,
    NotOffered,
    Outbound,
    SendReceipt,
    SendRefused,
    SendUnknown,
    StatusUpdate,
    connection_of,
    reader_of,
    record_refusal,
)
from backend.inbox.contents import Stored, content_of, find_attachment
from backend.inbox.folding import fold_messages
from backend.inbox.policy import is_window_open
from backend.inbox.recording import history_lock, record_statuses
from backend.inbox.sendable import (
    MOST_ATTEMPTS,
    OPTED_OUT,
    ReplyKind,
    concerns_channel,
    wait_before,
)
from backend.kit.ids import ChannelId
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import UnitOfWork

POSTING_LIMIT = timedelta(seconds=60)
QUEUED_LIMIT = timedelta(seconds=5)
CANNOT_OPEN = "the channel's credentials cannot be opened; set them anew"
TOO_LATE = "the 24-hour window closed before the provider took it"
FILE_GONE = "the file is no longer there"
NOT_THERE = "the provider does not have this message; it was not sent"

CLAIM = """
UPDATE message AS m
SET delivery_state = 'posting', posting_at = :now, next_attempt_at = NULL,
    attempts = COALESCE(m.attempts, 0) + 1
FROM conversation AS v JOIN contact AS c ON c.id = v.contact_id
WHERE m.id = :id AND m.delivery_state = 'queued' AND v.id = m.conversation_id
  AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= :now)
RETURNING m.id, m.workspace_id, m.channel_id, m.kind, m.text, m.payload, m.attempts,
          m.quoted_provider_id, v.window_expires_at, v.contact_id, c.phone, c.bsuid
"""

CLAIM_UNKNOWN = """
UPDATE message AS m
SET attempts = COALESCE(m.attempts, 0) + 1, next_attempt_at = NULL
FROM conversation AS v JOIN contact AS c ON c.id = v.contact_id
WHERE m.id = :id AND m.delivery_state = 'unknown' AND v.id = m.conversation_id
  AND m.next_attempt_at <= :now
RETURNING m.id, m.workspace_id, m.channel_id, m.attempts, c.phone, c.bsuid
"""

Outcome = SendReceipt | SendRefused | SendUnknown


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reply that this worker alone may send, and the channel to send it through."""

    message_id: UUID
    connection: Connection
    outbound: Outbound
    attempt: int = 1


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A reply of which nobody knows, to be asked about."""

    message_id: UUID
    connection: Connection
    recipient: Identity
    attempt: int


def claim(uow: UnitOfWork, message_id: UUID) -> Claimed | None:
    """Take a queued reply for sending, once; `None` when somebody else has it, or it cannot be."""
    row = uow.execute(CLAIM, {"id": message_id, "now": uow.now}).mappings().first()
    if row is None:
        return None
    stored = Stored(kind=MessageKind(row["kind"]), text=row["text"], payload=row["payload"])
    if refusal := _refusal(uow, row, stored):
        error, fault = refusal
        _ended(uow, message_id, state="failed", error=error, fault=fault)
        return None
    try:
        connection = connection_of(uow, row["workspace_id"], row["channel_id"])
    except SealBroken:
        _ended(uow, message_id, state="failed", error=CANNOT_OPEN, fault=Fault.AUTH)
        return None
    media_id = stored.media_id
    attachment = find_attachment(uow, connection, media_id) if media_id else None
    content = content_of(stored, attachment)
    if content is None:
        _ended(uow, message_id, state="failed", error=FILE_GONE, fault=Fault.PERMANENT)
        return None
    outbound = Outbound(
        recipient=_recipient(row),
        content=content,
        reference=str(message_id),
        quoted_provider_id=row["quoted_provider_id"],
    )
    return Claimed(message_id, connection, outbound, row["attempts"])


def hand_over(claimed: Claimed) -> Outcome:
    """Send, outside any transaction; a refusal and an unknown outcome are answers too."""
    connection = claimed.connection
    try:
        return connection.adapter.send(connection.access, claimed.outbound)
    except NotOffered as refusal:
        return SendRefused("not_offered", refusal.message)
    except (SendRefused, SendUnknown) as outcome:
        return outcome


def settle(uow: UnitOfWork, claimed: Claimed, outcome: Outcome) -> None:
    """Write down what the provider answered; a refusal that may pass is tried again later."""
    uow.lock(history_lock(claimed.connection.workspace_id))
    match outcome:
        case SendReceipt():
            _accepted(uow, claimed.connection, claimed.message_id, outcome)
        case SendRefused(fault=Fault.RETRY) if claimed.attempt < MOST_ATTEMPTS:
            _postponed(uow, claimed, outcome)
        case SendRefused(fault=fault):
            error = outcome.message
            _ended(uow, claimed.message_id, state="failed", error=error, fault=fault)
            if concerns_channel(fault):
                channel = claimed.connection
                record_refusal(uow, channel.workspace_id, channel.channel_id, error)
        case SendUnknown():
            _ended(uow, claimed.message_id, state="unknown", error=outcome.message)


def overdue(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, reply) of replies whose wake-up was lost or whose wait is over."""
    found = uow.execute(
        "SELECT workspace_id, id FROM message"
        " WHERE delivery_state = 'queued' AND created_at < :before"
        " AND (next_attempt_at IS NULL OR next_attempt_at <= :now)"
        " ORDER BY created_at LIMIT 500",
        {"before": uow.now - QUEUED_LIMIT, "now": uow.now},
    )
    return [(row.workspace_id, row.id) for row in found]


def abandoned(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, reply) of replies that a dead worker held while it was sending."""
    found = uow.execute(
        "SELECT workspace_id, id FROM message"
        " WHERE delivery_state = 'posting' AND posting_at < :before LIMIT 500",
        {"before": uow.now - POSTING_LIMIT},
    )
    return [(row.workspace_id, row.id) for row in found]


def unsettled(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, reply) of unknown replies that their provider can be asked about now."""
    found = uow.execute(
        "SELECT workspace_id, id FROM message"
        " WHERE delivery_state = 'unknown' AND next_attempt_at <= :now"
        " ORDER BY next_attempt_at LIMIT 100",
        {"now": uow.now},
    )
    return [(row.workspace_id, row.id) for row in found]


def give_up(uow: UnitOfWork, message_id: UUID) -> None:
    """Call a reply unknown: it may have been sent, so nobody sends it again by itself."""
    _ended(uow, message_id, state="unknown", error="no answer from the provider")


def claim_unknown(uow: UnitOfWork, message_id: UUID) -> Unsettled | None:
    """Take an unknown reply for asking about it, once; `None` when there is nothing to ask."""
    row = uow.execute(CLAIM_UNKNOWN, {"id": message_id, "now": uow.now}).mappings().first()
    if row is None:
        return None
    try:
        connection = connection_of(uow, row["workspace_id"], row["channel_id"])
    except SealBroken:
        return None
    return Unsettled(message_id, connection, _recipient(row), row["attempts"])


def look_up(asked: Unsettled) -> SendReceipt | SendUnknown | None:
    """Ask the provider what became of a reply, outside any transaction."""
    connection = asked.connection
    try:
        return connection.adapter.look_up(
            connection.access, reference=str(asked.message_id), recipient=asked.recipient
        )
    except SendUnknown as unknown:
        return unknown
    except (SendRefused, NotOffered) as refusal:
        return SendUnknown(refusal.message)


def settle_unknown(
    uow: UnitOfWork, asked: Unsettled, found: SendReceipt | SendUnknown | None
) -> None:
    """Write down what the provider knows; when it cannot tell, it is asked again later."""
    uow.lock(history_lock(asked.connection.workspace_id))
    match found:
        case SendReceipt():
            _accepted(uow, asked.connection, asked.message_id, found)
        case None:
            _ended(uow, asked.message_id, state="failed", error=NOT_THERE, fault=Fault.RETRY)
        case SendUnknown():
            _ask_later(uow, asked.message_id, asked.attempt)


def _refusal(uow: UnitOfWork, row: RowMapping, stored: Stored) -> tuple[str, Fault] | None:
    """Return why a reply may no longer be sent, although it might when it was written."""
    if stored.reply_kind is not ReplyKind.TEMPLATE:
        is_open = is_window_open(row["window_expires_at"], uow.now)
        return None if is_open else (TOO_LATE, Fault.WINDOW)
    is_out = contacts.is_opted_out(uow, row["workspace_id"], row["contact_id"])
    return (OPTED_OUT, Fault.SUPPRESS) if is_out else None


def _recipient(row: RowMapping) -> Identity:
    return Identity(phone=row["phone"], bsuid=row["bsuid"])


def _accepted(
    uow: UnitOfWork, connection: Connection, message_id: UUID, receipt: SendReceipt
) -> None:
    uow.execute(
        "UPDATE message SET delivery_state = 'handed_over', provider_message_id = :provider_id,"
        " error = NULL, fault = NULL, next_attempt_at = NULL"
        " WHERE id = :id AND delivery_state IN ('posting', 'unknown')",
        {"id": message_id, "provider_id": receipt.provider_message_id},
    )
    channel_id = ChannelId(connection.channel_id)
    steps = [
        StatusUpdate(
            provider_message_id=receipt.provider_message_id,
            address=connection.routing_key,
            status=status,
            occurred_at=uow.now,
        )
        for status in receipt.statuses
    ]
    record_statuses(uow, connection.workspace_id, [(channel_id, step) for step in steps])
    # Steps that came before the provider's id was known are folded now.
    touched = fold_messages(uow, [(channel_id, receipt.provider_message_id)])
    uow.announce("inbox", *touched)


def _postponed(uow: UnitOfWork, claimed: Claimed, refusal: SendRefused) -> None:
    wait = wait_before(claimed.attempt, claimed.message_id, asked=refusal.retry_after)
    row = uow.execute(
        "UPDATE message SET delivery_state = 'queued', next_attempt_at = :at, error = :error"
        " WHERE id = :id AND delivery_state = 'posting' RETURNING conversation_id",
        {"id": claimed.message_id, "at": uow.now + wait, "error": refusal.message},
    ).first()
    if row is not None:
        uow.announce("inbox", row.conversation_id)


def _ended(
    uow: UnitOfWork, message_id: UUID, *, state: str, error: str, fault: Fault | None = None
) -> None:
    row = uow.execute(
        "UPDATE message SET delivery_state = CAST(:state AS text), error = :error,"
        " fault = :fault, status_at = :now, next_attempt_at = NULL,"
        " status = CASE WHEN CAST(:state AS text) = 'failed' THEN 'failed' ELSE status END"
        " WHERE id = :id AND delivery_state IN ('posting', 'unknown')"
        " RETURNING workspace_id, conversation_id, channel_id, sent_at, attempts",
        {"id": message_id, "state": state, "error": error, "fault": fault, "now": uow.now},
    ).first()
    if row is None:
        return
    uow.note(row.channel_id, [row.sent_at])
    uow.announce("inbox", row.conversation_id)
    adapter = reader_of(uow, row.workspace_id, row.channel_id).adapter
    if state == "unknown" and Feature.LOOK_UP in adapter.features:
        _ask_later(uow, message_id, row.attempts or 1)


def _ask_later(uow: UnitOfWork, message_id: UUID, attempt: int) -> None:
    if attempt >= 2 * MOST_ATTEMPTS:
        return
    wait = wait_before(attempt, message_id, asked=None)
    uow.execute(
        "UPDATE message SET next_attempt_at = :at WHERE id = :id AND delivery_state = 'unknown'",
        {"id": message_id, "at": uow.now + wait},
    )
