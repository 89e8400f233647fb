"""What a delivery of Meta's shape tells: `entry[] > changes[] > value`, by the change's `field`.

A delivery covers up to 1000 updates. Meta repeats it for days until it is acknowledged, in any
order, so every event carries the id and the moment that Meta gave it. 360dialog passes the same
on, or (the older way) the value alone.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    objects,
    one,
    optional_object,
    read_each,
    required_id,
    required_moment,
    required_object,
    words,
)
from backend.channels.adapters.whatsapp_cloud_account import ACCOUNT_FIELDS
from backend.channels.adapters.whatsapp_cloud_messages import Envelope, read_message
from backend.channels.adapters.whatsapp_cloud_people import People, identify, named, read_people
from backend.channels.errors import MalformedDelivery
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
    Direction,
    IdentityChange,
    InboundEvent,
    StatusUpdate,
)

_OBJECT = "whatsapp_business_account"
_STATUSES = {
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}
_STATUS_DETAILS = ("conversation", "pricing", "errors")


def is_delivery(delivery: Object) -> bool:
    """Whether a body has the outer shape of Meta's deliveries."""
    return delivery.get("object") == _OBJECT and "entry" in delivery


def read_delivery(delivery: Object) -> Sequence[InboundEvent]:
    """Read every update of a delivery; raises `MalformedDelivery`."""
    if not is_delivery(delivery):
        message = "the body is no delivery of the WhatsApp Cloud API"
        expected = f'an object with "object": "{_OBJECT}" and a list "entry"'
        raise MalformedDelivery(message, expected=expected)
    return tuple(read_each(delivery, "entry", "", _read_entry))


def read_bare_value(value: Object) -> Sequence[InboundEvent]:
    """Read the value of one change of messages that came without anything around it."""
    return tuple(_read_messages(_Change(field="messages", value=value, address=None, prefix="")))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """The value of one change, where it stands, and which of our numbers it concerns, if any."""

    field: str
    value: Object
    address: str | None
    prefix: str
    told_at: datetime | None = None

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
    read = partial(_read_change, _told_at(entry))
    return read_each(entry, "changes", f"{position}.", read)


def _told_at(entry: Object) -> datetime | None:
    """Return when Meta wrote an entry; messages have moments of their own instead."""
    return required_moment(entry, "time") if entry.get("time") is not None else None


def _read_change(told_at: datetime | None, value: object, position: str) -> Iterable[InboundEvent]:
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
        told_at=told_at,
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


def _read_account(change: _Change) -> Iterator[InboundEvent]:
    """Read what changed about a template, the number or the account, where it is known."""
    event = ACCOUNT_FIELDS[change.field](change.value, change.told_at)
    if event:
        yield event


def _read_user_ids(change: _Change) -> Iterable[InboundEvent]:
    read = one(partial(_read_user_id, change))
    return read_each(change.value, "user_id_update", change.prefix, read)


_FIELDS: Mapping[str, Callable[[_Change], Iterable[InboundEvent]]] = {
    "messages": _read_messages,
    "smb_message_echoes": _read_echoes,
    "user_id_update": _read_user_ids,
    **dict.fromkeys(ACCOUNT_FIELDS, _read_account),
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
