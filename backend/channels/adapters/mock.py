"""A provider that is ourselves: for the simulator, the demo and the tests.

Its deliveries are JSON of our own, which `message_body` and `status_body` write:

    {"messages": [{"from": "+12065550123", "id": "m1", "timestamp": 1697043223,
                   "text": "I want the price", "profile_name": "Ana", "kind": "text",
                   "referral": {"source_type": "ad", "source_id": "...", "ctwa_clid": "..."},
                   "context_message_id": "m0", "button": {"payload": "yes", "text": "Yes"},
                   "user_id": "US.1", "username": "ana"}],
     "statuses": [{"id": "m0", "status": "delivered", "timestamp": 1697043223,
                   "error_code": "131047", "recipient": "+12065550123"}]}

Only `id`, `timestamp` (unix seconds) and `status`, and one of `from` (a phone number) and
`user_id`, are required. The delivery names no number of ours: it concerns the channel that
received it. Nobody signs it, so it never enters by the webhook route.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Required, TypedDict, Unpack

from pydantic import BaseModel

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    one,
    optional_object,
    read_body,
    read_each,
    required_id,
    required_moment,
    required_object,
    words,
)
from backend.channels.adapters.whatsapp_cloud_messages import read_referral
from backend.channels.errors import MalformedDelivery
from backend.channels.events import (
    DeliveryStatus,
    Identity,
    InboundEvent,
    InboundMessage,
    MessageKind,
    StatusUpdate,
)
from backend.channels.ports import OutboundText, Provider, SendReceipt, SignedRequest
from backend.kit.phone import trusted_e164


class MessageFields(TypedDict, total=False):
    """A message as plain values; what is absent or `None` is left out of the body."""

    sender: Required[str]
    message_id: Required[str]
    sent_at: Required[datetime]
    text: str | None
    profile_name: str | None
    kind: MessageKind | None
    referral: Mapping[str, object] | None
    context_message_id: str | None
    button: Mapping[str, str] | None
    user_id: str | None
    username: str | None


class StatusFields(TypedDict, total=False):
    """A status as plain values; what is absent or `None` is left out of the body."""

    message_id: Required[str]
    status: Required[DeliveryStatus]
    occurred_at: Required[datetime]
    error_code: str | None
    recipient: str | None


def message_body(**message: Unpack[MessageFields]) -> bytes:
    """Write a delivery of one message."""
    return _body("messages", message)


def status_body(**status: Unpack[StatusFields]) -> bytes:
    """Write a delivery of one status."""
    return _body("statuses", status)


_NAMES = {
    "sender": "from",
    "message_id": "id",
    "sent_at": "timestamp",
    "occurred_at": "timestamp",
}


def _body(key: str, fields: Mapping[str, object]) -> bytes:
    item = {
        _NAMES.get(name, name): value.timestamp() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value is not None
    }
    return json.dumps({key: [item]}).encode()


class MockCredentials(BaseModel):
    """The mock has no secrets; whatever is given is not kept."""


class MockAdapter:
    """Delivers at once whatever is sent, and remembers nothing."""

    provider: Provider = Provider.MOCK
    credentials_model: type[BaseModel] = MockCredentials
    can_reply: bool = True

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: nobody subscribes to the mock."""
        del credentials, query

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Refuse: nobody signs for the mock; its events enter by the authenticated REST route."""
        del credentials, request
        return False

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read every message and status; raises `MalformedDelivery`."""
        delivery = read_body(body)
        if not delivery.keys() & {"messages", "statuses"}:
            message = "the body is no delivery of the mock channel"
            raise MalformedDelivery(message, expected='an object with "messages" or "statuses"')
        return (
            *read_each(delivery, "messages", "", one(_read_message)),
            *read_each(delivery, "statuses", "", one(_read_status)),
        )

    def send_text(self, credentials: BaseModel, message: OutboundText) -> SendReceipt:
        """Deliver at once."""
        del credentials
        return SendReceipt(
            provider_message_id=f"mock.out.{message.reference}",
            statuses=(DeliveryStatus.SENT, DeliveryStatus.DELIVERED),
        )


def _read_message(value: object) -> InboundMessage:
    raw = required_object(value, "the message")
    button = optional_object(raw.get("button"))
    return InboundMessage(
        provider_message_id=required_id(raw, "id"),
        address="",
        identity=_sender(raw),
        sent_at=required_moment(raw, "timestamp"),
        kind=_kind(raw, MessageKind.BUTTON if button else MessageKind.TEXT),
        text=words(raw.get("text")) or words(button.get("text")),
        payload=button,
        choice=words(button.get("payload")),
        quoted_provider_id=identifier(raw.get("context_message_id")),
        referral=read_referral(raw.get("referral")),
    )


def _sender(raw: Object) -> Identity:
    identity = Identity(
        phone=trusted_e164(words(raw.get("from")) or ""),
        bsuid=identifier(raw.get("user_id")),
        username=identifier(raw.get("username")),
        display_name=words(raw.get("profile_name")),
    )
    if identity.phone or identity.bsuid:
        return identity
    message = "`from` is no phone number; one such as +12065550123, or a `user_id`, was expected."
    raise Unreadable(message)


def _kind(raw: Object, default: MessageKind) -> MessageKind:
    given = words(raw.get("kind")) or default
    if given in set(MessageKind):
        return MessageKind(given)
    message = f"`kind` is unknown; one of {', '.join(MessageKind)} was expected."
    raise Unreadable(message)


def _read_status(value: object) -> StatusUpdate:
    raw = required_object(value, "the status")
    phone = trusted_e164(words(raw.get("recipient")) or "")
    return StatusUpdate(
        provider_message_id=required_id(raw, "id"),
        address="",
        status=_status(raw),
        occurred_at=required_moment(raw, "timestamp"),
        recipient=Identity(phone=phone) if phone else None,
        error_code=identifier(raw.get("error_code")),
    )


def _status(raw: Object) -> DeliveryStatus:
    given = words(raw.get("status"))
    if given in set(DeliveryStatus):
        return DeliveryStatus(given)
    message = f"`status` is unknown; one of {', '.join(DeliveryStatus)} was expected."
    raise Unreadable(message)
