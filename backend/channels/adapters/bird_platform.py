"""Bird's platform, version 1: Standard Webhooks of `{type, timestamp, data}`, one event each.

Shapes and codes: Bird's SDK for Python, 0.106. Every sending carries our reference as its
`Idempotency-Key`, which Bird keeps for three hours.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from pydantic import BaseModel, ConfigDict, SecretStr

from backend.channels.adapters.bird_calls import ask, message_id, post, required_date
from backend.channels.adapters.bird_files import file_at, locate
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
    required_object,
    words,
)
from backend.channels.adapters.standard_webhooks import is_signed
from backend.channels.adapters.unoffered import Unoffered
from backend.channels.errors import MalformedDelivery, SendRefused
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
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

API = "https://{region}.platform.bird.com"
STATUSES = {
    "whatsapp.accepted": DeliveryStatus.ACCEPTED,
    "whatsapp.sent": DeliveryStatus.SENT,
    "whatsapp.delivered": DeliveryStatus.DELIVERED,
    "whatsapp.read": DeliveryStatus.READ,
    "whatsapp.failed": DeliveryStatus.FAILED,
    "whatsapp.rejected": DeliveryStatus.FAILED,
}
_KINDS = {
    "text": MessageKind.TEXT,
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "audio": MessageKind.AUDIO,
    "document": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
    "location": MessageKind.LOCATION,
    "contact_cards": MessageKind.CONTACTS,
    "interactive_reply": MessageKind.INTERACTIVE,
}
_REFERENCE = "leadflow"


class BirdPlatformCredentials(BaseModel):
    """The API key, which names its region (`bk_eu1_...`), and the endpoint's `whsec_` secret.

    While the secret is being rotated, `previous_webhook_secret` is accepted beside it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    api_key: SecretStr
    webhook_secret: SecretStr
    previous_webhook_secret: SecretStr | None = None


