"""A provider that is ourselves: for the simulator, the demo and the tests.

Its deliveries are JSON of our own, which `message_body` and `status_body` write:

    {"messages": [{"from": "+12065550123", "id": "m1", "timestamp": 1697043223,
                   "text": "I want the price", "profile_name": "Ana", "kind": "text",
                   "referral": {"source_type": "ad", "source_id": "...", "ctwa_clid": "..."},
                   "context_message_id": "m0", "button": {"payload": "yes", "text": "Yes"},
                   "user_id": "US.1", "username": "ana", "payload": {"latitude": 1.0},
                   "media": [{"url": "https://...", "mime_type": "image/png",
                              "filename": "a.png", "id": "f1", "sha256": "..."}]}],
     "statuses": [{"id": "m0", "status": "delivered", "timestamp": 1697043223,
                   "error_code": "131047", "error_title": "...", "recipient": "+12065550123"}],
     "templates": [{"id": "t1", "timestamp": 1697043223, "status": "paused", "quality": "red",
                    "name": "hello", "language": "en", "category": "...", "reason": "..."}],
     "account": [{"timestamp": 1697043223, "quality": "yellow", "messaging_limit": 1000,
                  "throughput": 80, "restriction": "..."}]}

Only `id`, `timestamp` (unix seconds) and the `status` of a status, and one of `from` (a phone
number) and `user_id`, are required. The `payload` of a message is kept as it is; without one,
that of its button is. The delivery names no number of ours: it concerns the channel that
received it. Nobody signs it, so it never enters by the webhook route.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Required, TypedDict, Unpack

from pydantic import BaseModel

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    objects,
    one,
    optional_object,
    read_body,
    read_each,
    required_id,
    required_moment,
    required_object,
    words,
)
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.adapters.whatsapp_cloud_messages import read_referral
from backend.channels.errors import MalformedDelivery, SendRefused
from backend.channels.events import (
    AccountChange,
    DeliveryStatus,
    Identity,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageKind,
    StatusUpdate,
    TemplateChange,
)
from backend.channels.outgoing import Outbound
from backend.channels.ports import (
    Access,
    Feature,
    MediaLocation,
    Provider,
    SendReceipt,
    SignedRequest,
    TemplateStatus,
)
from backend.kit.phone import trusted_e164

MOST_COUNTED = 1_000_000_000


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
    payload: Mapping[str, object] | None
    media: Sequence[Mapping[str, str]] | None


class StatusFields(TypedDict, total=False):
    """A status as plain values; what is absent or `None` is left out of the body."""

    message_id: Required[str]
    status: Required[DeliveryStatus]
    occurred_at: Required[datetime]
    error_code: str | None
    error_title: str | None
    recipient: str | None


def message_body(**message: Unpack[MessageFields]) -> bytes:
    """Write a delivery of one message."""
    return delivery_body(messages=[message])


def status_body(**status: Unpack[StatusFields]) -> bytes:
    """Write a delivery of one status."""
    return delivery_body(statuses=[status])


def delivery_body(**items: Sequence[Mapping[str, object]]) -> bytes:
    """Write a delivery of many items, under `messages`, `statuses`, `templates`, `account`."""
    written = {key: [_item(fields) for fields in listed] for key, listed in items.items()}
    return json.dumps(written).encode()


_NAMES = {
    "sender": "from",
    "message_id": "id",
    "sent_at": "timestamp",
    "occurred_at": "timestamp",
}


def _item(fields: Mapping[str, object]) -> Mapping[str, object]:
    return {
        _NAMES.get(name, name): value.timestamp() if isinstance(value, datetime) else value
        for name, value in fields.items()
        if value is not None
    }


class MockCredentials(BaseModel):
    """The mock has no secrets; whatever is given is not kept."""


class MockAdapter(Unoffered):
    """Delivers at once whatever is sent, and remembers nothing."""

    provider: Provider = Provider.MOCK
    credentials_model: type[BaseModel] = MockCredentials
    features: frozenset[Feature] = frozenset(
        {
            Feature.SEND_TEXT,
            Feature.SEND_MEDIA,
            Feature.SEND_BUTTONS,
            Feature.SEND_TEMPLATE,
            Feature.QUOTE,
            Feature.MEDIA,
            Feature.REFERENCE,
        }
    )

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: nobody subscribes to the mock."""
        del credentials, query

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Refuse: nobody signs for the mock; its events enter by the authenticated REST route."""
        del credentials, request
        return False

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read every item; raises `MalformedDelivery`."""
        delivery = read_body(body)
        if not delivery.keys() & _READERS.keys():
            message = "the body is no delivery of the mock channel"
            raise MalformedDelivery(message, expected='an object with "messages" or "statuses"')
        return tuple(
            event
            for key, read in _READERS.items()
            for event in read_each(delivery, key, "", one(read))
        )

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Deliver at once."""
        del access
        return SendReceipt(
            provider_message_id=f"mock.out.{message.reference}",
            statuses=(DeliveryStatus.SENT, DeliveryStatus.DELIVERED),
        )

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return the address that the delivery gave; raises `SendRefused` when it gave none."""
        del access
        if media.url is None:
            code, title = "no_address", "the delivery gave no address for this file"
            raise SendRefused(code, title)
        return MediaLocation(url=media.url, mime_type=media.mime_type, sha256=media.sha256)


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
        payload=optional_object(raw.get("payload")) or button,
        choice=words(button.get("payload")),
        quoted_provider_id=identifier(raw.get("context_message_id")),
        referral=read_referral(raw.get("referral")),
        media=tuple(_file(item) for item in objects(raw.get("media"))),
    )


