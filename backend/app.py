"""The web process: providers' webhooks, REST and sign-in in front of the screens, on one port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from backend import wiring
from backend.auth.invitation_web import router as invitation_router
from backend.auth.web import router as sign_in_router
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import PREFIX, WebhookDoor
from backend.platform import live
from backend.platform.rates import RateGate
from backend.rest import rest_app

REGISTERED = (wiring,)
REST_PATHS = ("/v1", "/auth", "/healthz", "/readyz", "/metrics")
EVENTS = "/_event"
# Reflex serves these too, and our screens use none of them: the API says that nothing is there.
UNUSED = ("/ping", "/_health", "/_upload", "/_all_routes", "/auth-codespace")

_acceptor = Acceptor()


@asynccontextmanager
async def lifespan() -> AsyncGenerator[None]:
    """Store webhooks and listen for changes while the process serves."""
    async with _acceptor.running(), live.listening():
        yield


def compose(screens: ASGIApp) -> ASGIApp:
    """Put the webhooks, the API and sign-in in front of the screens."""
    door = WebhookDoor(_acceptor)
    rest = rest_app()
    rest.include_router(sign_in_router)
    rest.include_router(invitation_router)
    api = RateGate(rest)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await _choose(scope, door, api, screens)(scope, receive, send)

    return application


def _choose(scope: Scope, door: ASGIApp, api: ASGIApp, screens: ASGIApp) -> ASGIApp:
    path: str = scope.get("path", "")
    if scope["type"] == "websocket":
        return screens if _is_below(path, EVENTS) else _hang_up
    if scope["type"] != "http":
        return screens
    if path.startswith(PREFIX):
        return door
    is_rest = any(_is_below(path, start) for start in (*REST_PATHS, *UNUSED))
    return api if is_rest else screens


def _is_below(path: str, start: str) -> bool:
    return path == start or path.startswith(f"{start}/")


async def _hang_up(_scope: Scope, receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "websocket.close"})
