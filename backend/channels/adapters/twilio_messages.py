"""What a webhook of Twilio's says: a form with one message, or with one step of one.

Fields: Twilio, "Twilio's request to your webhook URL", "WhatsApp: message parameters" and
"Monitor the status of your WhatsApp outbound message". Parameters are added without notice, so
all are kept. No parameter names a moment: events carry `UNTOLD`, and the receipt stands in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    optional_object,
    read_body,
    words,
)
from backend.channels.adapters.whatsapp_cloud_people import named
from backend.channels.errors import MalformedDelivery
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
    Identity,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageKind,
    Referral,
    StatusUpdate,
)
from backend.channels.moments import UNTOLD
from backend.kit.phone import trusted_e164
from backend.kit.text import clean

WHATSAPP = "whatsapp:"
MAX_PARAMETERS = 1000
MAX_FILES = 10
_IDS = ("MessageSid", "SmsMessageSid", "SmsSid")
_STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.SENT,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.FAILED,
}
_INBOUND = frozenset({"received", "receiving"})
_JSON_FIELDS = ("InteractiveData", "FlowData", "ChannelMetadata")
_FILE_KINDS = frozenset(
    {
        MessageKind.IMAGE,
        MessageKind.VIDEO,
        MessageKind.AUDIO,
        MessageKind.DOCUMENT,
        MessageKind.STICKER,
    }
)
_CARDS = frozenset({"text/vcard", "text/x-vcard", "text/directory"})
_HEAD = frozenset({*_IDS, "ApiVersion", "From", "To", "WaId", "ProfileName", "AccountSid"})

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Content:
    """What a message says: to a reader (`text`) and to a rule (`choice`)."""

    kind: MessageKind
    text: str | None = None
    choice: str | None = None


def read_form(body: bytes) -> Form:
    """Decode a form into storable values, the last of a name; raises `MalformedDelivery`."""
    try:
        pairs = parse_qsl(
            body.decode(errors="replace"), keep_blank_values=True, max_num_fields=MAX_PARAMETERS
        )
    except ValueError:
        message = f"the body has more than {MAX_PARAMETERS} parameters"
        raise MalformedDelivery(message, expected="a webhook of Twilio's messaging") from None
    return clean(dict(pairs))


def read_event(form: Form) -> InboundEvent:
    """Read the one event of a form; raises `MalformedDelivery` and `Unreadable`."""
    message_id = next(filter(None, (identifier(form.get(name)) for name in _IDS)), None)
    if message_id is None:
        message = "the body is no webhook of Twilio's messaging"
        expected = "a form with the parameter MessageSid"
        raise MalformedDelivery(message, expected=expected)
    told = form.get("MessageStatus") or form.get("EventType") or form.get("SmsStatus") or ""
    status = told.lower()
    if status and status not in _INBOUND:
        return _status(form, message_id, status)
    channel = _channel(form.get("From", ""))
    if channel not in {"", WHATSAPP}:
        return ChannelNotice(
            address=address_of(form, "To"), topic="other_channel", payload=dict(form)
        )
    return _message(form, message_id)


def address_of(form: Form, name: str) -> str:
    """Return one of our numbers in E.164, or nothing when it is not one."""
    return trusted_e164(_bare(form.get(name, ""))) or ""


def _channel(party: str) -> str:
    """Return what stands before a party's name; SMS have nothing there."""
    prefix, separator, _ = party.partition(":")
    return f"{prefix}{separator}" if separator else ""


def _bare(party: str) -> str:
    return party.strip().removeprefix(WHATSAPP)


def _message(form: Form, message_id: str) -> InboundMessage:
    content = _read_content(form)
    return InboundMessage(
        provider_message_id=message_id,
        address=address_of(form, "To"),
        identity=_sender(form),
        sent_at=UNTOLD,
        kind=content.kind,
        text=content.text,
        payload=_payload(form),
        choice=content.choice,
        quoted_provider_id=identifier(form.get("OriginalRepliedMessageSid")),
        referral=_referral(form),
        media=_files(form),
    )


def _sender(form: Form) -> Identity:
    known = named(
        _bare(form.get("From", "")) or form.get("WaId"), _bare(form.get("ExternalUserId", ""))
    )
    phone = known.phone or trusted_e164(form.get("WaId", ""))
    if not (phone or known.bsuid):
        message = "`From` names nobody; whatsapp: and a phone number or a user id were expected."
        raise Unreadable(message)
    return Identity(phone=phone, bsuid=known.bsuid, display_name=words(form.get("ProfileName")))


