"""Bird's Channels API, played: messages, their files, and statuses."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.channels.adapters.bird_answers import Asked, Shape, address_of, answer_of, type_of
from backend.channels.adapters.messagebird_signatures import sign
from backend.channels.events import (
    DeliveryStatus,
    Identity,
    InboundEvent,
    InboundMessage,
    MessageKind,
    StatusUpdate,
)
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import Provider, SignedRequest


class BirdFake:
    """One channel of one workspace."""

    provider: Provider = Provider.BIRD

    def account(self, number: int) -> FakeAccount:
        """Return an account with a number."""
        credentials = {
            "access_key": f"access-{number}",
            "signing_key": f"signing-{number}",
            "workspace_id": f"workspace-{number}",
            "channel_id": f"channel-{number}",
        }
        return FakeAccount(credentials=credentials, address=f"+1206555{400 + number:04}")

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call."""
        known = account.credentials
        path = f"/workspaces/{known['workspace_id']}/channels/{known['channel_id']}/messages"
        recipient = ("receiver", "contacts", 0, "identifierValue")
        shape = Shape(path, path, recipient, ("reference",), ("body", "text", "text"))
        return answer_of(Asked(account, request, now, f"AccessKey {known['access_key']}"), shape)

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write one webhook for each message and status."""
        bodies = [body for event in events if (body := _body(account, event))]
        return [_signed(account, body, now) for body in bodies]

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return nothing: there is none."""
        del account


def _signed(account: FakeAccount, body: Mapping[str, object], now: datetime) -> SignedRequest:
    raw, at, url = json.dumps(body).encode(), str(int(now.timestamp())), account.webhook_url
    headers = {
        "messagebird-signature": sign(account.credentials["signing_key"], at, url, raw),
        "messagebird-request-timestamp": at,
    }
    return SignedRequest("POST", url, {}, headers, raw, now)


def _contact(person: Identity) -> Mapping[str, object]:
    named = {"annotations": {"name": person.display_name}}
    key, value = ("phonenumber", person.phone) if person.phone else ("whatsappbsuid", person.bsuid)
    return {"identifierKey": key, "identifierValue": value, **named}


def _content(account: FakeAccount, message: InboundMessage) -> Mapping[str, object]:
    caption = {"text": message.text} if message.text else {}
    file: dict[str, object] = {"mediaUrl": address_of(account, message)}
    match message.kind:
        case MessageKind.TEXT if message.payload:
            return message.payload
        case MessageKind.BUTTON:
            tapped = {"text": message.text, "payload": message.choice}
            action = {"type": "postback", "postback": tapped}
            return _typed("text", {"text": message.text, "actions": [action]})
        case MessageKind.LOCATION:
            place = {key: message.payload.get(key) for key in ("latitude", "longitude")}
            return _typed("location", {"coordinates": place})
        case MessageKind.IMAGE | MessageKind.STICKER:
            return _typed("image", {"images": [file], **caption})
        case MessageKind.AUDIO | MessageKind.VIDEO | MessageKind.DOCUMENT:
            file["contentType"] = type_of(message)
            return _typed("file", {"files": [file], **caption})
        case _:
            return _typed("text", {"text": message.text})


def _typed(type_: str, value: Mapping[str, object]) -> Mapping[str, object]:
    return {"body": {"type": type_, type_: value}}


def _body(account: FakeAccount, event: InboundEvent) -> Mapping[str, object] | None:
    match event:
        case InboundMessage():
            payload: dict[str, object] = {
                **_content(account, event),
                "id": event.provider_message_id,
                "channelId": event.address,
                "sender": {"contact": _contact(event.identity)},
                "meta": {
                    "extraInformation": {
                        "whatsappbsuid": event.identity.bsuid,
                        "whatsappusername": event.identity.username,
                    }
                },
                "status": "delivered",
                "direction": "incoming",
                "createdAt": event.sent_at.isoformat(),
            }
            return {"service": "channels", "event": "whatsapp.inbound", "payload": payload}
        case StatusUpdate():
            failed = event.status is DeliveryStatus.FAILED
            payload = {
                "id": event.provider_message_id,
                "channelId": event.address,
                "receiver": {"contacts": [_contact(event.recipient)] if event.recipient else []},
                "status": "delivery_failed" if failed else event.status.value,
                "reason": event.error_title,
                "failure": {"code": event.error_code},
                "reference": event.opaque,
                "direction": "outgoing",
                "lastStatusAt": event.occurred_at.isoformat(),
            }
            return {"service": "channels", "event": "whatsapp.outbound", "payload": payload}
        case _:
            return None
