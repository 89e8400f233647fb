"""The rules of conversations: windows, statuses, snippets. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from backend.channels import DeliveryStatus, Direction, InboundMessage

# Inside 24 hours after the customer's last message any text may be sent; outside, only an
# approved template (WhatsApp Business Platform, "customer service windows").
SERVICE_WINDOW = timedelta(hours=24)
SNIPPET_LENGTH = 120
MAX_TEXT_LENGTH = 4096

STATUS_RANK = {
    DeliveryStatus.FAILED: 0,
    DeliveryStatus.ACCEPTED: 1,
    DeliveryStatus.SENT: 2,
    DeliveryStatus.DELIVERED: 3,
    DeliveryStatus.READ: 4,
}


def is_window_open(window_expires_at: datetime | None, now: datetime) -> bool:
    """Whether free text may be sent now."""
    return window_expires_at is not None and now < window_expires_at


def shown_status(history: Iterable[DeliveryStatus]) -> DeliveryStatus | None:
    """Fold a history into the status to show, whatever the order it arrived in.

    Evidence of arrival beats everything; without it a failure beats acceptance and sending.
    """
    steps = set(history)
    arrived = steps & {DeliveryStatus.DELIVERED, DeliveryStatus.READ}
    if arrived:
        return max(arrived, key=STATUS_RANK.__getitem__)
    if DeliveryStatus.FAILED in steps:
        return DeliveryStatus.FAILED
    return max(steps, key=STATUS_RANK.__getitem__, default=None)


def snippet(text: str | None) -> str:
    """Return one line of a text for the list of conversations."""
    line = " ".join((text or "").split())
    return line if len(line) <= SNIPPET_LENGTH else line[: SNIPPET_LENGTH - 1] + "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """What a conversation shows, folded from its messages; without any, times are `None`."""

    opened_at: datetime | None = None
    last_message_at: datetime | None = None
    last_direction: str = Direction.IN
    last_kind: str = "text"
    snippet: str = ""
    first_inbound_at: datetime | None = None
    window_expires_at: datetime | None = None
    unread_count: int = 0
    read_until: datetime | None = None


def extended(thread: Thread, messages: Sequence[InboundMessage]) -> Thread | None:
    """Fold new messages into a thread, or `None` when that takes the whole history.

    It does when the business wrote, when the customer wrote before they wrote first, and when
    two messages of one moment compete for being the last.
    """
    times = sorted(message.sent_at for message in messages)
    if any(message.direction is not Direction.IN for message in messages):
        return None
    if thread.opened_at and (thread.first_inbound_at is None or times[0] < thread.first_inbound_at):
        return None
    if times[-1] == thread.last_message_at or times[-1] in times[:-1]:
        return None
    unread = sum(thread.read_until is None or at > thread.read_until for at in times)
    expires_at = times[-1] + SERVICE_WINDOW
    folded = replace(
        thread,
        opened_at=thread.opened_at or times[0],
        first_inbound_at=thread.first_inbound_at or times[0],
        window_expires_at=max(thread.window_expires_at or expires_at, expires_at),
        unread_count=thread.unread_count + unread,
    )
    if thread.last_message_at and times[-1] < thread.last_message_at:
        return folded
    last = max(messages, key=lambda message: message.sent_at)
    return replace(
        folded,
        last_message_at=last.sent_at,
        last_direction=last.direction,
        last_kind=last.kind,
        snippet=snippet(last.text),
    )
