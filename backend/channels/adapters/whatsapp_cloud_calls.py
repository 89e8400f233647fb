"""Calls to an API of Meta's shape, and what its answers mean; Meta's own, and 360dialog's.

An error is JSON with `error`, of which the code alone counts. There is no idempotency key: what
broke off after it left is unknown. Nothing repeats a secret, not even an answer that quotes it.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import quote, urlencode

from backend.channels.adapters.reading import Object, identifier, objects, optional_object, words
from backend.channels.adapters.reading import read_body as read_json
from backend.channels.adapters.whatsapp_cloud_errors import (
    fault_of,
    is_known,
    is_unsure,
    meaning_of,
    wait_of,
)
from backend.channels.errors import (
    CredentialsRefused,
    Fault,
    MalformedDelivery,
    SendRefused,
    SendUnknown,
)
from backend.platform.outbound import Answer, Call, send
from backend.platform.outbound_errors import TargetError, TargetRefused

GRAPH: Final = "https://graph.facebook.com"
VERSION: Final = "v25.0"
MOST_SECONDS: Final = 3600.0
PAGE_BYTES: Final = 4 * 1024 * 1024
_MAX_PAGES = 100
_MAX_TITLE = 500
_BY_STATUS: Mapping[int, Fault] = {
    HTTPStatus.UNAUTHORIZED: Fault.AUTH,
    HTTPStatus.FORBIDDEN: Fault.AUTH,
    HTTPStatus.NOT_FOUND: Fault.CONFIG,
    HTTPStatus.TOO_MANY_REQUESTS: Fault.RETRY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GraphApi:
    """Where an API is, and what opens it; `name` is the company's, `secrets` are never told."""

    name: str
    base: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    is_replaced: bool = False

    def get(self, path: str, query: Mapping[str, str] | None = None) -> Object:
        """Ask; raises `CredentialsRefused`, `SendRefused` and `SendUnknown`."""
        asked = f"?{urlencode(query)}" if query else ""
        call = Call(
            "GET",
            f"{self.base}{path}{asked}",
            headers=self.headers,
            allow_http=self.is_replaced,
            answer_bytes=PAGE_BYTES,
        )
        try:
            return self._called(call)
        except SendRefused as refused:
            raise _of_credentials(refused) from None

    def post(self, path: str, body: Mapping[str, object]) -> Object:
        """Have something done, once; raises `SendRefused` and `SendUnknown`."""
        call = Call(
            "POST",
            f"{self.base}{path}",
            headers={**self.headers, "Content-Type": "application/json"},
            content=json.dumps(body).encode(),
            allow_http=self.is_replaced,
        )
        return self._called(call)

    def hand_in(self, path: str, body: Mapping[str, object]) -> Object:
        """Have something made that is no message; raises as `get`."""
        try:
            return self.post(path, body)
        except SendRefused as refused:
            raise _of_credentials(refused) from None

    def _called(self, call: Call) -> Object:
        try:
            answer = send(call)
        except TargetError as error:
            raise _broken(error) from None
        said = _read(answer)
        if answer.is_success and said is not None and not said.get("error"):
            return said
        raise self._failure(answer, said)

    def _failure(self, answer: Answer, said: Object | None) -> SendRefused | SendUnknown:
        if answer.is_success and said is None:
            return SendUnknown(f"{self.name} answered in a way that cannot be read")
        error = _error_of(said or {})
        code = identifier(error.get("code")) or ""
        if is_unsure(code) or (_is_outage(answer.status) and not is_known(code)):
            told = meaning_of(code) or f"{self.name} failed with HTTP {answer.status}"
            return SendUnknown(f"{told}; it may have been done all the same")
        return SendRefused(
            code or f"http_{answer.status}",
            self._title(answer.status, code, error),
            fault=_fault(answer.status, code),
            retry_after=_retry_after(answer) or wait_of(code),
        )

    def _title(self, status: int, code: str, error: Object) -> str:
        """Say it in our words where the code is known, else in the provider's without secrets."""
        details = words(optional_object(error.get("error_data")).get("details"))
        known = meaning_of(code)
        if known and fault_of(code) is Fault.AUTH:
            return f"{known}."
        said = known or _first(error, "error_user_msg", "message", "title", "details")
        said = said or f"{self.name} refused with HTTP {status}"
        told = self._without_secrets(": ".join(filter(None, (said.rstrip("."), details))))
        return f"{told[:_MAX_TITLE].rstrip('.')}."

    def _without_secrets(self, text: str) -> str:
        for secret in filter(None, self.secrets):
            text = text.replace(secret, "…")
        return text


def pages(api: GraphApi, path: str, query: Mapping[str, str]) -> Iterator[Object]:
    """Read the items of every page; the next one is asked for at the same address."""
    asked = dict(query)
    for _ in range(_MAX_PAGES):
        page = api.get(path, asked)
        yield from objects(page.get("data"))
        paging = optional_object(page.get("paging"))
        after = words(optional_object(paging.get("cursors")).get("after"))
        if not paging.get("next") or not after:
            return
        asked["after"] = after


def segment(value: str) -> str:
    """Write an id as one piece of a path, whatever it holds."""
    return quote(value, safe="")


def _of_credentials(refused: SendRefused) -> SendRefused:
    if refused.fault is Fault.AUTH:
        return CredentialsRefused(refused.code, refused.title)
    return refused


def _broken(error: TargetError) -> SendRefused | SendUnknown:
    """Tell a call that never left from one whose answer never came."""
    if error.has_left:
        return SendUnknown(f"nobody knows what became of the call: {error.message}")
    fault = Fault.CONFIG if isinstance(error, TargetRefused) else Fault.RETRY
    return SendRefused("unreachable", error.message, fault=fault)


def _read(answer: Answer) -> Object | None:
    try:
        return read_json(answer.body)
    except MalformedDelivery:
        return None


def _error_of(said: Object) -> Object:
    """Find the error: Meta's `error`, the first of `errors`, or 360dialog's own words in `meta`."""
    found = objects(said.get("error")) or objects(said.get("errors"))
    if found:
        return found[0]
    meta = optional_object(said.get("meta"))
    return {"message": words(meta.get("developer_message")) or words(said.get("detail"))}


def _first(error: Object, *names: str) -> str | None:
    return next(filter(None, (words(error.get(name)) for name in names)), None)


def _is_outage(status: int) -> bool:
    return status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT


def _fault(status: int, code: str) -> Fault:
    if is_known(code):
        return fault_of(code)
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return (
        Fault.CONFIG
        if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
        else Fault.PERMANENT
    )


def _retry_after(answer: Answer) -> float | None:
    """Return the seconds that the answer asks to wait, an hour at most."""
    given = answer.headers.get("retry-after", "").strip()
    is_number = given.isascii() and given.isdigit()
    return min(float(given), MOST_SECONDS) if is_number else None
