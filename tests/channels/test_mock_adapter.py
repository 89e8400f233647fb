import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels import (
    Access,
    AccountChange,
    DeliveryStatus,
    Direction,
    Feature,
    Identity,
    InboundMessage,
    MalformedDelivery,
    MediaReference,
    MessageKind,
    Outbound,
    Provider,
    Referral,
    RejectedItem,
    SendReceipt,
    SendRefused,
    SignedRequest,
    StatusUpdate,
    TemplateChange,
    TextContent,
    adapter_for,
    mock,
)

ADAPTER = adapter_for(Provider.MOCK)
CREDENTIALS = ADAPTER.credentials_model.model_validate({"whatever": "is given"})
NOW = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
ANA = "+12065550123"


def parse_one(body):
    (event,) = ADAPTER.parse(body)
    return event


def message(**fields):
    head = {"from": ANA, "id": "m1", "timestamp": 1700000000}
    return json.dumps({"messages": [{**head, **fields}]}).encode()


def status(**fields):
    head = {"id": "m1", "status": "sent", "timestamp": 1700000000}
    return json.dumps({"statuses": [{**head, **fields}]}).encode()


def test_the_least_message():
    body = mock.message_body(sender=ANA, message_id="m1", sent_at=NOW, text="I want the price")
    assert parse_one(body) == InboundMessage(
        provider_message_id="m1",
        address="",
        identity=Identity(phone=ANA),
        sent_at=NOW,
        kind=MessageKind.TEXT,
        direction=Direction.IN,
        text="I want the price",
    )


def test_the_fullest_message():
    body = mock.message_body(
        sender="12065550123",
        message_id="m2",
        sent_at=NOW,
        text=None,
        profile_name="Ana",
        kind=None,
        referral={"source_type": "ad", "source_id": "7", "ctwa_clid": "c", "headline": "Sale"},
        context_message_id="m1",
        button={"payload": "YES", "text": "Yes, please"},
        user_id="US.1",
        username="ana",
    )
    assert parse_one(body) == InboundMessage(
        provider_message_id="m2",
        address="",
        identity=Identity(phone=ANA, bsuid="US.1", username="ana", display_name="Ana"),
        sent_at=NOW,
        kind=MessageKind.BUTTON,
        text="Yes, please",
        payload={"payload": "YES", "text": "Yes, please"},
        choice="YES",
        quoted_provider_id="m1",
        referral=Referral(source_type="ad", source_id="7", click_id="c", headline="Sale"),
    )


def test_a_status_is_a_step():
    body = mock.status_body(
        message_id="m1",
        status=DeliveryStatus.FAILED,
        occurred_at=NOW,
        error_code="131047",
        recipient=ANA,
    )
    assert parse_one(body) == StatusUpdate(
        provider_message_id="m1",
        address="",
        status=DeliveryStatus.FAILED,
        occurred_at=NOW,
        recipient=Identity(phone=ANA),
        error_code="131047",
    )


@pytest.mark.parametrize("kind", MessageKind)
def test_a_message_may_be_of_any_kind(kind):
    body = mock.message_body(sender=ANA, message_id="m1", sent_at=NOW, kind=kind)
    assert parse_one(body).kind is kind


@pytest.mark.parametrize("sender", ["+12065550123", "12065550123", "+1 (206) 555-0123"])
def test_the_sender_is_a_phone_number(sender):
    assert parse_one(message(**{"from": sender})).identity == Identity(phone=ANA)


@pytest.mark.parametrize("sender", [None, "", "Ana", "12345", {}])
def test_a_sender_without_a_number_needs_a_user_id(sender):
    event = parse_one(message(**{"from": sender}))
    assert event.position == "messages[0]"
    assert event.reason == (
        "`from` is no phone number; one such as +12065550123, or a `user_id`, was expected."
    )
    hidden = parse_one(message(**{"from": sender, "user_id": "US.1"}))
    assert hidden.identity == Identity(bsuid="US.1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (message(id=None), "id"),
        (message(timestamp="soon"), "timestamp"),
        (message(kind="telegram"), "kind"),
        (status(id=""), "id"),
        (status(timestamp=None), "timestamp"),
        (status(status="played backwards"), "status"),
        (status(status=None), "status"),
    ],
)
def test_a_wrong_field_is_named(body, field):
    event = parse_one(body)
    assert isinstance(event, RejectedItem)
    assert event.reason.startswith(f"`{field}` is ")


