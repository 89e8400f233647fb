"""Where a file of a message is, and that a token goes only to where it belongs."""

import re
from collections.abc import Callable, Mapping

from backend.channels.adapters.reading import identifier, words
from backend.channels.adapters.whatsapp_cloud_calls import GraphApi
from backend.channels.errors import SendRefused
from backend.channels.ports import MediaLocation

# Meta hands files out by lookaside.fbsbx.com; the others are its hosts for files and the API.
_META = re.compile(r"https://(?:[a-z0-9-]+\.)+(?:fbsbx\.com|facebook\.com|whatsapp\.net)(/[!-~]*)")
_WHOLE = re.compile(r"[0-9]{1,15}")

Place = Callable[[GraphApi, str], str]


def find_file(
    api: GraphApi, path: str, query: Mapping[str, str] | None = None, *, place: Place
) -> MediaLocation:
    """Ask where a file is; raises as `GraphApi.get`, and as `place` for a foreign address."""
    said = api.get(path, query)
    size = words(said.get("file_size")) or ""
    return MediaLocation(
        url=place(api, words(said.get("url")) or ""),
        headers=api.headers,
        mime_type=words(said.get("mime_type")),
        sha256=identifier(said.get("sha256")),
        size=int(size) if _WHOLE.fullmatch(size) else None,
    )


def at_meta(api: GraphApi, url: str) -> str:
    """Return an address of Meta's own; raises `SendRefused` for any other."""
    if _META.fullmatch(url) or _is_replacement(api, url):
        return url
    raise _foreign(api)


def at_hub(api: GraphApi, url: str) -> str:
    """Return an address of Meta's as the API's own host serves it; raises `SendRefused`."""
    if found := _META.fullmatch(url):
        return f"{api.base}{found[1]}"
    if url.startswith(f"{api.base}/"):
        return url
    raise _foreign(api)


def _is_replacement(api: GraphApi, url: str) -> bool:
    return api.is_replaced and url.startswith(f"{api.base}/")


def _foreign(api: GraphApi) -> SendRefused:
    return SendRefused("foreign_media", f"The file is at no address of {api.name}'s.")
