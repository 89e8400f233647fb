"""What LeadFlow needs from a provider; each adapter is one module that satisfies it.

An adapter declares what its provider offers (`features`). A feature that is not declared raises
`NotOffered`; one that is declared is held by the conformance kit (`tests/channels/conformance`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from pydantic import BaseModel

from backend.channels.events import DeliveryStatus, Identity, InboundEvent, MediaReference
from backend.channels.outgoing import Outbound


class Provider(StrEnum):
    """The companies (BSPs) behind a channel; the value stands in URLs and in the database."""

    MOCK = "mock"
    WHATSAPP_CLOUD = "whatsapp_cloud"
    TWILIO = "twilio"
    MESSAGEBIRD = "messagebird"
    BIRD = "bird"
    BIRD_PLATFORM = "bird_platform"
    DIALOG360 = "dialog360"


class Feature(StrEnum):
    """What a provider may offer beside receiving, verifying and sending text."""

    HANDSHAKE = "handshake"
    SEND_TEXT = "send_text"
    SEND_MEDIA = "send_media"
    SEND_BUTTONS = "send_buttons"
    SEND_TEMPLATE = "send_template"
    QUOTE = "quote"
    MARK_READ = "mark_read"
    PROBE = "probe"
    LIST_TEMPLATES = "list_templates"
    CREATE_TEMPLATE = "create_template"
    MEDIA = "media"
    LOOK_UP = "look_up"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A webhook as it arrived: header names in lower case, the body byte for byte.

    `url` is the whole address as the provider knows it: scheme, host, path and query, made from
    the channel's stored public URL and never from the request's own `Host`.
    """

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the provider wants to read once its delivery is stored."""

    content_type: str = "text/plain; charset=utf-8"
    text: str = "ok"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What a call to a provider needs; `credentials` is the model of the adapter. Never shown.

    `base_url` stands for the provider's own address when an admin set another one.
    """

    credentials: BaseModel = field(repr=False)
    address: str
    routing_key: str
    base_url: str | None = None
    webhook_url: str = ""


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The provider's answer: its message id and the steps it reported at once."""

    provider_message_id: str
    statuses: Sequence[DeliveryStatus] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What a provider says of a number when it is asked with good credentials.

    `quality` is green, yellow, red or unknown; `messaging_limit` how many people may be written
    to first in 24 hours (`None`: unlimited or not said); `throughput` messages per second.
    """

    display_number: str | None = None
    verified_name: str | None = None
    quality: str | None = None
    messaging_limit: int | None = None
    throughput: int | None = None
    token_expires_at: datetime | None = None
    warnings: tuple[str, ...] = ()


class TemplateStatus(StrEnum):
    """Where a message template stands at the provider; only approved ones may be sent."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A message template; `components` have the shape of Meta's template components."""

    provider_template_id: str
    name: str
    language: str
    status: TemplateStatus
    category: str = ""
    quality: str | None = None
    components: Sequence[Mapping[str, Any]] = ()
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLocation:
    """Where to fetch a file, and with which headers; `url` leads to the provider's own hosts.

    The headers may carry a secret: they go to this origin and to none that it redirects to.
    """

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    mime_type: str | None = None
    sha256: str | None = None
    size: int | None = None


class ChannelAdapter(Protocol):
    """One provider. `handshake`, `verify` and `parse` are pure; the others call the provider.

    Calls raise `SendRefused` (not done, with the provider's code), `SendUnknown` (nobody knows),
    `CredentialsRefused`, or `NotOffered` for a feature that is not declared. They are never made
    inside a transaction. `routing_field` names the credential by which deliveries name our number;
    `None` where they name its address.
    """

    provider: Provider
    credentials_model: type[BaseModel]
    features: frozenset[Feature]
    acknowledgement: Acknowledgement
    routing_field: str | None

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Answer the provider's subscription check, or `None` to refuse it."""
        ...

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Whether the provider itself signed these bytes; an unset secret verifies nothing."""
        ...

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery; raises `MalformedDelivery` when it is not one at all."""
        ...

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over, once."""
        ...

    def mark_read(self, access: Access, provider_message_id: str) -> None:
        """Show the customer that a message was read."""
        ...

    def probe(self, access: Access) -> AccountFacts:
        """Ask the provider about the number: whether the credentials work, and its limits."""
        ...

    def list_templates(self, access: Access) -> Sequence[Template]:
        """Return every template of the account, all pages of them."""
        ...

    def create_template(self, access: Access, template: Template) -> Template:
        """Hand a template in for review; returns it with the provider's id and status."""
        ...

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return where a file of a received message can be fetched right now."""
        ...

    def look_up(self, access: Access, *, reference: str, recipient: Identity) -> SendReceipt | None:
        """Find out what became of a message whose sending had no answer; `None`: it is not there.

        Raises `SendUnknown` when the provider cannot tell.
        """
        ...
