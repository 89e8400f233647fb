"""The web process: providers' webhooks, REST and sign-in in front of the screens, on one port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from backend import wiring
from backend.auth.web import router as sign_in_router
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import PREFIX, WebhookDoor
from backend.platform import live
from backend.rest import rest_app

REGISTERED = (wiring,)
REST_PATHS = ("/v1", "/auth", "/healthz", "/readyz", "/metrics")

_acceptor = Acceptor()


@asynccontextmanager
async def lifespan() -> AsyncGenerator[None]:
    """Store webhooks and listen for changes while the process serves."""
    async with _acceptor.running(), live.listening():
        yield


def compose(screens: ASGIApp) -> ASGIApp:
    """Put the webhooks, the API and sign-in in front of the screens."""
    door = WebhookDoor(_acceptor)
    api = rest_app()
    api.include_router(sign_in_router)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await _choose(scope, door, api, screens)(scope, receive, send)

    return application


def _choose(scope: Scope, door: ASGIApp, api: ASGIApp, screens: ASGIApp) -> ASGIApp:
    if scope["type"] != "http":
        return screens
    path: str = scope["path"]
    if path.startswith(PREFIX):
        return door
    is_rest = any(path == start or path.startswith(f"{start}/") for start in REST_PATHS)
    return api if is_rest else screens
