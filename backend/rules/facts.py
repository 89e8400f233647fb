"""What rules see of a message: pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.rules.texts import normalised


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageFacts:
    """What rules see of a message; texts are `normalised`, so that each is so once."""

    message_id: UUID
    sent_at: datetime
    channel_id: str
    kind: str
    text: str
    choice: str
    has_referral: bool


def facts_of_row(row: Mapping[str, Any]) -> MessageFacts:
    """Return what rules see of a stored message."""
    return MessageFacts(
        message_id=row["message_id"],
        sent_at=row["sent_at"],
        channel_id=str(row["channel_id"]),
        kind=row["kind"],
        text=normalised(row["text"] or ""),
        choice=normalised(row["choice"] or ""),
        has_referral=row["has_referral"],
    )
