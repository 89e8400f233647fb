"""What the played Meta and the played 360dialog deliver is what the adapters read."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.channels import (
    AccountChange,
    AnnotationKind,
    ChannelNotice,
    DeliveryStatus,
    Direction,
    Identity,
    IdentityChange,
    InboundMessage,
    MediaReference,
    MessageAnnotation,
    MessageKind,
    NotOffered,
    Referral,
    RejectedItem,
    StatusUpdate,
    TemplateChange,
    adapter_for,
)
from backend.channels.adapters.dialog360_fake import Dialog360Fake
from backend.channels.adapters.whatsapp_cloud_fake import WhatsAppCloudFake
from tests.factories import NOON

ANA = Identity(phone="+12065550123", display_name="Ana Example")
HIDDEN = Identity(bsuid="US.13491208655302741918", username="ana", display_name="Ana Example")
ADDRESS = "106540352240001"
FAKES = [WhatsAppCloudFake(), Dialog360Fake()]
PLACE = {"latitude": 47.6, "longitude": -122.3, "name": "Cafe", "address": "1 Pine St"}
CARD = {"name": {"formatted_name": "Bo Example"}, "phones": [{"phone": "+1 206-555-0199"}]}
LINE = {"product_retailer_id": "SKU-1", "quantity": 2, "item_price": 5, "currency": "USD"}
REFERRAL = Referral(
    source_type="ad",
    source_id="120226305854810726",
    source_url="https://fb.me/example",
    headline="Chat with us",
    body="Have a look",
    click_id="Aff-n8ZTODiE79d22KtAwQKj9e",
)


def message(kind="text", **given):
    fields = {
        "provider_message_id": "wamid.1",
        "address": ADDRESS,
        "identity": ANA,
        "sent_at": NOON,
        "kind": MessageKind(kind),
    }
    return InboundMessage(**{**fields, **given})


def text(said="I want the price / ¿cuánto?", **given):
    return message(text=said, payload={"body": said}, **given)


def file(kind, **given):
    known = {"id": "77", "mime_type": "image/jpeg", "sha256": "c2hh", **given}
    return message(
        kind,
        text=known.get("caption"),
        payload=known,
        media=(
            MediaReference(
                provider_media_id="77",
                mime_type="image/jpeg",
                sha256="c2hh",
                filename=known.get("filename"),
                url=known.get("url"),
            ),
        ),
    )


def annotation(kind, **given):
    fields = {
        "provider_message_id": "wamid.2",
        "address": ADDRESS,
        "target_provider_id": "wamid.1",
        "kind": AnnotationKind(kind),
        "identity": ANA,
        "occurred_at": NOON,
    }
    return MessageAnnotation(**{**fields, **given})


def status(step, **given):
    fields = {
        "provider_message_id": "wamid.9",
        "address": ADDRESS,
        "status": DeliveryStatus(step),
        "occurred_at": NOON,
        "recipient": Identity(phone="+12065550123"),
    }
    return StatusUpdate(**{**fields, **given})


def change(previous, current):
    return IdentityChange(address=ADDRESS, previous=previous, current=current, occurred_at=NOON)


def template(**changed):
    fields = {
        "address": None,
        "provider_template_id": "1689556908129832",
        "occurred_at": NOON,
        "name": "order_update",
        "language": "en",
    }
    return TemplateChange(**{**fields, **changed})


def account(**changed):
    return AccountChange(**{"address": None, "occurred_at": NOON, **changed})


ERRORS = [{"code": 131047, "title": "Re-engagement message"}]
PRICING = {"billable": True, "category": "service"}
ROW = {"id": "express", "title": "Express"}
REPLY = {"type": "list_reply", "list_reply": ROW}
BUTTON = {"payload": "YES", "text": "Yes, please"}
EVENTS = {
    "text": text(),
    "a hidden number": text(identity=HIDDEN),
    "an answer": text(quoted_provider_id="wamid.0"),
    "from an ad": text(referral=REFERRAL),
    "forwarded": message(text="Hi", payload={"body": "Hi", "context": {"forwarded": True}}),
    "image": file("image", caption="Here"),
    "image by address": file("image", url="https://lookaside.fbsbx.com/a"),
    "video": file("video"),
    "voice": file("audio", voice=True),
    "document": file("document", filename="offer.pdf", caption="Here"),
    "sticker": file("sticker", animated=False),
    "location": message("location", text="Cafe, 1 Pine St", payload=PLACE),
    "contacts": message("contacts", text="Bo Example", payload={"contacts": [CARD]}),
    "order": message("order", text="2 x SKU-1", payload={"product_items": [LINE]}),
    "button": message("button", text="Yes, please", choice="YES", payload=BUTTON),
    "list": message("interactive", text="Express", choice="express", payload=REPLY),
    "an echo": text(direction=Direction.OUT),
    "reaction": annotation("reaction", text="👍"),
    "reaction taken back": annotation("reaction"),
    "edit": annotation("edit", text="The other one"),
    "revocation": annotation("revoke"),
    "our edit": annotation("edit", text="The other one", direction=Direction.OUT),
    "sent": status("sent", payload={"pricing": PRICING}),
    "delivered": status("delivered", opaque="0190f0c2"),
    "read by a hidden number": status("read", recipient=Identity(bsuid=HIDDEN.bsuid)),
    "failed": status(
        "failed",
        error_code="131047",
        error_title="Re-engagement message",
        payload={"errors": ERRORS},
    ),
    "another number": change(
        Identity(phone="+12065550123"), Identity(phone="+12065550199", bsuid="US.2")
    ),
    "another user id": change(Identity(bsuid="US.1"), Identity(phone="+12065550123", bsuid="US.2")),
    "template approved": template(status="approved", category="utility"),
    "template rejected": template(status="rejected", reason="INVALID_FORMAT"),
    "template quality": template(quality="red"),
    "template category": template(category="marketing"),
    "allowance": account(messaging_limit=2000),
    "reconnected": account(restriction=""),
    "restricted": account(restriction="Meta restricted writing to customers first."),
    "something else": ChannelNotice(address=None, topic="flows", payload={"event": "X"}),
}


def account_of(fake):
    made = fake.account(1)
    made.webhook_url = "https://leads.example.com/webhooks/1?a=b"
    return made


def credentials_of(fake, made):
    return adapter_for(fake.provider).credentials_model.model_validate(made.credentials)


def read(fake, *events):
    requests = fake.delivery(account_of(fake), events, NOON)
    adapter = adapter_for(fake.provider)
    return [event for request in requests for event in adapter.parse(request.body)]


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.provider)
@pytest.mark.parametrize("name", EVENTS)
def test_what_is_told_is_what_is_read(name, fake):
    assert read(fake, EVENTS[name]) == [EVENTS[name]]


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.provider)
def test_everything_comes_in_one_delivery_in_order(fake):
    assert read(fake, *EVENTS.values()) == list(EVENTS.values())
    assert len(fake.delivery(account_of(fake), tuple(EVENTS.values()), NOON)) == 1


def test_what_one_field_cannot_say_comes_in_several():
    made = account_of(FAKES[0])
    told = account(quality="red", messaging_limit=250, throughput=1000)
    assert read(FAKES[0], told) == [
        account(address=made.address, quality="red"),
        account(address=made.address, throughput=1000),
        account(messaging_limit=250),
    ]
    both = template(status="paused", category="marketing", quality="red")
    assert read(FAKES[0], both) == [replace(both, quality=None), template(quality="red")]


def test_a_message_without_an_address_is_for_the_number_of_the_account():
    (event,) = read(FAKES[0], text(address=""))
    assert event == text(address=account_of(FAKES[0]).credentials["phone_number_id"])


def test_what_nobody_can_read_is_told_too():
    (event,) = read(FAKES[0], message("unsupported"))
    assert event.kind is MessageKind.UNSUPPORTED


@pytest.mark.parametrize(
    "event",
    [
        message("template"),
        status("accepted"),
        RejectedItem(position="entry[0]", reason="Nothing."),
    ],
    ids=lambda event: type(event).__name__,
)
def test_what_meta_never_tells_is_not_made_up(event):
    with pytest.raises(NotOffered):
        read(FAKES[0], event)


def test_a_thousand_updates_make_one_delivery_and_one_more_makes_two():
    events = [replace(text(), provider_message_id=f"wamid.{index}") for index in range(1001)]
    fake = FAKES[0]
    first, second = fake.delivery(account_of(fake), events, NOON)
    adapter = adapter_for(fake.provider)
    assert (len(adapter.parse(first.body)), len(adapter.parse(second.body))) == (1000, 1)
    assert fake.delivery(account_of(fake), [], NOON) == ()


def test_the_bytes_are_as_meta_writes_them():
    (request,) = FAKES[0].delivery(account_of(FAKES[0]), [text()], NOON)
    assert request.body.isascii()
    assert b"price \\/ \\u00bfcu\\u00e1nto?" in request.body
    assert (request.method, request.query) == ("POST", {"a": "b"})
    assert request.received_at == NOON


def test_every_changed_byte_of_a_delivery_is_a_forgery():
    fake = FAKES[0]
    made = account_of(fake)
    (request,) = fake.delivery(made, [text()], NOON)
    adapter, known = adapter_for(fake.provider), credentials_of(fake, made)
    assert adapter.verify(known, request)
    for position in range(len(request.body)):
        body = bytearray(request.body)
        body[position] ^= 1
        assert not adapter.verify(known, replace(request, body=bytes(body)))


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.provider)
def test_every_changed_character_of_the_proof_is_a_forgery(fake):
    made = account_of(fake)
    (request,) = fake.delivery(made, [text()], NOON)
    adapter, known = adapter_for(fake.provider), credentials_of(fake, made)
    assert adapter.verify(known, request)
    (name,) = request.headers.keys() - {"content-type"}
    value = request.headers[name].encode()
    for position, byte in enumerate(value):
        changed = value[:position] + bytes([byte ^ 1]) + value[position + 1 :]
        headers = {**request.headers, name: changed.decode("latin-1")}
        assert not adapter.verify(known, replace(request, headers=headers))
    assert not adapter.verify(known, replace(request, headers={}))


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.provider)
def test_another_accounts_delivery_is_a_forgery(fake):
    (request,) = fake.delivery(account_of(fake), [text()], NOON)
    stranger = credentials_of(fake, fake.account(2))
    assert not adapter_for(fake.provider).verify(stranger, request)


def test_the_handshake_is_metas():
    fake = FAKES[0]
    made = account_of(fake)
    asked = fake.handshake(made)
    adapter = adapter_for(fake.provider)
    assert adapter.handshake(credentials_of(fake, made), asked.query) == "1158201444"
    assert adapter.handshake(credentials_of(fake, fake.account(2)), asked.query) is None
    assert "hub.challenge=1158201444" in asked.url


@pytest.mark.parametrize("fake", FAKES, ids=lambda fake: fake.provider)
def test_accounts_differ_in_everything_that_names_or_opens_them(fake):
    one, two = fake.account(1), fake.account(2)
    assert not set(one.credentials.values()) & set(two.credentials.values())
    assert one.address != two.address
    assert fake.account(1) == one


def test_moments_are_in_whole_seconds():
    late = text(sent_at=NOON + timedelta(milliseconds=900))
    assert read(FAKES[0], late) == [text()]
