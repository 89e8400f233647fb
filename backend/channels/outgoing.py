"""What LeadFlow sends, in its own words; an adapter turns it into the provider's body."""

from dataclasses import dataclass, field
from enum import StrEnum

from backend.channels.events import Identity, MessageKind


@dataclass(frozen=True, slots=True)
class TextContent:
    """Plain text of at most 4,096 characters."""

    text: str
    shows_preview: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaContent:
    """A file behind a link that the provider fetches: image, video, audio, document, sticker."""

    kind: MessageKind
    url: str = field(repr=False)
    mime_type: str
    filename: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class ReplyButton:
    """A button that answers for the customer; `id` comes back as the choice."""

    id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonsContent:
    """A text with one to three reply buttons."""

    text: str
    buttons: tuple[ReplyButton, ...]
    footer: str | None = None


class ButtonKind(StrEnum):
    """The buttons of a template that take a value when it is sent."""

    QUICK_REPLY = "quick_reply"
    URL = "url"


@dataclass(frozen=True, slots=True)
class ButtonValue:
    """The payload of a quick reply, or the end of a URL; `index` counts the buttons from 0."""

    index: int
    kind: ButtonKind
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateContent:
    """An approved template and the values of its variables, in order.

    `provider_template_id` names it where the provider goes by ids (Twilio, Bird). `text` is what
    the customer will read, for our own history.
    """

    name: str
    language: str
    provider_template_id: str = ""
    header: str | MediaContent | None = None
    body: tuple[str, ...] = ()
    buttons: tuple[ButtonValue, ...] = ()
    text: str = ""


OutboundContent = TextContent | MediaContent | ButtonsContent | TemplateContent


@dataclass(frozen=True, slots=True, kw_only=True)
class Outbound:
    """A message to hand over; `reference` is our message id and travels in the opaque field."""

    recipient: Identity
    reference: str
    content: OutboundContent
    quoted_provider_id: str | None = None
