"""Made-up webhooks, signed as Meta signs them."""

import hashlib
import hmac
import random

import orjson

from benchmarks.place import SECRET

TEXTS = ("What does it cost?", "Hello", "I want to buy two", "Is it open on Sunday?", "Thanks!")


def bodies(count: int, *, people: int, seed: int = 1) -> list[bytes]:
    """Return `count` deliveries of one text each, from so many people, in order of time."""
    chosen = random.Random(seed)
    return [
        _body(number, chosen.randrange(people), chosen.choice(TEXTS)) for number in range(count)
    ]


def signature(body: bytes) -> bytes:
    """Return the value of `X-Hub-Signature-256` for a body."""
    return b"sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest().encode()


def _body(number: int, person: int, text: str) -> bytes:
    phone = str(12065550000 + person)
    message = {
        "from": phone,
        "id": f"wamid.bench.{number}",
        "timestamp": str(1_790_000_000 + number),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550100100", "phone_number_id": "100100100100"},
        "contacts": [{"profile": {"name": f"Person {person}"}, "wa_id": phone}],
        "messages": [message],
    }
    change = {"field": "messages", "value": value}
    return orjson.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    )
