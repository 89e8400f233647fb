"""Statuses, people who moved, and what concerns the account."""

from datetime import UTC, datetime

import pytest

from backend.channels import DeliveryStatus, Identity
from tests.channels.deliveries import change_of, envelope, parse, parse_one, read, without
from tests.vectors import WHATSAPP

KNOWN = "US.13491208655302741918"
OTHER = "US.29847561203948576612"
TESTER = Identity(phone="+972987654321", bsuid=KNOWN, display_name="Test Name")


@pytest.mark.parametrize(
    ("case", "status"),
    [("sent", "sent"), ("delivered", "delivered"), ("read", "read"), ("played", "read")],
)
def test_a_status_is_a_step(case, status):
    event = parse_one(WHATSAPP[f"pywa/message_status/{case}"])
    assert (event.provider_message_id, event.status) == ("wamid.xyzxyz", status)
    assert event.recipient == TESTER
    assert (event.error_code, event.error_title, event.opaque) == (None, None, None)
    assert event.payload["pricing"]["category"] == "service"


def test_a_failure_says_why():
    event = parse_one(WHATSAPP["pywa/message_status/failed"])
    assert (event.status, event.error_code) == (DeliveryStatus.FAILED, "130472")
    assert event.error_title == (
        "User's number is part of an experiment: Failed to send message because this user's"
        " phone number is part of an experiment"
    )


@pytest.mark.parametrize(
    ("errors", "code", "title"),
    [
        ([{"code": "131047", "title": "Too late"}], "131047", "Too late"),
        ([{"code": 1, "message": "Unknown"}, {"code": 2}], "1", "Unknown"),
        ([], None, None),
        (None, None, None),
        ("broken", None, None),
    ],
)
def test_a_failure_with_few_words_still_counts(errors, code, title):
    status = {"id": "m", "status": "failed", "timestamp": 1700000000, "errors": errors}
    event = parse_one(envelope(statuses=[status]))
    assert (event.status, event.error_code, event.error_title) == ("failed", code, title)
    assert event.recipient is None


def test_what_we_attached_to_a_message_comes_back():
    assert parse_one(WHATSAPP["pywa/message_status/with_tracker"]).opaque == "some data"


def test_a_status_may_know_the_user_id_only():
    event = parse_one(WHATSAPP["bsuid_status_delivered_bsuid_only"])
    assert (event.recipient.phone, event.recipient.bsuid) == (None, KNOWN)
    assert event.recipient.username == "pablomorales"


@pytest.mark.parametrize("status", ["deleted", "warning", "something_new"])
def test_other_statuses_are_notices(status):
    raw = {"id": "m", "status": status, "timestamp": "1700000000"}
    assert parse_one(envelope(statuses=[raw])).topic == "message_status"


@pytest.mark.parametrize("missing", ["id", "status", "timestamp"])
def test_a_status_without_its_head_is_rejected(missing):
    raw = without({"id": "m", "status": "sent", "timestamp": "1700000000"}, missing)
    event = parse_one(envelope(statuses=[raw]))
    assert event.position == "entry[0].changes[0].statuses[0]"
    assert event.reason.startswith(f"`{missing}` is missing")


def test_each_new_user_id_is_a_change():
    first = {
        "wa_id": "16505551234",
        "user_id": {"previous": KNOWN, "current": OTHER},
        "timestamp": 1700000000,
    }
    changes = [
        first,
        without(first, "wa_id"),
        without(first, "user_id"),
        without(first, "timestamp"),
    ]
    one, two, *bad = parse(envelope("user_id_update", user_id_update=changes))
    assert one.previous == Identity(bsuid=KNOWN)
    assert one.current == Identity(phone="+16505551234", bsuid=OTHER)
    assert one.occurred_at == datetime.fromtimestamp(1700000000, UTC)
    assert two.current == Identity(bsuid=OTHER)
    assert [item.position for item in bad] == [
        "entry[0].changes[0].user_id_update[2]",
        "entry[0].changes[0].user_id_update[3]",
    ]


@pytest.mark.parametrize("kind", ["customer_identity_changed", "something_new"])
def test_other_system_messages_are_notices(kind):
    event = read(type="system", system={"type": kind, "body": "…"})
    assert (event.topic, event.payload["system"]["type"]) == (kind, kind)


def test_a_change_of_number_without_the_new_number_is_rejected():
    event = read(type="system", system={"type": "user_changed_number"})
    assert event.reason == "`system` names nobody; the new `wa_id` or `user_id` was expected."


def test_errors_out_of_band_are_a_notice():
    event = parse_one(WHATSAPP["messages_errors"])
    assert (event.address, event.topic) == ("106540352242922", "errors")
    assert event.payload["errors"][0]["code"] == 130429


@pytest.mark.parametrize("value", [{"event": "NEW"}, {}, [], "text", None])
def test_a_field_of_the_future_is_kept(value):
    delivery = envelope("something_new")
    change_of(delivery)["value"] = value
    event = parse_one(delivery)
    assert (event.topic, event.address) == ("something_new", None)
    assert event.payload == (
        value or {"value": value} if isinstance(value, dict) else {"value": value}
    )


def test_a_group_message_is_a_notice():
    event = read(group_id="Y2FwaV9ncm91cA")
    assert (event.topic, event.payload["text"]) == ("group_message", {"body": "hello"})


def test_messages_of_a_shape_of_the_future_are_kept():
    event = parse_one(envelope(something_new=[1]))
    assert (event.topic, event.payload["something_new"]) == ("messages", [1])
