"""F11 and F12: what comes ten times, out of order, in heaps, too early or a week late."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from backend import inbox, intake
from backend.channels import DeliveryStatus, mock
from backend.inbox import sending
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import unit_of_work
from tests.factories import deliver, run_as, say, store
from tests.faults._outage import outage, packed, written
from tests.faults._system import ask
from tests.intake.canonical import canonical_state
from tests.intake.delivering import deliver_in_order, new_scene, roll_up
from tests.laws import assert_lawful

pytestmark = [pytest.mark.timeout(300), pytest.mark.usefixtures("database")]

ITEMS = 400
COPIES = 10
ITEMS_EACH = 1_000
WEEK = timedelta(days=7)
AGE = (
    "UPDATE webhook_event SET received_at = received_at - :by, processed_at = processed_at - :by",
    "UPDATE message SET created_at = created_at - :by",
    "UPDATE rule_run SET occurred_at = occurred_at - :by",
)


@pytest.fixture
def scene():
    """Make a workspace with a number and rules."""
    return new_scene()


def clean_run(deliveries):
    actor, channel = new_scene()
    deliver_in_order(actor, channel, deliveries)
    return canonical_state(actor)


def assert_same(actual, expected):
    for table, rows in expected.items():
        assert actual[table] == rows, table


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_ten_copies_shuffled_a_thousand_in_each_delivery_change_nothing(scene, seed):
    """F11."""
    actor, channel = scene
    deliveries = outage(ITEMS, seed=seed)
    copies = deliveries * COPIES
    random.Random(seed).shuffle(copies)
    deliver(actor, channel, *packed(copies, ITEMS_EACH))
    roll_up(actor)
    assert ask(actor, "SELECT count(*) FROM webhook_event WHERE state = 'processed'") == 4
    assert_same(canonical_state(actor), clean_run(deliveries))
    assert_lawful()


def test_what_became_of_a_reply_may_be_told_before_the_send_is_answered(
    actor, operator, mock_channel
):
    """F11: every step, ten times over, while nobody here knows yet what the message is called."""
    said = say(actor, mock_channel)
    reply = run_as(operator, inbox.reply, said.conversation_id, content=inbox.TextReply("answer"))
    with unit_of_work(actor) as uow:
        claimed = sending.claim(uow, reply.id)
    receipt = sending.hand_over(claimed)
    steps = [
        mock.status_body(
            message_id=receipt.provider_message_id, status=step, occurred_at=datetime.now(UTC)
        )
        + b" " * copy
        for step in (DeliveryStatus.READ, DeliveryStatus.DELIVERED, DeliveryStatus.SENT)
        for copy in range(COPIES)
    ]
    assert deliver(actor, mock_channel, *steps) == len(steps)
    assert ask(actor, "SELECT status FROM message WHERE direction = 'out'") is None
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, receipt)
    assert ask(actor, "SELECT status FROM message WHERE direction = 'out'") == "read"
    assert_lawful()


def read_everything(actor):
    page = run_as(actor, inbox.list_conversations, inbox.ConversationQuery(), PageRequest())
    assert page.items
    for conversation in page.items:
        run_as(actor, inbox.mark_read, conversation.id)


def let_a_week_pass(actor):
    """Make everything a week older, and let go of the deliveries' bodies as retention does."""
    with unit_of_work(actor) as uow:
        for statement in AGE:
            uow.execute(statement, {"by": WEEK})
        intake.blank_bodies(uow, actor.workspace_id, before=uow.now, limit=10_000)


def test_what_is_delivered_again_after_a_week_has_no_second_effect(scene):
    """F12: nothing is unread again and no rule runs again, whatever bytes say it."""
    actor, channel = scene
    deliveries = outage(200, seed=12)
    deliver_in_order(actor, channel, deliveries)
    read_everything(actor)
    let_a_week_pass(actor)
    before = canonical_state(actor)
    runs = ask(actor, "SELECT count(*) FROM rule_run")
    assert runs
    store(actor, channel, *(written(delivery) for delivery in deliveries))
    assert intake.drain_workspace(actor.workspace_id) == 0
    again = [written(delivery, spaces=1) for delivery in deliveries]
    assert deliver(actor, channel, *again) == len(again)
    roll_up(actor)
    assert_same(canonical_state(actor), before)
    assert ask(actor, "SELECT sum(unread_count) FROM conversation") == 0
    assert ask(actor, "SELECT count(*) FROM rule_run") == runs
    assert_lawful()
