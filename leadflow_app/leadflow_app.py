"""The app: its look, its pages, the routes of `backend.app` in front, and what errors say."""

import reflex as rx
import structlog
from reflex.event import EventSpec

from backend.app import compose, lifespan
from backend.platform.origins import is_own_origin
from leadflow_app import pages
from leadflow_app.components.sheet import global_sheet
from leadflow_app.components.states import crash
from leadflow_app.sockets import Sockets

log = structlog.get_logger(__name__)


def failed(exception: Exception) -> EventSpec:
    """Log an error that nobody expected, and say calmly that something went wrong."""
    log.error("event failed", exc_info=exception)
    return rx.toast.error(
        "Something went wrong on our side. It has been logged; try again in a moment.",
        id="failed",
    )


def failed_in_browser(exception: Exception) -> None:
    """Log an error that a browser reports."""
    log.error("browser error", error=str(exception))


def listen_to_own_pages(application: rx.App) -> None:
    """Refuse websockets of other sites' pages.

    Reflex takes a list of origins, but the host a page came from is known only to the request.
    """
    if application.sio is not None:
        application.sio.eio.cors_allowed_origins = is_own_origin


app = rx.App(
    html_lang="en",
    head_components=[
        rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
        rx.el.meta(name="color-scheme", content="light dark"),
        rx.script(src="/keys.js", defer=True),
        rx.script(src="/dialogs.js", defer=True),
        rx.script(src="/uploads.js", defer=True),
        rx.script(src="/boards.js", defer=True),
        rx.script(src="/inbox.js", defer=True),
    ],
    app_wraps={
        (55, "ErrorBoundary"): lambda _has_state: crash(),
        (45, "Sheet"): lambda _has_state: global_sheet(),
    },
    toaster=rx.toast.provider(position="bottom-right", close_button=True),
    backend_exception_handler=failed,
    frontend_exception_handler=failed_in_browser,
    api_transformer=compose,
)
app.register_lifespan_task(lifespan)
app.register_lifespan_task(Sockets(app).watching)
listen_to_own_pages(app)

__all__ = ["app", "pages"]