def test_a_bad_item_does_not_spoil_its_neighbours():
    good = json.loads(message())["messages"][0]
    body = json.dumps({"messages": [good, 7, good], "statuses": ["junk"]}).encode()
    assert [type(event) for event in ADAPTER.parse(body)] == [
        InboundMessage,
        RejectedItem,
        InboundMessage,
        RejectedItem,
    ]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"message": []}', b"[" * 100_000])
def test_what_is_no_delivery_at_all_is_malformed(body):
    with pytest.raises(MalformedDelivery):
        ADAPTER.parse(body)


@given(
    text=st.text(st.characters(exclude_categories=()), max_size=50),
    seconds=st.integers(0, 10**9),
    microseconds=st.integers(0, 999_999),
)
def test_what_is_written_is_read_again(text, seconds, microseconds):
    sent_at = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(
        seconds=seconds, microseconds=microseconds
    )
    event = parse_one(mock.message_body(sender=ANA, message_id="m", sent_at=sent_at, text=text))
    assert event.sent_at == sent_at
    is_storable = "\x00" not in text and text.isprintable()
    assert event.text == text or not text.strip() or not is_storable


def test_nobody_signs_for_the_mock():
    signed = SignedRequest(
        method="POST", url="/", query={}, headers={}, body=message(), received_at=NOW
    )
    assert ADAPTER.verify(CREDENTIALS, signed) is False
    assert ADAPTER.handshake(CREDENTIALS, {"hub.mode": "subscribe"}) is None


def test_a_reply_is_delivered_at_once():
    access = Access(credentials=CREDENTIALS, address="+12065550100", routing_key="+12065550100")
    text = Outbound(
        recipient=Identity(phone=ANA), content=TextContent("It is 20 EUR."), reference="0190"
    )
    assert ADAPTER.send(access, text) == SendReceipt(
        provider_message_id="mock.out.0190",
        statuses=(DeliveryStatus.SENT, DeliveryStatus.DELIVERED),
    )
    assert Feature.SEND_TEXT in ADAPTER.features


def test_whatever_credentials_are_given_are_not_kept():
    assert CREDENTIALS.model_dump() == {}


def test_files_are_named_and_found_where_the_delivery_says():
    file = {"url": "https://files.example.com/a.png", "mime_type": "image/png", "filename": "a.png"}
    event = parse_one(message(kind="image", media=[file]))
    assert event.media == (
        MediaReference(url=file["url"], mime_type="image/png", filename="a.png"),
    )
    access = Access(credentials=CREDENTIALS, address="+12065550100", routing_key="")
    assert ADAPTER.locate_media(access, event.media[0]).url == file["url"]
    with pytest.raises(SendRefused):
        ADAPTER.locate_media(access, MediaReference(provider_media_id="f1"))


def test_a_payload_is_kept_as_it_is():
    place = {"latitude": 47.6, "longitude": -122.3}
    assert parse_one(message(kind="location", payload=place)).payload == place


def test_a_template_changes():
    body = {"templates": [{"id": "t1", "timestamp": 1700000000, "status": "paused"}]}
    assert parse_one(json.dumps(body).encode()) == TemplateChange(
        address=None,
        provider_template_id="t1",
        occurred_at=datetime.fromtimestamp(1700000000, UTC),
        status="paused",
    )
    body["templates"][0]["status"] = "lost"
    assert isinstance(parse_one(json.dumps(body).encode()), RejectedItem)


def test_the_account_changes():
    body = {
        "account": [
            {"timestamp": 1700000000, "quality": "red", "messaging_limit": 250, "restriction": ""}
        ]
    }
    assert parse_one(json.dumps(body).encode()) == AccountChange(
        address=None,
        occurred_at=datetime.fromtimestamp(1700000000, UTC),
        quality="red",
        messaging_limit=250,
        restriction="",
    )


@pytest.mark.parametrize("limit", [-1, 1e300, True, "many", None, 10**12])
def test_a_limit_that_is_no_count_is_not_told(limit):
    body = {"account": [{"timestamp": 1700000000, "messaging_limit": limit}]}
    assert parse_one(json.dumps(body).encode()).messaging_limit is None
