"""MessageBird's Conversations API, played: messages, their files, and statuses."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from backend.channels.adapters.bird_answers import Asked, Shape, address_of, answer_of
from backend.channels.adapters.messagebird_signatures import token
from backend.channels.events import InboundEvent, InboundMessage, MessageKind, StatusUpdate
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import Provider, SignedRequest

_TYPES = {MessageKind.DOCUMENT: "file", MessageKind.STICKER: "whatsappSticker"}
_SHAPE = Shape("/send", "/conversations", ("to",), ("source", "reference"), ("content", "text"))


class MessageBirdFake:
    """One account, whose webhooks carry the token."""

    provider: Provider = Provider.MESSAGEBIRD

    def account(self, number: int) -> FakeAccount:
        """Return an account with a number."""
        credentials = {
            "access_key": f"access-{number}",
            "signing_key": f"signing-{number}",
            "channel_id": f"channel-{number}",
        }
        return FakeAccount(credentials=credentials, address=f"+1206555{300 + number:04}")

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call."""
        expected = f"AccessKey {account.credentials['access_key']}"
        return answer_of(Asked(account, request, now, expected), _SHAPE)

    def delivery(
        self, account: FakeAccount, events: Sequence[InboundEvent], now: datetime
    ) -> Sequence[SignedRequest]:
        """Write one webhook for each message and status."""
        bodies = [body for event in events if (body := _body(account, event))]
        return [_signed(account, body, now) for body in bodies]

    def handshake(self, account: FakeAccount) -> SignedRequest | None:
        """Return nothing: there is none."""
        del account


def _signed(account: FakeAccount, body: dict[str, object], now: datetime) -> SignedRequest:
    raw = json.dumps(body).encode()
    bare = SignedRequest("POST", account.webhook_url, {}, {}, raw, now)
    signed = token(account.credentials["signing_key"], bare, "jti")
    return replace(bare, headers={"messagebird-signature-jwt": signed})


def _content(account: FakeAccount, message: InboundMessage) -> Mapping[str, object]:
    if message.media:
        type_ = _TYPES.get(message.kind, message.kind.value)
        return {type_: {"url": address_of(account, message), "caption": message.text}}
    if message.kind is MessageKind.LOCATION:
        place = {key: message.payload.get(key) for key in ("latitude", "longitude")}
        return {"location": place}
    return message.payload or {"text": message.text}


def _body(account: FakeAccount, event: InboundEvent) -> dict[str, object] | None:
    match event:
        case InboundMessage():
            message = {
                "id": event.provider_message_id,
                "channelId": event.address,
                "direction": "received",
                "status": "received",
                "type": _TYPES.get(event.kind, event.kind.value),
                "content": _content(account, event),
                "createdDatetime": event.sent_at.isoformat(),
            }
            person = event.identity
            contact = {"msisdn": person.phone, "displayName": person.display_name}
            return {"type": "message.created", "contact": contact, "message": message}
        case StatusUpdate():
            message = {
                "id": event.provider_message_id,
                "channelId": event.address,
                "direction": "sent",
                "status": event.status.value,
                "to": event.recipient.phone if event.recipient else None,
                "updatedDatetime": event.occurred_at.isoformat(),
                "source": {"reference": event.opaque},
                "error": {"code": event.error_code, "description": event.error_title},
            }
            return {"type": "message.updated", "message": message}
        case _:
            return None
