"""Handshake, signature, and deliveries that are broken somewhere."""

import copy
import json
import math
from datetime import UTC, datetime

import pytest

from backend.channels import (
    MalformedDelivery,
    Provider,
    RejectedItem,
    SignedRequest,
    adapter_for,
)
from tests.channels.deliveries import ADAPTER, envelope, message, parse, parse_one, read, without
from tests.factories import NOON
from tests.vectors import hub_signatures, signed_by_meta

SIGNATURE = "x-hub-signature-256"
META = signed_by_meta()


def credentials(**given):
    fields = {"app_secret": "secret", "verify_token": "token", "phone_number_id": "1", **given}
    return ADAPTER.credentials_model.model_validate(fields)


def request(body, headers):
    return SignedRequest(
        method="POST", url="/", query={}, headers=headers, body=body, received_at=NOON
    )


def verdict(secret, body, header, **given):
    return ADAPTER.verify(
        credentials(app_secret=secret, **given), request(body, {SIGNATURE: header})
    )


def query(**changed):
    sent = {"mode": "subscribe", "challenge": "1158201444", "verify_token": "token", **changed}
    return {f"hub.{key}": value for key, value in sent.items() if value is not None}


def test_every_provider_has_an_adapter():
    for provider in Provider:
        assert adapter_for(provider).provider is provider


def test_the_challenge_is_answered():
    assert ADAPTER.handshake(credentials(), query()) == "1158201444"


@pytest.mark.parametrize(
    "changed",
    [
        {"verify_token": "Token"},
        {"verify_token": "token "},
        {"verify_token": ""},
        {"verify_token": "t\u00f6ken\ud800"},
        {"verify_token": None},
        {"mode": "unsubscribe"},
        {"mode": None},
        {"challenge": None},
        {"challenge": ""},
    ],
)
def test_any_other_handshake_is_refused(changed):
    assert ADAPTER.handshake(credentials(), query(**changed)) is None


def test_nested_query_names_are_no_handshake():
    names = {"hub_mode": "subscribe", "hub_challenge": "1", "hub_verify_token": "token"}
    assert ADAPTER.handshake(credentials(), names) is None


def test_an_empty_token_answers_nobody():
    assert ADAPTER.handshake(credentials(verify_token=""), query(verify_token="")) is None


def test_a_delivery_that_meta_signed_is_genuine():
    assert verdict(META.secret, META.body, META.header)
    (event,) = ADAPTER.parse(META.body)
    assert (event.text, event.identity.phone) == ("Hey there! I am using PyWa.", "+972544401243")


@pytest.mark.parametrize("signed", hub_signatures())
def test_published_signatures_are_genuine(signed):
    assert verdict(signed.secret, signed.body, signed.header)


@pytest.mark.parametrize("position", range(0, len(META.body), 23))
def test_one_changed_byte_is_a_forgery(position):
    body = bytearray(META.body)
    body[position] ^= 1
    assert not verdict(META.secret, bytes(body), META.header)


def test_the_same_json_written_otherwise_is_a_forgery():
    assert not verdict(META.secret, json.dumps(json.loads(META.body)).encode(), META.header)
    assert not verdict(META.secret, META.body + b"\n", META.header)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "sha256=",
        META.header[:-1],
        META.header + "0",
        META.header.removeprefix("sha256="),
        META.header.replace("sha256", "SHA256"),
        META.header.replace("sha256", "sha1"),
        META.header.upper(),
        "sha256=" + META.header.removeprefix("sha256=").upper(),
        " " + META.header,
        META.header[:-1] + ("0" if META.header[-1] != "0" else "1"),
        "sha256=" + "0" * 64,
        "sha256=\u00e9\ud800",
        "x" * 100_000,
    ],
)
def test_a_malformed_or_wrong_header_is_a_forgery(header):
    assert not verdict(META.secret, META.body, header)


def test_a_missing_header_is_a_forgery():
    headers = {"x-hub-signature": META.header}
    assert not ADAPTER.verify(credentials(app_secret=META.secret), request(META.body, headers))


def test_another_secret_is_a_forgery():
    assert not verdict("secret", META.body, META.header)


def test_both_secrets_count_while_one_replaces_the_other():
    assert verdict("new", META.body, META.header, previous_app_secret=META.secret)
    assert verdict(META.secret, META.body, META.header, previous_app_secret="old")
    assert not verdict("new", META.body, META.header, previous_app_secret="old")


@pytest.mark.parametrize("previous", [None, ""])
def test_an_empty_secret_verifies_nothing(previous):
    signed_with_nothing = "sha256=b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"
    assert not verdict("", b"", signed_with_nothing, previous_app_secret=previous)


def test_another_provider_has_no_say():
    foreign = adapter_for(Provider.MOCK).credentials_model()
    assert not ADAPTER.verify(foreign, request(META.body, {SIGNATURE: META.header}))
    assert ADAPTER.handshake(foreign, query()) is None


def test_secrets_are_trimmed_and_never_shown():
    kept = credentials(app_secret=f" {META.secret}\n", access_token="canary-1234")
    assert ADAPTER.verify(kept, request(META.body, {SIGNATURE: META.header}))
    assert META.secret not in repr(kept) + str(kept) + kept.model_dump_json()
    assert "canary" not in repr(kept) + str(kept) + kept.model_dump_json()


