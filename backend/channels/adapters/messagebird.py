"""MessageBird's classic Conversations API: `{type, conversation, message, contact}`.

A token (`MessageBird-Signature-JWT`) decides where there is one; otherwise the older HMAC over
the query does. Shapes: MessageBird's SDKs for Python, Node and Go.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.channels.adapters.bird_calls import ask, message_id, post, required_date
from backend.channels.adapters.bird_files import file_at, locate
from backend.channels.adapters.messagebird_signatures import is_query_signed, is_token_valid
from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    one,
    optional_object,
    read_body,
    read_each,
    required_id,
    required_object,
    words,
)
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.errors import MalformedDelivery, SendRefused
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
    Direction,
    Identity,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageKind,
    StatusUpdate,
)
from backend.channels.outgoing import (
    ButtonsContent,
    MediaContent,
    Outbound,
    OutboundContent,
    TemplateContent,
    TextContent,
)
from backend.channels.ports import (
    Access,
    AccountFacts,
    Feature,
    MediaLocation,
    Provider,
    SendReceipt,
    SignedRequest,
)
from backend.kit.phone import trusted_e164

API = "https://conversations.messagebird.com/v1"
_STATUSES: Mapping[DeliveryStatus, str] = {
    DeliveryStatus.ACCEPTED: "accepted pending transmitted buffered",
    DeliveryStatus.SENT: "sent",
    DeliveryStatus.DELIVERED: "delivered",
    DeliveryStatus.READ: "read",
    DeliveryStatus.FAILED: "failed rejected delivery_failed expired bounce",
}
STATUSES = {word: status for status, all_ in _STATUSES.items() for word in all_.split()}
_KINDS = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "audio": MessageKind.AUDIO,
    "file": MessageKind.DOCUMENT,
    "whatsappSticker": MessageKind.STICKER,
    "location": MessageKind.LOCATION,
    "interactive": MessageKind.INTERACTIVE,
    "button": MessageKind.BUTTON,
    "hsm": MessageKind.TEMPLATE,
}
_SENT_KINDS = {
    MessageKind.IMAGE: "image",
    MessageKind.VIDEO: "video",
    MessageKind.AUDIO: "audio",
    MessageKind.DOCUMENT: "file",
    MessageKind.STICKER: "whatsappSticker",
}


class MessageBirdCredentials(BaseModel):
    """What MessageBird's dashboard shows; the signing key is not the access key.

    `template_namespace` is needed to send templates only. While the signing key is being rotated,
    `previous_signing_key` is accepted beside it; an empty key accepts nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    access_key: SecretStr
    signing_key: SecretStr
    channel_id: str = Field(min_length=1)
    template_namespace: str = ""
    previous_signing_key: SecretStr | None = None


