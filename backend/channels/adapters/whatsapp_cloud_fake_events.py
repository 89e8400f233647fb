"""What Meta writes into a webhook, event by event: one entry each, up to 1000 in one delivery."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.channels.errors import NotOffered
from backend.channels.events import (
    AccountChange,
    AnnotationKind,
    ChannelNotice,
    DeliveryStatus,
    Direction,
    Identity,
    IdentityChange,
    InboundEvent,
    InboundMessage,
    MediaReference,
    MessageAnnotation,
    MessageKind,
    Referral,
    StatusUpdate,
    TemplateChange,
)
from backend.channels.fakes import FakeAccount

Fields = dict[str, Any]

MOST_UPDATES = 1000
WABA_ID = "102290129340398"
_BESIDE = ("context", "errors")
_FILES = frozenset(
    {
        MessageKind.IMAGE,
        MessageKind.VIDEO,
        MessageKind.AUDIO,
        MessageKind.DOCUMENT,
        MessageKind.STICKER,
    }
)


def bodies_of(account: FakeAccount, events: Sequence[InboundEvent]) -> Iterator[bytes]:
    """Write deliveries of all events; raises `NotOffered` for what Meta does not tell.

    The bytes are as Meta writes them: nothing beyond ASCII, and slashes escaped.
    """
    entries = [entry for event in events for entry in _entries(account, event)]
    for start in range(0, len(entries), MOST_UPDATES):
        held = entries[start : start + MOST_UPDATES]
        delivery = {"object": "whatsapp_business_account", "entry": held}
        yield json.dumps(delivery, separators=(",", ":")).replace("/", "\\/").encode()


def _entries(account: FakeAccount, event: InboundEvent) -> Iterator[Fields]:
    waba_id = account.credentials.get("waba_id") or WABA_ID
    for change in _changes(account, event):
        entry: Fields = {"id": waba_id, "changes": [change]}
        if isinstance(event, TemplateChange | AccountChange) and event.occurred_at:
            entry["time"] = _seconds(event.occurred_at)
        yield entry


def _changes(account: FakeAccount, event: InboundEvent) -> Iterator[Fields]:
    match event:
        case InboundMessage() | MessageAnnotation():
            yield _conversation(account, event)
        case StatusUpdate():
            yield _change("messages", account, event.address, statuses=[_status(event)])
        case IdentityChange():
            yield _identity(account, event)
        case TemplateChange():
            yield from _template(event)
        case AccountChange():
            yield from _account(account, event)
        case ChannelNotice():
            yield {"field": event.topic, "value": dict(event.payload)}
        case _:
            raise _untold(event)


def _untold(event: object) -> NotOffered:
    return NotOffered(f"Meta tells of no {type(event).__name__} like this")


def _change(field: str, account: FakeAccount, address: str, **value: object) -> Fields:
    number_id = address or account.credentials.get("phone_number_id") or account.address
    metadata = {
        "display_phone_number": account.address.removeprefix("+"),
        "phone_number_id": number_id,
    }
    held = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {"field": field, "value": held}


def _conversation(account: FakeAccount, event: InboundMessage | MessageAnnotation) -> Fields:
    """Write what a customer wrote, or what the business wrote in the app on its phone."""
    is_ours = event.direction is Direction.OUT
    said = _message(event) if isinstance(event, InboundMessage) else _annotation(event)
    item = {"id": event.provider_message_id, **_party(event, account), **said}
    field, key = ("smb_message_echoes", "message_echoes") if is_ours else ("messages", "messages")
    contacts = [_introduction(event.identity)]
    return _change(field, account, event.address, **{"contacts": contacts, key: [item]})


def _party(event: InboundMessage | MessageAnnotation, account: FakeAccount) -> Fields:
    who = event.identity
    if event.direction is Direction.OUT:
        ours = {"from": account.address.removeprefix("+")}
        return ours | _known(to=_digits(who.phone), to_user_id=who.bsuid)
    return _known(**{"from": _digits(who.phone), "from_user_id": who.bsuid})


def _introduction(who: Identity) -> Fields:
    profile = _known(name=who.display_name, username=who.username)
    return _known(profile=profile or None, wa_id=_digits(who.phone), user_id=who.bsuid)


def _message(message: InboundMessage) -> Fields:
    kind = message.kind
    body = {key: held for key, held in message.payload.items() if key not in _BESIDE}
    beside = {key: message.payload[key] for key in _BESIDE if key in message.payload}
    context = beside.get("context", {}) | _known(id=message.quoted_provider_id)
    return {
        "timestamp": str(_seconds(message.sent_at)),
        "type": kind.value,
        **_said(message, kind, body),
        **beside,
        **({"context": context} if context else {}),
        **({"referral": _referral(message.referral)} if message.referral else {}),
    }


def _said(message: InboundMessage, kind: MessageKind, body: Fields) -> Fields:
    """Write the object that is named like the type."""
    reply = {"id": message.choice, "title": message.text}
    answer = {"type": "button_reply", "button_reply": reply}
    writers: Mapping[MessageKind, Fields] = {
        **dict.fromkeys(_FILES, body | _file(message)),
        MessageKind.TEXT: {**body, "body": message.text},
        MessageKind.BUTTON: {**body, "payload": message.choice, "text": message.text},
        MessageKind.INTERACTIVE: body or answer,
        MessageKind.LOCATION: body,
        MessageKind.ORDER: body,
    }
    if kind in writers:
        return {kind.value: writers[kind]}
    if kind is MessageKind.CONTACTS:
        return {"contacts": body.get("contacts", [])}
    if kind is MessageKind.UNSUPPORTED:
        return {"errors": [{"code": 131051, "title": "Message type unknown"}]}
    raise _untold(message)


def _file(message: InboundMessage) -> Fields:
    file = message.media[0] if message.media else MediaReference()
    return _known(
        id=file.provider_media_id,
        url=file.url,
        mime_type=file.mime_type,
        sha256=file.sha256,
        filename=file.filename,
        caption=message.text,
    )


def _referral(referral: Referral) -> Fields:
    return _known(
        source_type=referral.source_type,
        source_id=referral.source_id,
        source_url=referral.source_url,
        headline=referral.headline,
        body=referral.body,
        ctwa_clid=referral.click_id,
    )


def _annotation(event: MessageAnnotation) -> Fields:
    head = {"timestamp": str(_seconds(event.occurred_at)), "type": event.kind.value}
    match event.kind:
        case AnnotationKind.REACTION:
            said = _known(message_id=event.target_provider_id, emoji=event.text)
        case AnnotationKind.EDIT:
            text = {"type": "text", "text": {"body": event.text}}
            said = {"original_message_id": event.target_provider_id, "message": text}
        case AnnotationKind.REVOKE:
            said = {"original_message_id": event.target_provider_id}
    return {**head, event.kind.value: said}


def _status(status: StatusUpdate) -> Fields:
    if status.status is DeliveryStatus.ACCEPTED:
        raise _untold(status)
    who = status.recipient or Identity()
    errors = [_known(code=_number(status.error_code), title=status.error_title)]
    return {
        "id": status.provider_message_id,
        "status": status.status.value,
        "timestamp": str(_seconds(status.occurred_at)),
        **_known(recipient_id=_digits(who.phone), recipient_user_id=who.bsuid),
        **_known(biz_opaque_callback_data=status.opaque),
        **({"errors": errors} if status.error_code else {}),
        **status.payload,
    }


def _identity(account: FakeAccount, change: IdentityChange) -> Fields:
    """Write a new user id as a field of its own, a new number as a message of the system."""
    before, now = change.previous, change.current
    at = _seconds(change.occurred_at)
    if before.bsuid and now.bsuid and not before.phone:
        ids = {"previous": before.bsuid, "current": now.bsuid}
        update = _known(wa_id=_digits(now.phone)) | {"user_id": ids, "timestamp": at}
        return _change("user_id_update", account, change.address, user_id_update=[update])
    told = _known(wa_id=_digits(now.phone), user_id=now.bsuid)
    message = {
        "id": f"wamid.system.{_digits(before.phone) or before.bsuid}.{at}",
        "timestamp": str(at),
        "type": "system",
        "system": {"type": "user_changed_number", "body": "The number changed", **told},
        **_known(**{"from": _digits(before.phone), "from_user_id": before.bsuid}),
    }
    return _change("messages", account, change.address, messages=[message])


def _template(change: TemplateChange) -> Iterator[Fields]:
    """Write the status with category and reason, quality and category in fields of their own."""
    named = {
        "message_template_id": _number(change.provider_template_id),
        "message_template_name": change.name,
        "message_template_language": change.language,
    }
    category = change.category.upper() if change.category else None
    if change.status:
        told = {"event": change.status.upper(), "reason": change.reason or "NONE"}
        told |= _known(message_template_category=category)
        yield {"field": "message_template_status_update", "value": {**told, **named}}
    elif category:
        value = {**named, "new_category": category}
        yield {"field": "template_category_update", "value": value}
    if change.quality:
        value = {**named, "new_quality_score": change.quality.upper()}
        yield {"field": "message_template_quality_update", "value": value}


def _account(account: FakeAccount, change: AccountChange) -> Iterator[Fields]:
    number = {"display_phone_number": account.address.removeprefix("+")}
    limit = _known(max_daily_conversations_per_business=change.messaging_limit)
    if change.quality:
        event = "FLAGGED" if change.quality == "red" else "UNFLAGGED"
        value = {**number, "event": event}
        yield {"field": "phone_number_quality_update", "value": value}
    if change.throughput:
        value = {**number, "event": "THROUGHPUT_UPGRADE"}
        yield {"field": "phone_number_quality_update", "value": value}
    if limit:
        yield {"field": "business_capability_update", "value": limit}
    if change.restriction is not None:
        yield {"field": "account_update", "value": _restriction(change.restriction)}


def _restriction(sentence: str) -> Fields:
    if not sentence:
        return {"event": "ACCOUNT_RECONNECTED"}
    kinds = [{"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"}]
    return {"event": "ACCOUNT_RESTRICTION", "restriction_info": kinds}


def _known(**fields: object) -> Fields:
    return {name: value for name, value in fields.items() if value is not None}


def _digits(phone: str | None) -> str | None:
    return phone.removeprefix("+") if phone else None


def _number(code: str | None) -> int | str | None:
    return int(code) if code and code.isascii() and code.isdigit() else code


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
