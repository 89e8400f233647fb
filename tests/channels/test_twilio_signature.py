"""Who signed a webhook of Twilio's: recorded signatures, and every byte of them changed."""

import base64
import hashlib
import hmac
from urllib.parse import parse_qsl, urlsplit

import pytest

from backend.channels import Provider, SignedRequest, adapter_for
from tests.factories import NOON
from tests.vectors import signed_by_twilio

ADAPTER = adapter_for(Provider.TWILIO)
CASES = {case.name: case for case in signed_by_twilio()}
FORM = CASES["https form post"]
JSON = CASES["json body, bodySHA256 in query, no params"]


def credentials(token, **given):
    fields = {"account_sid": "AC1", "auth_token": token, **given}
    return ADAPTER.credentials_model.model_validate(fields)


def verdict(case, *, token=None, url=None, body=None, header=None, **given):
    address = case.url if url is None else url
    request = SignedRequest(
        method="POST",
        url=address,
        query=dict(parse_qsl(urlsplit(case.url).query)),
        headers={"x-twilio-signature": case.header if header is None else header},
        body=case.body if body is None else body,
        received_at=NOON,
    )
    return ADAPTER.verify(credentials(case.token if token is None else token, **given), request)


def changed(text, position):
    return text[:position] + chr(ord(text[position]) ^ 1) + text[position + 1 :]


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_signature_is_genuine(name):
    assert verdict(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_any_changed_byte_of_the_body_is_a_forgery(name):
    case = CASES[name]
    for position in range(len(case.body)):
        for bit in range(8):
            body = bytearray(case.body)
            body[position] ^= 1 << bit
            assert not verdict(case, body=bytes(body)), (position, bit)


@pytest.mark.parametrize("name", CASES)
def test_any_changed_character_of_the_header_is_a_forgery(name):
    case = CASES[name]
    for position in range(len(case.header)):
        assert not verdict(case, header=changed(case.header, position))


@pytest.mark.parametrize("name", CASES)
def test_any_changed_character_of_the_address_is_a_forgery(name):
    case = CASES[name]
    for position in range(len(case.url)):
        assert not verdict(case, url=changed(case.url, position))


@pytest.mark.parametrize("name", CASES)
def test_another_token_is_a_forgery(name):
    assert not verdict(CASES[name], token="12346")


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("https form post", "https://mycompany.com:443/myapp.php?foo=1&bar=2"),
        ("https with default port written out", "https://mycompany.com/myapp.php?foo=1&bar=2"),
        ("http with default port written out", "http://mycompany.com/myapp.php?foo=1&bar=2"),
    ],
)
def test_the_default_port_may_be_written_or_not(name, url):
    assert verdict(CASES[name], url=url)


@pytest.mark.parametrize(
    ("name", "url"),
    [
        ("https form post", "https://mycompany.com:80/myapp.php?foo=1&bar=2"),
        ("https form post", "http://mycompany.com/myapp.php?foo=1&bar=2"),
        ("https form post", "https://mycompany.com/myapp.php?bar=2&foo=1"),
        ("https form post", "https://mycompany.com/myapp.php"),
        ("http with port 1234", "http://mycompany.com/myapp.php?foo=1&bar=2"),
        ("https form post", "mycompany.com"),
        ("https form post", ""),
    ],
)
def test_another_address_is_a_forgery(name, url):
    assert not verdict(CASES[name], url=url)


def test_a_repeated_parameter_counts_once_and_its_order_does_not():
    case = CASES["duplicate params sorted and de-duplicated"]
    assert verdict(case, body=b"Digits=1234&Digits=5678&SidAccount=AC123&Sid=CA123")
    assert not verdict(case, body=b"Digits=1234&SidAccount=AC123&Sid=CA123")


def test_a_parameter_that_was_added_is_a_forgery():
    assert not verdict(FORM, body=FORM.body + b"&Body=hello")


def test_a_form_that_is_written_otherwise_is_a_forgery():
    assert not verdict(FORM, body=FORM.body.replace(b"%2B", b"%2b"))


def test_a_hash_in_the_address_must_be_that_of_the_body():
    assert not verdict(JSON, body=JSON.body + b" ")
    assert not verdict(JSON, body=b"")


def test_every_sign_of_every_script_is_covered():
    said = "https://a.example/h" + "Body\u00e9 \U0001f44d" + "MessageSidSM1"
    header = base64.b64encode(hmac.new(b"t", said.encode(), hashlib.sha1).digest()).decode()
    case = SignedRequest(
        method="POST",
        url="https://a.example/h",
        query={},
        headers={"x-twilio-signature": header},
        body=b"Body=%C3%A9+%F0%9F%91%8D&MessageSid=SM1",
        received_at=NOON,
    )
    assert ADAPTER.verify(credentials("t"), case)


def test_both_tokens_count_while_one_replaces_the_other():
    assert verdict(FORM, token="new", previous_auth_token="12345")
    assert verdict(FORM, previous_auth_token="old")
    assert not verdict(FORM, token="new", previous_auth_token="old")


@pytest.mark.parametrize("previous", [None, ""])
def test_an_empty_token_verifies_nothing(previous):
    url = "https://a.example/h"
    digest = hmac.new(b"", url.encode(), hashlib.sha1).digest()
    header = base64.b64encode(digest).decode()
    empty = credentials("", previous_auth_token=previous)
    request = SignedRequest(
        method="POST",
        url=url,
        query={},
        headers={"x-twilio-signature": header},
        body=b"",
        received_at=NOON,
    )
    assert not ADAPTER.verify(empty, request)


def test_a_missing_header_is_a_forgery():
    assert not verdict(FORM, header="")


def test_another_provider_has_no_say():
    request = SignedRequest(
        method="POST", url=FORM.url, query={}, headers={}, body=FORM.body, received_at=NOON
    )
    assert not ADAPTER.verify(adapter_for(Provider.MOCK).credentials_model(), request)


def test_twilio_reads_an_empty_answer():
    assert ADAPTER.acknowledgement.text == "<Response/>"
    assert ADAPTER.acknowledgement.content_type.startswith("text/xml")
    assert ADAPTER.handshake(credentials("t"), {"hub.mode": "subscribe"}) is None
