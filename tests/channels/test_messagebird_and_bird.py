"""MessageBird and both Birds: what they deliver, and what they are asked."""

import json
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from backend.channels.adapters import adapter_for
from backend.channels.adapters.bird_fake import BirdFake
from backend.channels.adapters.bird_platform_fake import BirdPlatformFake
from backend.channels.adapters.messagebird_fake import MessageBirdFake
from backend.channels.errors import CredentialsRefused, Fault, SendRefused, SendUnknown
from backend.channels.events import (
    ChannelNotice,
    DeliveryStatus,
    Identity,
    InboundMessage,
    MediaReference,
    MessageKind,
    StatusUpdate,
)
from backend.channels.fakes import FakeAnswer
from backend.channels.outgoing import (
    ButtonsContent,
    MediaContent,
    Outbound,
    ReplyButton,
    TemplateContent,
    TextContent,
)
from backend.channels.ports import Provider
from tests.channels.conformance.played import Mood, playing

VECTORS = Path(__file__).parent.parent / "vectors"
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
ANA = Identity(phone="+12065550123", display_name="Ana")
PROVIDERS = (Provider.MESSAGEBIRD, Provider.BIRD, Provider.BIRD_PLATFORM)


@dataclass(frozen=True)
class Saying:
    """A provider that answers everything alike."""

    said: FakeAnswer

    def answer(self, *_):
        return self.said


@contextmanager
def saying(provider, status, body=b"{}", headers=None):
    """Run a provider that answers everything alike."""
    with playing(provider) as played:
        fake = Saying(FakeAnswer(status, body, headers or {}))
        played.subject = replace(played.subject, fake=fake)
        yield played


@pytest.fixture(autouse=True)
def _private_targets(monkeypatch):
    monkeypatch.setenv("LEADFLOW_ALLOW_PRIVATE_TARGETS", "127.0.0.0/8")


def send(played, content, **changes):
    given = {"recipient": ANA, "reference": "ref-1", "content": content}
    return played.subject.adapter.send(played.access(), Outbound(**given | changes))


def asked_with(provider, content, **changes):
    """Return the body that an adapter posts for a content."""
    with playing(provider) as played:
        send(played, content, **changes)
        return played.account.sent[0].body


TEXT = TextContent("Hello")


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("body", [b'{"id": "m1"}', b'{"message": {"id": "m1"}}'])
def test_an_accepted_message_has_the_providers_id(provider, body):
    with saying(provider, 202, body) as played:
        assert send(played, TEXT).provider_message_id == "m1"


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "fault"),
    [(400, Fault.PERMANENT), (401, Fault.AUTH), (403, Fault.AUTH), (429, Fault.RETRY)],
)
def test_a_refusal_says_whose_fault_it_is(provider, status, fault):
    with (
        saying(provider, status, headers={"Retry-After": "7"}) as played,
        pytest.raises(SendRefused) as refused,
    ):
        send(played, TEXT)
    assert (refused.value.fault, refused.value.retry_after) == (fault, 7.0)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "body"), [(408, b"{}"), (500, b""), (503, b"{}"), (202, b"{"), (200, b"{}")]
)
def test_an_answer_that_settles_nothing_is_unknown(provider, status, body):
    with saying(provider, status, body) as played, pytest.raises(SendUnknown):
        send(played, TEXT)


@pytest.mark.parametrize("code", ["E01004", "E01005"])
def test_an_idempotency_key_in_use_settles_nothing(code):
    body = json.dumps({"code": code, "message": "in use"}).encode()
    with saying(Provider.BIRD_PLATFORM, 409, body) as played, pytest.raises(SendUnknown):
        send(played, TEXT)


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_call_that_left_and_was_never_answered_is_unknown(provider):
    with playing(provider) as played:
        played.mood = Mood.HANGS_UP
        with pytest.raises(SendUnknown):
            send(played, TEXT)
        assert len(played.account.sent) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_probe_with_a_wrong_key_is_told(provider):
    with saying(provider, 401) as played, pytest.raises(CredentialsRefused):
        played.subject.adapter.probe(played.access())


def test_the_platform_gets_the_reference_as_its_idempotency_key():
    with playing(Provider.BIRD_PLATFORM) as played:
        send(played, TEXT, reference="ref-9")
        assert played.asked[0].headers["idempotency-key"] == "ref-9"


