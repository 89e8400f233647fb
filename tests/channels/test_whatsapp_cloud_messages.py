"""Messages by type, and who wrote them."""

import pytest

from backend.channels import Identity, MessageKind, RejectedItem
from tests.channels.deliveries import envelope, message, parse_one, read, without

KNOWN = "US.13491208655302741918"
OTHER = "US.29847561203948576612"
TYPES = sorted(set(MessageKind) - {MessageKind.UNSUPPORTED, MessageKind.TEMPLATE})


@pytest.mark.parametrize("kind", ["request_welcome", "ephemeral", "poll", "", None, 7, {}])
def test_an_unknown_type_is_an_unsupported_message(kind):
    event = read(type=kind)
    assert event.kind is MessageKind.UNSUPPORTED
    assert event.payload["text"] == {"body": "hello"}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("held", [None, {}, [], "text", 7])
def test_a_known_type_without_its_object_is_an_unsupported_message(kind, held):
    assert read(type=kind, **{kind: held}).kind is MessageKind.UNSUPPORTED


@pytest.mark.parametrize(
    ("kind", "held", "text", "choice"),
    [
        ("text", {"body": 2026}, "2026", None),
        ("text", {"body": "  two  spaces  "}, "  two  spaces  ", None),
        ("text", {"body": None}, None, None),
        ("location", {"latitude": 1, "longitude": 2, "address": "Main St"}, "Main St", None),
        ("contacts", [{"name": {"first_name": "Ana"}}], "Ana", None),
        ("contacts", [{"phones": [{"phone": "+1 555"}]}, "junk", {}], "+1 555", None),
        ("button", {"payload": "YES"}, "YES", "YES"),
        ("interactive", {"type": "new_reply", "new_reply": {"title": "New"}}, "New", None),
        ("order", {"text": "Gift wrap", "product_items": []}, "Gift wrap", None),
        ("order", {"product_items": [{"product_retailer_id": 7, "quantity": "2"}]}, "2 x 7", None),
        ("order", {"product_items": [{"product_retailer_id": "A"}, {}]}, "A", None),
    ],
)
def test_sparse_contents_are_read_as_far_as_they_go(kind, held, text, choice):
    event = read(type=kind, **{kind: held})
    assert (event.kind, event.text, event.choice) == (kind, text, choice)


def test_media_that_could_not_be_fetched_keep_the_error():
    event = read(type="image", image={"id": "1"}, errors=[{"code": 131052}])
    assert (event.kind, event.payload["errors"]) == ("image", [{"code": 131052}])


@pytest.mark.parametrize(
    ("kind", "held"),
    [
        ("reaction", None),
        ("reaction", {"emoji": "x"}),
        ("edit", {"message": {}}),
        ("revoke", []),
        ("system", None),
    ],
)
def test_an_annotation_of_nothing_is_rejected(kind, held):
    assert isinstance(read(type=kind, **{kind: held}), RejectedItem)


@pytest.mark.parametrize(
    ("fields", "contacts", "expected"),
    [
        ({}, None, Identity(phone="+16505551234")),
        ({"from": 16505551234}, None, Identity(phone="+16505551234")),
        ({"from": "163155536021"}, None, Identity(phone="+163155536021")),
        (
            {},
            [{"wa_id": "16505551234 ", "user_id": OTHER}],
            Identity(phone="+16505551234", bsuid=OTHER),
        ),
        ({"from": OTHER}, None, Identity(bsuid=OTHER)),
        ({"from": OTHER}, [{"wa_id": OTHER}], Identity(bsuid=OTHER)),
        ({"from": None, "from_user_id": OTHER}, None, Identity(bsuid=OTHER)),
        (
            {"from": None, "from_user_id": OTHER},
            [{"user_id": KNOWN}, {"user_id": OTHER, "wa_id": "972987654321"}],
            Identity(phone="+972987654321", bsuid=OTHER),
        ),
        ({"from": None}, [{"wa_id": "972987654321"}], Identity(phone="+972987654321")),
        ({"from": None}, [{"profile": {"username": "ana"}}], Identity(username="ana")),
        ({}, [{"profile": {"name": "Ana"}}], Identity(phone="+16505551234", display_name="Ana")),
        ({}, [{"wa_id": "972987654321", "profile": {"name": "B"}}], Identity(phone="+16505551234")),
        ({}, ["junk", {"profile": 7}], Identity(phone="+16505551234")),
    ],
)
def test_the_writer_is_joined_with_the_introduction(fields, contacts, expected):
    assert read(people=contacts, **fields).identity == expected


@pytest.mark.parametrize(
    "contacts",
    [
        None,
        [{"profile": {"name": "A name identifies nobody"}}],
        [{"wa_id": "972987654321"}, {"wa_id": "16505551234"}],
    ],
)
@pytest.mark.parametrize("sender", [None, "", "nobody", "12345", {}, True])
def test_a_message_of_nobody_is_rejected(sender, contacts):
    event = read(people=contacts, **{"from": sender})
    assert event == RejectedItem(
        position="entry[0].changes[0].messages[0]",
        reason="`from` and `from_user_id` name nobody; a phone number or a user id was expected.",
    )


def test_an_echo_is_filed_under_its_recipient():
    contacts = [{"wa_id": "972987654321", "profile": {"name": "Ana", "username": "ana"}}]
    echo = {**without(message(), "from"), "from": "15550783881", "to": "972987654321"}
    event = parse_one(envelope("smb_message_echoes", message_echoes=[echo], contacts=contacts))
    assert event.identity == Identity(phone="+972987654321", username="ana", display_name="Ana")
