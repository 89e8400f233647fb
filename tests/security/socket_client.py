"""A bare client of the screens' websocket: no browser, no page, any event, any payload.

It speaks just enough of engine.io 4 and socket.io 5 to connect to a namespace and emit.
Source: https://socket.io/docs/v4/engine-io-protocol/ and .../socket-io-protocol/
"""

import json
import time
from urllib.parse import parse_qsl
from uuid import uuid4

from simple_websocket import Client, ConnectionClosed

OPEN, PONG, CONNECTED, EVENT = "0", "3", "40", "42"
NAMESPACE = "/_event"


class BareClient:
    """One websocket with the cookie of somebody, or of nobody."""

    def __init__(self, url, *, cookie="", origin=None, token=None):
        self.token = token or str(uuid4())
        address = f"{url.replace('http', 'ws', 1)}/_event/?EIO=4&transport=websocket"
        headers = {"Origin": origin or url}
        if cookie:
            headers["Cookie"] = cookie
        self._socket = Client.connect(f"{address}&token={self.token}", headers=headers)
        # Sent at once: the library sees a frame that came with the handshake only with the next.
        self._socket.send(f"{CONNECTED}{NAMESPACE},")
        while not (frame := self._next(5)).startswith(f"{CONNECTED}{NAMESPACE}"):
            assert frame.startswith(OPEN)

    def emit(self, handler, payload, *, path="/"):
        """Call an event handler by its name."""
        router = {"pathname": path.partition("?")[0], "asPath": path, "query": _query(path)}
        event = {"name": handler, "payload": payload, "router_data": router}
        self._socket.send(f"{EVENT}{NAMESPACE},{json.dumps(['event', event])}")

    def hear(self, seconds):
        """Return everything that comes within some time, as text."""
        until = time.monotonic() + seconds
        heard = []
        while (left := until - time.monotonic()) > 0:
            frame = self._next(left)
            if frame is None:
                break
            heard.append(frame)
        return "\n".join(heard)

    def is_closed_within(self, seconds):
        """Whether the server ends the connection to the namespace, or all of it."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            frame = self._next(left)
            if frame is not None and frame.startswith("41"):
                return True
            if not self._socket.connected:
                return True
        return False

    def close(self):
        self._socket.close()
        self._socket.sock.close()

    def _next(self, seconds):
        try:
            frame = self._socket.receive(timeout=seconds)
        except ConnectionClosed:
            return None
        if frame == "2":
            self._socket.send(PONG)
            return self._next(seconds)
        return frame


def _query(path):
    """Read the parameters of an address as the pages' router does."""
    plain, _, query = path.partition("?")
    found = dict(parse_qsl(query))
    if plain.startswith("/leads/"):
        found["lead_id"] = plain.removeprefix("/leads/")
    return found
