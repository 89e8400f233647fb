"""Published `X-Hub-Signature-256` headers, and every bit of body and header changed."""

import pytest

from backend.channels import Provider, SignedRequest, adapter_for
from tests.factories import NOON
from tests.vectors import hub_signatures, signed_by_meta

ADAPTER = adapter_for(Provider.WHATSAPP_CLOUD)
CASES = {case.header[:15]: case for case in (*hub_signatures(), signed_by_meta())}


def verdict(case, *, body=None, header=None):
    credentials = ADAPTER.credentials_model.model_validate(
        {"app_secret": case.secret, "verify_token": "v", "phone_number_id": "1"}
    )
    request = SignedRequest(
        method="POST",
        url="https://leads.example.com/",
        query={},
        headers={"x-hub-signature-256": case.header if header is None else header},
        body=case.body if body is None else body,
        received_at=NOON,
    )
    return ADAPTER.verify(credentials, request)


def changed(data):
    """Return the data once for each of its bits, with that bit the other way round."""
    for position, byte in enumerate(data):
        for bit in range(8):
            yield data[:position] + bytes([byte ^ (1 << bit)]) + data[position + 1 :]


@pytest.mark.parametrize("name", CASES)
def test_a_published_signature_is_genuine(name):
    assert verdict(CASES[name])


@pytest.mark.parametrize("name", CASES)
def test_any_changed_bit_of_the_body_is_a_forgery(name):
    assert not [body for body in changed(CASES[name].body) if verdict(CASES[name], body=body)]


@pytest.mark.parametrize("name", CASES)
def test_any_changed_bit_of_the_header_is_a_forgery(name):
    headers = [header.decode("latin-1") for header in changed(CASES[name].header.encode())]
    assert not [header for header in headers if verdict(CASES[name], header=header)]
