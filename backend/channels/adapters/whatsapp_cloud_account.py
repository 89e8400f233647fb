"""What Meta tells about templates, the number and the account, field by field.

Fields: Meta, "webhooks reference" (message_template_status_update and its neighbours). A reader
returns `None` for what changes nothing that LeadFlow keeps: that stays a notice.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from backend.channels.adapters.reading import (
    Object,
    identifier,
    objects,
    optional_object,
    required_id,
    words,
)
from backend.channels.events import AccountChange, TemplateChange
from backend.channels.ports import TemplateStatus
from backend.kit.phone import trusted_e164

Reader = Callable[[Object, datetime | None], TemplateChange | AccountChange | None]

TEMPLATE_STATUSES: Final[Mapping[str, TemplateStatus]] = {
    "APPROVED": TemplateStatus.APPROVED,
    "REINSTATED": TemplateStatus.APPROVED,
    "UNARCHIVED": TemplateStatus.APPROVED,
    "PENDING": TemplateStatus.PENDING,
    "SUBMITTED": TemplateStatus.PENDING,
    "CREATED": TemplateStatus.PENDING,
    "IN_APPEAL": TemplateStatus.PENDING,
    "REJECTED": TemplateStatus.REJECTED,
    "PAUSED": TemplateStatus.PAUSED,
    "LIMIT_EXCEEDED": TemplateStatus.PAUSED,
    "DISABLED": TemplateStatus.DISABLED,
    "ARCHIVED": TemplateStatus.DISABLED,
    "DELETED": TemplateStatus.DISABLED,
    "PENDING_DELETION": TemplateStatus.DISABLED,
}
MESSAGES_PER_SECOND: Final[Mapping[str, int]] = {"STANDARD": 80, "HIGH": 1000}

_QUALITIES = {"GREEN": "green", "YELLOW": "yellow", "RED": "red"}
_FLAGS = {"FLAGGED": "red", "UNFLAGGED": "unknown"}
_TIER = re.compile(r"(?:TIER_)?([0-9]{1,9})(K?)")
_ENDED = {
    "ACCOUNT_DELETED": "The WhatsApp Business Account was deleted.",
    "ACCOUNT_OFFBOARDED": "The WhatsApp Business Account was taken off the platform.",
}
_LIMITED_SENDING = {
    "RESTRICTED_BIZ_INITIATED_MESSAGING": "writing to customers first",
    "RESTRICTED_CUSTOMER_INITIATED_MESSAGING": "answering customers",
}


def read_quality(value: object) -> str:
    """Return green, yellow, red, or unknown for anything else."""
    return _QUALITIES.get((words(value) or "").upper(), "unknown")


def read_limit(value: object) -> int | None:
    """Read how many people a day, as in `TIER_2K` or 2000; `None` when unlimited or not said."""
    found = _TIER.fullmatch((words(value) or "").upper())
    return int(found[1]) * (1000 if found[2] else 1) if found else None


def read_reason(value: object) -> str | None:
    """Return why a template was refused; Meta writes NONE for no reason."""
    said = words(value)
    return said if said and said.upper() != "NONE" else None


def _template(value: Object, told_at: datetime | None, **changed: str | None) -> TemplateChange:
    return TemplateChange(
        address=None,
        provider_template_id=required_id(value, "message_template_id"),
        occurred_at=told_at,
        name=words(value.get("message_template_name")) or "",
        language=words(value.get("message_template_language")) or "",
        **changed,
    )


def _template_status(value: Object, told_at: datetime | None) -> TemplateChange | None:
    status = TEMPLATE_STATUSES.get((words(value.get("event")) or "").upper())
    if status is None:
        return None
    category = words(value.get("message_template_category"))
    return _template(
        value,
        told_at,
        status=status,
        category=category.lower() if category else None,
        reason=_reason(value),
    )


def _reason(value: Object) -> str | None:
    told = (
        optional_object(value.get("rejection_info")).get("reason"),
        optional_object(value.get("other_info")).get("description"),
        value.get("reason"),
    )
    return next(filter(None, map(read_reason, told)), None)


def _template_quality(value: Object, told_at: datetime | None) -> TemplateChange | None:
    score = value.get("new_quality_score")
    return _template(value, told_at, quality=read_quality(score)) if words(score) else None


def _template_category(value: Object, told_at: datetime | None) -> TemplateChange | None:
    """Read a category that is in force; one that is only announced changes nothing yet."""
    category = words(value.get("new_category"))
    return _template(value, told_at, category=category.lower()) if category else None


def _number_quality(value: Object, told_at: datetime | None) -> AccountChange | None:
    event = (words(value.get("event")) or "").upper()
    limit = value.get("max_daily_conversations_per_business") or value.get("current_limit")
    change = AccountChange(
        address=trusted_e164(words(value.get("display_phone_number")) or ""),
        occurred_at=told_at,
        quality=_FLAGS.get(event),
        messaging_limit=read_limit(limit),
        throughput=MESSAGES_PER_SECOND["HIGH"] if event == "THROUGHPUT_UPGRADE" else None,
    )
    return _unless_empty(change)


def _capability(value: Object, told_at: datetime | None) -> AccountChange | None:
    new = value.get("max_daily_conversations_per_business")
    limit = value.get("max_daily_conversation_per_phone") if new is None else new
    change = AccountChange(address=None, occurred_at=told_at, messaging_limit=read_limit(limit))
    return _unless_empty(change)


def _account(value: Object, told_at: datetime | None) -> AccountChange | None:
    restriction = _restriction(value, (words(value.get("event")) or "").upper())
    return _unless_empty(AccountChange(address=None, occurred_at=told_at, restriction=restriction))


def _restriction(value: Object, event: str) -> str | None:
    """Say why nothing may be sent; an empty text when that is over, `None` for other news."""
    match event:
        case "ACCOUNT_RECONNECTED":
            return ""
        case "DISABLED_UPDATE":
            return _ban(optional_object(value.get("ban_info")))
        case "ACCOUNT_RESTRICTION":
            return _limited(value)
        case _:
            return _ENDED.get(event)


def _ban(info: Object) -> str | None:
    match (words(info.get("waba_ban_state")) or "").upper():
        case "DISABLE":
            return "Meta disabled the WhatsApp Business Account."
        case "REINSTATE":
            return ""
        case _:
            return None


def _limited(value: Object) -> str | None:
    told = objects(value.get("restriction_info"))
    kinds = {identifier(one.get("restriction_type")): one for one in told}
    found = [(words_, kinds[kind]) for kind, words_ in _LIMITED_SENDING.items() if kind in kinds]
    if not found:
        return None if told else "Meta restricted the WhatsApp Business Account."
    what = " and ".join(words_ for words_, _ in found)
    return f"Meta restricted {what}{_until(found[0][1])}."


def _until(restriction: Object) -> str:
    ends_at = words(restriction.get("expiration")) or ""
    if not re.fullmatch(r"[0-9]{1,10}", ends_at):
        return ""
    return f" until {datetime.fromtimestamp(int(ends_at), UTC):%Y-%m-%d %H:%M} UTC"


def _unless_empty(change: AccountChange) -> AccountChange | None:
    told = (change.quality, change.messaging_limit, change.throughput, change.restriction)
    return change if any(fact is not None for fact in told) else None


ACCOUNT_FIELDS: Final[Mapping[str, Reader]] = {
    "message_template_status_update": _template_status,
    "message_template_quality_update": _template_quality,
    "template_category_update": _template_category,
    "phone_number_quality_update": _number_quality,
    "business_capability_update": _capability,
    "account_update": _account,
}
