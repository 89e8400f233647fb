"""Numbers, user ids and usernames that change hands: who is who whatever comes first or twice."""

import itertools
from datetime import timedelta

import pytest

from backend import contacts, inbox, intake
from backend.auth import Role
from backend.inbox import ConversationQuery
from backend.kit.paging import PageRequest
from tests.factories import NOON, create_user, envelope, message, run_as
from tests.intake.canonical import canonical_state
from tests.intake.delivering import deliver_in_order, new_scene
from tests.laws import assert_lawful

pytestmark = pytest.mark.usefixtures("database")

OLD, NEW, STRANGER = "16505550001", "16505550002", "16505550003"
OLD_ID, NEW_ID = "US.11111111111111111111", "US.22222222222222222222"


def at(hours):
    return NOON + timedelta(hours=hours)


def said(sender, *, hours, text="hello", username=None, name=None):
    """Write a delivery of a text; a sender is a number or a user id."""
    field = "from_user_id" if sender.startswith("US.") else "from"
    one = {**message(at=at(hours), text=text), "id": f"wamid.{sender}.{hours}"}
    del one["from"]
    profile = {key: value for key, value in (("name", name), ("username", username)) if value}
    person = {"user_id" if field == "from_user_id" else "wa_id": sender, "profile": profile}
    return envelope(messages=[{**one, field: sender}], people=[person] if profile else [])


def changed_number(*, hours):
    system = {"type": "user_changed_number", "body": "changed", "wa_id": NEW}
    one = message(sender=OLD, at=at(hours), type="system", system=system, id="wamid.number")
    return envelope(messages=[one])


def changed_user_id(*, hours):
    system = {"type": "user_changed_user_id", "body": "changed", "user_id": NEW_ID}
    one = message(at=at(hours), type="system", system=system, id="wamid.user-id")
    del one["from"]
    return envelope(messages=[{**one, "from_user_id": OLD_ID}])


def updated_user_id(*, hours):
    """Write a `user_id_update`, which also names the number of now."""
    delivery = envelope()
    change = delivery["entry"][0]["changes"][0]
    change["field"] = "user_id_update"
    change["value"]["user_id_update"] = [
        {
            "wa_id": NEW,
            "user_id": {"previous": OLD_ID, "current": NEW_ID},
            "timestamp": str(int(at(hours).timestamp())),
        }
    ]
    return delivery


def people(actor):
    return run_as(actor, contacts.list_contacts, PageRequest()).items


def outcome(deliveries):
    actor, channel = new_scene()
    deliver_in_order(actor, channel, deliveries)
    assert_lawful()
    return actor, canonical_state(actor)


CHANGES = {
    "user_changed_number": (
        [said(OLD, hours=0), changed_number(hours=1), said(NEW, hours=2)],
        ("+" + NEW, None),
    ),
    "user_changed_user_id": (
        [said(OLD_ID, hours=0), changed_user_id(hours=1), said(NEW_ID, hours=2)],
        (None, NEW_ID),
    ),
    "user_id_update": (
        [said(OLD_ID, hours=0), updated_user_id(hours=1), said(NEW_ID, hours=2)],
        ("+" + NEW, NEW_ID),
    ),
    "all of them": (
        [
            changed_number(hours=1),
            updated_user_id(hours=2),
            changed_user_id(hours=2),
            said(OLD_ID, hours=0),
        ],
        ("+" + NEW, NEW_ID),
    ),
}


@pytest.mark.parametrize(("deliveries", "known_as"), CHANGES.values(), ids=CHANGES.keys())
def test_a_change_makes_one_person_in_any_order_and_repeated(deliveries, known_as):
    _, expected = outcome(deliveries)
    for order in itertools.permutations(deliveries):
        actor, state = outcome([*order, order[0], *reversed(order)])
        (person,) = people(actor)
        assert (person.phone, person.bsuid) == known_as
        for table, rows in expected.items():
            assert state[table] == rows, table


