"""360dialog: the secret among the headers, both shapes of deliveries, and what its hub adds."""

import base64
import hashlib
import json
from dataclasses import replace

import pytest

from backend.channels import (
    Access,
    AccountFacts,
    CredentialsRefused,
    Feature,
    Identity,
    MalformedDelivery,
    MediaReference,
    NotOffered,
    Outbound,
    Provider,
    RejectedItem,
    SendRefused,
    SignedRequest,
    Template,
    TemplateStatus,
    TextContent,
    adapter_for,
)
from backend.channels.adapters.dialog360_fake import Dialog360Fake
from backend.channels.fakes import FakeAnswer, FakeFile
from backend.platform.outbound import Call
from backend.platform.outbound import send as call
from tests.channels.deliveries import envelope, message
from tests.channels.fake_server import serving
from tests.factories import NOON
from tests.vectors import WHATSAPP

ADAPTER = adapter_for(Provider.DIALOG360)
META = adapter_for(Provider.WHATSAPP_CLOUD)
TEXT = Outbound(
    recipient=Identity(phone="+12065550123"), content=TextContent("Hi"), reference="0190f0c2"
)


@pytest.fixture(autouse=True)
def _loopback(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


@pytest.fixture
def hub():
    with serving(Dialog360Fake()) as running:
        yield running


def credentials(**given):
    fields = {"api_key": "key", "webhook_secret": "the secret", **given}
    return ADAPTER.credentials_model.model_validate(fields)


def verdict(headers, **given):
    request = SignedRequest(
        method="POST", url="/", query={}, headers=headers, body=b"{}", received_at=NOON
    )
    return ADAPTER.verify(credentials(**given), request)


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def parse(delivery):
    return ADAPTER.parse(json.dumps(delivery).encode())


def answered(said):
    return lambda _said: FakeAnswer(200, json.dumps(said).encode())


def test_neither_a_handshake_nor_looking_up_is_offered():
    assert ADAPTER.features == frozenset(Feature) - {Feature.HANDSHAKE, Feature.LOOK_UP}
    assert ADAPTER.handshake(credentials(), {"hub.challenge": "1"}) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"x-webhook-secret": "the secret"},
        {"authorization": basic("leadflow", "the secret")},
        {"x-webhook-secret": "wrong", "authorization": basic("leadflow", "the secret")},
    ],
)
def test_a_delivery_with_the_secret_is_genuine(headers):
    assert verdict(headers)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-webhook-secret": ""},
        {"x-webhook-secret": "The secret"},
        {"x-webhook-secret": "the secre"},
        {"x-webhook-secret": "the secret "},
        {"x-webhook-secret": "the s\u00e9cret\ud800"},
        {"x-webhook-secret": "key"},
        {"authorization": "the secret"},
        {"authorization": "Bearer the secret"},
        {"authorization": basic("admin", "the secret")},
        {"authorization": basic("leadflow", "")},
        {"authorization": basic("leadflow", "the secret").lower()},
        {"x-hub-signature-256": "the secret"},
    ],
)
def test_a_delivery_without_it_is_a_forgery(headers):
    assert not verdict(headers)


def test_both_secrets_count_while_one_replaces_the_other():
    old = {"x-webhook-secret": "the secret"}
    assert verdict(old, webhook_secret="new", previous_webhook_secret="the secret")
    assert verdict(old, previous_webhook_secret="old")
    assert not verdict(old, webhook_secret="new", previous_webhook_secret="old")


@pytest.mark.parametrize(
    "headers", [{}, {"x-webhook-secret": ""}, {"authorization": basic("leadflow", "")}]
)
@pytest.mark.parametrize("previous", [None, ""])
def test_an_empty_secret_verifies_nothing(headers, previous):
    assert not verdict(headers, webhook_secret="", previous_webhook_secret=previous)


def test_another_provider_has_no_say():
    foreign = adapter_for(Provider.MOCK).credentials_model()
    request = SignedRequest("POST", "/", {}, {"x-webhook-secret": ""}, b"{}", NOON)
    assert not ADAPTER.verify(foreign, request)
    with pytest.raises(NotOffered):
        ADAPTER.send(Access(credentials=foreign, address="1", routing_key="1"), TEXT)


def test_secrets_are_never_shown():
    kept = credentials(api_key="canary-1", webhook_secret="canary-2")
    assert "canary" not in repr(kept) + str(kept) + kept.model_dump_json()


@pytest.mark.parametrize("name", WHATSAPP)
def test_every_recorded_delivery_is_read_as_metas(name):
    body = json.dumps(WHATSAPP[name]).encode()
    events = ADAPTER.parse(body)
    assert events == META.parse(body)
    assert not [event for event in events if isinstance(event, RejectedItem)]


STATUS = {"id": "m", "status": "sent", "timestamp": "1700000000", "recipient_id": "16505551234"}


def test_the_older_shape_is_read_too():
    people = [{"wa_id": "16505551234", "profile": {"name": "Ana"}}]
    bad = message(id=None)
    delivery = {"contacts": people, "messages": [message(), bad], "statuses": [STATUS]}
    first, rejected, step = parse(delivery)
    assert (first.text, first.address, first.identity.display_name) == ("hello", "", "Ana")
    assert rejected.position == "messages[1]"
    assert (step.provider_message_id, step.status, step.address) == ("m", "sent", "")
    modern = META.parse(json.dumps(envelope(**delivery)).encode())
    assert [replace(event, address="") for event in (modern[0], modern[2])] == [first, step]


