"""Twilio's Content resources as message templates, in the shape of Meta's components.

Source: Twilio, "Content API resources" (`ContentAndApprovals`) and its content types. Twilio goes
by the id of a Content (`HX...`), and numbers its variables over header, body and buttons.
"""

from collections.abc import Mapping, Sequence
from typing import cast

from backend.channels.adapters.reading import Object, identifier, objects, optional_object, words
from backend.channels.outgoing import ButtonKind, MediaContent, TemplateContent
from backend.channels.ports import Template, TemplateStatus

_STATUSES = {
    "approved": TemplateStatus.APPROVED,
    "rejected": TemplateStatus.REJECTED,
    "paused": TemplateStatus.PAUSED,
    "disabled": TemplateStatus.DISABLED,
}
_BUTTONS = {
    "QUICK_REPLY": "QUICK_REPLY",
    "URL": "URL",
    "PHONE_NUMBER": "PHONE_NUMBER",
    "PHONE": "PHONE_NUMBER",
    "COPY_CODE": "COPY_CODE",
}


def read_template(content: Object) -> Template | None:
    """Read one Content; `None` when it has no id. One that is in no review yet is pending."""
    sid = identifier(content.get("sid"))
    if sid is None:
        return None
    approval = _approval(content)
    status = words(approval.get("status")) or "unsubmitted"
    kind, body = _type_of(content)
    return Template(
        provider_template_id=sid,
        name=words(approval.get("name")) or words(content.get("friendly_name")) or sid,
        language=words(content.get("language")) or "",
        status=_STATUSES.get(status, TemplateStatus.PENDING),
        category=(words(approval.get("category")) or "").lower(),
        components=_components(kind, body),
        reason=words(approval.get("rejection_reason")) or _waits(status),
    )


def numbered(content: TemplateContent) -> Mapping[str, str]:
    """Return the values by number, from 1: header, then body, then the ends of URLs."""
    values: list[str] = []
    if isinstance(content.header, MediaContent):
        values.append(content.header.url)
    elif content.header:
        values.append(content.header)
    values += content.body
    buttons = sorted(content.buttons, key=lambda button: button.index)
    values += [button.value for button in buttons if button.kind is ButtonKind.URL]
    return {str(number): value for number, value in enumerate(values, 1)}


def _approval(content: Object) -> Object:
    """Return the review by WhatsApp, which stands alone or under the channel's name."""
    approval = optional_object(content.get("approval_requests"))
    return optional_object(approval.get("whatsapp")) or approval


def _waits(status: str) -> str | None:
    return "it was not submitted to WhatsApp" if status == "unsubmitted" else None


def _type_of(content: Object) -> tuple[str, Object]:
    """Return the first type of a Content, the richest before plain text."""
    types = optional_object(content.get("types"))
    names = sorted(types, key=lambda name: name == "twilio/text")
    return (names[0], optional_object(types[names[0]])) if names else ("", {})


def _components(kind: str, body: Object) -> Sequence[Mapping[str, object]]:
    parts = (_header(body), _body(kind, body), _footer(body), _buttons(body))
    return tuple(part for part in parts if part)


def _header(body: Object) -> Object | None:
    text = words(body.get("header_text"))
    if text:
        return {"type": "HEADER", "format": "TEXT", "text": text}
    held = body.get("media")
    listed = cast("list[object]", held) if isinstance(held, list) else [held]
    url = next(filter(None, map(words, listed)), None)
    if url is None:
        return None
    return {"type": "HEADER", "format": "MEDIA", "example": {"header_handle": [url]}}


def _body(kind: str, body: Object) -> Object | None:
    text = words(body.get("body")) or words(body.get("title"))
    return {"type": "BODY", "text": text} if text or kind else None


def _footer(body: Object) -> Object | None:
    text = words(body.get("footer")) or words(body.get("subtitle"))
    return {"type": "FOOTER", "text": text} if text else None


def _buttons(body: Object) -> Object | None:
    buttons = [_button(action) for action in objects(body.get("actions"))]
    return {"type": "BUTTONS", "buttons": buttons} if buttons else None


def _button(action: Object) -> Object:
    kind = _BUTTONS.get((words(action.get("type")) or "QUICK_REPLY").upper(), "QUICK_REPLY")
    button: Object = {"type": kind, "text": words(action.get("title")) or ""}
    for ours, theirs in (("url", "url"), ("phone_number", "phone")):
        if value := words(action.get(theirs)):
            button[ours] = value
    return button
