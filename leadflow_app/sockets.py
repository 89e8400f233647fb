"""Websockets belong to the session whose cookie opened them, and end with it.

The client token that a browser makes up says which tab is meant; whoever presented another's
would be handed that tab's state. Here a tab's state is kept under the token and the session
together, so that neither a copied token nor the next person at the same browser gets it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Final
from uuid import UUID, uuid5

import reflex as rx
import structlog

from backend import auth
from backend.platform import live
from leadflow_app import runtime
from leadflow_app.session import session_token

TABS: Final = UUID("8a3cb0ae-3f0b-4d2e-9df5-7a0cf1a7f0c3")
LOOK_SECONDS: Final = 30.0
# Long enough for a screen to be led to the sign-in page first.
GRACE_SECONDS: Final = 1.0

log = structlog.get_logger(__name__)


def tab_of(token: str, cookie_header: str) -> str:
    """Name the state of a tab under a session; without a session, that of nobody."""
    return str(uuid5(TABS, f"{token} {session_token(cookie_header) or ''}"))


class Sockets:
    """The open websockets of this process, and the sessions that they belong to."""

    def __init__(self, app: rx.App) -> None:
        """Watch the sockets of an application, from the first connection on."""
        if app.sio is None or app.event_namespace is None:
            message = "the application has no websockets"
            raise RuntimeError(message)
        self._sio = app.sio
        self._namespace = app.event_namespace
        self._tokens: dict[str, str] = {}
        self._link = self._namespace.link_token_to_sid
        self._forget = self._namespace.on_disconnect
        setattr(self._namespace, "link_token_to_sid", self.link)  # noqa: B010  Reflex's own hook
        setattr(self._namespace, "on_disconnect", self.forget)  # noqa: B010

    async def link(self, sid: str, token: str, *, update_state: bool = True) -> None:
        """Open the state of a tab for a socket."""
        cookie = self._cookie(sid)
        if session := session_token(cookie):
            self._tokens[sid] = session
        await self._link(sid, tab_of(token, cookie), update_state=update_state)

    def forget(self, sid: str) -> Any:  # noqa: ANN401  whatever Reflex answers
        """Let a closed socket go."""
        self._tokens.pop(sid, None)
        return self._forget(sid)

    async def close_ended(self) -> None:
        """Close every socket whose session is over."""
        tokens = frozenset(self._tokens.values())
        if not tokens:
            return
        ended = tokens - await runtime.run_as_system(auth.live_tokens, tokens)
        sids = [sid for sid, token in self._tokens.items() if token in ended]
        if sids:
            await asyncio.sleep(GRACE_SECONDS)
        for sid in sids:
            log.info("websocket closed with its session")
            await self._sio.disconnect(sid, namespace=self._namespace.namespace)

    async def watch(self) -> None:
        """Close sockets soon after their sessions end, until cancelled."""
        async with live.hub().subscribe(live.EVERYWHERE, {"session"}) as feed:
            while True:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(feed.next(), LOOK_SECONDS)
                feed.drain()
                try:
                    await self.close_ended()
                except Exception:
                    log.exception("sessions of websockets could not be looked up")

    @asynccontextmanager
    async def watching(self) -> AsyncGenerator[None]:
        """Watch while the application runs."""
        watcher = asyncio.create_task(self.watch(), name="sessions-of-sockets")
        try:
            yield
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher

    def _cookie(self, sid: str) -> str:
        environ: Mapping[str, Any] = self._sio.get_environ(sid, self._namespace.namespace) or {}
        return str(environ.get("HTTP_COOKIE", ""))
