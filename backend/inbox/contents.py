"""What operators answer with, how it is stored, and what is sent of it.

A reply stands on its message row (kind, text, payload), from which the worker makes the message
again, whatever happened to the process that took it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from backend import media
from backend.channels import (
    ButtonKind,
    ButtonsContent,
    ButtonValue,
    Connection,
    MediaContent,
    MessageKind,
    OutboundContent,
    ReplyButton,
    TemplateContent,
    TemplateView,
    TextContent,
)
from backend.inbox.errors import BadText
from backend.inbox.policy import MAX_TEXT_LENGTH
from backend.inbox.sendable import ReplyKind
from backend.inbox.templating import (
    TemplateValues,
    button_values,
    needs_of,
    rendered,
    what_is_wrong,
    what_is_wrong_with_file,
)
from backend.kit.text import clean
from backend.platform.unit_of_work import UnitOfWork

# WhatsApp Business Platform, "interactive reply buttons messages" and "media messages".
MOST_BUTTONS: Final = 3
MAX_TITLE_LENGTH: Final = 20
MAX_BUTTONS_TEXT_LENGTH: Final = 1024
MAX_CAPTION_LENGTH: Final = 1024
CAPTIONED: Final = frozenset({MessageKind.IMAGE, MessageKind.VIDEO, MessageKind.DOCUMENT})


@dataclass(frozen=True, slots=True)
class TextReply:
    """Free text of at most 4,096 characters."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaReply:
    """A file that was handed in before, with a line below it."""

    media_id: UUID
    caption: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonsReply:
    """A text with one to three buttons, by their titles, that answer for the customer."""

    text: str
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateReply:
    """An approved template of the channel, the values of its variables, the file above it."""

    template_id: UUID
    values: TemplateValues = field(default_factory=TemplateValues)
    media_id: UUID | None = None


Reply = TextReply | MediaReply | ButtonsReply | TemplateReply


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file that may be sent, and the link under which the provider fetches it."""

    kind: MessageKind
    mime_type: str
    url: str = field(repr=False)
    filename: str | None = None


def find_attachment(uow: UnitOfWork, connection: Connection, media_id: UUID) -> Attachment | None:
    """Return a file of the workspace with a fresh link to it, below our address of the channel."""
    ours = urlsplit(connection.webhook_url)
    workspace_id = connection.workspace_id
    try:
        view = media.find_file(uow, workspace_id, media_id)
        url = media.link_for(uow, workspace_id, media_id, f"{ours.scheme}://{ours.netloc}")
    except media.MediaNotFound:
        return None
    return Attachment(
        kind=view.kind,
        mime_type=view.mime_type or "application/octet-stream",
        url=url,
        filename=view.filename,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A reply as it stands on its row."""

    kind: MessageKind
    text: str | None
    payload: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def reply_kind(self) -> ReplyKind:
        """Which shape it has."""
        if self.kind is MessageKind.TEMPLATE:
            return ReplyKind.TEMPLATE
        if self.kind is MessageKind.INTERACTIVE:
            return ReplyKind.BUTTONS
        return ReplyKind.TEXT if self.media_id is None else ReplyKind.MEDIA

    @property
    def media_id(self) -> UUID | None:
        """Which file it carries."""
        found = self.payload.get("media_id")
        return UUID(found) if found else None

    @property
    def template_id(self) -> UUID | None:
        """Which template it is made of."""
        found = self.payload.get("template")
        return UUID(found["id"]) if found else None


def kind_of(reply: Reply) -> ReplyKind:
    """Say which shape a reply has."""
    match reply:
        case TextReply():
            return ReplyKind.TEXT
        case MediaReply():
            return ReplyKind.MEDIA
        case ButtonsReply():
            return ReplyKind.BUTTONS
        case TemplateReply():
            return ReplyKind.TEMPLATE


def stored_text(reply: TextReply) -> Stored:
    """Check a text; raises `BadText`."""
    return Stored(kind=MessageKind.TEXT, text=_text(reply.text, "text", MAX_TEXT_LENGTH))


def stored_buttons(reply: ButtonsReply) -> Stored:
    """Check a text with buttons; raises `BadText`."""
    titles = [clean(title).strip() for title in reply.titles]
    if not 0 < len(titles) <= MOST_BUTTONS or len(set(titles)) < len(titles):
        message = "the buttons are none, too many or twice the same"
        raise BadText(message, field="buttons", expected=f"1 to {MOST_BUTTONS} different titles")
    named = [_text(title, "buttons", MAX_TITLE_LENGTH) for title in titles]
    return Stored(
        kind=MessageKind.INTERACTIVE,
        text=_text(reply.text, "text", MAX_BUTTONS_TEXT_LENGTH),
        payload={
            "buttons": [
                {"id": f"reply-{number}", "title": title}
                for number, title in enumerate(named, start=1)
            ]
        },
    )


