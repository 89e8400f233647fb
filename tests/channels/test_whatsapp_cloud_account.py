"""What Meta tells of templates, the number and the account."""

from datetime import UTC, datetime

import pytest

from backend.channels import AccountChange, ChannelNotice, RejectedItem, TemplateChange
from tests.channels.deliveries import parse_one
from tests.vectors import WHATSAPP

AT = 1751247548
MOMENT = datetime.fromtimestamp(AT, UTC)
NAMED = {
    "message_template_id": 1689556908129832,
    "message_template_name": "order_confirmation",
    "message_template_language": "en_US",
}


def told(field, value, time=AT):
    """Read one change of the account."""
    entry = {"id": "W", "time": time, "changes": [{"field": field, "value": value}]}
    return parse_one({"object": "whatsapp_business_account", "entry": [entry]})


def template(**changed):
    fields = {
        "address": None,
        "provider_template_id": "1689556908129832",
        "occurred_at": MOMENT,
        "name": "order_confirmation",
        "language": "en_US",
    }
    return TemplateChange(**{**fields, **changed})


def account(**changed):
    return AccountChange(**{"address": None, "occurred_at": MOMENT, **changed})


def test_an_approval_is_a_status():
    event = parse_one(WHATSAPP["pywa/template_status_update/approved"])
    assert event == template(status="approved", category="utility")


def test_a_rejection_says_why():
    event = parse_one(WHATSAPP["pywa/template_status_update/rejected"])
    assert (event.status, event.category, event.name) == ("rejected", "marketing", "abandoned_cart")
    assert event.reason.startswith("Your template has parameters placed next to each other")


def test_a_quality_is_a_colour():
    event = parse_one(WHATSAPP["pywa/template_quality_update/yellow"])
    assert (event.provider_template_id, event.quality) == ("806312974732579", "yellow")
    assert (event.status, event.category) == (None, None)
    assert event.occurred_at == datetime.fromtimestamp(1674864290, UTC)


def test_a_category_is_in_our_words():
    event = parse_one(WHATSAPP["pywa/template_category_update/marketing"])
    assert (event.provider_template_id, event.category, event.status) == (
        "12345678",
        "marketing",
        None,
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("APPROVED", "approved"),
        ("REINSTATED", "approved"),
        ("PENDING", "pending"),
        ("IN_APPEAL", "pending"),
        ("REJECTED", "rejected"),
        ("PAUSED", "paused"),
        ("DISABLED", "disabled"),
        ("PENDING_DELETION", "disabled"),
        ("DELETED", "disabled"),
    ],
)
def test_every_status_of_a_template_is_read(said, status):
    assert told("message_template_status_update", {**NAMED, "event": said}).status == status


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ({"reason": "NONE"}, None),
        ({"reason": None}, None),
        ({"reason": "INVALID_FORMAT"}, "INVALID_FORMAT"),
        ({"reason": "NONE", "other_info": {"title": "T", "description": "Too many blocks"}}, "Too"),
    ],
)
def test_a_reason_is_told_where_there_is_one(value, reason):
    event = told("message_template_status_update", {**NAMED, "event": "PAUSED", **value})
    assert (event.reason or "")[: len(reason or "")] == (reason or "")
    assert (event.reason is None) is (reason is None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {**NAMED, "event": "FLAGGED"}),
        ("message_template_status_update", {}),
        ("message_template_quality_update", NAMED),
        ("template_category_update", {**NAMED, "correct_category": "MARKETING"}),
        ("message_template_components_update", {**NAMED, "message_template_element": "Hi"}),
        ("phone_number_quality_update", {"display_phone_number": "15550783881", "event": "NEW"}),
        ("business_capability_update", {"max_daily_conversations_per_business": -1}),
        ("business_capability_update", {"max_daily_conversations_per_business": "TIER_UNLIMITED"}),
        ("account_update", {"event": "ACCOUNT_VIOLATION"}),
        ("account_update", {"event": 7}),
        ("account_review_update", {"decision": "APPROVED"}),
        ("account_alerts", {"alert_type": "X"}),
    ],
)
def test_what_changes_nothing_here_stays_a_notice(field, value):
    event = told(field, value)
    assert isinstance(event, ChannelNotice)
    assert (event.topic, event.payload) == (field, value or {"value": value})


