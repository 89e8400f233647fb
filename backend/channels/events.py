"""What a provider's delivery says, in LeadFlow's own words.

An adapter turns the raw body of a webhook into these frozen values; nothing above the adapters
knows a provider's field names. Times are aware and in UTC, phone numbers are E.164 with `+`,
text has no NUL and no lone surrogate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class MessageKind(StrEnum):
    """What the customer sent; one value for each shape the inbox can draw."""

    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    BUTTON = "button"
    INTERACTIVE = "interactive"
    ORDER = "order"
    TEMPLATE = "template"
    UNSUPPORTED = "unsupported"

    @property
    def opens_lead(self) -> bool:
        """A message that nobody can read says nothing about an interest: it opens no lead."""
        return self is not MessageKind.UNSUPPORTED


class Direction(StrEnum):
    """Seen from the business: `in` from the customer, `out` to the customer."""

    IN = "in"
    OUT = "out"


class DeliveryStatus(StrEnum):
    """How far an outgoing message came, in the provider's order."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class AnnotationKind(StrEnum):
    """What a later message does to an earlier one."""

    REACTION = "reaction"
    EDIT = "edit"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who is meant: any of a phone number (E.164), a business-scoped user id, a username."""

    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None
    display_name: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether at least one identifier can be looked up; a name alone identifies nobody."""
        return any((self.phone, self.bsuid, self.username))


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral:
    """The ad or post that the customer tapped before writing (click-to-WhatsApp)."""

    source_type: str
    source_id: str | None = None
    source_url: str | None = None
    headline: str | None = None
    body: str | None = None
    click_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReference:
    """A file of a message, as the provider names it: by an id, or by an address of its own.

    `sha256` is base64 or hex as the provider wrote it; sizes and types are claims, not facts.
    """

    provider_media_id: str | None = None
    url: str | None = field(default=None, repr=False)
    mime_type: str | None = None
    filename: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message, written by the customer or (direction `out`) by the business elsewhere.

    `address` is the provider's id of our number, used to route a delivery that covers several;
    empty when the delivery does not say, which means the channel that received it.
    `choice` is the payload or id of a tapped button or list row.
    """

    provider_message_id: str
    address: str
    identity: Identity
    sent_at: datetime
    kind: MessageKind
    direction: Direction = Direction.IN
    text: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])
    choice: str | None = None
    quoted_provider_id: str | None = None
    referral: Referral | None = None
    media: tuple[MediaReference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusUpdate:
    """One step of an outgoing message; `opaque` is what we attached when we sent it."""

    provider_message_id: str
    address: str
    status: DeliveryStatus
    occurred_at: datetime
    recipient: Identity | None = None
    error_code: str | None = None
    error_title: str | None = None
    opaque: str | None = None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageAnnotation:
    """A reaction, edit or revocation of an earlier message.

    `text` is the emoji of a reaction (`None` takes it back) or the new text of an edit.
    """

    provider_message_id: str
    address: str
    target_provider_id: str
    kind: AnnotationKind
    identity: Identity
    occurred_at: datetime
    direction: Direction = Direction.IN
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityChange:
    """The same person under another number or user id."""

    address: str
    previous: Identity
    current: Identity
    occurred_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateChange:
    """A template's status, quality or category changed; what is `None` stayed as it was.

    `status` is a value of `TemplateStatus`; `quality` is green, yellow, red or unknown.
    """

    address: str | None
    provider_template_id: str
    occurred_at: datetime | None
    name: str = ""
    language: str = ""
    status: str | None = None
    quality: str | None = None
    category: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChange:
    """The number's or the account's standing changed; what is `None` stayed as it was.

    `restriction` says in a sentence why nothing may be sent any more; empty once that is over.
    """

    address: str | None
    occurred_at: datetime | None
    quality: str | None = None
    messaging_limit: int | None = None
    throughput: int | None = None
    restriction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelNotice:
    """Anything about the account rather than a conversation; kept with its event, no effect."""

    address: str | None
    topic: str
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedItem:
    """One item of a delivery that could not be understood; its neighbours still count.

    `position` is where it stood (`entry[0].changes[0].messages[2]`), `reason` one sentence.
    """

    position: str
    reason: str


InboundEvent = (
    InboundMessage
    | StatusUpdate
    | MessageAnnotation
    | IdentityChange
    | TemplateChange
    | AccountChange
    | ChannelNotice
    | RejectedItem
)