def stored_media(reply: MediaReply, attachment: Attachment | None) -> Stored:
    """Check a file and its caption; raises `BadText`."""
    if attachment is None:
        message = "no such file"
        raise BadText(message, field="media_id", expected="the id of a file that was handed in")
    caption = clean(reply.caption).strip()
    if caption:
        _text(caption, "caption", MAX_CAPTION_LENGTH)
    if caption and attachment.kind not in CAPTIONED:
        message = f"WhatsApp shows no text with {attachment.kind}"
        raise BadText(message, field="caption", expected="the text as a message of its own")
    payload = _file(reply.media_id, attachment)
    return Stored(kind=attachment.kind, text=caption or None, payload=payload)


def stored_template(
    reply: TemplateReply, template: TemplateView, attachment: Attachment | None
) -> Stored:
    """Check the values against the template; raises `BadText`.

    Of a template whose components nobody told us, the values are taken as they are.
    """
    values = TemplateValues(
        header=_each(reply.values.header),
        body=_each(reply.values.body),
        buttons=_each(reply.values.buttons),
    )
    needs = needs_of(template.components)
    file = _header_file(reply, template, attachment)
    wrong = what_is_wrong(needs, values)
    if template.components and wrong:
        message = f"the values of {wrong[0]} do not fit {template.name}"
        raise BadText(message, field=f"values.{wrong[0]}", expected=wrong[1])
    buttons = button_values(needs, values) if template.components else ()
    return Stored(
        kind=MessageKind.TEMPLATE,
        text=rendered(template.components, values) or " ".join((template.name, *values.body)),
        payload={
            "template": {
                "id": str(template.id),
                "provider_template_id": template.provider_template_id,
                "name": template.name,
                "language": template.language,
                "status": str(template.status),
            },
            "header": list(values.header),
            "body": list(values.body),
            "buttons": [{"index": one.index, "value": one.value} for one in buttons],
            **file,
        },
    )


def content_of(stored: Stored, attachment: Attachment | None) -> OutboundContent | None:
    """Make of a row what is sent, or `None` when its file is gone."""
    text, payload = stored.text or "", stored.payload
    match stored.reply_kind:
        case ReplyKind.TEXT:
            return TextContent(text)
        case ReplyKind.TEMPLATE:
            is_gone = stored.media_id is not None and attachment is None
            return None if is_gone else _template(text, payload, attachment)
        case ReplyKind.BUTTONS:
            buttons = tuple(ReplyButton(one["id"], one["title"]) for one in payload["buttons"])
            return ButtonsContent(text=text, buttons=buttons)
        case ReplyKind.MEDIA:
            return attachment and _media(attachment, caption=stored.text)


def _media(attachment: Attachment, *, caption: str | None = None) -> MediaContent:
    return MediaContent(
        kind=attachment.kind,
        url=attachment.url,
        mime_type=attachment.mime_type,
        filename=attachment.filename,
        caption=caption,
    )


def _template(
    text: str, payload: Mapping[str, Any], attachment: Attachment | None
) -> TemplateContent:
    named = payload["template"]
    return TemplateContent(
        name=named["name"],
        language=named["language"],
        provider_template_id=named["provider_template_id"],
        header=_media(attachment) if attachment else next(iter(payload["header"]), None),
        body=tuple(payload["body"]),
        buttons=tuple(
            ButtonValue(index=one["index"], kind=ButtonKind.URL, value=one["value"])
            for one in payload["buttons"]
        ),
        text=text,
    )


def _header_file(
    reply: TemplateReply, template: TemplateView, attachment: Attachment | None
) -> Mapping[str, Any]:
    """Return what is stored of the file above a template; raises `BadText`."""
    if reply.media_id is not None and attachment is None:
        message = "no such file"
        raise BadText(message, field="media_id", expected="the id of a file that was handed in")
    needs = needs_of(template.components)
    if not needs.can_be_given:
        message = f"{template.name} begins with a {needs.file}, which is not sent from here"
        raise BadText(message, field="template_id", expected="another template")
    wrong = what_is_wrong_with_file(needs, attachment and attachment.kind)
    if template.components and wrong:
        said = "does not take this file" if attachment else "needs a file"
        message = f"{template.name} {said}"
        raise BadText(message, field="media_id", expected=wrong)
    return _file(reply.media_id, attachment) if reply.media_id and attachment else {}


def _file(media_id: UUID, attachment: Attachment) -> Mapping[str, Any]:
    return {
        "media_id": str(media_id),
        "mime_type": attachment.mime_type,
        "filename": attachment.filename,
    }


def _each(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(clean(value).strip() for value in values)


def _text(given: str, field_name: str, most: int) -> str:
    written = clean(given).strip()
    if not 0 < len(written) <= most:
        message = "the reply is empty or too long"
        raise BadText(message, field=field_name, expected=f"1 to {most} characters")
    return written
