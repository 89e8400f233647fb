"""Bird's Channels API for WhatsApp: `{service, event, payload}`, one event a delivery.

A retry keeps its first timestamp, so a signature holds for two days and ids stop what is
repeated. Shapes: docs.bird.com, Channels API and Notifications API.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from backend.channels.adapters.bird_calls import ask, message_id, post, required_date
from backend.channels.adapters.bird_files import file_at, locate
from backend.channels.adapters.messagebird_signatures import is_url_signed
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

API = "https://api.bird.com"
STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "sending_failed": DeliveryStatus.FAILED,
    "delivery_failed": DeliveryStatus.FAILED,
}
_FILE_KINDS = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "audio": MessageKind.AUDIO,
}
_PICTURES = frozenset({MessageKind.IMAGE, MessageKind.STICKER})


class BirdCredentials(BaseModel):
    """What Bird's dashboard shows, and the signing key that the subscription was made with.

    While the key is being rotated, `previous_signing_key` is accepted beside it; an empty key
    accepts nothing.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    access_key: SecretStr
    signing_key: SecretStr
    workspace_id: str = Field(pattern="^[A-Za-z0-9-]+$")
    channel_id: str = Field(pattern="^[A-Za-z0-9-]+$")
    previous_signing_key: SecretStr | None = None


class BirdAdapter(Unoffered):
    """Receives from, and sends through, the Channels API."""

    provider: Provider = Provider.BIRD
    credentials_model: type[BaseModel] = BirdCredentials
    routing_field: str | None = "channel_id"
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
        """Compare `messagebird-signature` with the HMAC over timestamp, URL and body."""
        if not isinstance(credentials, BirdCredentials):
            return False
        secrets = (credentials.signing_key, credentials.previous_signing_key)
        return is_url_signed([secret.get_secret_value() for secret in secrets if secret], request)

    def parse(self, body: bytes) -> Sequence[InboundEvent]:
        """Read a delivery of one event; raises `MalformedDelivery`."""
        delivery = read_body(body)
        topic = identifier(delivery.get("event"))
        if topic is None or delivery.get("payload") is None:
            message = "the body is no delivery of Bird's Channels API"
            raise MalformedDelivery(message, expected='an object with "event" and "payload"')
        held: Object = {"payload": [delivery["payload"]]}
        return tuple(read_each(held, "payload", "", one(partial(_read_payload, topic))))

    def send(self, access: Access, message: Outbound) -> SendReceipt:
        """Hand a message over, once; Bird knows no idempotency key."""
        credentials = _credentials(access)
        body = {"receiver": {"contacts": [_contact(message.recipient)]}} | _content(message)
        body["reference"] = message.reference
        if message.quoted_provider_id:
            body["replyTo"] = {"id": message.quoted_provider_id, "type": "message"}
        answer = post(access, f"{_channel(access, credentials)}/messages", _key(credentials), body)
        return SendReceipt(message_id(answer), (DeliveryStatus.ACCEPTED,))

    def probe(self, access: Access) -> AccountFacts:
        """Ask for one message of the channel."""
        credentials = _credentials(access)
        url = f"{_channel(access, credentials)}/messages?limit=1"
        ask(access, url, _key(credentials))
        return AccountFacts(display_number=access.address)

    def locate_media(self, access: Access, media: MediaReference) -> MediaLocation:
        """Return the address that the webhook gave; the access key goes to Bird alone."""
        return locate(access, media, _key(_credentials(access)))


def _credentials(access: Access) -> BirdCredentials:
    return BirdCredentials.model_validate(access.credentials.model_dump())


def _channel(access: Access, credentials: BirdCredentials) -> str:
    base = (access.base_url or API).rstrip("/")
    return f"{base}/workspaces/{credentials.workspace_id}/channels/{credentials.channel_id}"


def _key(credentials: BirdCredentials) -> Mapping[str, str]:
    return {"Authorization": f"AccessKey {credentials.access_key.get_secret_value()}"}


def _read_payload(topic: str, value: object) -> InboundEvent:
    raw = required_object(value, "the payload")
    if topic == "whatsapp.inbound":
        return _message(raw)
    if topic in {"whatsapp.outbound", "whatsapp.interaction"}:
        return _status(topic, raw)
    return ChannelNotice(address=identifier(raw.get("channelId")), topic=topic, payload=raw)


def _message(raw: Object) -> InboundMessage:
    sender = optional_object(optional_object(raw.get("sender")).get("contact"))
    extra = optional_object(optional_object(raw.get("meta")).get("extraInformation"))
    identity = _identity(sender, extra)
    if not identity.is_known:
        message = "`sender.contact` names nobody; a phone number or user id was expected."
        raise Unreadable(message)
    body = optional_object(raw.get("body"))
    kind, media = _kind(body)
    inner = optional_object(body.get(words(body.get("type")) or ""))
    choice, label = _choice(inner)
    return InboundMessage(
        provider_message_id=required_id(raw, "id"),
        address=identifier(raw.get("channelId")) or "",
        identity=identity,
        sent_at=required_date(raw, "createdAt"),
        kind=MessageKind.BUTTON if choice else kind,
        text=words(inner.get("text")) or label,
        payload={key: raw[key] for key in ("body", "parts", "replyTo", "context") if key in raw},
        choice=choice,
        quoted_provider_id=identifier(optional_object(raw.get("replyTo")).get("id")),
        media=media,
    )


