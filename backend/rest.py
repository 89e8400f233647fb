"""The REST API as one application: every slice's routes, their reference, and health."""

import re
from functools import cached_property
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from starlette.responses import HTMLResponse

from backend import wiring
from backend.analytics import api as analytics_api
from backend.auth import audit_api, keys_api, members_api, workspaces_api
from backend.auth.api import CurrentActor
from backend.channels import api as channels_api
from backend.channels import health_api as channel_health_api
from backend.contacts import api as contacts_api
from backend.contacts import consent_api
from backend.importing import api as importing_api
from backend.inbox import api as inbox_api
from backend.inbox import team_api
from backend.intake import api as intake_api
from backend.intake import replay_api
from backend.kit.errors import Unavailable
from backend.leads import api as leads_api
from backend.leads import lifecycle_api
from backend.media import api as media_api
from backend.notices import api as notices_api
from backend.platform import idempotency, metrics, migrations, openapi, problems, reference
from backend.platform.kept_answers import Repeated
from backend.platform.requests import RequestGate
from backend.privacy import api as privacy_api
from backend.rules import api as rules_api
from backend.rules import life_api as rules_life_api

VERSION = "1.0"
MAX_BODY_BYTES = 1024 * 1024
MAX_UPLOAD_BYTES = 17 * 1024 * 1024
MAX_IMPORT_BYTES = 51 * 1024 * 1024
UPLOADS = (
    (re.compile(r"/v1/channels/[^/]+/media"), MAX_UPLOAD_BYTES),
    (re.compile(r"/v1/leads/import"), MAX_IMPORT_BYTES),
)
ROUTERS = (
    channels_api.router,
    channel_health_api.router,
    replay_api.router,
    intake_api.router,
    contacts_api.router,
    consent_api.router,
    consent_api.words_router,
    inbox_api.router,
    importing_api.router,  # before the leads, whose paths have an id in this place
    team_api.router,
    team_api.quick_router,
    leads_api.router,
    lifecycle_api.router,
    rules_life_api.router,
    rules_life_api.run_router,
    rules_life_api.version_router,
    notices_api.router,
    rules_api.router,
    analytics_api.router,
    keys_api.router,
    audit_api.router,
    members_api.router,
    workspaces_api.router,
    privacy_api.router,
)
REGISTERED = (wiring,)

health = APIRouter(include_in_schema=False)


class RestApi(FastAPI):
    """FastAPI, with every refusal described as the problem document that it is."""

    def openapi(self) -> dict[str, Any]:
        """Return the OpenAPI document, made once."""
        if not self.openapi_schema:
            made = get_openapi(title=self.title, version=self.version, routes=self.routes)
            self.openapi_schema = openapi.completed(made)
        return self.openapi_schema

    @cached_property
    def reference(self) -> str:
        """Return the page that says the same to people, made once."""
        return reference.page(self.openapi())


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
    app.add_middleware(idempotency.IdempotencyGate)
    app.add_middleware(RequestGate, max_body_bytes=MAX_BODY_BYTES, roomy=UPLOADS)
    problems.install(app)
    app.add_exception_handler(Repeated, idempotency.repeat)
    app.include_router(importing_api.file_router)
    for router in ROUTERS:
        app.include_router(router, dependencies=[Depends(once)])
    app.include_router(media_api.router)
    app.include_router(media_api.link_router)
    app.include_router(health)
    app.add_api_route("/v1/docs", lambda: _reference(app), include_in_schema=False)
    return app


async def once(request: Request, actor: CurrentActor) -> None:
    """Let a request that carries a name have its effect once for the holder of this key."""
    if actor.key_id is not None:
        await idempotency.once(request, actor, actor.key_id)


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
def counters(request: Request) -> Response:
    """Return this process's counters for Prometheus, to whom they are shown."""
    return metrics.counters(request)


def _reference(app: RestApi) -> HTMLResponse:
    headers = {"Content-Security-Policy": reference.CONTENT_POLICY}
    return HTMLResponse(app.reference, headers=headers)