@pytest.mark.parametrize("delivery", [{"messages": []}, {"statuses": None}, {"contacts": []}])
def test_an_older_shape_of_nothing_holds_nothing(delivery):
    assert parse(delivery) == ()


@pytest.mark.parametrize(
    "delivery", [{}, {"event": "x"}, {"object": "page", "entry": []}, {"entry": [], "messages": []}]
)
def test_what_is_no_delivery_at_all_is_malformed(delivery):
    with pytest.raises(MalformedDelivery):
        parse(delivery)


def test_a_message_is_posted_with_the_key(hub):
    receipt = ADAPTER.send(hub.access(), TEXT)
    (request,), (sent,) = hub.asked, hub.account.sent
    assert (request.method, request.path) == ("POST", "/messages")
    assert request.headers["d360-api-key"] == "d360-key-1"
    assert "authorization" not in request.headers
    assert receipt.provider_message_id == sent.provider_message_id
    assert (sent.text, sent.reference) == ("Hi", "0190f0c2")


def test_a_message_is_marked_as_read(hub):
    ADAPTER.mark_read(hub.access(), "wamid.1")
    assert hub.account.read == ["wamid.1"]


def test_a_probe_asks_for_the_health_of_the_number(hub):
    assert ADAPTER.probe(hub.access()) == AccountFacts()
    assert hub.asked[0].path == "/health_status"


def test_a_limited_number_is_warned_of(hub):
    hub.account.facts = AccountFacts(warnings=("The display name is not approved.",))
    assert ADAPTER.probe(hub.access()).warnings == (
        "Meta says that the number is limited in sending: The display name is not approved.",
    )
    entities = [{"entity_type": "WABA", "can_send_message": "BLOCKED"}, "junk", {"id": 1}]
    hub.spoil = answered({"health_status": {"entities": entities}})
    assert ADAPTER.probe(hub.access()).warnings == (
        "Meta says that the WhatsApp Business Account is blocked in sending.",
    )


@pytest.mark.parametrize("key", ["wrong", ""])
def test_a_wrong_key_is_refused_as_such(key, hub):
    for asked in (ADAPTER.probe, ADAPTER.list_templates):
        with pytest.raises(CredentialsRefused):
            asked(hub.access(api_key=key))


def test_every_page_of_templates_is_read(hub):
    sample = hub.account.templates[0]
    hub.account.templates = [
        replace(sample, provider_template_id=str(index), name=f"note_{index}")
        for index in range(250)
    ]
    listed = ADAPTER.list_templates(hub.access())
    assert [one.provider_template_id for one in listed] == [str(index) for index in range(250)]
    assert {one.status for one in listed} == {TemplateStatus.APPROVED}
    assert [request.query["offset"] for request in hub.asked] == ["0", "100", "200"]


@pytest.mark.parametrize(
    ("page", "calls"),
    [
        ({"waba_templates": [{"name": "a", "language": "en"}]}, 1),
        ({"data": [{"name": "a", "language": "en"}], "total": 1}, 1),
        ({"waba_templates": [{"name": "a", "language": "en"}], "total": "many"}, 1),
        ({"waba_templates": [], "total": 99}, 1),
        ({"waba_templates": [{"name": "a", "language": "en"}], "total": 10**9}, 100),
    ],
)
def test_a_list_ends_even_when_its_total_does_not(page, calls, hub):
    hub.spoil = answered(page)
    ADAPTER.list_templates(hub.access())
    assert len(hub.asked) == calls


def test_a_template_is_handed_in(hub):
    asked = Template(
        provider_template_id="",
        name="note",
        language="en",
        status=TemplateStatus.PENDING,
        category="utility",
        components=({"type": "BODY", "text": "Your order is on its way."},),
    )
    made = ADAPTER.create_template(hub.access(), asked)
    assert made.provider_template_id == hub.account.templates[-1].provider_template_id
    assert made.status is TemplateStatus.PENDING
    with pytest.raises(SendRefused):
        ADAPTER.create_template(hub.access(), asked)


def test_a_file_is_fetched_by_the_hub_in_place_of_meta(hub):
    hub.account.files["77"] = FakeFile(mime_type="image/jpeg", content=b"\xff\xd8a picture")
    found = ADAPTER.locate_media(hub.access(), MediaReference(provider_media_id="77"))
    assert found.url.startswith(f"{hub.account.base_url}/whatsapp_business/attachments/?mid=77&")
    assert found.headers == {"D360-API-KEY": "d360-key-1"}
    assert found.sha256 == hashlib.sha256(b"\xff\xd8a picture").hexdigest()
    answer = call(Call("GET", found.url, headers=found.headers, allow_http=True))
    assert answer.body == b"\xff\xd8a picture"


def test_a_file_without_an_id_is_at_its_address(hub):
    url = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
    base = hub.account.base_url
    for given in (url, f"{base}/whatsapp_business/attachments/?mid=1"):
        found = ADAPTER.locate_media(hub.access(), MediaReference(url=given))
        assert found.url == f"{base}/whatsapp_business/attachments/?mid=1"


@pytest.mark.parametrize("url", [None, "https://files.example.com/a", "https://evilfbsbx.com/a"])
def test_the_key_goes_to_no_foreign_host(url, hub):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(hub.access(), MediaReference(url=url))
    assert refused.value.code == "foreign_media"
    assert "360dialog" in refused.value.title


def test_a_file_that_is_not_there_is_refused(hub):
    with pytest.raises(SendRefused) as refused:
        ADAPTER.locate_media(hub.access(), MediaReference(provider_media_id="78"))
    assert refused.value.code == "http_404"