class BirdPlatformAdapter(Unoffered):
    """Receives from, and sends through, the platform."""

    provider: Provider = Provider.BIRD_PLATFORM
    credentials_model: type[BaseModel] = BirdPlatformCredentials
    features: frozenset[Feature] = frozenset(
        {
            Feature.SEND_TEXT,
            Feature.SEND_MEDIA,
            Feature.SEND_BUTTONS,
            Feature.SEND_TEMPLATE,
            Feature.QUOTE,
            Feature.PROBE,
            Feature.MEDIA,
            Feature.REFERENCE,
        }
    )

    def handshake(self, credentials: BaseModel, query: Mapping[str, str]) -> str | None:
        """Refuse: Bird makes no subscription check."""
        del credentials, query
        return None

    def verify(self, credentials: BaseModel, request: SignedRequest) -> bool:
        """Check the Standard Webhooks signature, made within five minutes."""
        if not isinstance(credentials, BirdPlatformCredentials):
            return False
        secrets = (credentials.webhook_secret, credentials.previous_webhook_secret)
        return is_signed([secret.get_secret_value() for secret in secrets if secret], request)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery of one event; raises `MalformedDelivery`."""
        delivery = read_body(body)
        topic = identifier(delivery.get("type"))
        if topic is None:
            message = "the body is no event of Bird's platform"
            raise MalformedDelivery(message, expected='an object with "type" and "data"')
        if topic != "whatsapp.received" and topic not in STATUSES:
            data = optional_object(delivery.get("data"))
            return (ChannelNotice(address=None, topic=topic, payload=data),)
        held: Object = {"data": [delivery.get("data")]}
        return tuple(read_each(held, "data", "", one(partial(_read, delivery, topic))))

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over; the same reference within three hours is the same message."""
        recipient = message.recipient.phone or message.recipient.bsuid
        if recipient is None:
            code, title = "no_recipient", "Bird needs a phone number or a user id to write to."
            raise SendRefused(code, title)
        body = {
            "to": recipient,
            "from": access.address,
            "tags": [{"name": _REFERENCE, "value": message.reference}],
            **_content(message.content),
        }
        if message.quoted_provider_id:
            body["in_reply_to_message_id"] = message.quoted_provider_id
        headers = {**_headers(access), "Idempotency-Key": message.reference}
        answer = post(access, f"{_base(access)}/v1/whatsapp/messages", headers, body)
        return SendReceipt(message_id(answer), (DeliveryStatus.ACCEPTED,))

    def probe(self, access: Access) -> AccountFacts:
        """Ask for one message of the account."""
        ask(access, f"{_base(access)}/v1/whatsapp/messages?limit=1", _headers(access))
        return AccountFacts(display_number=access.address)

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return the address that the webhook gave; the API key goes to Bird alone."""
        return locate(access, media, _headers(access))


def _api_key(access: Access) -> str:
    credentials = BirdPlatformCredentials.model_validate(access.credentials.model_dump())
    return credentials.api_key.get_secret_value()


def _base(access: Access) -> str:
    region = "us1" if _api_key(access).startswith("bk_us1_") else "eu1"
    return (access.base_url or API.format(region=region)).rstrip("/")


def _headers(access: Access) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {_api_key(access)}"}


def _person(value: object) -> Identity:
    raw = optional_object(value)
    number = identifier(raw.get("phone_number")) or identifier(value)
    return Identity(
        phone=trusted_e164(number or ""),
        bsuid=identifier(raw.get("bsuid")),
        username=identifier(raw.get("username")),
        display_name=words(raw.get("display_name")),
    )


def _read(delivery: Object, topic: str, value: object) -> InboundEvent:
    data = required_object(value, "`data`")
    status = STATUSES.get(topic)
    if status is None:
        return _message(delivery, data)
    recipient = _person(data.get("to"))
    error = optional_object(data.get("error"))
    return StatusUpdate(
        provider_message_id=required_id(data, "whatsapp_id"),
        address=_person(data.get("from")).phone or "",
        status=status,
        occurred_at=required_date(delivery, "timestamp"),
        recipient=recipient if recipient.is_known else None,
        error_code=identifier(error.get("code")),
        error_title=words(error.get("description")),
        opaque=_reference(data),
    )


def _reference(data: Object) -> str | None:
    tags = (tag for tag in objects(data.get("tags")) if tag.get("name") == _REFERENCE)
    return next((words(tag.get("value")) for tag in tags), None)


def _message(delivery: Object, data: Object) -> InboundMessage:
    identity = _person(data.get("from"))
    if not identity.is_known:
        message = "`from` names nobody; a phone number, a user id or a username was expected."
        raise Unreadable(message)
    field = next((name for name in _KINDS if data.get(name)), "unsupported")
    inner = optional_object(data.get(field))
    reply = optional_object(inner.get(words(inner.get("type")) or "")) or inner
    choice = identifier(reply.get("id")) if field == "interactive_reply" else None
    label = words(reply.get("title")) if field == "interactive_reply" else None
    return InboundMessage(
        provider_message_id=required_id(data, "whatsapp_id"),
        address=_person(data.get("to")).phone or "",
        identity=identity,
        sent_at=required_date(delivery, "timestamp"),
        kind=_KINDS.get(field, MessageKind.UNSUPPORTED),
        text=words(inner.get("body")) or words(inner.get("caption")) or label,
        payload={field: data.get(field)},
        choice=choice,
        quoted_provider_id=identifier(data.get("in_reply_to_message_id")),
        media=_media(inner),
    )


def _media(inner: Object) -> tuple[MediaReference, ...]:
    url = words(inner.get("url"))
    kind, name = identifier(inner.get("mime_type")), identifier(inner.get("filename"))
    return (file_at(url, kind, name),) if url else ()


def _content(content: OutboundContent) -> Mapping[str, object]:
    match content:
        case TextContent():
            return {"text": {"body": content.text}}
        case MediaContent():
            given = {"url": content.url, "caption": content.caption, "filename": content.filename}
            return {content.kind.value: {key: value for key, value in given.items() if value}}
        case ButtonsContent():
            return {"interactive": _buttons(content)}
        case TemplateContent():
            return {"template": _template(content)}


def _buttons(content: ButtonsContent) -> Mapping[str, object]:
    buttons = [
        {"type": "reply", "reply": {"id": button.id, "title": button.title}}
        for button in content.buttons
    ]
    footer = {"footer": {"text": content.footer}} if content.footer else {}
    body = {"text": content.text}
    return {"type": "button", "body": body, "action": {"buttons": buttons}, **footer}


def _template(content: TemplateContent) -> Mapping[str, object]:
    if content.header is not None or content.buttons:
        code, title = "template_values", "LeadFlow fills only the body of a template on Bird."
        raise SendRefused(code, title)
    parameters = [{"type": "text", "text": value} for value in content.body]
    named: dict[str, object] = (
        {"id": content.provider_template_id}
        if content.provider_template_id
        else {"slug": content.name}
    )
    components = [{"type": "body", "parameters": parameters}] if parameters else []
    return named | {"language": content.language, "components": components}
