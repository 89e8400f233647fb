"""Who may read the counters of this process, and the counters (Prometheus).

With `LEADFLOW_METRICS_TOKEN`, whoever sends it as a bearer token; without it, this machine.
"""

import hmac

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from backend.kit.errors import Forbidden, Unauthenticated
from backend.platform.proxies import is_local
from backend.platform.settings import DoorSettings, load


def counters(request: Request) -> Response:
    """Return this process's counters; raises `Unauthenticated` or `Forbidden`."""
    token = load(DoorSettings).metrics_token
    if token is None:
        if not is_local(request.scope):
            message = "the counters are shown to this machine; LEADFLOW_METRICS_TOKEN opens them"
            raise Forbidden(message, field="address", expected="a request from this machine")
    elif not _is_given(request, token.get_secret_value()):
        message = "the counters are shown for a token"
        expected = "Bearer <the value of LEADFLOW_METRICS_TOKEN>"
        raise Unauthenticated(message, field="Authorization", expected=expected)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _is_given(request: Request, token: str) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    is_equal = hmac.compare_digest(given.encode(), token.encode())
    return scheme.lower() == "bearer" and is_equal
