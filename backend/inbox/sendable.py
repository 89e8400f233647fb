"""What may be sent to a customer now, and when what was refused is tried again. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from backend.channels import Fault, Feature, TemplateStatus
from backend.inbox.policy import is_window_open

MOST_ATTEMPTS: Final = 5
FIRST_WAIT: Final = timedelta(seconds=4)
LONGEST_WAIT: Final = timedelta(minutes=15)

OPTED_OUT: Final = "this customer opted out, so no template may be sent to them"
UNTIL_OPT_IN: Final = (
    "a text within 24 hours of their last message, or a template once they opted in again"
)
BUSY = "The provider was busy. Send it again later."
NEXT_STEPS: Final = {
    Fault.RETRY: BUSY,
    Fault.DELAYED: BUSY,
    Fault.AUTH: "An admin has to enter new credentials for the channel.",
    Fault.CONFIG: "An admin has to check the channel's settings.",
    Fault.ACCOUNT: "An admin has to look at the account with the provider.",
    Fault.TEMPLATE: "Choose another template, or check its values.",
    Fault.WINDOW: "Send an approved template instead.",
    Fault.SUPPRESS: "This customer cannot be written to. Do not send it again.",
    Fault.PERMANENT: "Change the message before you send it again.",
}


class ReplyKind(StrEnum):
    """The shapes of a reply."""

    TEXT = "text"
    MEDIA = "media"
    BUTTONS = "buttons"
    TEMPLATE = "template"

    @property
    def feature(self) -> Feature:
        """What the provider has to offer for it."""
        return Feature(f"send_{self}")


class Obstacle(StrEnum):
    """Why something may not be sent."""

    NOT_OFFERED = "not_offered"
    WINDOW_CLOSED = "window_closed"
    NOT_APPROVED = "not_approved"
    OPTED_OUT = "opted_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What the answer depends on: the channel, the customer's last message, the moment.

    `is_opted_out` says that the customer wants no marketing.
    """

    channel_name: str
    features: frozenset[Feature]
    window_expires_at: datetime | None
    now: datetime
    is_opted_out: bool = False


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why something may not be sent, in a sentence, and what may be done instead."""

    obstacle: Obstacle
    message: str
    instead: str


def why_not(
    kind: ReplyKind, situation: Situation, *, template: TemplateStatus | None = None
) -> WhyNot | None:
    """Return what stands in the way of sending this kind now, or `None`.

    Free text, files and buttons need the 24 hours after the customer's last message; an approved
    template is always allowed, but to a customer who opted out. A free entry point window makes
    messages free of charge, but opens nothing (WhatsApp Business Platform, "customer service
    windows" and "pricing").
    """
    if kind.feature not in situation.features:
        return _not_offered(kind, situation)
    if kind is ReplyKind.TEMPLATE and situation.is_opted_out:
        return WhyNot(Obstacle.OPTED_OUT, OPTED_OUT, UNTIL_OPT_IN)
    if kind is ReplyKind.TEMPLATE:
        return None if template in (None, TemplateStatus.APPROVED) else _not_approved(template)
    if is_window_open(situation.window_expires_at, situation.now):
        return None
    has_templates = Feature.SEND_TEMPLATE in situation.features
    return WhyNot(
        Obstacle.WINDOW_CLOSED,
        f"24 hours have passed since the customer last wrote, so {_plural(kind)} not allowed",
        "an approved template, or a new message from them"
        if has_templates
        else "a new message from them",
    )


def next_step(fault: Fault) -> str:
    """Say what to do about a refusal of this kind."""
    return NEXT_STEPS[fault]


def concerns_channel(fault: Fault) -> bool:
    """Whether every message of the channel is refused like this, so that its admin has to act."""
    return fault in (Fault.AUTH, Fault.CONFIG, Fault.ACCOUNT)


def wait_before(attempt: int, message_id: UUID, *, asked: float | None) -> timedelta:
    """Return how long to wait before a message is tried again after `attempt` tries.

    The wait doubles, and the message's own id scatters it over its upper half, so that messages
    refused together do not come back together. What the provider asked for is the least.
    """
    longest = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
    scattered = longest / 2 + longest / 2 * ((message_id.int + attempt * 7919) % 1000 / 1000)
    return max(scattered, timedelta(seconds=asked or 0))


def _not_offered(kind: ReplyKind, situation: Situation) -> WhyNot:
    if Feature.SEND_TEXT not in situation.features:
        message = f"{situation.channel_name} receives messages but takes no replies from here"
        return WhyNot(Obstacle.NOT_OFFERED, message, "an answer where this number is managed")
    message = f"{situation.channel_name} cannot send {_named(kind)} from here"
    return WhyNot(Obstacle.NOT_OFFERED, message, "text")


def _not_approved(template: TemplateStatus) -> WhyNot:
    message = f"this template is {template}, so it may not be sent"
    return WhyNot(Obstacle.NOT_APPROVED, message, "an approved template")


def _named(kind: ReplyKind) -> str:
    names = {ReplyKind.TEXT: "text", ReplyKind.MEDIA: "files"}
    return names.get(kind, f"{kind}s".replace("ss", "s"))


def _plural(kind: ReplyKind) -> str:
    return "free text is" if kind is ReplyKind.TEXT else f"{_named(kind)} are"
