"""Meta's WhatsApp Cloud API: its handshake, its signature and its deliveries.

A delivery covers up to 1000 updates: `entry[] > changes[] > value`, and the change's `field`
tells what its value holds. Meta repeats a delivery for days until it is acknowledged, in any
order, so every event carries the id and the moment that Meta gave it.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, SecretStr

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
from backend.channels.adapters.whatsapp_cloud_messages import Envelope, read_message
from backend.channels.adapters.whatsapp_cloud_people import People, identify, named, read_people
from backend.channels.errors import MalformedDelivery, SendRefused
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
    Direction,
    IdentityChange,
    InboundEvent,
    StatusUpdate,
)
from backend.channels.ports import OutboundText, Provider, SendReceipt, SignedRequest

_OBJECT = "whatsapp_business_account"
_SIGNATURE = "x-hub-signature-256"
_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_STATUS_DETAILS = ("conversation", "pricing", "errors")


class WhatsAppCloudCredentials(BaseModel):
    """What Meta's app dashboard shows; a channel that only receives needs no access token.

    An empty `app_secret` accepts no delivery, an empty `verify_token` no handshake. While the
    secret is being rotated, `previous_app_secret` is accepted beside it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    app_secret: SecretStr
    verify_token: SecretStr
    phone_number_id: str = Field(min_length=1)
    access_token: SecretStr = SecretStr("")
    waba_id: str = ""
    previous_app_secret: SecretStr | None = None


