"""Bird's platform, played: messages, their files, and statuses."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from backend.channels.adapters.bird_answers import Asked, Shape, address_of, answer_of, type_of
from backend.channels.adapters.standard_webhooks import sign
from backend.channels.events import (
    Identity,
    InboundEvent,
    InboundMessage,
    MessageKind,
    StatusUpdate,
)
from backend.channels.fakes import FakeAccount, FakeAnswer, FakeRequest
from backend.channels.ports import Provider, SignedRequest

_PATH = "/v1/whatsapp/messages"
_SHAPE = Shape(_PATH, _PATH, ("to",), ("tags", 0, "value"), ("text", "body"))


class BirdPlatformFake:
    """One account with one number."""

    provider: Provider = Provider.BIRD_PLATFORM

    def account(self, number: int) -> FakeAccount:
        """Return an account with a number."""
        secret = base64.b64encode(f"webhook-secret-of-number-{number}".encode()).decode()
        credentials = {"api_key": f"bk_eu1_{number}", "webhook_secret": f"whsec_{secret}"}
        return FakeAccount(credentials=credentials, address=f"+1206555{500 + number:04}")

    def answer(self, account: FakeAccount, request: FakeRequest, now: datetime) -> FakeAnswer:
        """Answer a call."""
        expected = f"Bearer {account.credentials['api_key']}"
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


def _signed(account: FakeAccount, body: Mapping[str, object], now: datetime) -> SignedRequest:
    raw, at, secret = json.dumps(body).encode(), str(int(now.timestamp())), "webhook_secret"
    message_id = f"msg_{hashlib.sha256(raw).hexdigest()[:24]}"
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": at,
        "webhook-signature": sign(account.credentials[secret], message_id, at, raw),
    }
    return SignedRequest("POST", account.webhook_url, {}, headers, raw, now)


def _person(person: Identity | None) -> Mapping[str, object]:
    if person is None:
        return {}
    return {
        "phone_number": person.phone,
        "bsuid": person.bsuid,
        "username": person.username,
        "display_name": person.display_name,
    }


def _content(account: FakeAccount, message: InboundMessage) -> Mapping[str, object]:
    if message.media:
        file = {"url": address_of(account, message), "mime_type": type_of(message)}
        return {message.kind.value: file | {"caption": message.text}}
    match message.kind:
        case MessageKind.LOCATION:
            return {"location": message.payload}
        case MessageKind.INTERACTIVE:
            reply = {"id": message.choice, "title": message.text}
            return {"interactive_reply": {"type": "list_reply", "list_reply": reply}}
        case _:
            return message.payload or {"text": {"body": message.text}}


def _body(account: FakeAccount, event: InboundEvent) -> Mapping[str, object] | None:
    match event:
        case InboundMessage():
            data = dict(_content(account, event)) | {
                "in_reply_to_message_id": event.quoted_provider_id,
                "whatsapp_id": event.provider_message_id,
                "from": _person(event.identity),
                "to": event.address,
            }
            topic, at = "whatsapp.received", event.sent_at
        case StatusUpdate():
            data = {
                "whatsapp_id": event.provider_message_id,
                "from": event.address,
                "to": _person(event.recipient),
                "tags": [{"name": "leadflow", "value": event.opaque}],
                "error": {"code": event.error_code, "description": event.error_title},
            }
            topic, at = f"whatsapp.{event.status}", event.occurred_at
        case _:
            return None
    return {"type": topic, "timestamp": at.isoformat(), "data": data}
