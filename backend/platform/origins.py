"""Which pages may talk to this server: those that it served itself."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from backend.platform.settings import ServerSettings, load

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")


def known_origins() -> tuple[str, ...]:
    """Return the origins that are ours whatever a request says: the local ones and the public."""
    server = load(ServerSettings)
    hosts = dict.fromkeys((*LOCAL_HOSTS, server.host))
    local = [f"http://{host}:{server.port}" for host in hosts]
    return (*local, server.public_url) if server.public_url else tuple(local)


def is_own_origin(origin: str | None, environ: Mapping[str, str]) -> bool:
    """Tell whether a websocket comes from a page of the very host that it asks for.

    The arguments are those of engine.io's `cors_allowed_origins` callable. A page of another
    site carries that site's origin, which the browser sets and a script cannot change.
    """
    if not origin:
        return False
    if origin in known_origins():
        return True
    try:
        return urlsplit(origin).netloc == environ.get("HTTP_HOST")
    except ValueError:
        return False
