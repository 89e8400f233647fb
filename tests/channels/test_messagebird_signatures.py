"""What MessageBird, Bird and Standard Webhooks sign, and what is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from backend.channels.adapters.messagebird_signatures import (
    is_query_signed,
    is_token_valid,
    is_url_signed,
    sign,
)
from backend.channels.adapters.standard_webhooks import is_signed
from backend.channels.adapters.standard_webhooks import sign as sign_standard
from backend.channels.ports import SignedRequest

VECTORS = Path(__file__).parent.parent / "vectors"
TOKENS = json.loads((VECTORS / "messagebird/jwt_python.json").read_text())
HMACS = json.loads((VECTORS / "messagebird/hmac_signature_vectors.json").read_text())
STANDARD = json.loads((VECTORS / "standard-webhooks/signature_vectors.json").read_text())
GENUINE = STANDARD["vectors"][0]
NOW = datetime.fromtimestamp(1_764_000_000, UTC)


def token_request(case):
    return SignedRequest(
        method=case["method"],
        url=case["url"],
        query={},
        headers={"messagebird-signature-jwt": case["token"]},
        body=(case.get("payload") or "").encode(),
        received_at=datetime.fromisoformat(case["timestamp"]),
    )


def query_request(case):
    query = urlencode([tuple(pair) for pair in case["query_params"]])
    return SignedRequest(
        method="POST",
        url=f"https://example.com/hook?{query}",
        query={},
        headers={
            "messagebird-signature": case["signature"],
            "messagebird-request-timestamp": str(case["timestamp"]),
        },
        body=case["body"].encode(),
        received_at=datetime.fromtimestamp(case["timestamp"], UTC),
    )


def url_request():
    url, body, at = "https://example.com/hook?channel=1", b'{"a": 1}', "1764000000"
    headers = {
        "messagebird-signature": sign("key", at, url, body),
        "messagebird-request-timestamp": at,
    }
    return SignedRequest("POST", url, {}, headers, body, NOW)


def standard_request():
    return SignedRequest(
        method="POST",
        url="https://example.com/hook",
        query={},
        headers={
            "webhook-id": GENUINE["id"],
            "webhook-timestamp": str(GENUINE["timestamp"]),
            "webhook-signature": GENUINE["signature"],
        },
        body=GENUINE["body"].encode(),
        received_at=datetime.fromtimestamp(GENUINE["timestamp"], UTC),
    )


def with_header(request, name, value):
    return replace(request, headers={**request.headers, name: value})


def flipped(text, at=4):
    at %= len(text)
    return f"{text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1 :]}"


@pytest.mark.parametrize("case", TOKENS, ids=lambda case: case["name"])
def test_a_token_gets_its_recorded_verdict(case):
    assert is_token_valid([case.get("secret", "")], token_request(case)) is case["valid"]


@pytest.mark.parametrize(
    "case", [case for case in TOKENS if case["valid"]], ids=lambda case: case["name"]
)
def test_a_valid_token_is_refused_once_anything_it_covers_is_altered(case):
    request = token_request(case)
    day = timedelta(days=1)
    altered = [
        replace(request, url=f"{request.url}x"),
        replace(request, body=request.body + b" "),
        replace(request, received_at=request.received_at + day),
        replace(request, received_at=request.received_at - day),
        with_header(request, "messagebird-signature-jwt", flipped(case["token"], -8)),
    ]
    assert not any(is_token_valid([case["secret"]], one) for one in altered)


@pytest.mark.parametrize("case", HMACS, ids=lambda case: case["name"])
def test_a_signed_query_gets_its_recorded_verdict(case):
    assert is_query_signed([case["signing_key"]], query_request(case)) is case["valid"]


@pytest.mark.parametrize(
    "case", [case for case in HMACS if case["valid"]], ids=lambda case: case["name"]
)
def test_a_signed_query_is_refused_once_anything_it_covers_is_altered(case):
    request = query_request(case)
    altered = [
        replace(request, url=f"{request.url}&more=1"),
        replace(request, body=request.body + b" "),
        with_header(request, "messagebird-request-timestamp", str(case["timestamp"] + 1)),
        with_header(request, "messagebird-signature", flipped(case["signature"])),
    ]
    assert not any(is_query_signed([case["signing_key"]], one) for one in altered)


def test_a_signed_url_is_accepted_and_refused_once_anything_it_covers_is_altered():
    request = url_request()
    signature = request.headers["messagebird-signature"]
    altered = [
        replace(request, url="https://example.com/hook?channel=2"),
        replace(request, body=b'{"a": 2}'),
        with_header(request, "messagebird-request-timestamp", "1764000001"),
        with_header(request, "messagebird-signature", flipped(signature)),
    ]
    assert is_url_signed(["key"], request)
    assert not any(is_url_signed(["key"], one) for one in altered)


def test_a_retry_with_its_first_timestamp_counts_for_two_days_and_no_longer():
    request = url_request()
    late = replace(request, received_at=NOW + timedelta(hours=47))
    too_late = replace(request, received_at=NOW + timedelta(hours=49))
    assert is_url_signed(["key"], late)
    assert not is_url_signed(["key"], too_late)


def test_an_unset_key_accepts_nothing():
    request = url_request()
    signed = sign("", "1764000000", request.url, request.body)
    assert not is_url_signed([""], with_header(request, "messagebird-signature", signed))


def test_the_published_standard_signature_is_accepted():
    assert is_signed([GENUINE["secret"]], standard_request())


def test_any_signature_of_a_list_is_enough():
    wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    listed = f"{wrong} {wrong.replace('v1', 'v2')} {GENUINE['signature']}"
    request = with_header(standard_request(), "webhook-signature", listed)
    assert is_signed([GENUINE["secret"]], request)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_missing_standard_header_is_refused(name):
    request = with_header(standard_request(), name, "")
    assert not is_signed([GENUINE["secret"]], request)


@pytest.mark.parametrize("seconds", [-301, 301])
def test_a_standard_timestamp_out_of_tolerance_is_refused(seconds):
    request = standard_request()
    moved = replace(request, received_at=request.received_at + timedelta(seconds=seconds))
    assert not is_signed([GENUINE["secret"]], moved)


def test_a_standard_delivery_is_refused_once_anything_it_covers_is_altered():
    request = standard_request()
    altered = [
        replace(request, body=request.body + b" "),
        with_header(request, "webhook-id", flipped(GENUINE["id"])),
        with_header(request, "webhook-timestamp", str(GENUINE["timestamp"] + 1)),
        with_header(request, "webhook-signature", flipped(GENUINE["signature"])),
    ]
    assert not any(is_signed([GENUINE["secret"]], one) for one in altered)


def test_a_standard_secret_that_is_no_base64_accepts_nothing():
    request = standard_request()
    signed = sign_standard("", GENUINE["id"], str(GENUINE["timestamp"]), request.body)
    assert not is_signed(["whsec_?"], with_header(request, "webhook-signature", signed))
