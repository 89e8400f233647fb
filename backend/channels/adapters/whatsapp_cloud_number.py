"""What Meta says of a phone number: its standing, its allowance, its account, its token.

Fields: Meta, "phone number reference", "messaging limits" and "debug_token" (Graph API v25).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    optional_object,
    required_moment,
    words,
)
from backend.channels.adapters.whatsapp_cloud_account import (
    MESSAGES_PER_SECOND,
    read_limit,
    read_quality,
)
from backend.channels.adapters.whatsapp_cloud_calls import VERSION, GraphApi, pages
from backend.channels.errors import Fault, SendRefused, SendUnknown
from backend.channels.ports import AccountFacts

NUMBER_FIELDS: Final = "display_phone_number,verified_name,quality_rating,throughput,status"
LIMIT_FIELD: Final = "whatsapp_business_manager_messaging_limit"
_NOT_THERE = frozenset({"100", "33"})
_IS_WELL = frozenset({"CONNECTED", ""})


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAsked:
    """Which number is asked about, at which account, and who may ask about its token."""

    number: str
    number_id: str
    waba: str | None
    app_token: GraphApi | None
    token: str = field(repr=False)


def read_number(api: GraphApi, asked: NumberAsked) -> AccountFacts:
    """Ask for all of it; raises `CredentialsRefused`, `SendRefused` and `SendUnknown`.

    What matters less is left out where Meta does not tell it.
    """
    told = api.get(asked.number, {"fields": NUMBER_FIELDS})
    warnings = list(_standing(told))
    warnings += _account(api, asked) if asked.waba else ()
    expires_at, doubt = _expiry(asked)
    return AccountFacts(
        display_number=words(told.get("display_phone_number")),
        verified_name=words(told.get("verified_name")),
        quality=read_quality(told.get("quality_rating")),
        messaging_limit=_limit(api, asked.number),
        throughput=_throughput(told),
        token_expires_at=expires_at,
        warnings=(*warnings, *doubt),
    )


def _standing(told: Object) -> Iterator[str]:
    status = (words(told.get("status")) or "").upper()
    if status not in _IS_WELL:
        yield f"The number's status at Meta is {status.lower().replace('_', ' ')}."


def _throughput(told: Object) -> int | None:
    level = words(optional_object(told.get("throughput")).get("level")) or ""
    return MESSAGES_PER_SECOND.get(level.upper())


def _limit(api: GraphApi, number: str) -> int | None:
    """Ask for the allowance by itself: Meta refuses the field where it does not apply."""
    try:
        return read_limit(api.get(number, {"fields": LIMIT_FIELD}).get(LIMIT_FIELD))
    except (SendRefused, SendUnknown):
        return None


def _account(api: GraphApi, asked: NumberAsked) -> tuple[str, ...]:
    """Find the number among those of its account; raises `SendRefused` when it is not there."""
    try:
        numbers = list(pages(api, f"{asked.waba}/phone_numbers", {"fields": "id", "limit": "100"}))
    except SendRefused as refused:
        if refused.code in _NOT_THERE:
            raise _wrong_account() from None
        if refused.fault is not Fault.AUTH:
            raise
        return ("The access token may not read the account, so its templates cannot be read.",)
    if asked.number_id not in {identifier(number.get("id")) for number in numbers}:
        raise _wrong_account()
    return ()


def _wrong_account() -> SendRefused:
    title = "The phone number is none of this WhatsApp Business Account's (waba_id)."
    return SendRefused("wrong_waba", title, fault=Fault.CONFIG)


def _expiry(asked: NumberAsked) -> tuple[datetime | None, tuple[str, ...]]:
    """Ask when the token expires, as the app that it belongs to; Meta tells nobody else."""
    if asked.app_token is None:
        return None, ()
    try:
        said = asked.app_token.get(f"/{VERSION}/debug_token", {"input_token": asked.token})
    except SendRefused as refused:
        doubt = "Meta does not accept the app secret together with the app ID."
        return None, (doubt,) if refused.fault is Fault.AUTH else ()
    except SendUnknown:
        return None, ()
    return _moment(optional_object(said.get("data"))), ()


def _moment(token: Object) -> datetime | None:
    """Read the moment; 0 means that the token does not expire."""
    try:
        moment = required_moment(token, "expires_at")
    except Unreadable:
        return None
    return moment if moment > datetime.fromtimestamp(0, UTC) else None
