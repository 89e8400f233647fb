"""Answering a customer: written in one transaction, handed to the provider between two others.

    queued -> posting -> handed_over | failed | unknown

`posting` is committed before bytes leave. A worker that dies in between leaves it standing, and
the sweeper calls it unknown: it may have been sent, so it is never sent again by itself.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from backend.auth import Actor, Permission
from backend.channels import (
    Connection,
    OutboundText,
    SendReceipt,
    SendRefused,
    SendUnknown,
    StatusUpdate,
    connection_of,
)
from backend.inbox.errors import BadText, ConversationNotFound, RepliesUnsupported, WindowClosed
from backend.inbox.folding import fold_conversations, fold_messages, read_to_the_end
from backend.inbox.models import Message
from backend.inbox.policy import MAX_TEXT_LENGTH, is_window_open, snippet
from backend.inbox.queries import find_conversation, find_message, hold_for_writing
from backend.inbox.recording import history_lock, record_statuses
from backend.inbox.schemas import ConversationView, MessageView
from backend.kit.ids import ChannelId, new_id
from backend.kit.text import clean
from backend.platform.secrets import SealBroken
from backend.platform.unit_of_work import UnitOfWork

POSTING_LIMIT = timedelta(seconds=60)
QUEUED_LIMIT = timedelta(seconds=5)
NO_SUCH_CONVERSATION = "no such conversation"

CLAIM = """
UPDATE message AS m SET delivery_state = 'posting', posting_at = :now
FROM conversation AS v JOIN contact AS c ON c.id = v.contact_id
WHERE m.id = :id AND m.delivery_state = 'queued' AND v.id = m.conversation_id
RETURNING m.workspace_id, m.channel_id, m.text, m.sent_at, COALESCE(c.phone, c.bsuid) AS recipient
"""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A reply that this worker alone may send, and the channel to send it through."""

    message_id: UUID
    connection: Connection
    outbound: OutboundText


def reply(uow: UnitOfWork, actor: Actor, conversation_id: UUID, *, text: str) -> MessageView:
    """Write a reply and wake the worker that sends it.

    Raises `ConversationNotFound`, `BadText`, `RepliesUnsupported`, `WindowClosed`.
    """
    actor.require(Permission.CONVERSATIONS_WRITE)
    written = clean(text).strip()
    if not 0 < len(written) <= MAX_TEXT_LENGTH:
        message = "the reply is empty or too long"
        raise BadText(message, field="text", expected=f"1 to {MAX_TEXT_LENGTH} characters")
    conversation = find_conversation(uow, actor.workspace_id, conversation_id)
    if conversation is None:
        raise ConversationNotFound(NO_SUCH_CONVERSATION)
    hold_for_writing(uow, conversation_id)
    _check_may_reply(uow, actor, conversation)
    row = Message(
        id=new_id(),
        workspace_id=actor.workspace_id,
        channel_id=conversation.channel_id,
        conversation_id=conversation.id,
        direction="out",
        kind="text",
        text=written,
        snippet=snippet(written),
        author_id=actor.user_id,
        delivery_state="queued",
        sent_at=uow.now,
        created_at=uow.now,
    )
    uow.session.add(row)
    uow.session.flush()
    # Whoever answers has read what stands above.
    read_to_the_end(uow, conversation.id)
    fold_conversations(uow, [conversation.id])
    uow.note(conversation.channel_id, [row.sent_at, conversation.opened_at])
    uow.announce("inbox", conversation.id)
    uow.enqueue("inbox.send", actor.workspace_id, row.id)
    return find_message(uow, row.id)


def claim(uow: UnitOfWork, message_id: UUID) -> Claimed | None:
    """Take a queued reply for sending, once; `None` when somebody else has it, or it cannot be."""
    row = uow.execute(CLAIM, {"id": message_id, "now": uow.now}).mappings().first()
    if row is None:
        return None
    try:
        connection = connection_of(uow, row["workspace_id"], row["channel_id"])
    except SealBroken:
        reason = "the channel's credentials cannot be opened; set them anew"
        _ended(uow, message_id, state="failed", error=reason)
        return None
    outbound = OutboundText(
        recipient=row["recipient"] or "", text=row["text"], reference=str(message_id)
    )
    return Claimed(message_id, connection, outbound)


