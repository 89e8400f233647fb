"""Calls to Twilio, and what its answers mean.

Errors: Twilio, "Error and warning dictionary". A refusal is JSON with `code` and `message`; the
request was then not done. Twilio has no idempotency key: what broke off after it left is unknown.
"""

import base64
from collections.abc import Mapping
from http import HTTPStatus
from urllib.parse import urlencode

from backend.channels.adapters.reading import Object, identifier, read_body, words
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

API = "https://api.twilio.com"
CONTENT = "https://content.twilio.com"
MESSAGING = "https://messaging.twilio.com"
PAGE_BYTES = 4 * 1024 * 1024
MOST_SECONDS = 3600.0

_CODES: Mapping[Fault, str] = {
    Fault.RETRY: "20429 63009 63010 63012 63017",
    Fault.DELAYED: "63018 63032 63038",
    Fault.AUTH: "20003 20005 20006 20403",
    Fault.CONFIG: "20404 21408 21603 21606 21609 21659 63002 63007",
    Fault.ACCOUNT: "20008 63013 63026",
    Fault.SUPPRESS: "21610 63014 63033",
    Fault.TEMPLATE: "21655 21656 63027 63028 63040 63041",
    Fault.WINDOW: "63016",
    Fault.PERMANENT: "21211 21602 21614 21617 63003 63005 63006 63019 63021 63024 63034",
}
FAULTS: Mapping[str, Fault] = {
    code: fault for fault, codes in _CODES.items() for code in codes.split()
}
_BY_STATUS = {
    HTTPStatus.UNAUTHORIZED: Fault.AUTH,
    HTTPStatus.FORBIDDEN: Fault.AUTH,
    HTTPStatus.NOT_FOUND: Fault.CONFIG,
    HTTPStatus.TOO_MANY_REQUESTS: Fault.RETRY,
}


def basic_auth(user: str, password: str) -> Mapping[str, str]:
    """Return the header of basic authentication."""
    token = base64.b64encode(f"{user}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


def base_of(access: Access, host: str) -> str:
    """Return where a host of Twilio's is reached: another address stands for all of them."""
    return access.base_url.rstrip("/") if access.base_url else host


def post(access: Access, path: str, form: Mapping[str, str], auth: Mapping[str, str]) -> Object:
    """Have Twilio do something, once; raises `SendRefused` and `SendUnknown`."""
    headers = {**auth, "Content-Type": "application/x-www-form-urlencoded"}
    url = f"{base_of(access, API)}{path}"
    is_plain = access.base_url is not None
    content = urlencode(form).encode()
    return _called(Call("POST", url, headers=headers, content=content, allow_http=is_plain))


def get(access: Access, host: str, path: str, auth: Mapping[str, str]) -> Object:
    """Ask Twilio something; raises `CredentialsRefused`, `SendRefused` and `SendUnknown`."""
    is_plain = access.base_url is not None
    url = f"{base_of(access, host)}{path}"
    call = Call("GET", url, headers=auth, allow_http=is_plain, answer_bytes=PAGE_BYTES)
    try:
        return _called(call)
    except SendRefused as error:
        if error.fault is Fault.AUTH:
            raise CredentialsRefused(error.code, error.title) from None
        raise


def _called(call: Call) -> Object:
    try:
        answer = send(call)
    except TargetError as error:
        raise _broken(error) from None
    if answer.is_success:
        return _read(answer)
    raise _failure(answer)


def _broken(error: TargetError) -> SendRefused | SendUnknown:
    """Tell a call that never left from one whose answer never came."""
    if error.has_left:
        return SendUnknown(f"nobody knows what became of the call: {error.message}")
    fault = Fault.CONFIG if isinstance(error, TargetRefused) else Fault.RETRY
    return SendRefused("unreachable", error.message, fault=fault)


def _read(answer: Answer) -> Object:
    try:
        return read_body(answer.body)
    except MalformedDelivery:
        message = "Twilio accepted the call with an answer that cannot be read"
        raise SendUnknown(message) from None


def _failure(answer: Answer) -> SendRefused | SendUnknown:
    is_unsure = answer.status == HTTPStatus.REQUEST_TIMEOUT
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or is_unsure:
        return SendUnknown(f"Twilio failed with HTTP {answer.status} and may have done it")
    said = _said(answer)
    code = identifier(said.get("code")) or f"http_{answer.status}"
    title = words(said.get("message")) or f"Twilio refused with HTTP {answer.status}"
    return SendRefused(
        code, title, fault=_fault(answer.status, code), retry_after=_retry_after(answer)
    )


def _said(answer: Answer) -> Object:
    try:
        return read_body(answer.body)
    except MalformedDelivery:
        return {}


def _fault(status: int, code: str) -> Fault:
    if code in FAULTS:
        return FAULTS[code]
    is_redirect = status < HTTPStatus.BAD_REQUEST
    by_status = {int(known): fault for known, fault in _BY_STATUS.items()}
    return Fault.CONFIG if is_redirect else by_status.get(status, Fault.PERMANENT)


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds that Twilio asked to wait, an hour at most."""
    given = answer.headers.get("retry-after", "").strip()
    return min(float(given), MOST_SECONDS) if given.isascii() and given.isdigit() else None
