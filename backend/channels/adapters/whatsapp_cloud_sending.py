"""The bodies of messages in Meta's shape, and the answers to them; Meta's own, and 360dialog's.

Source: Meta, "Send messages" (Graph API v25). An answer tells of acceptance only; what became of
a message comes by webhook.
"""

from collections.abc import Mapping, Sequence

from backend.channels.adapters.reading import Object, identifier, objects
from backend.channels.adapters.whatsapp_cloud_calls import GraphApi
from backend.channels.errors import SendRefused, SendUnknown
from backend.channels.events import DeliveryStatus, Identity, MessageKind
from backend.channels.outgoing import (
    ButtonKind,
    ButtonsContent,
    ButtonValue,
    MediaContent,
    Outbound,
    OutboundContent,
    TemplateContent,
    TextContent,
)
from backend.channels.ports import SendReceipt

_PRODUCT = {"messaging_product": "whatsapp"}
_FILES = frozenset(
    {
        MessageKind.IMAGE,
        MessageKind.VIDEO,
        MessageKind.AUDIO,
        MessageKind.DOCUMENT,
        MessageKind.STICKER,
    }
)
_CAPTIONED = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


def hand_over(api: GraphApi, path: str, message: Outbound) -> SendReceipt:
    """Send a message, once; raises `SendRefused` and `SendUnknown`."""
    answer = api.post(path, message_body(message))
    accepted = objects(answer.get("messages"))
    message_id = identifier(accepted[0].get("id")) if accepted else None
    if message_id is None:
        told_nothing = f"{api.name} accepted the message without an id"
        raise SendUnknown(told_nothing)
    return SendReceipt(message_id, (DeliveryStatus.ACCEPTED,))


def tell_read(api: GraphApi, path: str, provider_message_id: str) -> None:
    """Show the customer that a message was read; raises as `hand_over`."""
    api.post(path, {**_PRODUCT, "status": "read", "message_id": provider_message_id})


def message_body(message: Outbound) -> Object:
    """Write a message; raises `SendRefused` for what WhatsApp cannot carry."""
    kind, content = _content(message.content)
    body: Object = {
        **_PRODUCT,
        "recipient_type": "individual",
        **_recipient(message.recipient),
        "type": kind,
        kind: content,
        "biz_opaque_callback_data": message.reference,
    }
    if message.quoted_provider_id:
        body["context"] = {"message_id": message.quoted_provider_id}
    return body


def _recipient(who: Identity) -> Mapping[str, str]:
    """Name a phone number, or else a user id, which has a field of its own."""
    if who.phone:
        return {"to": who.phone}
    if who.bsuid:
        return {"recipient": who.bsuid}
    code, title = "no_recipient", "WhatsApp sends to a phone number or a user id; there is none."
    raise SendRefused(code, title)


def _content(content: OutboundContent) -> tuple[str, Object]:
    match content:
        case TextContent():
            return "text", {"preview_url": content.shows_preview, "body": content.text}
        case MediaContent():
            return content.kind.value, _file(content)
        case ButtonsContent():
            return "interactive", _buttons(content)
        case TemplateContent():
            return "template", _template(content)


def _file(content: MediaContent) -> Object:
    if content.kind not in _FILES:
        code, title = "not_a_file", f"WhatsApp sends no file as {content.kind}."
        raise SendRefused(code, title)
    if content.caption and content.kind not in _CAPTIONED:
        title = f"WhatsApp shows no caption with {content.kind}; send the text on its own."
        code = "no_caption"
        raise SendRefused(code, title)
    file: Object = {"link": content.url}
    if content.caption:
        file["caption"] = content.caption
    if content.filename and content.kind is MessageKind.DOCUMENT:
        file["filename"] = content.filename
    return file


def _buttons(content: ButtonsContent) -> Object:
    buttons = [
        {"type": "reply", "reply": {"id": button.id, "title": button.title}}
        for button in content.buttons
    ]
    body: Object = {"type": "button", "body": {"text": content.text}}
    if content.footer:
        body["footer"] = {"text": content.footer}
    return {**body, "action": {"buttons": buttons}}


def _template(content: TemplateContent) -> Object:
    template: Object = {"name": content.name, "language": {"code": content.language}}
    components = [
        *_header(content.header),
        *([_component("body", content.body)] if content.body else []),
        *map(_button, content.buttons),
    ]
    return {**template, "components": components} if components else template


def _header(header: str | MediaContent | None) -> Sequence[Object]:
    if not header:
        return ()
    if isinstance(header, str):
        return (_component("header", (header,)),)
    file: Object = {"type": str(header.kind), str(header.kind): _file(header)}
    return ({"type": "header", "parameters": [file]},)


def _component(kind: str, values: Sequence[str]) -> Object:
    return {"type": kind, "parameters": [{"type": "text", "text": value} for value in values]}


def _button(button: ButtonValue) -> Object:
    key = "payload" if button.kind is ButtonKind.QUICK_REPLY else "text"
    return {
        "type": "button",
        "sub_type": str(button.kind),
        "index": str(button.index),
        "parameters": [{"type": key, key: button.value}],
    }