@pytest.mark.parametrize(
    "wrong", [{"app_secret": None}, {"phone_number_id": " "}, {"acces_token": "misspelt"}]
)
def test_wrong_credentials_are_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        credentials(**wrong)


def test_a_bad_item_does_not_spoil_its_neighbours():
    bad = [7, None, "text", [], {}, without(message(), "id"), message(timestamp="soon")]
    items = [message(id="first"), *bad, message(id="last")]
    events = parse(envelope(messages=items, statuses=["junk"], errors=[{"code": 1}]))
    assert [events[0].provider_message_id, events[8].provider_message_id] == ["first", "last"]
    assert [event.position for event in events[1:8]] == [
        f"entry[0].changes[0].messages[{index}]" for index in range(1, 8)
    ]
    assert events[1].reason == "the message is a number; an object was expected."
    assert events[2].reason == "the message is null; an object was expected."
    assert events[9].reason == "the status is text; an object was expected."
    assert events[10].topic == "errors"


@pytest.mark.parametrize("key", ["id", "timestamp"])
@pytest.mark.parametrize("value", [None, "", " ", {}, [], True, "x" * 513])
def test_a_message_without_its_head_is_rejected(key, value):
    event = read(**{key: value})
    assert isinstance(event, RejectedItem)
    assert event.reason.startswith(f"`{key}` is missing or ")


@pytest.mark.parametrize("moment", ["1700000000", 1700000000, " 1700000000 ", 1700000000.0])
def test_a_moment_may_be_text_or_number(moment):
    assert read(timestamp=moment).sent_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@pytest.mark.parametrize(
    "moment", [-1, "-1", "1_700", 1700000000000, "1700000000000", 10**200, math.nan, math.inf, "٣"]
)
def test_a_moment_out_of_range_is_rejected(moment):
    assert "`timestamp` is missing or no moment" in read(timestamp=moment).reason


@pytest.mark.parametrize(
    ("path", "value", "position"),
    [
        (("entry", 0), 7, "entry[0]"),
        (("entry", 0, "changes"), None, "entry[0]"),
        (("entry", 0, "changes", 0), "text", "entry[0].changes[0]"),
        (("entry", 0, "changes", 0), {}, "entry[0].changes[0]"),
        (("entry", 0, "changes", 0, "value"), "text", "entry[0].changes[0]"),
        (("entry", 0, "changes", 0, "value", "messages"), 7, "entry[0].changes[0].messages[0]"),
    ],
)
def test_a_broken_part_is_rejected_where_it_stands(path, value, position):
    delivery = envelope(messages=[message()])
    delivery["entry"].append(copy.deepcopy(delivery["entry"][0]))
    node = delivery
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    broken, sound = parse(delivery)
    assert (type(broken), broken.position) == (RejectedItem, position)
    assert sound.text == "hello"


def test_a_lone_item_may_stand_without_its_list():
    delivery = envelope(messages=message())
    delivery["entry"] = {"changes": delivery["entry"][0]["changes"][0]}
    assert parse_one(delivery).text == "hello"


def test_messages_without_a_field_or_metadata_are_messages():
    change = {"value": {"messages": [message()]}}
    event = parse_one({"object": "whatsapp_business_account", "entry": [{"changes": [change]}]})
    assert (event.text, event.address) == ("hello", "")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'"text"',
        b"{}",
        b'{"object": "page", "entry": []}',
        b'{"object": "whatsapp_business_account"}',
        b'{"entry": []}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"object":' * 100_000,
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_what_is_no_delivery_at_all_is_malformed(body):
    with pytest.raises(MalformedDelivery) as refusal:
        ADAPTER.parse(body)
    assert refusal.value.expected


def test_an_empty_delivery_holds_nothing():
    assert parse({"object": "whatsapp_business_account", "entry": []}) == ()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("half \ud83d", "half \ufffd"),
        ("👩‍👩‍👧‍👦 مرحبا שלום", "👩‍👩‍👧‍👦 مرحبا שלום"),
        ("x" * 100_000, "x" * 100_000),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_any_text_survives(said, kept):
    event = read(text={"body": said})
    assert (event.text, event.payload) == (kept, {"body": kept})


def test_text_beyond_utf_8_survives():
    body = json.dumps(envelope(messages=[message(text={"body": "ä"})]), ensure_ascii=False)
    (event,) = ADAPTER.parse(body.encode().replace("ä".encode(), b"\xe4"))
    assert event.text == "\ufffd"


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "1" * 5_000])
def test_numbers_that_cannot_be_stored_do_not_spoil_a_message(number):
    delivery = envelope(messages=[message(type="order", order={"text": "t", "item_price": "P"})])
    body = json.dumps(delivery).replace('"P"', number).encode()
    (event,) = ADAPTER.parse(body)
    assert event.text == "t"
    json.dumps(event.payload, allow_nan=False)


def test_a_deep_object_is_cut_and_its_neighbours_stay():
    deep = '{"a":' * 500 + "1" + "}" * 500
    delivery = envelope(messages=[message(location="L", type="location"), message()])
    first, second = ADAPTER.parse(json.dumps(delivery).replace('"L"', deep).encode())
    assert (first.kind, second.text) == ("location", "hello")
    json.dumps(first.payload)
