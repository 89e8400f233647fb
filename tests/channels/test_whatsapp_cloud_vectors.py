"""What third parties recorded, read by the adapter; sources in tests/vectors/README.md."""

from datetime import UTC, datetime

import pytest

from backend.channels import (
    AccountChange,
    AnnotationKind,
    ChannelNotice,
    Direction,
    Identity,
    IdentityChange,
    InboundMessage,
    MessageAnnotation,
    MessageKind,
    StatusUpdate,
    TemplateChange,
)
from tests.channels.deliveries import change_of, parse, parse_one
from tests.vectors import WHATSAPP

SHEENA = Identity(phone="+16505551234", display_name="Sheena Nelson")
TESTER = Identity(phone="+972987654321", bsuid="US.13491208655302741918", display_name="Test Name")
OTHER = "US.29847561203948576612"


ANNOTATIONS = {"reaction", "edit", "revoke"}
KINDS = {kind.value: kind for kind in MessageKind}


def expected_type(item):
    if item["type"] in ANNOTATIONS:
        return MessageAnnotation
    if item["type"] == "system":
        is_change = item["system"]["type"] != "customer_identity_changed"
        return IdentityChange if is_change else ChannelNotice
    return InboundMessage


def expected_status_type(status):
    return ChannelNotice if status.get("recipient_type") == "group" else StatusUpdate


TEMPLATES = {
    "message_template_status_update",
    "message_template_quality_update",
    "template_category_update",
}
STANDING = {
    "ACCOUNT_DELETED",
    "ACCOUNT_OFFBOARDED",
    "ACCOUNT_RECONNECTED",
    "ACCOUNT_RESTRICTION",
    "DISABLED_UPDATE",
    "THROUGHPUT_UPGRADE",
}


def expected_change(field, value):
    if field in TEMPLATES:
        return TemplateChange
    return AccountChange if value.get("event") in STANDING else ChannelNotice


def expected_types(delivery):
    change = change_of(delivery)
    value = change["value"]
    if change["field"] not in {"messages", "smb_message_echoes"}:
        return [expected_change(change["field"], value)]
    messages = value.get("messages", []) + value.get("message_echoes", [])
    statuses = value.get("statuses", [])
    return [
        *map(expected_type, messages),
        *map(expected_status_type, statuses),
        *([ChannelNotice] if value.get("errors") else []),
    ]


@pytest.mark.parametrize("name", WHATSAPP)
def test_every_vector_gives_the_events_it_holds(name):
    events = parse(WHATSAPP[name])
    assert [type(event) for event in events] == expected_types(WHATSAPP[name])
    value = change_of(WHATSAPP[name])["value"]
    number = value.get("display_phone_number")
    address = value.get("metadata", {}).get("phone_number_id") or (number and f"+{number}")
    assert {event.address for event in events} == {address}


MESSAGES = {
    name: change_of(delivery)["value"]["messages"][0]
    for name, delivery in WHATSAPP.items()
    if change_of(delivery)["field"] == "messages"
    and "messages" in change_of(delivery)["value"]
    and expected_type(change_of(delivery)["value"]["messages"][0]) is InboundMessage
}


@pytest.mark.parametrize("name", MESSAGES)
def test_every_message_vector_keeps_its_kind_identity_and_head(name):
    raw, event = MESSAGES[name], parse(WHATSAPP[name])[0]
    is_readable = raw["type"] in KINDS and raw["type"] in raw
    expected = KINDS[raw["type"]] if is_readable else MessageKind.UNSUPPORTED
    assert event.kind is expected
    assert event.provider_message_id == raw["id"]
    assert event.sent_at == datetime.fromtimestamp(int(raw["timestamp"]), UTC)
    assert event.quoted_provider_id == raw.get("context", {}).get("id")
    assert event.direction is Direction.IN
    assert event.identity.phone == ("+" + raw["from"] if "from" in raw else None)
    assert event.identity.display_name


@pytest.mark.parametrize(
    ("name", "kind", "text", "choice", "identity"),
    [
        ("text_message", "text", "Does it come in another color?", None, SHEENA),
        ("image_message", "image", "Taj Mahal", None, SHEENA),
        ("button_message", "button", "Unsubscribe", "Unsubscribe", SHEENA),
        ("interactive_button_reply_message", "interactive", "Cancel", "cancel-button", SHEENA),
        (
            "interactive_list_reply_message",
            "interactive",
            "Priority Mail Express",
            "priority_express",
            SHEENA,
        ),
        (
            "location_message",
            "location",
            "Philz Coffee, 101 Forest Ave, Palo Alto, CA 94301",
            None,
            SHEENA,
        ),
        ("contact_sharing_message", "contacts", "Lucía Gómez", None, SHEENA),
        ("order_message", "order", "2 x di9ozbzfi4, 1 x nqryix03ez", None, SHEENA),
        ("unsupported_message", "unsupported", None, None, SHEENA),
        ("pywa/message/text", "text", "Body Text", None, TESTER),
        ("pywa/message/image", "image", None, None, TESTER),
        ("pywa/message/video", "video", "caption", None, TESTER),
        ("pywa/message/document", "document", "caption", None, TESTER),
        ("pywa/message/voice", "audio", None, None, TESTER),
        ("pywa/message/animated_sticker", "sticker", None, None, TESTER),
        ("pywa/message/current_location", "location", None, None, TESTER),
        ("pywa/message/contacts", "contacts", "Chandler Bing, Monica, Rachel Green", None, TESTER),
        ("pywa/message/order", "order", "3 x HAMBURGER, 2 x FRENCH_FRIES, 2 x SODA", None, TESTER),
        ("pywa/callback_button/button", "interactive", "title", "callback_data", TESTER),
        (
            "pywa/callback_button/quick_reply_without_context",
            "button",
            "title",
            "callback_data",
            TESTER,
        ),
        ("pywa/callback_selection/description", "interactive", "title", "callback_data", TESTER),
        ("pywa/flow_completion/completion", "interactive", "Sent", None, TESTER),
        ("pywa/call_permission_update/reject", "interactive", "reject", "reject", TESTER),
        ("pywa/message/unsupported_with_type", "unsupported", None, None, TESTER),
        (
            "bsuid_text_username_no_wa_id",
            "text",
            "Does it come in another color?",
            None,
            Identity(
                bsuid="US.13491208655302741918",
                username="realsheenanelson",
                display_name="Sheena Nelson",
            ),
        ),
    ],
)
def test_a_message_says_what_a_person_would_read(name, kind, text, choice, identity):
    event = parse(WHATSAPP[name])[0]
    assert (event.kind, event.text, event.choice) == (kind, text, choice)
    assert event.identity == identity