def test_a_change_told_late_joins_both_histories():
    actor, _ = outcome([said(OLD, hours=0), said(NEW, hours=2)])
    assert len(people(actor)) == 2
    late, _ = outcome([said(OLD, hours=0), said(NEW, hours=2), changed_number(hours=1)])
    (person,) = people(late)
    assert person.phone == "+" + NEW
    (conversation,) = run_as(
        late, inbox.list_conversations, ConversationQuery(), PageRequest()
    ).items
    assert len(run_as(late, inbox.list_messages, conversation.id, PageRequest()).items) == 2


def test_a_late_change_does_not_take_the_newer_number_away():
    actor, _ = outcome([said(OLD, hours=5), changed_number(hours=1)])
    (person,) = people(actor)
    assert person.phone == "+" + OLD


def both_named(*, hours):
    one = message(sender=OLD, at=at(hours), id="wamid.both")
    return envelope(messages=[{**one, "from_user_id": OLD_ID}])


REASONS = {
    "one message": ([said(OLD, hours=0), said(OLD_ID, hours=1), both_named(hours=2)], "evidence"),
    "a new number": ([said(OLD, hours=0), said(NEW, hours=1), changed_number(hours=2)], "changed"),
    "a new user id": (
        [said(OLD_ID, hours=0), said(NEW_ID, hours=1), updated_user_id(hours=2)],
        "changed",
    ),
}


@pytest.mark.parametrize(("deliveries", "reason"), REASONS.values(), ids=REASONS.keys())
def test_a_merge_says_what_showed_it(deliveries, reason):
    actor, _ = outcome(deliveries)
    (person,) = people(actor)
    (merge,) = run_as(actor, contacts.list_merges, person.id, PageRequest()).items
    assert (merge.reason, merge.merged_by) == (reason, "LeadFlow")


def test_each_merge_of_a_batch_has_its_own_reason():
    actor, channel = new_scene()
    deliver_in_order(actor, channel, [said(one, hours=0) for one in (OLD, OLD_ID, NEW, NEW_ID)])
    told = both_named(hours=2)
    told["entry"] += updated_user_id(hours=3)["entry"]
    deliver_in_order(actor, channel, [told])
    (person,) = people(actor)
    merges = run_as(actor, contacts.list_merges, person.id, PageRequest()).items
    assert sorted(merge.reason for merge in merges) == ["changed", "changed", "evidence"]


def named(*, sender, username, hours):
    return said(sender, hours=hours, username=username, name=username.title())


PASSED_ON = [
    named(sender=OLD, username="ana", hours=0),
    named(sender=OLD, username="old-ana", hours=2),
    named(sender=STRANGER, username="ana", hours=3),
    said(OLD, hours=4),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))), ids=str)
def test_a_username_that_passes_on_joins_nobody_in_any_order(order):
    deliveries = [PASSED_ON[number] for number in order]
    actor, _ = outcome([*deliveries, *deliveries])
    assert {one.phone: one.username for one in people(actor)} == {
        "+" + OLD: "old-ana",
        "+" + STRANGER: "ana",
    }


def test_a_username_that_passed_on_stays_apart_when_a_merge_is_undone():
    actor, channel = new_scene()
    deliver_in_order(actor, channel, PASSED_ON[:2])
    deliver_in_order(actor, channel, [said(NEW, hours=1), changed_number(hours=2)])
    operator = run_as(actor, create_user, role=Role.OPERATOR)
    (person,) = people(actor)
    (merge,) = run_as(actor, contacts.list_merges, person.id, PageRequest()).items
    deliver_in_order(actor, channel, PASSED_ON[2:])
    run_as(operator, intake.unmerge, merge.id)
    assert {one.phone: one.username for one in people(actor)} == {
        "+" + OLD: "old-ana",
        "+" + NEW: None,
        "+" + STRANGER: "ana",
    }
    assert_lawful()
