"""What the OpenAPI document says of every operation alike: its refusals, its headers, its name.

FastAPI describes what a route takes and gives. Which refusals an operation may answer with
follows from what it takes, so it is said here, for all of them, status by status: an answer that
the document does not name is a mistake (`tests/rest/test_schema.py`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from backend.platform import idempotency, problems
from backend.platform.kept_answers import FIELD
from backend.platform.problems import Sort

Document = dict[str, Any]

FAULTS = "5XX"
WRITING = frozenset({"post", "put", "patch", "delete"})
# FastAPI's own error format, which nobody gets.
FOREIGN = ("HTTPValidationError", "ValidationError")
HEADERS: Mapping[Sort, Mapping[str, str]] = {
    problems.UNAUTHENTICATED: {"WWW-Authenticate": "How to say who asks (RFC 6750)."},
    problems.TOO_MANY: {
        "Retry-After": "After how many seconds to try again.",
        "RateLimit-Policy": "How many requests are allowed in how many seconds.",
        "RateLimit": "How many are left, and in how many seconds there will be more.",
    },
}
NAME_PARAMETER = {
    "name": FIELD,
    "in": "header",
    "required": False,
    "description": "A name for this request. Sent again with the same name, it has no second "
    f"effect and gets the same answer, marked with `{idempotency.REPLAYED}`, for a day.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": f"^{idempotency.NAME.pattern}$",
    },
}


def completed(document: Document) -> Document:
    """Put our refusals in the place of FastAPI's own, and name what every operation takes."""
    components = document["components"]
    for name in FOREIGN:
        components["schemas"].pop(name, None)
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    components["schemas"] |= problem.pop("$defs")
    components["schemas"]["Problem"] = problem
    components["responses"] = dict(_responses())
    components["parameters"] = {FIELD: NAME_PARAMETER}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(path, method, operation)
    return document


def _complete(path: str, method: str, operation: Document) -> None:
    if method == "post":
        named = {"$ref": f"#/components/parameters/{FIELD}"}
        operation["parameters"] = [*operation.get("parameters", []), named]
    responses = operation["responses"]
    responses.pop("422", None)
    responses |= {str(sort.status): _reference(sort.name) for sort in _refusals(path, operation)}
    if method in WRITING:
        responses[str(problems.CONFLICT.status)] = _reference(problems.CONFLICT.name)
    responses[FAULTS] = _reference("fault")


def _refusals(path: str, operation: Document) -> Iterator[Sort]:
    yield from (problems.UNAUTHENTICATED, problems.FORBIDDEN, problems.MISDIRECTED)
    yield problems.TOO_MANY
    has_body = "requestBody" in operation
    if has_body:
        yield from (problems.MALFORMED, problems.TOO_LARGE)
    if has_body or operation.get("parameters"):
        yield problems.INVALID
    if has_body or "{" in path:
        yield problems.NOT_FOUND


def _responses() -> Iterator[tuple[str, Document]]:
    for sort in problems.SORTS:
        headers = {
            name: {"description": said, "schema": {"type": "string"}}
            for name, said in HEADERS.get(sort, {}).items()
        }
        yield sort.name, _response(sort.title) | ({"headers": headers} if headers else {})
    yield "fault", _response("A fault of ours, or nothing works at the moment")


def _response(description: str) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": f"{description} (a problem document, RFC 9457).",
        "content": {problems.MEDIA_TYPE: {"schema": schema}},
    }


def _reference(name: str) -> Document:
    return {"$ref": f"#/components/responses/{name}"}
