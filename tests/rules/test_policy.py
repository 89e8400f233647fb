from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from pydantic import TypeAdapter

from backend.kit.ids import new_id
from backend.leads import EventKind, LeadState, Stage
from backend.rules.definition import Action, Cadence, Condition
from backend.rules.earning import cadence_key
from backend.rules.facts import MessageFacts
from backend.rules.policy import compiled, perform
from backend.rules.texts import contains, normalised
from tests.factories import NOON

CONDITION = TypeAdapter(Condition)
ACTION = TypeAdapter(Action)
MESSAGE_ID = UUID("01a205ad-2a06-7782-8f5c-616a7cf3081d")
UTC_ZONE = ZoneInfo("UTC")


def facts(**given):
    plain = {
        "message_id": MESSAGE_ID,
        "sent_at": NOON,
        "channel_id": "c1",
        "kind": "text",
        "text": "",
        "choice": "",
        "has_referral": False,
    }
    said = {name: normalised(given[name]) for name in ("text", "choice") if name in given}
    return MessageFacts(**{**plain, **given, **said})


def lead(**given):
    plain = {"lead_id": new_id(), "stage": Stage.NEW, "tags": set(), "score": 0}
    return LeadState(**{**plain, **given})


def is_true(condition, message=None, of=None):
    return compiled(CONDITION.validate_python(condition))(message or facts(), of or lead())


def done(action, of, message=None):
    parsed = ACTION.validate_python(action)
    return perform(parsed, message or facts(), of, key="r:0", timezone=UTC_ZONE)


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        ("the price?", "price", True),
        ("THE PRICE", "price", True),
        ("the  price \n list", "price list", True),
        ("priceless", "price", False),
        ("re-price", "price", True),
        ("prices", "price", False),
        ("ｐｒｉｃｅ", "price", True),
        ("straße", "STRASSE", True),
        ("कीमत क्या है", "कीमत", True),
        ("50% off", "50%", True),
        ("a.b", "a.b", True),
        ("axb", "a.b", False),
        ("", "price", False),
    ],
)
def test_a_phrase_is_found_as_whole_words(text, phrase, expected):
    assert contains(normalised(text), phrase) is expected


@pytest.mark.parametrize(
    ("operator", "value", "text", "expected"),
    [
        ("contains_any", ["price", "cost"], "what does it cost", True),
        ("contains_any", ["price", "cost"], "hello", False),
        ("contains_all", ["price", "list"], "list of prices", False),
        ("contains_all", ["price", "list"], "the price list", True),
        ("equals", ["Yes", "ok"], " OK ", True),
        ("equals", ["yes"], "yes please", False),
        ("phrase", ["how much"], "How - much?", True),
        ("phrase", ["how, much"], "so how much is it", True),
        ("phrase", ["how much"], "much, how", False),
        ("phrase", ["how much"], "how muchas", False),
        ("phrase", ["कीमत क्या"], "कीमत, क्या है", True),
        ("phrase", ["कीम"], "कीमत", False),
        ("phrase", ["👍"], "fine 👍👍", True),
        ("phrase", [" "], "fine", False),
        ("starts_with", ["order", "buy"], "Order: two", True),
        ("starts_with", ["order"], "orders", False),
        ("starts_with", ["order"], "an order", False),
        ("matches", [r"#\d{4}"], "my order #1234", True),
        ("matches", ["^ORDER"], "order two", True),
        ("matches", ["^order"], "an order", False),
    ],
)
def test_texts_and_choices_are_compared(operator, value, text, expected):
    for field in ("text", "choice"):
        condition = {"field": field, "operator": operator, "value": value}
        assert is_true(condition, facts(**{field: text})) is expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": []}, True),
        ({"any": [{"all": []}, {"not": {"all": []}}]}, True),
        ({"not": {"all": []}}, False),
        ({"all": [{"all": []}, {"not": {"all": []}}]}, False),
        ({"field": "kind", "operator": "is", "value": ["text"]}, True),
        ({"field": "kind", "operator": "is_not", "value": ["text"]}, False),
        ({"field": "channel_id", "operator": "is", "value": ["c1", "c2"]}, True),
        ({"field": "channel_id", "operator": "is", "value": ["c2"]}, False),
        ({"field": "referral", "operator": "exists"}, False),
        ({"field": "referral", "operator": "missing"}, True),
        ({"field": "stage", "operator": "is", "value": ["new", "lost"]}, True),
        ({"field": "stage", "operator": "is_not", "value": ["new"]}, False),
        ({"field": "tags", "operator": "has", "value": " VIP "}, True),
        ({"field": "tags", "operator": "lacks", "value": "vip"}, False),
        ({"field": "score", "operator": "at_least", "value": 5}, True),
        ({"field": "score", "operator": "at_least", "value": 6}, False),
        ({"field": "score", "operator": "below", "value": 6}, True),
        ({"field": "score", "operator": "below", "value": 5}, False),
    ],
)
def test_every_condition_can_be_true_and_false(condition, expected):
    assert is_true(condition, of=lead(tags={"vip"}, score=5)) is expected


