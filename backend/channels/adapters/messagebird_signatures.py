"""How MessageBird and Bird sign a webhook: two HMACs with a timestamp, and a JSON web token.

Both HMACs cover three lines: the timestamp, the sorted query (MessageBird) or the whole URL
(Bird), and the SHA-256 of the body as 32 raw bytes. Sources: MessageBird's SDKs for Python, Node
and Go; docs.bird.com, "verifying a webhook subscription".
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from backend.channels.ports import SignedRequest

RETRY_HORIZON = 48 * 3600
"""Seconds for which a signature holds: a retry keeps its first timestamp, and comes for a day.

A shorter window drops real messages; what is delivered again is known by its ids.
"""

AHEAD = 300
"""Seconds that the provider's clock may be ahead of ours."""

LEEWAY = 1
"""Seconds by which a token may be early or late."""

_ISSUER = "MessageBird"
_HASHES = {"HS256": "sha256", "HS384": "sha384", "HS512": "sha512"}
_SECONDS = re.compile(r"[0-9]{1,11}")


def is_query_signed(keys: Iterable[str], request: SignedRequest) -> bool:
    """Whether a key signed the query and the body (`MessageBird-Signature`, classic)."""
    pairs = parse_qsl(urlsplit(request.url).query, keep_blank_values=True)
    return _is_signed(keys, request, urlencode(sorted(pairs)))


def is_url_signed(keys: Iterable[str], request: SignedRequest) -> bool:
    """Whether a key signed the whole URL and the body (`messagebird-signature`, Bird)."""
    return _is_signed(keys, request, request.url)


def sign(key: str, timestamp: str, line: str, body: bytes) -> str:
    """Return the signature over a timestamp, the second line and a body."""
    text = f"{timestamp}\n{line}\n".encode(errors="replace") + hashlib.sha256(body).digest()
    return base64.b64encode(hmac.new(key.encode(), text, hashlib.sha256).digest()).decode()


def is_token_valid(keys: Iterable[str], request: SignedRequest) -> bool:
    """Whether `MessageBird-Signature-JWT` was signed with a key and speaks of this request."""
    parts = request.headers.get("messagebird-signature-jwt", "").split(".")
    if len(parts) != 3:  # noqa: PLR2004  header, claims, signature
        return False
    head, claims, signature = (_decoded(part) for part in parts)
    algorithm = _HASHES.get(str(_object(head).get("alg")))
    if algorithm is None:
        return False
    text = f"{parts[0]}.{parts[1]}".encode(errors="replace")
    verdicts = [
        hmac.compare_digest(hmac.new(key.encode(), text, algorithm).digest(), signature)
        for key in keys
        if key
    ]
    return any(verdicts) and _speaks_of(_object(claims), request)


def token(key: str, request: SignedRequest, token_id: str) -> str:
    """Return the token that MessageBird would send with a request, valid for a minute."""
    now = int(request.received_at.timestamp())
    claims = {"iss": _ISSUER, "nbf": now, "exp": now + 60, "jti": token_id}
    claims["url_hash"] = hashlib.sha256(request.url.encode()).hexdigest()
    if request.body:
        claims["payload_hash"] = hashlib.sha256(request.body).hexdigest()
    parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "HS256"}, claims)]
    text = ".".join(parts)
    return f"{text}.{_encoded(hmac.new(key.encode(), text.encode(), hashlib.sha256).digest())}"


def _is_signed(keys: Iterable[str], request: SignedRequest, line: str) -> bool:
    timestamp = request.headers.get("messagebird-request-timestamp", "")
    given = request.headers.get("messagebird-signature", "").encode(errors="replace")
    if not _SECONDS.fullmatch(timestamp):
        return False
    age = request.received_at.timestamp() - int(timestamp)
    if not -AHEAD <= age <= RETRY_HORIZON:
        return False
    verdicts = [
        hmac.compare_digest(sign(key, timestamp, line, request.body).encode(), given)
        for key in keys
        if key
    ]
    return any(verdicts)


def _speaks_of(claims: Mapping[str, object], request: SignedRequest) -> bool:
    now = request.received_at.timestamp()
    begins, ends = claims.get("nbf"), claims.get("exp")
    if not isinstance(begins, int | float) or not isinstance(ends, int | float):
        return False
    body = hashlib.sha256(request.body).hexdigest() if request.body else None
    return (
        claims.get("iss") == _ISSUER
        and begins - LEEWAY <= now < ends + LEEWAY
        and claims.get("url_hash") == hashlib.sha256(request.url.encode()).hexdigest()
        and claims.get("payload_hash") == body
    )


def _object(raw: bytes) -> Mapping[str, object]:
    try:
        decoded = json.loads(raw)
    except (ValueError, RecursionError):
        return {}
    return cast("Mapping[str, object]", decoded) if isinstance(decoded, dict) else {}


def _decoded(part: str) -> bytes:
    """Decode base64url; what is not written the one way it is written by the sender is empty."""
    try:
        padded = part.encode("ascii") + b"=" * (-len(part) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""
    return raw if _encoded(raw) == part else b""


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