def test_the_payload_is_the_object_of_the_type():
    document = parse_one(WHATSAPP["pywa/message/document"])
    assert document.payload["filename"] == "filename.pdf"
    assert document.payload["context"] == {"forwarded": True}
    location = parse_one(WHATSAPP["location_message"])
    assert location.payload == MESSAGES["location_message"]["location"]


def test_a_product_inquiry_keeps_its_product():
    event = parse_one(WHATSAPP["text_message_with_context_product_inquiry"])
    assert event.payload["context"]["referred_product"]["product_retailer_id"] == "di9ozbzfi4"


def test_an_unsupported_message_keeps_everything():
    event = parse_one(WHATSAPP["unsupported_message"])
    assert event.payload == MESSAGES["unsupported_message"]
    assert not event.kind.opens_lead


def test_a_click_on_an_ad_is_kept():
    referral = parse_one(WHATSAPP["text_message_from_click_to_whatsapp_ad"]).referral
    assert referral.source_type == "ad"
    assert referral.source_id == "120226305854810726"
    assert referral.source_url == "https://fb.me/3cr4Wqqkv"
    assert (referral.headline, referral.body) == ("Chat with us", "Summer Succulents are here!")
    assert referral.click_id.startswith("Aff-n8ZTODiE79d22KtAwQKj9e_")


@pytest.mark.parametrize(
    ("name", "emoji"),
    [
        ("reaction_message", "👍"),
        ("messages_reaction_removed", None),
        ("pywa/message/reaction", "😮"),
        ("pywa/message/unreaction_empty", None),
        ("pywa/message/unreaction_no_emoji", None),
    ],
)
def test_a_reaction_points_at_its_message(name, emoji):
    event = parse_one(WHATSAPP[name])
    raw = change_of(WHATSAPP[name])["value"]["messages"][0]
    assert (event.kind, event.text) == (AnnotationKind.REACTION, emoji)
    assert event.target_provider_id == raw["reaction"]["message_id"]


def test_an_edit_carries_the_new_text():
    event = parse_one(WHATSAPP["pywa/edited_message/image"])
    assert (event.kind, event.text) == (AnnotationKind.EDIT, "Updated image caption")
    assert event.target_provider_id.startswith("wamid.HBgLMTQxMjU1NTA4Mjk")
    assert event.identity == Identity(phone="+16505551234")  # somebody else is introduced


def test_a_revocation_points_at_its_message():
    event = parse_one(WHATSAPP["pywa/deleted_message/revoke"])
    assert (event.kind, event.text) == (AnnotationKind.REVOKE, None)
    assert event.target_provider_id == "<ORIGINAL_WHATSAPP_MESSAGE_ID>"
    assert event.identity == TESTER  # nobody readable in `from`, one person introduced


def test_an_echo_is_written_by_the_business():
    event = parse_one(WHATSAPP["pywa/outgoing_message/text"])
    assert (event.direction, event.kind, event.text) == ("out", "text", "Test message")
    edit = parse_one(WHATSAPP["pywa/outgoing_message/edit"])
    assert (edit.direction, edit.kind, edit.text) == ("out", "edit", "Text was edited")
    assert edit.identity == Identity(phone="+972123456789")
    assert parse_one(WHATSAPP["pywa/outgoing_message/delete"]).direction is Direction.OUT


@pytest.mark.parametrize(
    ("name", "previous", "current"),
    [
        ("system_message", Identity(phone="+16505551234"), Identity(phone="+12195555358")),
        (
            "pywa/system/phone_number_change",
            Identity(phone="+972987654321"),
            Identity(phone="+972912345678"),
        ),
        (
            "bsuid_system_user_changed_user_id",
            Identity(bsuid="US.13491208655302741918"),
            Identity(bsuid=OTHER),
        ),
    ],
)
def test_a_person_who_moved_is_the_same_person(name, previous, current):
    event = parse_one(WHATSAPP[name])
    assert (event.previous, event.current) == (previous, current)