class MessageBirdAdapter(Unoffered):
    """Receives from, and sends through, the Conversations API."""

    provider: Provider = Provider.MESSAGEBIRD
    credentials_model: type[BaseModel] = MessageBirdCredentials
    routing_field: str | None = "channel_id"
    features: frozenset[Feature] = frozenset(
        {
            Feature.SEND_TEXT,
            Feature.SEND_MEDIA,
            Feature.SEND_BUTTONS,
            Feature.SEND_TEMPLATE,
            Feature.PROBE,
            Feature.MEDIA,
            Feature.REFERENCE,
        }
    )

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: MessageBird makes no subscription check."""
        del credentials, query
        return None

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Check the token, or without one the older signature; a request with neither fails."""
        if not isinstance(credentials, MessageBirdCredentials):
            return False
        secrets = (credentials.signing_key, credentials.previous_signing_key)
        keys = [secret.get_secret_value() for secret in secrets if secret]
        if "messagebird-signature-jwt" in request.headers:
            return is_token_valid(keys, request)
        return is_query_signed(keys, request)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery of one event; raises `MalformedDelivery`."""
        delivery = read_body(body)
        topic = identifier(delivery.get("type"))
        if topic is None:
            message = "the body is no delivery of the Conversations API"
            raise MalformedDelivery(message, expected='an object with "type" and "message"')
        if topic not in {"message.created", "message.updated"}:
            conversation = optional_object(delivery.get("conversation"))
            address = identifier(conversation.get("lastUsedChannelId"))
            return (ChannelNotice(address=address, topic=topic, payload=delivery),)
        held: Object = {"message": delivery.get("message") or "missing"}
        return tuple(read_each(held, "message", "", one(partial(_read_message, delivery))))

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over, once; our reference travels in `source`."""
        if message.quoted_provider_id:
            self._refuse(Feature.QUOTE)
        credentials = _credentials(access)
        if message.recipient.phone is None:
            code, title = "no_phone", "MessageBird needs a phone number to write to."
            raise SendRefused(code, title)
        type_, content = _content(credentials, message.content)
        body = {
            "to": message.recipient.phone,
            "from": credentials.channel_id,
            "type": type_,
            "content": content,
            "source": {"reference": message.reference},
        }
        answer = post(access, f"{_base(access)}/send", _headers(credentials), body)
        return SendReceipt(message_id(answer), (DeliveryStatus.ACCEPTED,))

    def probe(self, access: Access) -> AccountFacts:
        """Ask for one conversation: it costs nothing and needs a good access key."""
        url = f"{_base(access)}/conversations?limit=1"
        ask(access, url, _headers(_credentials(access)))
        return AccountFacts(display_number=access.address)

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return the address that the webhook gave; the access key goes to MessageBird alone."""
        return locate(access, media, _headers(_credentials(access)))


def _credentials(access: Access) -> MessageBirdCredentials:
    return MessageBirdCredentials.model_validate(access.credentials.model_dump())


def _base(access: Access) -> str:
    return (access.base_url or API).rstrip("/")


def _headers(credentials: MessageBirdCredentials) -> Mapping[str, str]:
    return {"Authorization": f"AccessKey {credentials.access_key.get_secret_value()}"}


def _read_message(delivery: Object, value: object) -> InboundEvent:
    raw = required_object(value, "the message")
    is_ours = raw.get("direction") == "sent"
    status = STATUSES.get((words(raw.get("status")) or "").lower())
    if delivery.get("type") == "message.updated" or (is_ours and status):
        return _status(raw, status, is_ours=is_ours)
    contact = optional_object(delivery.get("contact"))
    number = identifier(contact.get("msisdn")) or identifier(raw.get("to" if is_ours else "from"))
    identity = Identity(
        phone=trusted_e164(number or ""), display_name=words(contact.get("displayName"))
    )
    if not identity.is_known:
        message = "the message names nobody; a phone number was expected in `contact.msisdn`."
        raise Unreadable(message)
    type_ = words(raw.get("type")) or ""
    content = optional_object(raw.get("content"))
    inner = optional_object(content.get(type_))
    return InboundMessage(
        provider_message_id=required_id(raw, "id"),
        address=identifier(raw.get("channelId")) or "",
        identity=identity,
        sent_at=required_date(raw, "createdDatetime"),
        kind=_KINDS.get(type_, MessageKind.UNSUPPORTED),
        direction=Direction.OUT if is_ours else Direction.IN,
        text=words(content.get("text")) or words(inner.get("caption")) or _title(inner),
        payload=content if type_ in _KINDS else raw,
        choice=_choice(inner),
        media=_media(inner),
    )


def _status(raw: Object, status: DeliveryStatus | None, *, is_ours: bool) -> InboundEvent:
    address = identifier(raw.get("channelId")) or ""
    if status is None or not is_ours:
        return ChannelNotice(address=address, topic="message.updated", payload=raw)
    error = optional_object(raw.get("error"))
    recipient = Identity(phone=trusted_e164(identifier(raw.get("to")) or ""))
    when = "updatedDatetime" if raw.get("updatedDatetime") else "createdDatetime"
    return StatusUpdate(
        provider_message_id=required_id(raw, "id"),
        address=address,
        status=status,
        occurred_at=required_date(raw, when),
        recipient=recipient if recipient.is_known else None,
        error_code=identifier(error.get("code")),
        error_title=words(error.get("description")),
        opaque=words(optional_object(raw.get("source")).get("reference")),
    )


def _media(inner: Object) -> tuple[MediaReference, ...]:
    url = words(inner.get("url")) or words(inner.get("link"))
    return (file_at(url),) if url else ()


def _reply(inner: Object) -> Object:
    reply = optional_object(inner.get("reply"))
    return reply or inner


def _title(inner: Object) -> str | None:
    return words(_reply(inner).get("text")) or words(_reply(inner).get("title"))


def _choice(inner: Object) -> str | None:
    return identifier(_reply(inner).get("payload")) or identifier(_reply(inner).get("id"))


def _content(
    credentials: MessageBirdCredentials, content: OutboundContent
) -> tuple[str, Mapping[str, object]]:
    match content:
        case TextContent():
            return "text", {"text": content.text}
        case MediaContent():
            type_ = _SENT_KINDS[content.kind]
            file = {"url": content.url}
            return type_, {type_: file | ({"caption": content.caption} if content.caption else {})}
        case ButtonsContent():
            return "interactive", {"interactive": _buttons(content)}
        case TemplateContent():
            return "hsm", {"hsm": _template(credentials, content)}


def _buttons(content: ButtonsContent) -> Mapping[str, object]:
    buttons = [
        {"id": button.id, "type": "reply", "title": button.title} for button in content.buttons
    ]
    footer = {"footer": {"text": content.footer}} if content.footer else {}
    body = {"text": content.text}
    return {"type": "button", "body": body, "action": {"buttons": buttons}, **footer}


def _template(
    credentials: MessageBirdCredentials, content: TemplateContent
) -> Mapping[str, object]:
    if content.header is not None or content.buttons:
        code = "template_values"
        title = "LeadFlow fills only the body of a template on MessageBird's Conversations API."
        raise SendRefused(code, title)
    return {
        "namespace": credentials.template_namespace,
        "templateName": content.name,
        "language": {"policy": "deterministic", "code": content.language},
        "params": [{"default": value} for value in content.body],
    }