def _file(raw: Object) -> MediaReference:
    return MediaReference(
        provider_media_id=identifier(raw.get("id")),
        url=words(raw.get("url")),
        mime_type=identifier(raw.get("mime_type")),
        filename=words(raw.get("filename")),
        sha256=identifier(raw.get("sha256")),
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
        error_title=words(raw.get("error_title")),
    )


def _status(raw: Object) -> DeliveryStatus:
    given = words(raw.get("status"))
    if given in set(DeliveryStatus):
        return DeliveryStatus(given)
    message = f"`status` is unknown; one of {', '.join(DeliveryStatus)} was expected."
    raise Unreadable(message)


def _read_template(value: object) -> TemplateChange:
    raw = required_object(value, "the template")
    status = words(raw.get("status"))
    if status is not None and status not in set(TemplateStatus):
        message = f"`status` is unknown; one of {', '.join(TemplateStatus)} was expected."
        raise Unreadable(message)
    return TemplateChange(
        address=None,
        provider_template_id=required_id(raw, "id"),
        occurred_at=required_moment(raw, "timestamp"),
        name=identifier(raw.get("name")) or "",
        language=identifier(raw.get("language")) or "",
        status=status,
        quality=identifier(raw.get("quality")),
        category=identifier(raw.get("category")),
        reason=words(raw.get("reason")),
    )


def _read_account(value: object) -> AccountChange:
    raw = required_object(value, "the account")
    restriction = raw.get("restriction")
    return AccountChange(
        address=None,
        occurred_at=required_moment(raw, "timestamp"),
        quality=identifier(raw.get("quality")),
        messaging_limit=_count(raw, "messaging_limit"),
        throughput=_count(raw, "throughput"),
        restriction=restriction if isinstance(restriction, str) else None,
    )


def _count(raw: Object, key: str) -> int | None:
    value = raw.get(key)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MOST_COUNTED:
        return value
    return None


_READERS: Mapping[str, Callable[[object], InboundEvent]] = {
    "messages": _read_message,
    "statuses": _read_status,
    "templates": _read_template,
    "account": _read_account,
}
