"""Made-up webhooks, signed as Meta signs them, and the rules that they meet."""

import hashlib
import hmac
import random
from typing import Any

import orjson

SECRET = "a-secret-of-the-benchmark"  # noqa: S105  signs made-up load on this machine only
PHONE_NUMBER_ID = "100100100100"

# About one message in three says something that a rule waits for.
TEXTS = (
    "What does it cost?",
    "Hello",
    "I want to buy two",
    "Is it open on Sunday?",
    "Thanks!",
    "Good morning, are you there?",
    "Yes please",
    "Could you send me the address again?",
    "👍",
    "I will think about it and write again tomorrow",
)
TOPICS = (
    ("price", "cost", "how much"),
    ("buy", "order", "purchase"),
    ("delivery", "shipping"),
    ("refund", "money back"),
    ("appointment", "book it"),
    ("discount", "coupon"),
    ("open on", "opening hours"),
    ("invoice", "receipt"),
    ("warranty", "guarantee"),
    ("size", "measurements"),
    ("colour", "color"),
    ("payment", "credit card"),
    ("cancel", "cancellation"),
    ("demo", "trial"),
    ("partner", "reseller"),
    ("job", "vacancy"),
    ("complaint", "broken"),
    ("gift", "present"),
    ("catalogue", "brochure"),
    ("call me", "phone call"),
)
RULES: list[dict[str, Any]] = [
    {"phrases": list(phrases), "tag": phrases[0].replace(" ", "-"), "points": 5 + number}
    for number, phrases in enumerate(TOPICS)
]


def bodies(count: int, *, people: int, seed: int = 1) -> list[bytes]:
    """Return `count` deliveries of one text each, from so many people, in order of time."""
    chosen = random.Random(seed)
    return [_delivery([_message(chosen, number, people, seed)]) for number in range(count)]


def updates_in_one(count: int, *, updates: int, people: int, seed: int = 1) -> list[bytes]:
    """Return `count` deliveries with `updates` texts in each, as Meta does when it lags."""
    chosen = random.Random(seed)
    return [
        _delivery(
            [_message(chosen, number * updates + place, people, seed) for place in range(updates)],
        )
        for number in range(count)
    ]


def signature(body: bytes) -> bytes:
    """Return the value of `X-Hub-Signature-256` for a body."""
    return b"sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest().encode()


def _message(chosen: random.Random, number: int, people: int, seed: int) -> dict[str, Any]:
    return {
        "from": str(12065550000 + chosen.randrange(people)),
        "id": f"wamid.bench.{seed}.{number}",
        "timestamp": str(1_790_000_000 + number),
        "type": "text",
        "text": {"body": chosen.choice(TEXTS)},
    }


def _delivery(messages: list[dict[str, Any]]) -> bytes:
    writers = sorted({message["from"] for message in messages})
    value = {
        "messaging_product": "whatsapp",
        "metadata": {
            "display_phone_number": "15550100100",
            "phone_number_id": PHONE_NUMBER_ID,
        },
        "contacts": [{"profile": {"name": f"Person {phone}"}, "wa_id": phone} for phone in writers],
        "messages": messages,
    }
    change = {"field": "messages", "value": value}
    return orjson.dumps(
        {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    )
