"""The HTTP client for single calls to others: pooled, bounded in time, never following a redirect.

Loads of messages need a faster engine behind their own port; this one is for everything else.
"""

import httpx

TIMEOUT = httpx.Timeout(10.0, connect=5.0)
LIMITS = httpx.Limits(max_connections=20, max_keepalive_connections=10)
USER_AGENT = "LeadFlow"


def client(base_url: str = "", *, timeout: httpx.Timeout | float = TIMEOUT) -> httpx.Client:
    """Return a client to be closed by the caller; a redirect is an answer, not an order."""
    return httpx.Client(
        base_url=base_url,
        timeout=timeout,
        limits=LIMITS,
        follow_redirects=False,
        headers={"User-Agent": USER_AGENT},
    )