def _identity(contact: Object, extra: Object) -> Identity:
    key, given = contact.get("identifierKey"), identifier(contact.get("identifierValue"))
    return Identity(
        phone=trusted_e164(given or "") if key == "phonenumber" else None,
        bsuid=identifier(extra.get("whatsappbsuid")) or (given if key == "whatsappbsuid" else None),
        username=identifier(extra.get("whatsappusername"))
        or (given if key == "whatsappusername" else None),
        display_name=words(optional_object(contact.get("annotations")).get("name")),
    )


def _choice(inner: Object) -> tuple[str | None, str | None]:
    """Return the payload and the label of a tapped button, if one was."""
    for action in objects(inner.get("actions")):
        tapped = optional_object(action.get(words(action.get("type")) or ""))
        if payload := identifier(tapped.get("payload")):
            return payload, words(tapped.get("text"))
    return None, None


def _kind(body: Object) -> tuple[MessageKind, tuple[MediaReference, ...]]:
    match body.get("type"):
        case "text":
            return MessageKind.TEXT, ()
        case "location":
            return MessageKind.LOCATION, ()
        case "image":
            images = objects(optional_object(body.get("image")).get("images"))
            return MessageKind.IMAGE, _files(images)
        case "file":
            files = _files(objects(optional_object(body.get("file")).get("files")))
            family = (files[0].mime_type or "").split("/")[0] if files else ""
            return _FILE_KINDS.get(family, MessageKind.DOCUMENT), files
        case _:
            return MessageKind.UNSUPPORTED, ()


def _files(found: Sequence[Object]) -> tuple[MediaReference, ...]:
    return tuple(
        file_at(url, identifier(raw.get("contentType")), identifier(raw.get("filename")))
        for raw in found
        if (url := words(raw.get("mediaUrl")))
    )


def _status(topic: str, raw: Object) -> InboundEvent:
    address = identifier(raw.get("channelId")) or ""
    is_interaction = topic == "whatsapp.interaction"
    said = raw.get("type") if is_interaction else raw.get("status")
    status = STATUSES.get((words(said) or "").lower())
    if status is None or raw.get("direction") == "incoming":
        return ChannelNotice(address=address, topic=topic, payload=raw)
    contacts = objects(optional_object(raw.get("receiver")).get("contacts"))
    recipient = _identity(contacts[0], {}) if contacts else Identity()
    failure = optional_object(raw.get("failure"))
    when = "lastStatusAt" if raw.get("lastStatusAt") else "createdAt"
    return StatusUpdate(
        provider_message_id=required_id(raw, "messageId" if is_interaction else "id"),
        address=address,
        status=status,
        occurred_at=required_date(raw, when),
        recipient=recipient if recipient.is_known else None,
        error_code=identifier(failure.get("code")),
        error_title=words(raw.get("reason")),
        opaque=words(raw.get("reference")),
    )


def _contact(recipient: Identity) -> Mapping[str, str]:
    if recipient.phone:
        return {"identifierKey": "phonenumber", "identifierValue": recipient.phone}
    if recipient.bsuid:
        return {"identifierKey": "whatsappbsuid", "identifierValue": recipient.bsuid}
    code, title = "no_recipient", "Bird needs a phone number or a user id to write to."
    raise SendRefused(code, title)


def _content(message: Outbound) -> dict[str, object]:
    content = message.content
    match content:
        case TextContent():
            shown = {"whatsapp": {"previewUrl": content.shows_preview}}
            return _body("text", {"text": content.text, "metadata": shown})
        case MediaContent():
            return _media(content)
        case ButtonsContent():
            actions = [
                {"type": "postback", "postback": {"text": button.title, "payload": button.id}}
                for button in content.buttons
            ]
            footer = {"footer": {"text": content.footer}} if content.footer else {}
            return _body("text", {"text": content.text, "actions": actions, **footer})
        case TemplateContent():
            return {"template": _template(content)}


def _body(type_: str, value: Mapping[str, object]) -> dict[str, object]:
    return {"body": {"type": type_, type_: value}}


def _media(content: MediaContent) -> dict[str, object]:
    caption = {"text": content.caption} if content.caption else {}
    if content.kind in _PICTURES:
        return _body("image", {"images": [{"mediaUrl": content.url}], **caption})
    file = {"mediaUrl": content.url, "contentType": content.mime_type}
    named = {"filename": content.filename} if content.filename else {}
    return _body("file", {"files": [file | named], **caption})


def _template(content: TemplateContent) -> Mapping[str, object]:
    if content.header is not None or content.buttons:
        code, title = "template_values", "LeadFlow fills only the body of a template on Bird."
        raise SendRefused(code, title)
    values = [
        {"type": "string", "key": str(number), "value": value}
        for number, value in enumerate(content.body, start=1)
    ]
    return {
        "projectId": content.provider_template_id,
        "version": "latest",
        "locale": content.language,
        "parameters": values,
    }
