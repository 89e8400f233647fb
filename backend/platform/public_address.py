"""How the world reaches this installation, for addresses that providers call and sign."""

from backend.platform.settings import ServerSettings, load


def public_address() -> str:
    """Return `LEADFLOW_PUBLIC_URL`, or where this machine listens; without a slash at the end."""
    server = load(ServerSettings)
    found = server.public_url or f"http://{server.host}:{server.port}"
    return found.rstrip("/")