def hand_over(claimed: Claimed) -> SendReceipt | SendRefused | SendUnknown:
    """Send, outside any transaction; a refusal and an unknown outcome are answers too."""
    connection = claimed.connection
    try:
        return connection.adapter.send_text(connection.credentials, claimed.outbound)
    except (SendRefused, SendUnknown) as outcome:
        return outcome


def settle(
    uow: UnitOfWork, claimed: Claimed, outcome: SendReceipt | SendRefused | SendUnknown
) -> None:
    """Write down what the provider answered."""
    uow.lock(history_lock(claimed.connection.workspace_id))
    match outcome:
        case SendReceipt():
            _accepted(uow, claimed, outcome)
        case SendRefused():
            _ended(uow, claimed.message_id, state="failed", error=outcome.message)
        case SendUnknown():
            _ended(uow, claimed.message_id, state="unknown", error=outcome.message)


def overdue(uow: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """Return (workspace, reply) of replies whose wake-up was lost, oldest first, some at a time."""
    found = uow.execute(
        "SELECT workspace_id, id FROM message"
        " WHERE delivery_state = 'queued' AND created_at < :before"
        " ORDER BY created_at LIMIT 500",
        {"before": uow.now - QUEUED_LIMIT},
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


def give_up(uow: UnitOfWork, message_id: UUID) -> None:
    """Call a reply unknown: it may have been sent, so nobody sends it again by itself."""
    _ended(uow, message_id, state="unknown", error="no answer from the provider")


def _check_may_reply(uow: UnitOfWork, actor: Actor, conversation: ConversationView) -> None:
    connection = connection_of(uow, actor.workspace_id, conversation.channel_id)
    if not connection.adapter.can_reply:
        message = f"{conversation.channel_name} receives messages but takes no replies from here"
        raise RepliesUnsupported(message)
    if not is_window_open(conversation.window_expires_at, uow.now):
        message = "24 hours have passed since the customer last wrote, so free text is not allowed"
        raise WindowClosed(message, expected="an approved template, or a new message from them")


def _accepted(uow: UnitOfWork, claimed: Claimed, receipt: SendReceipt) -> None:
    connection = claimed.connection
    uow.execute(
        "UPDATE message SET delivery_state = 'handed_over', provider_message_id = :provider_id,"
        " error = NULL WHERE id = :id AND delivery_state IN ('posting', 'unknown')",
        {"id": claimed.message_id, "provider_id": receipt.provider_message_id},
    )
    channel_id = ChannelId(connection.channel_id)
    steps = [
        StatusUpdate(
            provider_message_id=receipt.provider_message_id,
            address=connection.routing_key,
            status=status,
            occurred_at=uow.now,
            opaque=claimed.outbound.reference,
        )
        for status in receipt.statuses
    ]
    record_statuses(uow, connection.workspace_id, [(channel_id, step) for step in steps])
    # Steps that came before the provider's id was known are folded now.
    touched = fold_messages(uow, [(channel_id, receipt.provider_message_id)])
    uow.announce("inbox", *touched)


def _ended(uow: UnitOfWork, message_id: UUID, *, state: str, error: str) -> None:
    row = uow.execute(
        "UPDATE message SET delivery_state = CAST(:state AS text), error = :error,"
        " status_at = :now,"
        " status = CASE WHEN CAST(:state AS text) = 'failed' THEN 'failed' ELSE status END"
        " WHERE id = :id AND delivery_state IN ('posting', 'unknown')"
        " RETURNING conversation_id, channel_id, sent_at",
        {"id": message_id, "state": state, "error": error, "now": uow.now},
    ).first()
    if row is not None:
        uow.note(row.channel_id, [row.sent_at])
        uow.announce("inbox", row.conversation_id)
