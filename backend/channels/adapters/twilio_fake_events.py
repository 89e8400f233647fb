"""What Twilio writes into the form of a webhook, event by event."""

from collections.abc import Mapping
from hashlib import sha256

from backend.channels.errors import NotOffered
from backend.channels.events import (
    DeliveryStatus,
    Direction,
    Identity,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageKind,
    Referral,
    StatusUpdate,
)
from backend.channels.fakes import FakeAccount

Form = dict[str, str]

_STATUSES = {
    DeliveryStatus.ACCEPTED: "queued",
    DeliveryStatus.SENT: "sent",
    DeliveryStatus.DELIVERED: "delivered",
    DeliveryStatus.READ: "read",
    DeliveryStatus.FAILED: "undelivered",
}
_PLACE = {"Latitude": "latitude", "Longitude": "longitude", "Label": "name", "Address": "address"}


def form_of(account: FakeAccount, event: InboundEvent) -> Form:
    """Write the form of an event; raises `NotOffered` for what Twilio does not tell."""
    head = {"AccountSid": str(account.credentials["account_sid"]), "ApiVersion": "2010-04-01"}
    if isinstance(event, StatusUpdate):
        return head | _status(account, event)
    if isinstance(event, InboundMessage) and _is_told(event):
        return head | _message(account, event)
    message = f"Twilio tells of no {type(event).__name__} like this"
    raise NotOffered(message)


def _is_told(message: InboundMessage) -> bool:
    return message.direction is Direction.IN and message.kind is not MessageKind.TEMPLATE


def _status(account: FakeAccount, status: StatusUpdate) -> Form:
    told = _STATUSES[status.status]
    form = {
        "MessageSid": status.provider_message_id,
        "SmsSid": status.provider_message_id,
        "MessageStatus": told,
        "SmsStatus": told,
        "From": f"whatsapp:{account.address}",
        "To": _party(status.recipient or Identity()),
        "ChannelPrefix": "whatsapp",
    }
    if status.status is DeliveryStatus.READ:
        form["EventType"] = "READ"
    if status.error_code:
        form["ErrorCode"] = status.error_code
    if status.error_title:
        form["ChannelStatusMessage"] = status.error_title
    return form


def _message(account: FakeAccount, message: InboundMessage) -> Form:
    sid = message.provider_message_id
    form = {
        "MessageSid": sid,
        "SmsSid": sid,
        "SmsMessageSid": sid,
        "SmsStatus": "received",
        "MessageType": message.kind.value,
        "NumSegments": "1",
        "NumMedia": "0",
        "ReferralNumMedia": "0",
        "Body": message.text or "",
        "To": f"whatsapp:{account.address}",
        **_sender(message.identity),
        **_content(account, message),
        **(_referral(message.referral) if message.referral else {}),
    }
    if message.quoted_provider_id:
        form["OriginalRepliedMessageSid"] = message.quoted_provider_id
        form["OriginalRepliedMessageSender"] = f"whatsapp:{account.address}"
    return form


def _party(identity: Identity) -> str:
    return f"whatsapp:{identity.phone or identity.bsuid or ''}"


def _sender(identity: Identity) -> Form:
    told = {
        "From": _party(identity),
        "WaId": (identity.phone or "").removeprefix("+"),
        "ProfileName": identity.display_name,
        "ExternalUserId": f"whatsapp:{identity.bsuid}" if identity.bsuid else None,
    }
    return {name: value for name, value in told.items() if value}


def _content(account: FakeAccount, message: InboundMessage) -> Form:
    text, choice = message.text or "", message.choice or ""
    match message.kind:
        case MessageKind.LOCATION:
            return _place(message)
        case MessageKind.BUTTON:
            return {"ButtonText": text, "ButtonPayload": choice, "ButtonType": "REPLY"}
        case MessageKind.INTERACTIVE:
            return {"ListTitle": text, "ListId": choice or text}
        case MessageKind.CONTACTS:
            return _files(account, message, (MediaReference(mime_type="text/vcard"),))
        case _:
            return _files(account, message, message.media)


def _place(message: InboundMessage) -> Form:
    payload: Mapping[str, object] = message.payload
    told = {theirs: payload.get(ours) for theirs, ours in _PLACE.items()}
    named = {name: str(value) for name, value in told.items() if value is not None}
    return {"Latitude": "0.0", "Longitude": "0.0", "Label": message.text or "", **named, "Body": ""}


def _files(
    account: FakeAccount, message: InboundMessage, files: tuple[MediaReference, ...]
) -> Form:
    form = {"NumMedia": str(len(files))}
    sid, ours = message.provider_message_id, account.credentials["account_sid"]
    for index, file in enumerate(message.media or files):
        name = file.provider_media_id or f"ME{sha256(sid.encode()).hexdigest()[:32]}"
        at = f"{account.base_url}/2010-04-01/Accounts/{ours}/Messages/{sid}/Media/{name}"
        form[f"MediaUrl{index}"] = file.url or at
        form[f"MediaContentType{index}"] = file.mime_type or "application/octet-stream"
    return form


def _referral(referral: Referral) -> Form:
    told = {
        "ReferralSourceType": referral.source_type,
        "ReferralSourceId": referral.source_id,
        "ReferralSourceUrl": referral.source_url,
        "ReferralHeadline": referral.headline,
        "ReferralBody": referral.body,
        "ReferralCtwaClid": referral.click_id,
    }
    return {name: value for name, value in told.items() if value}
