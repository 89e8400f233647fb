"""Standard Webhooks 1.0: who signed a delivery, and when.

The signed text is `{webhook-id}.{webhook-timestamp}.{body}`, under HMAC-SHA256 with the key that
`whsec_` and base64 write down. Rules: https://www.standardwebhooks.com, specification 1.0.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable

from backend.channels.ports import SignedRequest

TOLERANCE = 300
"""Seconds that the moment of signing may lie before or after ours; each attempt is signed anew."""

_PREFIX = "whsec_"
_SECONDS = re.compile(r"[0-9]{1,11}")


def is_signed(secrets: Iterable[str], request: SignedRequest) -> bool:
    """Whether one of the secrets signed this delivery, within the tolerance."""
    message_id = request.headers.get("webhook-id", "")
    timestamp = request.headers.get("webhook-timestamp", "")
    if not message_id or not _SECONDS.fullmatch(timestamp):
        return False
    if abs(request.received_at.timestamp() - int(timestamp)) > TOLERANCE:
        return False
    given = request.headers.get("webhook-signature", "").split()
    verdicts = [
        hmac.compare_digest(sign(secret, message_id, timestamp, request.body).encode(), one)
        for secret in secrets
        if secret_key(secret)
        for one in (signature.encode(errors="replace") for signature in given)
    ]
    return any(verdicts)


def sign(secret: str, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the signature of version 1, as it stands in `webhook-signature`."""
    text = f"{message_id}.{timestamp}.".encode(errors="replace") + body
    digest = hmac.new(secret_key(secret), text, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def secret_key(secret: str) -> bytes:
    """Return the key that a secret writes down; empty when it writes none."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""
