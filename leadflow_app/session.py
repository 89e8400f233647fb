"""Who is behind an event: the session cookie, looked up on the server every time.

Every event handler is a public remote call, whether or not its button was ever drawn. So each
one is wrapped in `signed_in`, which finds the actor and hands it over; the client token of the
websocket says which screen is meant and never who is asking. The guard marks what it wraps, and
a test walks every registered handler to find one without the mark.
"""

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from http.cookies import CookieError, SimpleCookie
from typing import Any, Concatenate, Final, ParamSpec, Protocol, TypeVar

import reflex as rx

from backend import auth
from backend.auth import Actor
from backend.kit.errors import LeadFlowError
from leadflow_app import routes, runtime

GUARDED: Final = "__leadflow_guarded__"


class Event(Protocol):
    """What is read of the event in a state: the handshake's headers and the page's address."""

    @property
    def router(self) -> Any: ...  # noqa: ANN401, D102  Reflex types it as a descriptor


Page = TypeVar("Page", bound=rx.State)
Payload = ParamSpec("Payload")


def session_token(cookie_header: str) -> str | None:
    """Find the session in a Cookie header; a header that cannot be read holds none."""
    try:
        cookie = SimpleCookie(cookie_header).get(auth.SESSION_COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


async def actor_of(event: Event, *, is_use: bool = True) -> Actor | None:
    """Look up who sent the event; `None` when nobody is signed in.

    A page that only watches is no use of the session, which then ends when nobody clicks.
    """
    token = session_token(event.router.headers.cookie)
    if not token:
        return None
    address = str(event.router.session.client_ip)
    return await runtime.run_as_system(
        auth.actor_for_session, token, address=address, is_use=is_use
    )


def to_sign_in(event: Event) -> rx.event.EventSpec:
    """Go to the sign-in page and come back to where the event came from."""
    url = event.router.url
    path = str(url.path).rstrip("/") or routes.HOME
    return rx.redirect(routes.sign_in(f"{path}?{url.query}" if url.query else path))


def signed_in(
    handler: Callable[Concatenate[Page, Actor, Payload], Awaitable[Any]],
) -> Callable[Concatenate[Page, Payload], Coroutine[Any, Any, Any]]:
    """Guard a handler: it runs with the actor after `self`, or the person is asked to sign in.

    Refusals of the use cases become a toast. The client sees the signature without the actor,
    so it can never send one.
    """

    @functools.wraps(handler)
    async def guarded(self: Page, *args: Payload.args, **kwargs: Payload.kwargs) -> Any:  # noqa: ANN401
        actor = await actor_of(self)
        if actor is None:
            return to_sign_in(self)
        try:
            return await handler(self, actor, *args, **kwargs)
        except LeadFlowError as error:
            return runtime.refusal(error)

    signature = inspect.signature(handler)
    this, actor_argument, *rest = signature.parameters.values()
    guarded.__signature__ = signature.replace(parameters=[this, *rest])  # type: ignore[attr-defined]
    hints = handler.__annotations__.items()
    guarded.__annotations__ = {name: hint for name, hint in hints if name != actor_argument.name}
    setattr(guarded, GUARDED, True)
    return guarded
