"""The rules of conversations: windows, statuses, snippets. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.channels import DeliveryStatus

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
