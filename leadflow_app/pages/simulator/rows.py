"""What the simulated phone shows, ready to draw."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.channels import ChannelView, Direction
from backend.contacts import ConsentChange
from backend.inbox import MessageView
from backend.leads import EventKind, LeadEventView, LeadView
from leadflow_app import display, routes
from leadflow_app.display import Clock, Moment

EXAMPLES: Final = (
    "What does it cost?",
    "Can I book a demo?",
    "Please call me back",
    "I want to talk to a person",
)
AD: Final = {
    "source_type": "ad",
    "source_id": "120212345678901234",
    "source_url": "https://example.com/spring-offer",
    "headline": "Spring offer",
    "body": "Write to us on WhatsApp",
}
TICKS: Final = {"sent": "check", "delivered": "check-check", "read": "check-check"}


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """One bubble as the customer sees it: `is_mine` is what the customer wrote."""

    key: str
    is_mine: bool
    text: str
    at: Moment
    status: str


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One thing that LeadFlow did because of a message."""

    key: str
    text: str
    by: str


@dataclass(frozen=True, slots=True)
class ChannelChoice:
    """A mock channel to write to."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class SimulatorScreen:
    """The whole page."""

    channels: list[ChannelChoice] = field(default_factory=list)
    messages: list[PhoneMessage] = field(default_factory=list)
    last_reply: str = ""
    last_reply_status: str = ""
    lead_href: str = ""
    conversation_href: str = ""
    stage: str = ""
    stage_label: str = ""
    score: str = ""
    tags: list[str] = field(default_factory=list)
    outcomes: list[OutcomeRow] = field(default_factory=list)


def channel_choices(channels: Sequence[ChannelView]) -> list[ChannelChoice]:
    """Offer the mock channels."""
    return [
        ChannelChoice(str(channel.id), channel.name)
        for channel in channels
        if str(channel.provider) == "mock" and channel.is_active
    ]


def phone_message(message: MessageView, clock: Clock) -> PhoneMessage:
    """Turn a message round: what came in was the customer's own."""
    return PhoneMessage(
        key=str(message.id),
        is_mine=message.direction == Direction.IN,
        text=message.text or display.sentence(message.kind),
        at=clock.hour(message.sent_at),
        status=str(message.status) if message.status else "",
    )


def outcome(event: LeadEventView) -> OutcomeRow | None:
    """Say what happened to the lead; the message itself stands in the phone."""
    data = event.data
    match event.kind:
        case EventKind.OPENED:
            text = "Opened a lead"
        case EventKind.STAGE:
            text = f"Moved to {display.stage(str(data.get('to', '')))}"
        case EventKind.TAGGED:
            text = f"Tagged {data.get('tag', '')}"
        case EventKind.SCORED:
            text = f"{display.points(int(data.get('points', 0)))}: {data.get('reason', '')}"
        case EventKind.CONSENT:
            is_out = data.get("change") == ConsentChange.OPT_OUT
            text = "Opted out of marketing" if is_out else "Opted in to marketing"
        case _:
            return None
    return OutcomeRow(str(event.id), text, event.actor_name)


def lead_facts(lead: LeadView) -> dict[str, object]:
    """Name what the page says about the lead."""
    return {
        "lead_href": routes.lead(lead.id),
        "stage": str(lead.stage),
        "stage_label": display.stage(lead.stage),
        "score": display.count(lead.score),
        "tags": list(lead.tags),
    }
