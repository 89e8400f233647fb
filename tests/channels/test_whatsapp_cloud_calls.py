"""The calls of the Cloud API against the played Meta, over real HTTP on loopback."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backend.channels import (
    Access,
    AccountFacts,
    CredentialsRefused,
    DeliveryStatus,
    Fault,
    Feature,
    Identity,
    NotOffered,
    Outbound,
    Provider,
    SendReceipt,
    SendRefused,
    SendUnknown,
    TemplateContent,
    TextContent,
    adapter_for,
)
from backend.channels.adapters.whatsapp_cloud_fake import WhatsAppCloudFake
from backend.channels.fakes import FakeAnswer, FakeRequest
from tests.channels.fake_server import serving
from tests.factories import NOON
from tests.vectors import meta_bodies

ADAPTER = adapter_for(Provider.WHATSAPP_CLOUD)
ANA = Identity(phone="+12065550123")
TEXT = Outbound(recipient=ANA, content=TextContent("It is 20 EUR."), reference="0190f0c2")
ANSWERS = meta_bodies("responses/phone_number_id_messages__post/200")
READ = meta_bodies("requests/phone_number_id_messages__post")[
    "send_typing_indicator_and_read_receipt"
]


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def meta():
    with serving(WhatsAppCloudFake()) as running:
        yield running


def answered(said, status=200):
    return FakeAnswer(status, json.dumps(said).encode())


def at(path, said, status=200):
    """Return a function that replaces the answer to calls whose path ends like this."""
    return lambda served: (
        lambda before: answered(said, status) if served.asked[-1].path.endswith(path) else before
    )


def template(**given):
    fields = {"name": "order_update", "language": "en", "body": ("Ana", "A-17"), **given}
    return Outbound(recipient=ANA, content=TemplateContent(**fields), reference="0190f0c3")


def test_everything_but_looking_up_is_offered():
    assert ADAPTER.features == frozenset(Feature) - {Feature.LOOK_UP}


def test_a_text_is_posted_once_with_our_reference(meta):
    receipt = ADAPTER.send(meta.access(), TEXT)
    (request,), (sent,) = meta.asked, meta.account.sent
    assert receipt == SendReceipt(sent.provider_message_id, (DeliveryStatus.ACCEPTED,))
    assert (request.method, request.path) == (
        "POST",
        f"/v25.0/{meta.account.credentials['phone_number_id']}/messages",
    )
    assert request.headers["authorization"] == "Bearer EAAB-access-token-1"
    assert request.headers["content-type"] == "application/json"
    assert (sent.recipient, sent.text, sent.reference) == (ANA.phone, "It is 20 EUR.", "0190f0c2")


def test_a_template_is_filled_for_the_customer(meta):
    ADAPTER.send(meta.access(), template())
    assert meta.account.sent[0].text == "Hello Ana, your order A-17 is on its way."


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"name": "unknown"}, "132001"),
        ({"language": "de"}, "132001"),
        ({"body": ("Ana",)}, "132000"),
        ({"name": "spring_offer", "body": ("Ana",)}, "132015"),
    ],
)
def test_a_template_that_cannot_be_sent_is_refused(given, code, meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.send(meta.access(), template(**given))
    assert (refused.value.code, refused.value.fault) == (code, Fault.TEMPLATE)


@pytest.mark.parametrize("name", sorted(ANSWERS))
def test_official_answers_are_read(name, meta):
    said = ANSWERS[name]
    meta.spoil = lambda _said: answered(said)
    if "messages" not in said:
        ADAPTER.mark_read(meta.access(), "wamid.1")
        return
    receipt = ADAPTER.send(meta.access(), TEXT)
    assert receipt.provider_message_id == said["messages"][0]["id"]


def test_a_message_is_marked_as_read(meta):
    ADAPTER.mark_read(meta.access(), READ["message_id"])
    assert meta.account.read == [READ["message_id"]]
    posted = json.loads(meta.asked[0].body)
    assert posted == {key: held for key, held in READ.items() if key != "typing_indicator"}


def test_a_channel_without_a_token_calls_nobody(meta):
    access = meta.access(access_token="")
    for refused_call in (
        lambda: ADAPTER.send(access, TEXT),
        lambda: ADAPTER.probe(access),
        lambda: ADAPTER.list_templates(access),
    ):
        with pytest.raises(CredentialsRefused) as refused:
            refused_call()
        assert refused.value.code == "no_access_token"
    assert meta.asked == []


def test_credentials_of_another_provider_call_nobody():
    foreign = adapter_for(Provider.MOCK).credentials_model()
    access = Access(credentials=foreign, address="+12065550111", routing_key="1")
    with pytest.raises(NotOffered):
        ADAPTER.send(access, TEXT)


def test_a_probe_tells_what_meta_knows(meta):
    expires_at = datetime(2026, 5, 1, tzinfo=UTC)
    meta.account.facts = replace(meta.account.facts, token_expires_at=expires_at)
    assert ADAPTER.probe(meta.access()) == AccountFacts(
        display_number="+12065550401",
        verified_name="Example Store 1",
        quality="green",
        messaging_limit=2000,
        throughput=80,
        token_expires_at=expires_at,
    )


def test_a_token_that_never_expires_has_no_end(meta):
    assert ADAPTER.probe(meta.access()).token_expires_at is None


def test_without_an_app_nobody_is_asked_about_the_token(meta):
    facts = ADAPTER.probe(meta.access(app_id=""))
    assert (facts.token_expires_at, facts.warnings) == (None, ())
    assert not [request for request in meta.asked if request.path.endswith("debug_token")]


def test_an_app_secret_that_is_not_the_apps_is_warned_of(meta):
    facts = ADAPTER.probe(meta.access(app_secret="another"))
    assert facts.warnings == ("Meta does not accept the app secret together with the app ID.",)


@pytest.mark.parametrize(
    ("path", "said", "status"),
    [
        ("debug_token", {}, 500),
        ("debug_token", {"error": {"code": 4}}, 429),
        ("debug_token", {"data": {"expires_at": "soon"}}, 200),
    ],
)
def test_a_token_that_nobody_tells_of_is_no_reason_to_doubt(path, said, status, meta):
    meta.spoil = at(path, said, status)(meta)
    facts = ADAPTER.probe(meta.access())
    assert (facts.token_expires_at, facts.warnings) == (None, ())


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"quality": "red", "throughput": 1000}, ("red", 1000, 2000)),
        ({"quality": None, "throughput": None}, ("unknown", None, 2000)),
        ({"messaging_limit": None}, ("green", 80, None)),
        ({"messaging_limit": 250}, ("green", 80, 250)),
        ({"messaging_limit": 100_000}, ("green", 80, 100_000)),
    ],
)
def test_quality_and_limits_are_read(told, expected, meta):
    meta.account.facts = replace(meta.account.facts, **told)
    facts = ADAPTER.probe(meta.access())
    assert (facts.quality, facts.throughput, facts.messaging_limit) == expected


def test_a_number_that_is_not_connected_is_warned_of(meta):
    path = meta.account.credentials["phone_number_id"]
    meta.spoil = at(path, {"status": "RATE_LIMITED"})(meta)
    assert ADAPTER.probe(meta.access()).warnings == (
        "The number's status at Meta is rate limited.",
    )


@pytest.mark.parametrize("wrong", ["101", "1/2", "../me"])
def test_a_wrong_account_is_refused(wrong, meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.probe(meta.access(waba_id=wrong))
    assert (refused.value.code, refused.value.fault) == ("wrong_waba", Fault.CONFIG)


def test_a_number_of_another_account_is_refused(meta):
    meta.spoil = at("/phone_numbers", {"data": [{"id": "1"}, {"id": None}]})(meta)
    with pytest.raises(SendRefused) as refused:
        ADAPTER.probe(meta.access())
    assert (refused.value.code, refused.value.fault) == ("wrong_waba", Fault.CONFIG)


def test_a_token_that_may_not_read_the_account_is_warned_of(meta):
    meta.spoil = at("/phone_numbers", {"error": {"code": 200}}, 403)(meta)
    assert ADAPTER.probe(meta.access()).warnings == (
        "The access token may not read the account, so its templates cannot be read.",
    )


def test_an_account_that_cannot_be_read_now_is_no_wrong_one(meta):
    meta.spoil = at("/phone_numbers", {"error": {"code": 80007}}, 429)(meta)
    with pytest.raises(SendRefused) as refused:
        ADAPTER.probe(meta.access())
    assert refused.value.fault is Fault.RETRY
    meta.spoil = at("/phone_numbers", {}, 503)(meta)
    with pytest.raises(SendUnknown):
        ADAPTER.probe(meta.access())


def test_without_an_account_only_the_number_is_asked_for(meta):
    assert ADAPTER.probe(meta.access(waba_id="")).verified_name == "Example Store 1"
    assert not [request for request in meta.asked if request.path.endswith("phone_numbers")]


@pytest.mark.parametrize("wrong", [{"access_token": "wrong"}, {"phone_number_id": "7"}])
def test_a_probe_with_wrong_credentials_says_so(wrong, meta):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.probe(meta.access(**wrong))
    assert isinstance(refused.value, CredentialsRefused) is ("access_token" in wrong)


def test_a_call_of_another_kind_is_refused_by_the_played_meta():
    fake = WhatsAppCloudFake()
    account = fake.account(1)
    headers = {"Authorization": "Bearer EAAB-access-token-1"}
    for method, path in (("GET", "/v25.0/a/b"), ("DELETE", "/v25.0/77"), ("POST", "/nothing")):
        answer = fake.answer(account, FakeRequest(method, path, {}, headers, b"no json"), NOON)
        assert answer.status == 400
