"""Refusals as problem documents (RFC 9457): the one place where a kind becomes a status.

    {"type": "/v1/docs#invalid", "title": "The input is wrong", "status": 422,
     "detail": "limit is 0, which is out of range", "instance": "/v1/leads",
     "request_id": "...", "field": "limit", "expected": "a whole number from 1 to 200",
     "errors": [{"field": "limit", "message": "...", "expected": "..."}]}

What a caller sent is never repeated: it may hold a secret. What went wrong inside is logged
under the request's id, and answered without a word about it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from psycopg.errors import UniqueViolation
from pydantic import BaseModel
from sqlalchemy import exc as database_errors
from starlette.exceptions import HTTPException
from starlette.types import Scope

from backend.kit.errors import ErrorKind, LeadFlowError

MEDIA_TYPE = "application/problem+json"
REQUEST_ID = "leadflow.request_id"
MAX_FIELD_LENGTH = 200
MAX_ERRORS = 20

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Sort:
    """A sort of problem: its HTTP status, its name in `type`, and its title."""

    status: int
    name: str
    title: str


MALFORMED = Sort(400, "malformed", "The request cannot be read")
UNAUTHENTICATED = Sort(401, "unauthenticated", "A valid API key is needed")
FORBIDDEN = Sort(403, "forbidden", "That is not allowed")
NOT_FOUND = Sort(404, "not-found", "There is no such thing")
METHOD_NOT_ALLOWED = Sort(405, "method-not-allowed", "The address takes other methods")
CONFLICT = Sort(409, "conflict", "The present state does not allow it")
TOO_LARGE = Sort(413, "too-large", "The request is too large")
MISDIRECTED = Sort(421, "misdirected", "This server has other names")
INVALID = Sort(422, "invalid", "The input is wrong")
TOO_MANY = Sort(429, "too-many-requests", "There are too many requests")
INTERNAL = Sort(500, "internal", "Something went wrong on our side")
UNAVAILABLE = Sort(503, "unavailable", "Not available at the moment")

SORTS = (
    MALFORMED,
    UNAUTHENTICATED,
    FORBIDDEN,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    CONFLICT,
    TOO_LARGE,
    MISDIRECTED,
    INVALID,
    TOO_MANY,
    INTERNAL,
    UNAVAILABLE,
)
BY_STATUS = {sort.status: sort for sort in SORTS}
BY_KIND = {
    ErrorKind.INVALID: INVALID,
    ErrorKind.UNAUTHENTICATED: UNAUTHENTICATED,
    ErrorKind.FORBIDDEN: FORBIDDEN,
    ErrorKind.NOT_FOUND: NOT_FOUND,
    ErrorKind.CONFLICT: CONFLICT,
    ErrorKind.UNAVAILABLE: UNAVAILABLE,
}
HEADERS: Mapping[Sort, Mapping[str, str]] = {
    UNAUTHENTICATED: {"WWW-Authenticate": 'Bearer realm="LeadFlow"'},
    TOO_LARGE: {"Connection": "close"},
    UNAVAILABLE: {"Retry-After": "5"},
}
# The words of the web framework for these say less.
DETAILS = {
    MALFORMED: "the body is not JSON",
    NOT_FOUND: "there is nothing at this address",
    METHOD_NOT_ALLOWED: "this address does not take that method",
}

# What would have been right and what is wrong, by pydantic's type of error, with its limits.
EXPECTED = {
    "missing": "a value",
    "extra_forbidden": "only the fields that the reference lists",
    "uuid_parsing": "a UUID",
    "uuid_type": "a UUID",
    "int_parsing": "a whole number",
    "int_type": "a whole number",
    "bool_parsing": "true or false",
    "string_type": "text",
    "list_type": "a list",
    "dict_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "date_parsing": "a date such as 2026-01-31",
    "date_from_datetime_parsing": "a date such as 2026-01-31",
    "decimal_parsing": 'an amount such as "1250.00"',
    "decimal_max_places": "at most {decimal_places} decimal places",
    "greater_than_equal": "{ge} or more",
    "less_than_equal": "{le} or less",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "too_long": "at most {max_length} of them",
    "enum": "{expected}",
    "literal_error": "{expected}",
    "moment": "{expected}",
}
MESSAGES = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field",
    "uuid_parsing": "is not a UUID",
}
A_BODY = "a JSON object, sent with Content-Type: application/json"
BODY = "body"


class FieldProblem(BaseModel):
    """One wrong field; `expected` is the accepted form, where it can be said."""

    field: str
    message: str
    expected: str | None = None


class Problem(BaseModel):
    """A refusal; `field` and `expected` are those of the first of `errors`."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str | None = None
    field: str | None = None
    expected: str | None = None
    errors: list[FieldProblem] | None = None


