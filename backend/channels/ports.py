"""What LeadFlow needs from a provider; each adapter is one module that satisfies it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel

from backend.channels.events import DeliveryStatus, InboundEvent


class Provider(StrEnum):
    """The companies (BSPs) behind a channel; the value stands in URLs and in the database."""

    MOCK = "mock"
    WHATSAPP_CLOUD = "whatsapp_cloud"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A webhook as it arrived: header names in lower case, the body byte for byte."""

    method: str
    url: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class OutboundText:
    """A text to send; `reference` is our message id and travels in the provider's opaque field."""

    recipient: str
    text: str
    reference: str
    quoted_provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class SendReceipt:
    """The provider's answer: its message id and the steps it reported at once."""

    provider_message_id: str
    statuses: Sequence[DeliveryStatus]


class ChannelAdapter(Protocol):
    """One provider. Every method is pure but `send_text`, which may use the network.

    `credentials` is the validated model of `credentials_model`; secrets stay inside it.
    """

    provider: Provider
    credentials_model: type[BaseModel]
    can_reply: bool

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Answer the provider's subscription check, or `None` to refuse it."""
        ...

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Whether the provider itself signed these bytes; an unset secret verifies nothing."""
        ...

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery; raises `MalformedDelivery` when it is not one at all."""
        ...

    def send_text(self, credentials: BaseModel, message: OutboundText) -> SendReceipt:
        """Hand a text over; raises `SendRefused` or `SendUnknown`."""
        ...