PDF = "https://files.example.com/offer.pdf"
DOCUMENT = MediaContent(
    kind=MessageKind.DOCUMENT, url=PDF, mime_type="application/pdf", filename="offer.pdf"
)
IMAGE = MediaContent(
    kind=MessageKind.IMAGE,
    url="https://files.example.com/a.jpg",
    mime_type="image/jpeg",
    caption="Here",
)
BUTTONS = ButtonsContent(text="Shall we?", buttons=(ReplyButton("YES", "Yes"),))
TEMPLATE = TemplateContent(
    name="order_sent",
    language="en",
    provider_template_id="tpl-1",
    body=("Ana", "A-17"),
    text="Hello Ana, your order A-17 is on its way.",
)
META_BUTTONS = {
    "type": "button",
    "body": {"text": "Shall we?"},
    "action": {"buttons": [{"id": "YES", "type": "reply", "title": "Yes"}]},
}
VALUES = [
    {"type": "string", "key": "1", "value": "Ana"},
    {"type": "string", "key": "2", "value": "A-17"},
]
PARAMETERS = [{"type": "text", "text": "Ana"}, {"type": "text", "text": "A-17"}]
WRITTEN = {
    "messagebird a document": (
        Provider.MESSAGEBIRD,
        DOCUMENT,
        {"type": "file", "content": {"file": {"url": PDF}}},
    ),
    "messagebird a picture": (
        Provider.MESSAGEBIRD,
        IMAGE,
        {"type": "image", "content": {"image": {"url": IMAGE.url, "caption": "Here"}}},
    ),
    "messagebird buttons": (
        Provider.MESSAGEBIRD,
        BUTTONS,
        {"type": "interactive", "content": {"interactive": META_BUTTONS}},
    ),
    "bird a document": (
        Provider.BIRD,
        DOCUMENT,
        {
            "body": {
                "type": "file",
                "file": {
                    "files": [
                        {
                            "mediaUrl": PDF,
                            "contentType": "application/pdf",
                            "filename": "offer.pdf",
                        }
                    ]
                },
            }
        },
    ),
    "bird a picture": (
        Provider.BIRD,
        IMAGE,
        {
            "body": {
                "type": "image",
                "image": {"images": [{"mediaUrl": IMAGE.url}], "text": "Here"},
            }
        },
    ),
    "bird a template": (
        Provider.BIRD,
        TEMPLATE,
        {
            "template": {
                "projectId": "tpl-1",
                "version": "latest",
                "locale": "en",
                "parameters": VALUES,
            }
        },
    ),
    "platform a document": (
        Provider.BIRD_PLATFORM,
        DOCUMENT,
        {"document": {"url": PDF, "filename": "offer.pdf"}},
    ),
    "platform a template": (
        Provider.BIRD_PLATFORM,
        TEMPLATE,
        {
            "template": {
                "id": "tpl-1",
                "language": "en",
                "components": [{"type": "body", "parameters": PARAMETERS}],
            }
        },
    ),
}


@pytest.mark.parametrize("case", WRITTEN)
def test_a_content_is_written_as_the_provider_reads_it(case):
    provider, content, expected = WRITTEN[case]
    assert asked_with(provider, content).items() >= expected.items()


def test_messagebird_gets_a_template_of_its_namespace():
    with playing(Provider.MESSAGEBIRD) as played:
        given = played.account.credentials | {"template_namespace": "space"}
        message = Outbound(recipient=ANA, reference="ref-1", content=TEMPLATE)
        played.subject.adapter.send(played.access(credentials=given), message)
        body = played.account.sent[0].body
    assert (body["type"], body["content"]["hsm"]) == (
        "hsm",
        {
            "namespace": "space",
            "templateName": "order_sent",
            "language": {"policy": "deterministic", "code": "en"},
            "params": [{"default": "Ana"}, {"default": "A-17"}],
        },
    )


def test_bird_gets_buttons_as_actions_of_a_text():
    [action] = asked_with(Provider.BIRD, BUTTONS)["body"]["text"]["actions"]
    assert action == {"type": "postback", "postback": {"text": "Yes", "payload": "YES"}}


