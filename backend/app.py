"""The web process: providers' webhooks, REST and sign-in in front of the screens, on one port."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from backend import wiring
from backend.auth.invitation_web import router as invitation_router
from backend.auth.web import router as sign_in_router
from backend.intake.acceptor import Acceptor
from backend.intake.webhooks import PREFIX, DoorWatch, WebhookDoor
from backend.platform import collector, live
from backend.platform.rates import RateGate
from backend.rest import rest_app

REGISTERED = (wiring,)
REST_PATHS = ("/v1", "/auth", "/media", "/healthz", "/readyz", "/metrics")
HEALTH_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
NOTHING_HERE = PlainTextResponse("this process takes webhooks only", status_code=404)
EVENTS = "/_event"
# Reflex serves these too, and our screens use none of them: the API says that nothing is there.
UNUSED = ("/ping", "/_health", "/_upload", "/_all_routes", "/auth-codespace")

_acceptor = Acceptor()
_watch = DoorWatch()


@asynccontextmanager
async def lifespan() -> AsyncGenerator[None]:
    """Store webhooks and listen for changes while the process serves."""
    collector.relax()
    async with _acceptor.running(), _watch.running(), live.listening():
        yield


def compose(screens: ASGIApp) -> ASGIApp:
    """Put the webhooks, the API and sign-in in front of the screens."""
    door = WebhookDoor(_acceptor, _watch)
    rest = rest_app()
    rest.include_router(sign_in_router)
    rest.include_router(invitation_router)
    api = RateGate(rest)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await _choose(scope, door, api, screens)(scope, receive, send)

    return application


def receiver() -> ASGIApp:
    """Make the application of a process that takes webhooks in and does nothing else.

    Such processes scale intake out, behind a balancer that sends them `/webhooks/`.
    """
    door = WebhookDoor(_acceptor, _watch)
    rest = rest_app()

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "websocket":
            await _hang_up(scope, receive, send)
        elif scope["path"].startswith(PREFIX):
            await door(scope, receive, send)
        else:
            is_ours = scope["path"] in HEALTH_PATHS
            await (rest if is_ours else NOTHING_HERE)(scope, receive, send)

    return application


async def _live(receive: Receive, send: Send) -> None:
    """Store webhooks from the start of the process to its end."""
    await receive()
    collector.relax()
    async with _acceptor.running(), _watch.running():
        await send({"type": "lifespan.startup.complete"})
        await receive()
    await send({"type": "lifespan.shutdown.complete"})


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