def install(app: FastAPI) -> None:
    """Answer every refusal of an application with a problem document."""
    app.add_exception_handler(LeadFlowError, _refused)
    app.add_exception_handler(RequestValidationError, _not_understood)
    app.add_exception_handler(HTTPException, _refused_by_the_web)
    app.add_exception_handler(database_errors.IntegrityError, _beaten_to_it)
    app.add_exception_handler(database_errors.OperationalError, _no_database)
    app.add_exception_handler(database_errors.TimeoutError, _no_database)


def answer(
    scope: Scope,
    sort: Sort,
    detail: str,
    errors: Sequence[FieldProblem] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Write the problem document of a request."""
    first = errors[0] if errors else None
    problem = Problem(
        type=f"/v1/docs#{sort.name}",
        title=sort.title,
        status=sort.status,
        detail=detail,
        instance=scope["path"],
        request_id=scope.get(REQUEST_ID),
        field=first.field if first else None,
        expected=first.expected if first else None,
        errors=list(errors) or None,
    )
    return Response(
        problem.model_dump_json(exclude_none=True),
        status_code=sort.status,
        headers={**HEADERS.get(sort, {}), **(headers or {})},
        media_type=MEDIA_TYPE,
    )


async def _refused(request: Request, error: Exception) -> Response:
    refusal = cast("LeadFlowError", error)
    field = refusal.field or ("scope" if refusal.kind is ErrorKind.FORBIDDEN else None)
    errors: list[FieldProblem] = []
    if field is not None:
        errors = [
            FieldProblem(field=each.field or field, message=each.message, expected=each.expected)
            for each in (refusal, *refusal.others[: MAX_ERRORS - 1])
        ]
    return answer(request.scope, BY_KIND[refusal.kind], refusal.message, errors)


async def _refused_by_the_web(request: Request, error: Exception) -> Response:
    refusal = cast("HTTPException", error)
    said = str(refusal.detail)
    sort = BY_STATUS.get(refusal.status_code) or Sort(refusal.status_code, "problems", said)
    return answer(request.scope, sort, DETAILS.get(sort, said), headers=refusal.headers)


async def _not_understood(request: Request, error: Exception) -> Response:
    faults = cast("Sequence[Mapping[str, Any]]", cast("RequestValidationError", error).errors())
    if faults[0]["type"] == "json_invalid":
        said, position = faults[0]["ctx"]["error"], faults[0]["loc"][-1]
        detail = f"the body is not JSON: {said} at character {position}"
        return answer(request.scope, MALFORMED, detail)
    errors = [_field_problem(fault) for fault in faults[:MAX_ERRORS]]
    detail = f"{errors[0].field}: {errors[0].message}"
    return answer(request.scope, INVALID, detail, errors)


async def _beaten_to_it(request: Request, error: Exception) -> Response:
    """Tell apart what somebody else did at the same moment from a fault of ours."""
    if not isinstance(cast("database_errors.IntegrityError", error).orig, UniqueViolation):
        raise error
    detail = "somebody made the same change at the same moment; read it and try again"
    return answer(request.scope, CONFLICT, detail)


async def _no_database(request: Request, error: Exception) -> Response:
    log.warning("the database does not answer", error=type(error).__name__)
    return answer(request.scope, UNAVAILABLE, "the database does not answer")


def _field_problem(fault: Mapping[str, Any]) -> FieldProblem:
    """Say what is wrong, without the value that was given."""
    source, *place = fault["loc"]
    kind: str = fault["type"]
    if source == BODY and not place:
        return FieldProblem(field=BODY, message="no JSON object was sent", expected=A_BODY)
    field = ".".join(str(part) for part in place)[:MAX_FIELD_LENGTH]
    expected = EXPECTED.get(kind, "").format(**fault.get("ctx", {})) or None
    message = MESSAGES.get(kind) or str(fault["msg"])
    return FieldProblem(field=field or str(source), message=message, expected=expected)