def test_a_tag_is_added_once_and_taken_off_once():
    one = lead()
    assert done({"action": "add_tag", "tag": " VIP "}, one).data == {"tag": "vip"}
    assert done({"action": "add_tag", "tag": "vip"}, one) is None
    assert done({"action": "remove_tag", "tag": "Vip"}, one).kind is EventKind.UNTAGGED
    assert done({"action": "remove_tag", "tag": "vip"}, one) is None
    assert one.tags == set()


def test_a_stage_moves_forward_and_says_from_where():
    one = lead()
    change = done({"action": "set_stage", "stage": "nurtured"}, one)
    assert change.data == {"from": Stage.NEW, "to": Stage.NURTURED}
    assert done({"action": "set_stage", "stage": "qualified"}, one) is None
    assert one.stage is Stage.NURTURED


def test_the_earliest_message_that_qualifies_dates_the_qualification():
    one = lead()
    earlier = facts(sent_at=NOON - timedelta(hours=1))
    for message in (facts(), earlier, facts()):
        done({"action": "set_stage", "stage": "qualified"}, one, message)
    assert one.qualified_at == earlier.sent_at


@pytest.mark.parametrize("stage", [Stage.LOST, Stage.NEW])
def test_a_stage_that_is_no_qualification_dates_nothing(stage):
    one = lead()
    done({"action": "set_stage", "stage": stage}, one)
    assert (one.qualified_at, one.is_redated) == (None, False)


def test_a_lead_that_has_ended_is_left_alone():
    one = lead(stage=Stage.LOST)
    assert done({"action": "set_stage", "stage": "qualified"}, one) is None
    assert (one.stage, one.qualified_at) == (Stage.LOST, None)


def test_points_are_earned_once_for_each_key():
    one = lead()
    change = done({"action": "add_points", "points": 5, "reason": "wrote"}, one)
    assert change.data == {"points": 5, "reason": "wrote", "cadence_key": "r:0"}
    assert done({"action": "add_points", "points": 5}, one) is None
    assert one.score == 5


def test_no_points_are_no_entry():
    assert done({"action": "add_points", "points": 0}, lead()) is None


@pytest.mark.parametrize(
    ("cadence", "timezone", "key"),
    [
        (Cadence.ONCE, "UTC", "r:0"),
        (Cadence.DAILY, "UTC", "r:0:2026-03-02"),
        (Cadence.DAILY, "Pacific/Kiritimati", "r:0:2026-03-03"),
        (Cadence.EVERY, "UTC", f"r:0:{MESSAGE_ID}"),
    ],
)
def test_the_key_says_how_often_points_count(cadence, timezone, key):
    assert cadence_key(cadence, facts(), "r:0", ZoneInfo(timezone)) == key


def test_a_day_ends_when_it_does_where_the_team_is():
    late = facts(sent_at=datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC))
    assert cadence_key(Cadence.DAILY, late, "r", ZoneInfo("Europe/Berlin")) == "r:2026-10-25"
    later = facts(sent_at=datetime(2026, 10, 25, 23, 0, tzinfo=UTC))
    assert cadence_key(Cadence.DAILY, later, "r", ZoneInfo("Europe/Berlin")) == "r:2026-10-26"
