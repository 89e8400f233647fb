"""What a form of Twilio's says, parameter by parameter."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.channels import (
    ChannelNotice,
    DeliveryStatus,
    Identity,
    InboundMessage,
    MalformedDelivery,
    MediaReference,
    MessageKind,
    Provider,
    Referral,
    RejectedItem,
    StatusUpdate,
    adapter_for,
    at_receipt,
)
from tests.factories import NOON

ADAPTER = adapter_for(Provider.TWILIO)
SID = "SM0123456789abcdef0123456789abcdef"
ANA = "whatsapp:+12065550123"
US = "whatsapp:+12065550100"
FILE = "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1"


def parse_one(**form):
    (event,) = ADAPTER.parse(urlencode(form).encode())
    return event


def read(**form):
    head = {
        "MessageSid": SID,
        "SmsSid": SID,
        "AccountSid": "AC1",
        "From": ANA,
        "To": US,
        "WaId": "12065550123",
        "ProfileName": "Ana",
        "SmsStatus": "received",
        "NumMedia": "0",
    }
    return parse_one(**{**head, **form})


def status(told, **form):
    return parse_one(**{"MessageSid": SID, "MessageStatus": told, "From": US, "To": ANA, **form})


def test_a_text():
    event = at_receipt(read(Body="I want the price", MessageType="text"), NOON)
    assert event == InboundMessage(
        provider_message_id=SID,
        address="+12065550100",
        identity=Identity(phone="+12065550123", display_name="Ana"),
        sent_at=NOON,
        kind=MessageKind.TEXT,
        text="I want the price",
        payload=event.payload,
    )


def test_parameters_nobody_knows_yet_are_kept():
    assert read(Body="hello", Novelty="7").payload["Novelty"] == "7"


def test_what_postgresql_cannot_store_is_taken_out():
    assert read(Body="a\x00b").text == "a\ufffdb"
    (event,) = ADAPTER.parse(b"MessageSid=SM1&From=%2B12065550123&Body=%FF%00%ED%A0%80")
    assert "\x00" not in event.text
    assert event.text.isprintable()


def test_a_user_id_stands_where_the_number_does():
    event = read(
        From="whatsapp:US.13491208655302741918",
        ExternalUserId="whatsapp:US.13491208655302741918",
        WaId="",
        Body="hello",
    )
    assert event.identity == Identity(bsuid="US.13491208655302741918", display_name="Ana")


def test_number_and_user_id_may_come_together():
    event = read(ExternalUserId="whatsapp:US.1", Body="hello")
    assert (event.identity.phone, event.identity.bsuid) == ("+12065550123", "US.1")


def test_a_text_message_of_the_telephone_is_read_too():
    assert read(From="+12065550123", WaId="", Body="hello").identity.phone == "+12065550123"


def test_another_channel_of_the_same_account_is_kept_aside():
    event = read(From="messenger:12345", Body="hello")
    assert isinstance(event, ChannelNotice)
    assert event.topic == "other_channel"


@pytest.mark.parametrize(
    ("told", "mime", "kind"),
    [
        ("image", "image/jpeg", "image"),
        ("", "image/jpeg", "image"),
        ("", "video/mp4", "video"),
        ("", "audio/ogg; codecs=opus", "audio"),
        ("", "application/pdf", "document"),
        ("sticker", "image/webp", "sticker"),
        ("document", "image/png", "document"),
        ("", "text/vcard", "contacts"),
        ("contacts", "text/vcard", "contacts"),
        ("", "", "document"),
    ],
)
def test_a_file_has_its_kind_from_twilio_or_from_its_type(told, mime, kind):
    event = read(
        MessageType=told, NumMedia="1", MediaUrl0=FILE, MediaContentType0=mime, Body="Look"
    )
    assert (event.kind, event.text) == (kind, "Look")
    assert event.media == (MediaReference(url=FILE, mime_type=mime or None),)


def test_every_file_of_a_message_is_named():
    event = read(
        MediaUrl0=FILE,
        MediaContentType0="image/png",
        MediaUrl1=FILE + "2",
        MediaContentType1="image/gif",
    )
    assert [file.mime_type for file in event.media] == ["image/png", "image/gif"]


def test_a_tapped_button():
    event = read(Body="Yes", ButtonText="Yes, please", ButtonPayload="YES", ButtonType="REPLY")
    assert (event.kind, event.text, event.choice) == ("button", "Yes, please", "YES")
    assert read(ButtonText="Yes").choice == "Yes"


def test_a_chosen_row():
    event = read(Body="Express", ListTitle="Express", ListId="express")
    assert (event.kind, event.text, event.choice) == ("interactive", "Express", "express")
    data = '{"type": "list_reply", "list_reply": {"id": "express", "title": "Express"}}'
    event = read(InteractiveData=data)
    assert (event.kind, event.text, event.choice) == ("interactive", "Express", "express")
    assert event.payload["InteractiveData"]["type"] == "list_reply"


def test_a_filled_form():
    event = read(Body="Sent", MessageType="interactive", FlowData='{"size": "XL"}')
    assert (event.kind, event.text, event.choice) == ("interactive", "Sent", None)
    assert event.payload["FlowData"] == {"size": "XL"}


def test_json_that_is_none_stays_text():
    assert read(Body="x", FlowData="{").payload["FlowData"] == "{"


def test_a_place():
    event = read(
        Latitude="37.44", Longitude="-122.16", Label="Philz Coffee", Address="101 Forest Ave"
    )
    assert (event.kind, event.text) == ("location", "Philz Coffee, 101 Forest Ave")
    assert event.payload["Latitude"] == "37.44"


def test_a_quote():
    event = read(Body="this", OriginalRepliedMessageSid="SM9", OriginalRepliedMessageSender=US)
    assert event.quoted_provider_id == "SM9"


def test_a_click_on_an_ad():
    event = read(
        Body="hello",
        ReferralSourceType="ad",
        ReferralSourceId="120226305854810726",
        ReferralSourceUrl="https://fb.me/3cr4Wqqkv",
        ReferralHeadline="Chat with us",
        ReferralBody="Succulents are here!",
        ReferralCtwaClid="Aff-n8",
        ReferralNumMedia="0",
    )
    assert event.referral == Referral(
        source_type="ad",
        source_id="120226305854810726",
        source_url="https://fb.me/3cr4Wqqkv",
        headline="Chat with us",
        body="Succulents are here!",
        click_id="Aff-n8",
    )
    assert read(Body="hello", ReferralNumMedia="0").referral is None


def test_what_nobody_can_read_is_kept():
    event = read(Body="", MessageType="poll")
    assert event.kind is MessageKind.UNSUPPORTED
    assert event.payload["MessageType"] == "poll"


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("accepted", "accepted"),
        ("scheduled", "accepted"),
        ("queued", "accepted"),
        ("sending", "accepted"),
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
    ],
)
def test_a_step_of_our_message(told, expected):
    event = at_receipt(status(told, SmsStatus=told), NOON)
    assert isinstance(event, StatusUpdate)
    assert (event.provider_message_id, event.address) == (SID, "+12065550100")
    assert (event.status, event.occurred_at) == (DeliveryStatus(expected), NOON)
    assert event.recipient == Identity(phone="+12065550123")
    assert (event.error_code, event.error_title) == (None, None)


def test_a_receipt_of_reading_may_come_as_an_event_alone():
    event = parse_one(MessageSid=SID, From=US, To=ANA, EventType="READ")
    assert event.status is DeliveryStatus.READ


@pytest.mark.parametrize("told", ["undelivered", "failed", "canceled"])
def test_a_failure_says_why(told):
    event = status(told, ErrorCode="63016", ChannelStatusMessage="Outside the window")
    assert event.status is DeliveryStatus.FAILED
    assert (event.error_code, event.error_title) == ("63016", "Outside the window")
    assert status(told).error_code == told


def test_a_step_that_nobody_knows_is_kept_aside():
    event = status("teleported")
    assert isinstance(event, ChannelNotice)
    assert event.topic == "message_status"


def test_a_message_from_nobody_is_refused_alone():
    event = read(From="", WaId="", Body="hello")
    assert isinstance(event, RejectedItem)
    assert event.position == "From"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\x00",
        b"<html>",
        b'{"MessageSid": "SM1"}',
        b"Body=hello",
        b"MessageSid=",
        b"a&" * 2000,
    ],
)
def test_what_is_no_webhook_is_malformed(body):
    with pytest.raises(MalformedDelivery):
        ADAPTER.parse(body)


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "From",
                "To",
                "Body",
                "Latitude",
                "Longitude",
                "WaId",
                "MediaUrl0",
                "MediaContentType0",
                "ButtonPayload",
                "InteractiveData",
                "MessageStatus",
            ]
        ),
        st.text(),
    )
)
def test_no_parameter_breaks_the_reading(form):
    (event,) = ADAPTER.parse(urlencode({"MessageSid": SID, **form}, errors="replace").encode())
    assert event is not None