@pytest.mark.parametrize("value", [7, None, "text", []])
def test_a_change_that_is_no_object_is_rejected(value):
    assert isinstance(told("message_template_status_update", value), RejectedItem)


def test_a_template_without_its_id_is_rejected():
    event = told("message_template_status_update", {"event": "APPROVED"})
    assert event.position == "entry[0].changes[0]"
    assert event.reason.startswith("`message_template_id` is missing")


def test_a_moment_that_is_none_rejects_the_entry():
    event = told("account_update", {"event": "ACCOUNT_DELETED"}, time="soon")
    assert event.reason.startswith("`time` is missing or no moment")


def test_without_a_moment_the_change_has_none():
    assert told("account_update", {"event": "ACCOUNT_DELETED"}, time=None).occurred_at is None


def test_a_higher_throughput_is_told_of_its_number():
    event = parse_one(WHATSAPP["fields_phone_number_quality_update"])
    assert (event.address, event.throughput, event.messaging_limit) == ("+15550783881", 1000, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"event": "FLAGGED", "current_limit": "TIER_10K"}, ("red", 10_000)),
        ({"event": "UNFLAGGED"}, ("unknown", None)),
        ({"event": "UPGRADE", "current_limit": "TIER_100K"}, (None, 100_000)),
        ({"event": "DOWNGRADE", "current_limit": "TIER_250"}, (None, 250)),
        (
            {
                "event": "UPGRADE",
                "current_limit": "TIER_1K",
                "max_daily_conversations_per_business": "TIER_2K",
            },
            (None, 2000),
        ),
    ],
)
def test_quality_and_limit_of_a_number_are_read(value, expected):
    event = told("phone_number_quality_update", {"display_phone_number": "1 555-078-3881", **value})
    assert (event.quality, event.messaging_limit) == expected
    assert event.address == "+15550783881"


@pytest.mark.parametrize(
    ("value", "limit"),
    [
        ({"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_waba": 25}, 2000),
        ({"max_daily_conversation_per_phone": 1000}, 1000),
        ({"max_daily_conversations_per_business": "TIER_10K"}, 10_000),
    ],
)
def test_the_allowance_of_the_business_is_read(value, limit):
    assert told("business_capability_update", value) == account(messaging_limit=limit)


@pytest.mark.parametrize(
    ("value", "restriction"),
    [
        ({"event": "ACCOUNT_DELETED"}, "The WhatsApp Business Account was deleted."),
        (
            {"event": "ACCOUNT_OFFBOARDED"},
            "The WhatsApp Business Account was taken off the platform.",
        ),
        ({"event": "ACCOUNT_RECONNECTED"}, ""),
        (
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
            "Meta disabled the WhatsApp Business Account.",
        ),
        ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, ""),
        ({"event": "ACCOUNT_RESTRICTION"}, "Meta restricted the WhatsApp Business Account."),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [
                    {
                        "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
                        "expiration": 1641330498,
                    },
                    {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
                ],
            },
            "Meta restricted writing to customers first until 2022-01-04 21:08 UTC.",
        ),
        (
            {
                "event": "ACCOUNT_RESTRICTION",
                "restriction_info": [
                    {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING"},
                    {"restriction_type": "RESTRICTED_CUSTOMER_INITIATED_MESSAGING"},
                ],
            },
            "Meta restricted writing to customers first and answering customers.",
        ),
    ],
)
def test_a_restriction_is_a_sentence(value, restriction):
    assert told("account_update", value) == account(restriction=restriction)


@pytest.mark.parametrize(
    "value",
    [
        {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "SCHEDULE_FOR_DISABLE"}},
        {
            "event": "ACCOUNT_RESTRICTION",
            "restriction_info": [{"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"}],
        },
    ],
)
def test_what_leaves_sending_alone_is_a_notice(value):
    assert isinstance(told("account_update", value), ChannelNotice)


def test_changes_of_the_account_come_as_recorded():
    names = [name for name in WHATSAPP if name.startswith("pywa/account_update/")]
    changes = [
        name.rpartition("/")[2]
        for name in names
        if isinstance(parse_one(WHATSAPP[name]), AccountChange)
    ]
    assert sorted(changes) == [
        "account_deleted",
        "account_disabled",
        "account_offboarded",
        "account_reconnected",
        "account_restriction",
    ]
