"""Calls to MessageBird and to Bird, and what their answers mean.

Errors are `{"errors": [{"code", "description"}]}` (classic) or `{"code", "message"}` (Bird).
"""

import json
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus

from backend.channels.adapters.reading import (
    Object,
    Unreadable,
    identifier,
    objects,
    optional_object,
    read_body,
    words,
)
from backend.channels.errors import (
    CredentialsRefused,
    Fault,
    MalformedDelivery,
    SendRefused,
    SendUnknown,
)
from backend.channels.ports import Access
from backend.platform.outbound import Answer, Call, send
from backend.platform.outbound_errors import TargetError, TargetRefused

MOST_SECONDS = 3600.0

_CODES: Mapping[Fault, str] = {
    Fault.RETRY: "rate_limited",
    Fault.AUTH: "2",
    Fault.ACCOUNT: "25 insufficient_balance price_not_found",
    Fault.SUPPRESS: "recipient_suppressed",
    Fault.WINDOW: "service_window_expired 470 131047",
    Fault.PERMANENT: "undeliverable media_rejected",
}
# The idempotency key is being worked on, or was used for another body: the first call counts.
_KEY_IN_USE = frozenset({"E01004", "E01005"})
FAULTS: Mapping[str, Fault] = {
    code: fault for fault, codes in _CODES.items() for code in codes.split()
}
_BY_STATUS: Mapping[int, Fault] = {
    HTTPStatus.UNAUTHORIZED: Fault.AUTH,
    HTTPStatus.FORBIDDEN: Fault.AUTH,
    HTTPStatus.PAYMENT_REQUIRED: Fault.ACCOUNT,
    HTTPStatus.NOT_FOUND: Fault.CONFIG,
    HTTPStatus.TOO_MANY_REQUESTS: Fault.RETRY,
}


def post(
    access: Access, url: str, headers: Mapping[str, str], body: Mapping[str, object]
) -> Object:
    """Have the provider do something, once; raises `SendRefused` and `SendUnknown`."""
    sent = {**headers, "Content-Type": "application/json"}
    content = json.dumps(body).encode()
    is_plain = access.base_url is not None
    return _called(Call("POST", url, headers=sent, content=content, allow_http=is_plain))


def ask(access: Access, url: str, headers: Mapping[str, str]) -> Object:
    """Ask the provider something; raises `CredentialsRefused`, `SendRefused`, `SendUnknown`."""
    try:
        return _called(Call("GET", url, headers=headers, allow_http=access.base_url is not None))
    except SendRefused as error:
        if error.fault is Fault.AUTH:
            raise CredentialsRefused(error.code, error.title) from None
        raise


def message_id(answer: Object) -> str:
    """Return the id of the message that an answer, of either shape, speaks of."""
    nested = optional_object(answer.get("message"))
    found = identifier(answer.get("id")) or identifier(nested.get("id"))
    if found is None:
        message = "the provider accepted the message without telling its id"
        raise SendUnknown(message)
    return found


def required_date(item: Object, key: str) -> datetime:
    """Return a moment in RFC 3339, up to nanoseconds; raises `Unreadable`."""
    try:
        moment = datetime.fromisoformat(words(item.get(key)) or "")
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"`{key}` is missing or no moment; one such as 2026-01-31T12:00:00Z was expected."
        raise Unreadable(message)
    return moment


def _called(call: Call) -> Object:
    try:
        answer = send(call)
    except TargetError as error:
        raise _broken(error) from None
    if not answer.is_success:
        raise _failure(answer)
    try:
        return read_body(answer.body)
    except MalformedDelivery:
        message = "the provider accepted the call with an answer that cannot be read"
        raise SendUnknown(message) from None


def _broken(error: TargetError) -> SendRefused | SendUnknown:
    """Tell a call that never left from one whose answer never came."""
    if error.has_left:
        return SendUnknown(f"nobody knows what became of the call: {error.message}")
    fault = Fault.CONFIG if isinstance(error, TargetRefused) else Fault.RETRY
    return SendRefused("unreachable", error.message, fault=fault)


def _failure(answer: Answer) -> SendRefused | SendUnknown:
    said = _said(answer)
    is_unsure = answer.status == HTTPStatus.REQUEST_TIMEOUT or said.get("code") in _KEY_IN_USE
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_unsure:
        return SendUnknown(f"the provider failed with HTTP {answer.status} and may have done it")
    code = identifier(said.get("code")) or f"http_{answer.status}"
    title = next(
        filter(None, (words(said.get(key)) for key in ("description", "message", "title"))),
        f"the provider refused with HTTP {answer.status}",
    )
    return SendRefused(
        code,
        title,
        fault=FAULTS.get(code) or _BY_STATUS.get(answer.status, Fault.PERMANENT),
        retry_after=_retry_after(answer),
    )


def _said(answer: Answer) -> Object:
    try:
        body = read_body(answer.body)
    except MalformedDelivery:
        return {}
    errors = objects(body.get("errors")) or objects(body.get("error"))
    return errors[0] if errors else body


def _retry_after(answer: Answer) -> float | None:
    given = answer.headers.get("retry-after", "")
    return min(float(given), MOST_SECONDS) if given.isascii() and given.isdigit() else None