@pytest.mark.parametrize(
    ("provider", "field", "expected"),
    [
        (Provider.BIRD, "replyTo", {"id": "m1", "type": "message"}),
        (Provider.BIRD_PLATFORM, "in_reply_to_message_id", "m1"),
    ],
)
def test_a_quote_names_the_earlier_message(provider, field, expected):
    assert asked_with(provider, TEXT, quoted_provider_id="m1")[field] == expected


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("changes", [{"header": "Hi"}, {"buttons": ("x",)}])
def test_values_beyond_the_body_of_a_template_are_refused_without_a_call(provider, changes):
    with playing(provider) as played:
        with pytest.raises(SendRefused) as refused:
            send(played, replace(TEMPLATE, **changes))
        assert (refused.value.code, played.asked) == ("template_values", [])


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("url", "carries_key"),
    [
        ("https://media.nest.messagebird.com/a.jpg", True),
        ("https://media.bird.com/a.jpg", True),
        ("https://notbird.com/a.jpg", False),
        ("https://bird.com.example.com/a.jpg", False),
    ],
)
def test_the_key_goes_to_the_providers_own_hosts_alone(provider, url, carries_key):
    with playing(provider) as played:
        found = played.subject.adapter.locate_media(played.access(), MediaReference(url=url))
    assert (found.url, "Authorization" in found.headers) == (url, carries_key)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "url", [None, "http://media.bird.com/a.jpg", "https://me@bird.com/a", "https://[/", "file:///a"]
)
def test_a_file_at_no_https_address_is_refused(provider, url):
    with playing(provider) as played, pytest.raises(SendRefused) as refused:
        played.subject.adapter.locate_media(played.access(), MediaReference(url=url))
    assert refused.value.code == "foreign_media"


CALLS = sorted((VECTORS / "messagebird/python_mocks").glob("conversation_message_*.json"))


@pytest.mark.parametrize("path", CALLS, ids=lambda path: path.stem)
def test_a_recorded_message_of_messagebird_is_read(path):
    recorded = json.loads(path.read_text())
    for raw in recorded.get("items", [recorded]):
        contact = {"msisdn": 12065550123}
        body = {"type": "message.created", "contact": contact, "message": raw}
        [event] = adapter_for(Provider.MESSAGEBIRD).parse(json.dumps(body).encode())
        assert isinstance(event, InboundMessage | StatusUpdate)
        assert (event.provider_message_id, event.address) == (raw["id"], raw["channelId"])


def test_a_tapped_template_button_of_bird_is_a_choice():
    body = (VECTORS / "bird/whatsapp_inbound_postback_redacted_shape.json").read_bytes()
    [event] = adapter_for(Provider.BIRD).parse(body)
    assert (event.kind, event.choice, event.text) == (
        MessageKind.BUTTON,
        "BUTTON_PAYLOAD",
        "Button label",
    )
    assert event.identity == Identity(phone="+15550100001", display_name="Test Contact")


def test_an_unknown_event_of_the_platform_is_a_notice():
    payloads = json.loads((VECTORS / "bird/platform_v1_sdk_test_payloads.json").read_text())
    adapter = adapter_for(Provider.BIRD_PLATFORM)
    events = [adapter.parse(json.dumps(one).encode())[0] for one in payloads["payloads"]]
    assert [type(event) for event in events] == [ChannelNotice] * len(events)


MADE_UP = (
    (MessageBirdFake(), "channel-1", {"text": "Hi"}),
    (BirdFake(), "channel-1", {"body": {"type": "text", "text": {"text": "Hi"}}}),
    (BirdPlatformFake(), "+12065550501", {"text": {"body": "Hi"}}),
)


@pytest.mark.parametrize(
    ("fake", "address", "payload"), MADE_UP, ids=[one[0].provider.value for one in MADE_UP]
)
def test_what_a_made_up_provider_delivers_is_verified_and_read_as_meant(fake, address, payload):
    adapter, account = adapter_for(fake.provider), fake.account(1)
    account.webhook_url = "https://example.com/hook"
    message = InboundMessage(
        provider_message_id="m1",
        address=address,
        identity=ANA,
        sent_at=NOW,
        kind=MessageKind.TEXT,
        text="Hi",
        payload=payload,
    )
    statuses = [
        StatusUpdate(
            provider_message_id="m2",
            address=address,
            status=status,
            occurred_at=NOW,
            recipient=Identity(phone="+12065550123"),
            opaque="ref-1",
        )
        for status in DeliveryStatus
    ]
    requests = fake.delivery(account, [message, *statuses], NOW)
    credentials = adapter.credentials_model.model_validate(account.credentials)
    assert all(adapter.verify(credentials, request) for request in requests)
    read = [event for request in requests for event in adapter.parse(request.body)]
    assert read == [message, *statuses]


@pytest.mark.parametrize("provider", PROVIDERS)
def test_a_made_up_provider_takes_a_message_as_meant(provider):
    with playing(provider) as played:
        receipt = send(played, TEXT)
        [sent] = played.account.sent
    assert receipt.provider_message_id == sent.provider_message_id
    assert (sent.recipient, sent.text, sent.reference) == ("+12065550123", "Hello", "ref-1")