def _payload(form: Form) -> Object:
    """Keep every parameter that no field of the message holds, JSON text read."""
    kept: Object = {name: value for name, value in form.items() if name not in _HEAD and value}
    return kept | {name: _json(form, name) for name in _JSON_FIELDS if _json(form, name)}


def _json(form: Form, name: str) -> Object:
    try:
        return read_body(form.get(name, "").encode())
    except MalformedDelivery:
        return {}


def _read_content(form: Form) -> _Content:
    body = words(form.get("Body"))
    if words(form.get("Latitude")) and words(form.get("Longitude")):
        place = ", ".join(filter(None, (words(form.get("Label")), words(form.get("Address")))))
        return _Content(kind=MessageKind.LOCATION, text=place or body)
    if files := _files(form):
        return _Content(kind=_file_kind(form, files[0]), text=body)
    if choice := _tapped(form, body):
        return choice
    told = form.get("MessageType", "")
    if body is None:
        return _Content(kind=MessageKind.UNSUPPORTED)
    return _Content(
        kind=MessageKind.ORDER if told == "order" else MessageKind.TEXT,
        text=body,
    )


def _tapped(form: Form, body: str | None) -> _Content | None:
    """Read an answer to buttons, to a list (named flat or as JSON), or to a form."""
    payload, label = words(form.get("ButtonPayload")), words(form.get("ButtonText"))
    if payload or label:
        return _Content(kind=MessageKind.BUTTON, text=label or body, choice=payload or label)
    if words(form.get("ListId")) or words(form.get("ListTitle")):
        text = words(form.get("ListTitle")) or body
        return _Content(
            kind=MessageKind.INTERACTIVE, text=text, choice=words(form.get("ListId")) or text
        )
    if not (words(form.get("InteractiveData")) or words(form.get("FlowData"))):
        return None
    reply = _reply(_json(form, "InteractiveData"))
    text = words(reply.get("title")) or body or words(reply.get("body"))
    return _Content(kind=MessageKind.INTERACTIVE, text=text, choice=words(reply.get("id")))


def _reply(data: Object) -> Object:
    """Find the tapped row or button in Meta's shape, wherever its wrapping ends."""
    inner = optional_object(data.get("interactive")) or data
    for name in ("list_reply", "button_reply", "nfm_reply"):
        if reply := optional_object(inner.get(name)):
            return reply
    return inner


def _files(form: Form) -> tuple[MediaReference, ...]:
    numbered = (
        (words(form.get(f"MediaUrl{index}")), form.get(f"MediaContentType{index}"))
        for index in range(MAX_FILES)
    )
    return tuple(
        MediaReference(url=url, mime_type=identifier(mime)) for url, mime in numbered if url
    )


def _file_kind(form: Form, file: MediaReference) -> MessageKind:
    """Return the kind that Twilio told, or the one that the type of the file says."""
    told = form.get("MessageType", "")
    if told in _FILE_KINDS:
        return MessageKind(told)
    mime = (file.mime_type or "").split(";")[0].strip().lower()
    if told == MessageKind.CONTACTS or mime in _CARDS:
        return MessageKind.CONTACTS
    family = mime.partition("/")[0]
    return MessageKind(family) if family in _FILE_KINDS else MessageKind.DOCUMENT


def _referral(form: Form) -> Referral | None:
    names = ("SourceType", "SourceId", "SourceUrl", "Headline", "Body", "CtwaClid")
    if not any(words(form.get(f"Referral{name}")) for name in names):
        return None
    return Referral(
        source_type=words(form.get("ReferralSourceType")) or "unknown",
        source_id=identifier(form.get("ReferralSourceId")),
        source_url=words(form.get("ReferralSourceUrl")),
        headline=words(form.get("ReferralHeadline")),
        body=words(form.get("ReferralBody")),
        click_id=identifier(form.get("ReferralCtwaClid")),
    )


def _status(form: Form, message_id: str, told: str) -> StatusUpdate | ChannelNotice:
    status = _STATUSES.get(told)
    address = address_of(form, "From")
    if status is None:
        return ChannelNotice(address=address, topic="message_status", payload=dict(form))
    recipient = named(_bare(form.get("To", "")), None)
    has_failed = status is DeliveryStatus.FAILED
    title = words(form.get("ErrorMessage")) or words(form.get("ChannelStatusMessage"))
    return StatusUpdate(
        provider_message_id=message_id,
        address=address,
        status=status,
        occurred_at=UNTOLD,
        recipient=recipient if recipient.is_known else None,
        error_code=(identifier(form.get("ErrorCode")) or told) if has_failed else None,
        error_title=title if has_failed else None,
        payload={name: value for name, value in form.items() if name not in _HEAD and value},
    )
