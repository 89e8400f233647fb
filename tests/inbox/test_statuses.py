"""The status shown is a fold of what was reported, whatever the order."""

from datetime import timedelta
from itertools import permutations

import pytest

from backend import inbox
from backend.channels import DeliveryStatus
from backend.kit.paging import PageRequest
from tests.factories import NOON, deliver, envelope, message, run_as, status
from tests.laws import assert_lawful

STEPS = ("sent", "delivered", "read", "failed")
FAILURE = {"errors": [{"code": 131047, "title": "Re-engagement message"}]}
ANSWER = {
    "from": "15550783881",
    "to": "16505551234",
    "id": "wamid.out",
    "timestamp": str(int(NOON.timestamp())),
    "type": "text",
    "text": {"body": "Ten dollars"},
}


def answer():
    """Write the delivery of a message that the business wrote on its own telephone."""
    delivery = envelope()
    change = delivery["entry"][0]["changes"][0]
    change["field"] = "smb_message_echoes"
    change["value"]["message_echoes"] = [ANSWER]
    return delivery


def step(name, *, minute=0):
    extra = FAILURE if name == "failed" else {}
    at = NOON + timedelta(minutes=minute)
    return envelope(statuses=[status(message_id="wamid.out", status=name, at=at, **extra)])


def shown(actor):
    (conversation,) = run_as(
        actor, inbox.list_conversations, inbox.ConversationQuery(), PageRequest()
    ).items
    return run_as(actor, inbox.list_messages, conversation.id, PageRequest()).items[0]


@pytest.mark.parametrize("order", list(permutations(STEPS)), ids=" ".join)
def test_every_order_of_steps_shows_that_it_was_read(actor, whatsapp_channel, order):
    for name in (None, *order):
        delivery = answer() if name is None else step(name, minute=STEPS.index(name))
        deliver(actor, whatsapp_channel, delivery)
    assert shown(actor).status is DeliveryStatus.READ
    assert shown(actor).status_at == NOON + timedelta(minutes=2)
    assert shown(actor).error is None
    assert_lawful()


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        (["sent"], DeliveryStatus.SENT),
        (["failed", "sent"], DeliveryStatus.FAILED),
        (["sent", "failed"], DeliveryStatus.FAILED),
        (["failed", "delivered"], DeliveryStatus.DELIVERED),
        (["delivered", "failed"], DeliveryStatus.DELIVERED),
        (["read", "delivered", "sent"], DeliveryStatus.READ),
    ],
)
def test_evidence_of_arrival_beats_failure_and_failure_beats_sending(
    actor, whatsapp_channel, steps, expected
):
    deliver(actor, whatsapp_channel, answer(), *map(step, steps))
    assert shown(actor).status is expected


def test_a_failure_is_shown_with_its_reason(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, answer(), step("failed"))
    assert shown(actor).error == "131047: Re-engagement message"


@pytest.mark.parametrize("order", list(permutations(["answer", *STEPS[:2]])), ids=" ".join)
def test_a_status_may_come_before_its_message(actor, whatsapp_channel, order):
    for name in order:
        deliver(actor, whatsapp_channel, answer() if name == "answer" else step(name))
    assert shown(actor).status is DeliveryStatus.DELIVERED


def test_a_status_before_its_message_counts_in_one_batch_too(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, step("delivered"), answer())
    assert shown(actor).status is DeliveryStatus.DELIVERED


def test_a_repeated_status_is_kept_once(actor, whatsapp_channel):
    body = step("sent")
    for _ in range(3):
        deliver(actor, whatsapp_channel, answer(), body)
        body = {**body, "again": len(str(body))}
    question = "SELECT count(*) FROM message_status"
    assert run_as(actor, lambda uow, _: uow.execute(question).scalar_one()) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_edits_and_revocations_may_come_in_any_order(actor, whatsapp_channel, order):
    first = message(id="wamid.in", text="ten")
    edit = {"original_message_id": "wamid.in", "message": {"type": "text", "text": {"body": "2"}}}
    later = {"original_message_id": "wamid.in", "message": {"type": "text", "text": {"body": "3"}}}
    parts = [
        first,
        message(type="edit", edit=edit, at=NOON + timedelta(minutes=1)),
        message(type="edit", edit=later, at=NOON + timedelta(minutes=2)),
    ]
    for place in order:
        deliver(actor, whatsapp_channel, envelope(messages=[parts[place]]))
    assert (shown(actor).text, shown(actor).is_edited) == ("3", True)


@pytest.mark.parametrize("order", list(permutations(range(2))))
def test_a_revoked_message_shows_no_text_even_when_the_revocation_came_first(
    actor, whatsapp_channel, order
):
    revoke = message(type="revoke", revoke={"original_message_id": "wamid.in"})
    parts = [message(id="wamid.in", text="secret"), revoke]
    for place in order:
        deliver(actor, whatsapp_channel, envelope(messages=[parts[place]]))
    assert (shown(actor).text, shown(actor).is_revoked) == (None, True)


def test_the_latest_reaction_is_shown_and_can_be_taken_back(actor, whatsapp_channel):
    def reaction(emoji, minute):
        return message(
            type="reaction",
            reaction={"message_id": "wamid.in", "emoji": emoji},
            at=NOON + timedelta(minutes=minute),
        )

    deliver(actor, whatsapp_channel, envelope(messages=[reaction("👍", 2), reaction("🙁", 1)]))
    deliver(actor, whatsapp_channel, envelope(messages=[message(id="wamid.in")]))
    assert shown(actor).reactions == ("👍",)
    deliver(actor, whatsapp_channel, envelope(messages=[reaction("", 3)]))
    assert shown(actor).reactions == ()


def test_a_quoted_message_is_shown_also_when_it_comes_later(actor, whatsapp_channel):
    answering = message(text="that one", context={"id": "wamid.in"}, at=NOON + timedelta(minutes=1))
    deliver(actor, whatsapp_channel, envelope(messages=[answering]))
    assert shown(actor).quoted is None
    deliver(actor, whatsapp_channel, envelope(messages=[message(id="wamid.in", text="the red")]))
    assert shown(actor).quoted.text == "the red"
