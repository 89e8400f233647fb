"""What MessageBird's and Bird's adapters take for genuine, whole requests at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.channels import MessageKind, Provider
from backend.channels.adapters.messagebird_signatures import sign
from backend.channels.conformance import flipped, subject_of
from backend.channels.samples import MOMENT, message

TOKEN = "messagebird-signature-jwt"
SIGNATURE = "messagebird-signature"
TIMESTAMP = "messagebird-request-timestamp"
URL = "https://leads.example.com/hook?channel=1&kind=a"
MESSAGEBIRD = Provider.MESSAGEBIRD
TIMED = {Provider.BIRD: TIMESTAMP, Provider.BIRD_PLATFORM: "webhook-timestamp"}


def delivered(provider):
    """Return a subject and one delivery that its provider signed."""
    subject = subject_of(provider)
    (request,) = subject.deliver(message(MessageKind.TEXT))
    return subject, request


def verdict(subject, request, **credentials):
    known = subject.account.credentials | credentials
    model = subject.adapter.credentials_model
    return subject.adapter.verify(model.model_validate(known), request)


def with_headers(request, **headers):
    """Change headers; `None` leaves one out."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    merged = dict(request.headers) | named
    return replace(request, headers={key: one for key, one in merged.items() if one is not None})


def old_signed(subject, request, *, key=None):
    """Sign a request the older way, beside a token or in its place."""
    at, signing = str(int(MOMENT.timestamp())), key or subject.account.credentials["signing_key"]
    signature = sign(signing, at, "channel=1&kind=a", request.body)
    given = {SIGNATURE: signature, TIMESTAMP: at}
    return replace(request, url=URL, headers=dict(request.headers) | given)


def only_old(subject, request, **given):
    return old_signed(subject, replace(request, headers={}), **given)


def test_a_good_token_decides_beside_a_wrong_older_signature():
    subject, request = delivered(MESSAGEBIRD)
    wrong = with_headers(request, messagebird_signature="AAAA", messagebird_request_timestamp="1")
    assert verdict(subject, wrong)


@pytest.mark.parametrize("token", ["", "a.b.c", "no token"])
def test_a_wrong_token_decides_beside_a_good_older_signature(token):
    subject, request = delivered(MESSAGEBIRD)
    signed = only_old(subject, request)
    assert verdict(subject, signed)
    assert not verdict(subject, with_headers(signed, messagebird_signature_jwt=token))


def test_neither_header_is_no_proof():
    subject, request = delivered(MESSAGEBIRD)
    assert not verdict(subject, replace(request, headers={}))


@pytest.mark.parametrize("left_out", ["messagebird_signature", "messagebird_request_timestamp"])
def test_half_of_the_older_signature_is_no_proof(left_out):
    subject, request = delivered(MESSAGEBIRD)
    assert not verdict(subject, with_headers(only_old(subject, request), **{left_out: None}))


def test_the_older_signature_holds_with_the_key_that_is_being_replaced():
    subject, request = delivered(MESSAGEBIRD)
    signed = only_old(subject, request, key="old")
    assert verdict(subject, signed, previous_signing_key="old")
    assert not verdict(subject, signed)
    assert not verdict(subject, only_old(subject, request, key="x"), previous_signing_key="")


def test_the_older_signature_is_refused_once_any_byte_is_another():
    subject, request = delivered(MESSAGEBIRD)
    signed = only_old(subject, request)
    bodies = [replace(signed, body=body) for body in flipped(signed.body)]
    path, query = URL.encode().split(b"?")
    urls = [replace(signed, url=b"?".join((path, one)).decode()) for one in flipped(query)]
    headers = [
        replace(signed, headers=dict(signed.headers) | {name: value.decode("latin-1")})
        for name in (SIGNATURE, TIMESTAMP)
        for value in flipped(signed.headers[name].encode())
    ]
    assert verdict(subject, signed)
    assert not [one for one in (*bodies, *urls, *headers) if verdict(subject, one)]


@pytest.mark.parametrize("provider", [MESSAGEBIRD, *TIMED])
def test_a_delivery_is_refused_once_any_byte_that_is_signed_is_another(provider):
    subject, request = delivered(provider)
    bodies = [replace(request, body=body) for body in flipped(request.body)]
    urls = [replace(request, url=url.decode()) for url in flipped(request.url.encode())]
    headers = [
        replace(request, headers=dict(request.headers) | {name: changed.decode("latin-1")})
        for name, value in request.headers.items()
        for changed in flipped(value.encode())
    ]
    signed = [*bodies, *headers, *(urls if subject.traits.signs_url else [])]
    assert verdict(subject, request)
    assert not [one for one in signed if verdict(subject, one)]


def test_a_token_written_another_way_is_refused():
    subject, request = delivered(MESSAGEBIRD)
    padded = with_headers(request, messagebird_signature_jwt=f"{request.headers[TOKEN]}=")
    assert not verdict(subject, padded)


@pytest.mark.parametrize(
    ("provider", "latest"),
    [
        (MESSAGEBIRD, timedelta(seconds=60)),
        (Provider.BIRD, timedelta(hours=48)),
        (Provider.BIRD_PLATFORM, timedelta(seconds=300)),
    ],
)
def test_a_delivery_counts_for_as_long_as_the_provider_repeats_it(provider, latest):
    subject, request = delivered(provider)
    late = replace(request, received_at=request.received_at + latest)
    assert verdict(subject, late)
    assert not verdict(subject, replace(late, received_at=late.received_at + timedelta(seconds=5)))


def test_other_credentials_verify_nothing():
    bird, request = delivered(Provider.BIRD)
    for provider in (MESSAGEBIRD, Provider.BIRD_PLATFORM):
        assert not subject_of(provider).adapter.verify(bird.credentials, request)