class WhatsAppCloudAdapter:
    """Receives from the Cloud API; it does not send yet."""

    provider: Provider = Provider.WHATSAPP_CLOUD
    credentials_model: type[BaseModel] = WhatsAppCloudCredentials
    can_reply: bool = False

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Answer the challenge of whoever knows the verify token."""
        if not isinstance(credentials, WhatsAppCloudCredentials):
            return None
        token = credentials.verify_token.get_secret_value()
        is_known = _is_same(token, query.get("hub.verify_token", ""))
        if not token or not is_known or query.get("hub.mode") != "subscribe":
            return None
        return query.get("hub.challenge") or None

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Compare `X-Hub-Signature-256` with the HMAC of the bytes under the app secret."""
        if not isinstance(credentials, WhatsAppCloudCredentials):
            return False
        given = request.headers.get(_SIGNATURE, "")
        secrets = (credentials.app_secret, credentials.previous_app_secret)
        keys = [secret.get_secret_value() for secret in secrets if secret]
        verdicts = [_is_same(_signature(key, request.body), given) for key in keys if key]
        return any(verdicts)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read every update of a delivery; raises `MalformedDelivery`."""
        delivery = read_body(body)
        if delivery.get("object") != _OBJECT or "entry" not in delivery:
            message = "the body is no delivery of the WhatsApp Cloud API"
            expected = f'an object with "object": "{_OBJECT}" and a list "entry"'
            raise MalformedDelivery(message, expected=expected)
        return tuple(read_each(delivery, "entry", "", _read_entry))

    def send_text(self, credentials: BaseModel, message: OutboundText) -> SendReceipt:
        """Refuse: answering over the Cloud API is not offered yet."""
        del credentials, message
        code, title = "not_offered", "LeadFlow cannot answer on a WhatsApp Cloud API channel yet."
        raise SendRefused(code, title)


def _is_same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _signature(key: str, body: bytes) -> str:
    return f"sha256={hmac.new(key.encode(), body, hashlib.sha256).hexdigest()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """The value of one change, where it stands, and which of our numbers it concerns, if any."""

    field: str
    value: Object
    address: str | None
    prefix: str

    def notice(self, topic: str, payload: Object) -> ChannelNotice:
        """Keep what concerns the account, or what nothing here can read."""
        return ChannelNotice(address=self.address, topic=topic, payload=payload)

    def envelope(self, direction: Direction) -> Envelope:
        """Return what the messages of this change share."""
        people = read_people(self.value.get("contacts"))
        return Envelope(address=self.address or "", people=people, direction=direction)


def _read_entry(value: object, position: str) -> Iterable[InboundEvent]:
    entry = required_object(value, "the entry")
    if entry.get("changes") is None:
        message = "`changes` is missing; a list of changes was expected."
        raise Unreadable(message)
    return read_each(entry, "changes", f"{position}.", _read_change)


def _read_change(value: object, position: str) -> Iterable[InboundEvent]:
    raw = required_object(value, "the change")
    field = _field_of(raw)
    held = raw.get("value")
    content = required_object(held, "`value`") if field in _FIELDS else optional_object(held)
    metadata = optional_object(content.get("metadata"))
    change = _Change(
        field=field,
        value=content,
        address=identifier(metadata.get("phone_number_id")),
        prefix=f"{position}.",
    )
    read = _FIELDS.get(field)
    events = list(read(change)) if read else []
    return events or [change.notice(field, content or {"value": held})]


def _field_of(change: Object) -> str:
    """Return the field; without one, a value that holds messages is a value of messages."""
    if field := identifier(change.get("field")):
        return field
    if optional_object(change.get("value")).keys() & {"messages", "statuses"}:
        return "messages"
    message = "`field` is missing; the name of a webhook field was expected."
    raise Unreadable(message)


def _read_messages(change: _Change) -> Iterator[InboundEvent]:
    envelope = change.envelope(Direction.IN)
    read = one(partial(read_message, envelope))
    yield from read_each(change.value, "messages", change.prefix, read)
    read = one(partial(_read_status, change, envelope.people))
    yield from read_each(change.value, "statuses", change.prefix, read)
    if errors := change.value.get("errors"):
        yield change.notice("errors", {"errors": errors})


def _read_echoes(change: _Change) -> Iterable[InboundEvent]:
    """Read what the business wrote on its phone, in the WhatsApp Business app."""
    read = one(partial(read_message, change.envelope(Direction.OUT)))
    return read_each(change.value, "message_echoes", change.prefix, read)


def _read_user_ids(change: _Change) -> Iterable[InboundEvent]:
    read = one(partial(_read_user_id, change))
    return read_each(change.value, "user_id_update", change.prefix, read)


_FIELDS: Mapping[str, Callable[[_Change], Iterable[InboundEvent]]] = {
    "messages": _read_messages,
    "smb_message_echoes": _read_echoes,
    "user_id_update": _read_user_ids,
}


def _read_user_id(change: _Change, value: object) -> IdentityChange:
    """Read a new user id. The number beside it is the one the person has now."""
    raw = required_object(value, "the update")
    ids = required_object(raw.get("user_id"), "`user_id`")
    return IdentityChange(
        address=change.address or "",
        previous=named(None, required_id(ids, "previous")),
        current=named(raw.get("wa_id"), required_id(ids, "current")),
        occurred_at=required_moment(raw, "timestamp"),
    )


def _read_status(change: _Change, people: People, value: object) -> InboundEvent:
    raw = required_object(value, "the status")
    status = _STATUSES.get(required_id(raw, "status"))
    if raw.get("recipient_type") == "group":
        return change.notice("group_status", raw)
    if status is None:
        return change.notice("message_status", raw)
    recipient = identify(people, raw.get("recipient_id"), raw.get("recipient_user_id"))
    error_code, error_title = _failure(raw) if status is DeliveryStatus.FAILED else (None, None)
    return StatusUpdate(
        provider_message_id=required_id(raw, "id"),
        address=change.address or "",
        status=status,
        occurred_at=required_moment(raw, "timestamp"),
        recipient=recipient if recipient.is_known else None,
        error_code=error_code,
        error_title=error_title,
        opaque=words(raw.get("biz_opaque_callback_data")),
        payload={key: raw[key] for key in _STATUS_DETAILS if key in raw},
    )


def _failure(status: Object) -> tuple[str | None, str | None]:
    """Return the first error's code, and its title with the details that explain it."""
    errors = objects(status.get("errors"))
    error: Object = errors[0] if errors else {}
    details = optional_object(error.get("error_data")).get("details")
    sentence = ": ".join(filter(None, (words(error.get("title")), words(details))))
    return identifier(error.get("code")), sentence or words(error.get("message"))
