"""The REST API as one application: every slice's routes, their reference, and health."""

from typing import Any

from fastapi import APIRouter, FastAPI, Response
from fastapi.openapi.utils import get_openapi
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from backend import wiring
from backend.analytics import api as analytics_api
from backend.channels import api as channels_api
from backend.contacts import api as contacts_api
from backend.inbox import api as inbox_api
from backend.intake import api as intake_api
from backend.kit.errors import Unavailable
from backend.leads import api as leads_api
from backend.platform import migrations, problems, reference
from backend.platform.requests import RequestGate
from backend.rules import api as rules_api

VERSION = "1.0"
MAX_BODY_BYTES = 1024 * 1024
ROUTERS = (
    channels_api.router,
    intake_api.router,
    contacts_api.router,
    inbox_api.router,
    leads_api.router,
    rules_api.router,
    analytics_api.router,
)
REGISTERED = (wiring,)
PROBLEM = "#/components/responses/Problem"

health = APIRouter(include_in_schema=False)


class RestApi(FastAPI):
    """FastAPI, with every refusal described as the problem document that it is."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if not self.openapi_schema:
            made = get_openapi(title=self.title, version=self.version, routes=self.routes)
            self.openapi_schema = _with_problems(made)
        return self.openapi_schema


class Health(BaseModel):
    """How the process is."""

    status: str = "ok"


def rest_app() -> FastAPI:
    """Make the application; what it needs of the process is read when requests come."""
    app = RestApi(
        title="LeadFlow",
        version=VERSION,
        openapi_url="/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.add_middleware(RequestGate, max_body_bytes=MAX_BODY_BYTES)
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.include_router(health)
    app.add_api_route("/v1/docs", lambda: _reference(app), include_in_schema=False)
    return app


@health.get("/healthz")
async def healthz() -> Health:
    """Say that the process answers."""
    return Health()


@health.get("/readyz")
def readyz() -> Health:
    """Say that requests can be served: the database answers and has every migration."""
    if not migrations.is_at_head():
        message = "the database lacks migrations; run `leadflow migrate`"
        raise Unavailable(message)
    return Health()


@health.get("/metrics")
def metrics() -> Response:
    """Return this process's counters for Prometheus."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _reference(app: FastAPI) -> HTMLResponse:
    headers = {"Content-Security-Policy": reference.CONTENT_POLICY}
    return HTMLResponse(reference.page(app.openapi()), headers=headers)


def _with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """Put the problem document in the place of FastAPI's own error format."""
    schemas: dict[str, Any] = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["Problem"] = problem
    document["components"]["responses"] = {
        "Problem": {
            "description": "A refusal, as a problem document (RFC 9457).",
            "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    }
    for methods in document["paths"].values():
        for operation in methods.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"$ref": PROBLEM}
    return document
