"""Deliveries that name no moment: what they tell happened, for us, when they were received."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from backend.channels.events import InboundEvent, InboundMessage, MessageAnnotation, StatusUpdate

UNTOLD: Final = datetime.fromtimestamp(0, UTC)


def at_receipt(event: InboundEvent, received_at: datetime) -> InboundEvent:
    """Put the receipt in the place of a moment that was not told (`UNTOLD`).

    A delivery keeps its receipt when it is replayed, so the moment stays the same.
    """
    match event:
        case InboundMessage(sent_at=moment) if moment == UNTOLD:
            return replace(event, sent_at=received_at)
        case StatusUpdate(occurred_at=moment) | MessageAnnotation(occurred_at=moment) if (
            moment == UNTOLD
        ):
            return replace(event, occurred_at=received_at)
        case _:
            return event
