"""One WhatsApp message, by its type, as the event that it means.

Types and fields: Meta, "messages webhook reference", Graph API v25. A type that is unknown here,
or that comes without its object, becomes a message of kind `unsupported` which keeps everything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    objects,
    optional_object,
    required_id,
    required_moment,
    required_object,
    words,
)
from backend.channels.adapters.whatsapp_cloud_people import People, identify, named
from backend.channels.events import (
    AnnotationKind,
    ChannelNotice,
    Direction,
    Identity,
    IdentityChange,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageAnnotation,
    MessageKind,
    Referral,
)

_CUSTOMER = {Direction.IN: ("from", "from_user_id"), Direction.OUT: ("to", "to_user_id")}
_LISTS = frozenset({"contacts"})
_QUOTE_FIELDS = frozenset({"from", "id"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What every message of one change shares."""

    address: str
    people: People
    direction: Direction = Direction.IN


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A message whose head has been read: who, when, which."""

    raw: Object
    id: str
    address: str
    direction: Direction
    identity: Identity
    sent_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What a message says: to a reader (`text`), to a rule (`choice`), and in full."""

    kind: MessageKind
    text: str | None = None
    choice: str | None = None
    payload: Mapping[str, object] = field(default_factory=dict[str, object])
    media: tuple[MediaReference, ...] = ()


def read_message(envelope: Envelope, value: object) -> InboundEvent:
    """Read one message; raises `Unreadable` when its head makes no sense."""
    raw = required_object(value, "the message")
    if raw.get("group_id"):
        return ChannelNotice(address=envelope.address, topic="group_message", payload=raw)
    item = _Item(
        raw=raw,
        id=required_id(raw, "id"),
        address=envelope.address,
        direction=envelope.direction,
        identity=_customer(raw, envelope),
        sent_at=required_moment(raw, "timestamp"),
    )
    return _EVENTS.get(_type_of(raw), _message)(item)


def read_referral(value: object) -> Referral | None:
    """Read the ad or post that led here; `None` when there is none."""
    raw = optional_object(value)
    if not raw:
        return None
    return Referral(
        source_type=words(raw.get("source_type")) or "unknown",
        source_id=identifier(raw.get("source_id")),
        source_url=words(raw.get("source_url")),
        headline=words(raw.get("headline")),
        body=words(raw.get("body")),
        click_id=identifier(raw.get("ctwa_clid")),
    )


def _type_of(raw: Object) -> str:
    return words(raw.get("type")) or ""


def _customer(raw: Object, envelope: Envelope) -> Identity:
    number, user_id = _CUSTOMER[envelope.direction]
    identity = identify(envelope.people, raw.get(number), raw.get(user_id))
    if identity.is_known:
        return identity
    message = f"`{number}` and `{user_id}` name nobody; a phone number or a user id was expected."
    raise Unreadable(message)


def _message(item: _Item) -> InboundMessage:
    content = _read_content(item.raw)
    context = optional_object(item.raw.get("context"))
    return InboundMessage(
        provider_message_id=item.id,
        address=item.address,
        identity=item.identity,
        sent_at=item.sent_at,
        kind=content.kind,
        direction=item.direction,
        text=content.text,
        payload=content.payload,
        choice=content.choice,
        quoted_provider_id=identifier(context.get("id")),
        referral=read_referral(item.raw.get("referral")),
        media=content.media,
    )


def _reaction(item: _Item) -> MessageAnnotation:
    reaction = required_object(item.raw.get("reaction"), "`reaction`")
    target = required_id(reaction, "message_id")
    return _annotation(item, AnnotationKind.REACTION, target, words(reaction.get("emoji")))


def _edit(item: _Item) -> MessageAnnotation:
    edit = required_object(item.raw.get("edit"), "`edit`")
    target = required_id(edit, "original_message_id")
    text = _read_content(optional_object(edit.get("message"))).text
    return _annotation(item, AnnotationKind.EDIT, target, text)


def _revoke(item: _Item) -> MessageAnnotation:
    revoke = required_object(item.raw.get("revoke"), "`revoke`")
    return _annotation(item, AnnotationKind.REVOKE, required_id(revoke, "original_message_id"))


def _annotation(
    item: _Item, kind: AnnotationKind, target: str, text: str | None = None
) -> MessageAnnotation:
    return MessageAnnotation(
        provider_message_id=item.id,
        address=item.address,
        target_provider_id=target,
        kind=kind,
        identity=item.identity,
        occurred_at=item.sent_at,
        direction=item.direction,
        text=text,
    )


