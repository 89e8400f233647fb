"""What a sandbox really took and really told, to compare with what LeadFlow has."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

from backend.sandbox.faults import CallFault


@dataclass(frozen=True, slots=True)
class TakenCall:
    """One call that asked for a change, and the fault that met it."""

    number: int
    account: int
    path: str
    fault: CallFault


@dataclass(frozen=True, slots=True)
class TakenSend:
    """A message that was accepted; `call` is the number of the call that carried it."""

    call: int
    account: int
    provider_message_id: str
    reference: str | None
    recipient: str
    at: datetime


@dataclass(slots=True)
class PostedWebhook:
    """A webhook and the answer to each time it was posted; 0 means that there was none."""

    number: int
    account: int
    events: tuple[str, ...]
    answers: list[int] = field(default_factory=list[int])
    is_settled: bool = False

    @property
    def is_acknowledged(self) -> bool:
        """Whether it was taken, once at least."""
        return any(is_acknowledgement(answer) for answer in self.answers)


@dataclass(slots=True)
class Ledger:
    """Everything in the order it happened."""

    calls: list[TakenCall] = field(default_factory=list[TakenCall])
    sends: list[TakenSend] = field(default_factory=list[TakenSend])
    webhooks: list[PostedWebhook] = field(default_factory=list[PostedWebhook])

    def acknowledged_events(self) -> frozenset[str]:
        """Return the names of the events that were acknowledged, each once."""
        return frozenset(
            event
            for webhook in self.webhooks
            if webhook.is_acknowledged
            for event in webhook.events
        )

    def twice_sent(self) -> frozenset[str]:
        """Return the references that were accepted more than once: a customer read them twice."""
        seen: set[str] = set()
        twice: set[str] = set()
        for send in self.sends:
            if send.reference is not None:
                (twice if send.reference in seen else seen).add(send.reference)
        return frozenset(twice)

    def as_json(self) -> dict[str, Any]:
        """Return the ledger in plain values, the moments in ISO 8601."""
        sends = [{**asdict(send), "at": send.at.isoformat()} for send in self.sends]
        webhooks = [
            {**asdict(webhook), "is_acknowledged": webhook.is_acknowledged}
            for webhook in self.webhooks
        ]
        calls = [asdict(call) for call in self.calls]
        return {"calls": calls, "sends": sends, "webhooks": webhooks}


def is_acknowledgement(answer: int) -> bool:
    """Whether an answer says that a webhook was taken."""
    return HTTPStatus.OK <= answer < HTTPStatus.MULTIPLE_CHOICES