def _system(item: _Item) -> InboundEvent:
    """Read a note about the customer: another number, another user id, or anything else."""
    system = required_object(item.raw.get("system"), "`system`")
    topic = identifier(system.get("type")) or "system"
    if topic not in {"user_changed_number", "user_changed_user_id"}:
        return ChannelNotice(address=item.address, topic=topic, payload=item.raw)
    current = named(system.get("wa_id"), system.get("user_id"))
    if not current.is_known:
        message = "`system` names nobody; the new `wa_id` or `user_id` was expected."
        raise Unreadable(message)
    return IdentityChange(
        address=item.address, previous=item.identity, current=current, occurred_at=item.sent_at
    )


_EVENTS: Mapping[str, Callable[[_Item], InboundEvent]] = {
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "system": _system,
}


def _read_content(raw: Object) -> _Content:
    """Read the object named like the type, with what stands beside it and is worth keeping."""
    kind = _type_of(raw)
    held = raw.get(kind)
    body = {kind: held} if kind in _LISTS else optional_object(held)
    reader = _CONTENTS.get(kind)
    content = reader(body) if reader and body else None
    if content is None:
        return _Content(kind=MessageKind.UNSUPPORTED, payload=raw)
    return replace(content, payload={**body, **_beside(raw)})


def _beside(raw: Object) -> Object:
    """Keep a context that says more than which message was quoted, and a failed download.

    Such a context names a product, or tells that the message was forwarded.
    """
    context = optional_object(raw.get("context"))
    kept: Object = {}
    if context.keys() - _QUOTE_FIELDS:
        kept["context"] = context
    if raw.get("errors"):
        kept["errors"] = raw["errors"]
    return kept


def _text(body: Object) -> _Content:
    return _Content(kind=MessageKind.TEXT, text=words(body.get("body")))


def _media(kind: MessageKind, body: Object) -> _Content:
    file = MediaReference(
        provider_media_id=identifier(body.get("id")),
        url=words(body.get("url")),
        mime_type=words(body.get("mime_type")),
        filename=words(body.get("filename")),
        sha256=identifier(body.get("sha256")),
    )
    is_there = file.provider_media_id or file.url
    return _Content(kind=kind, text=words(body.get("caption")), media=(file,) if is_there else ())


def _location(body: Object) -> _Content:
    return _Content(kind=MessageKind.LOCATION, text=_listed(body.get("name"), body.get("address")))


def _contacts(body: Object) -> _Content | None:
    names = [_card_name(card) for card in objects(body.get("contacts"))]
    return _Content(kind=MessageKind.CONTACTS, text=_listed(*names)) if names else None


def _card_name(card: Object) -> str | None:
    name = optional_object(card.get("name"))
    numbers = (words(phone.get("phone")) for phone in objects(card.get("phones")))
    return words(name.get("formatted_name")) or words(name.get("first_name")) or next(numbers, None)


def _button(body: Object) -> _Content:
    choice = words(body.get("payload"))
    return _Content(kind=MessageKind.BUTTON, text=words(body.get("text")) or choice, choice=choice)


def _interactive(body: Object) -> _Content | None:
    """Read an answer to buttons or a list (`title`), to a form (`body`), to a call request."""
    reply = optional_object(body.get(_type_of(body)))
    answers = (words(reply.get(key)) for key in ("title", "body", "response", "name"))
    text = next(filter(None, answers), None)
    choice = words(reply.get("id")) or words(reply.get("response"))
    return _Content(kind=MessageKind.INTERACTIVE, text=text, choice=choice) if reply else None


def _order(body: Object) -> _Content:
    items = (_order_line(item) for item in objects(body.get("product_items")))
    return _Content(kind=MessageKind.ORDER, text=words(body.get("text")) or _listed(*items))


def _order_line(item: Object) -> str | None:
    product, quantity = words(item.get("product_retailer_id")), words(item.get("quantity"))
    return f"{quantity} x {product}" if product and quantity else product


def _listed(*parts: object) -> str | None:
    return ", ".join(filter(None, map(words, parts))) or None


_CONTENTS: Mapping[str, Callable[[Object], _Content | None]] = {
    "text": _text,
    "image": partial(_media, MessageKind.IMAGE),
    "video": partial(_media, MessageKind.VIDEO),
    "audio": partial(_media, MessageKind.AUDIO),
    "document": partial(_media, MessageKind.DOCUMENT),
    "sticker": partial(_media, MessageKind.STICKER),
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
