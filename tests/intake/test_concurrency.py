"""Deliveries that meet what people and workers do at the same moment."""

import threading
import time
from datetime import UTC, datetime, timedelta

from backend import inbox, intake, leads
from backend.channels import DeliveryStatus, mock
from backend.inbox import sending
from backend.inbox.tasks import sweep
from backend.intake import repository
from backend.intake.repository import EventRepository
from backend.leads import Stage
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_channel, run_as, say, store

CUSTOMER = "+12065550123"
LISTED = "SELECT last_direction, unread_count, first_responded_at IS NOT NULL FROM conversation"


def waiting_message(actor, channel):
    body = mock.message_body(
        sender=CUSTOMER, message_id="later", sent_at=datetime.now(UTC), text="hi"
    )
    store(actor, channel, body)


def started(work):
    """Start `work` beside the test and give it time to come to where it has to wait."""
    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.5)
    return thread


def drained(actor):
    return started(lambda: intake.drain_workspace(actor.workspace_id))


def rows(actor, question):
    return run_as(actor, lambda uow, _: [tuple(row) for row in uow.execute(question)])


def test_a_reply_under_way_is_seen_by_the_fold_that_waited_for_it(actor, operator, mock_channel):
    said = say(actor, mock_channel, sender=CUSTOMER)
    waiting_message(actor, mock_channel)
    with unit_of_work(operator) as uow:
        inbox.reply(uow, operator, said.conversation_id, content=inbox.TextReply("answer"))
        draining = drained(actor)
    draining.join()
    assert rows(actor, LISTED) == [("out", 1, True)]


def test_an_event_that_collided_with_a_click_is_tried_again(actor, operator, mock_channel):
    said = say(actor, mock_channel, sender=CUSTOMER)
    run_as(operator, leads.set_stage, said.lead_id, stage=Stage.CONVERTED)
    waiting_message(actor, mock_channel)
    with unit_of_work(operator) as uow:
        leads.set_stage(uow, operator, said.lead_id, stage=Stage.NEW)
        draining = drained(actor)
    draining.join()
    assert {row[0] for row in rows(actor, "SELECT state FROM webhook_event")} == {"processed"}
    assert len(rows(actor, "SELECT id FROM lead")) == 1


def test_a_step_that_meets_the_providers_answer_is_not_lost(actor, operator, mock_channel):
    said = say(actor, mock_channel, sender=CUSTOMER)
    written = run_as(operator, inbox.reply, said.conversation_id, content=inbox.TextReply("answer"))
    with unit_of_work(actor) as uow:
        claimed = sending.claim(uow, written.id)
    receipt = sending.hand_over(claimed)
    body = mock.status_body(
        message_id=receipt.provider_message_id,
        status=DeliveryStatus.READ,
        occurred_at=datetime.now(UTC),
    )
    store(actor, mock_channel, body)
    with unit_of_work(claimed.connection) as uow:
        sending.settle(uow, claimed, receipt)
        drained(actor).join()
    intake.drain_workspace(actor.workspace_id)
    assert rows(actor, "SELECT status FROM message WHERE direction = 'out'") == [("read",)]


def test_workers_do_not_queue_up_behind_the_one_that_drains(actor, mock_channel):
    waiting_message(actor, mock_channel)
    with unit_of_work(actor) as uow:
        EventRepository(uow, actor.workspace_id).lock()
        began = [drained(actor) for _ in range(3)]
        assert not any(thread.is_alive() for thread in began)
    assert intake.drain() == 1


def test_a_reply_that_cannot_be_sent_holds_no_other_up(actor, operator, mock_channel):
    broken = run_as(actor, create_channel)
    unsendable = say(actor, broken, sender=CUSTOMER)
    sendable = say(actor, mock_channel, sender="+12065550124")
    run_as(operator, inbox.reply, unsendable.conversation_id, content=inbox.TextReply("one"))
    run_as(operator, inbox.reply, sendable.conversation_id, content=inbox.TextReply("two"))
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE channel SET credentials = 'x' WHERE id = :id", {"id": broken.id})
        uow.execute(
            "UPDATE message SET created_at = created_at - :by", {"by": timedelta(minutes=1)}
        )
    sweep()
    states = dict(rows(actor, "SELECT text, delivery_state FROM message WHERE direction = 'out'"))
    assert states == {"one": "failed", "two": "handed_over"}


def test_reading_a_delivery_needs_no_key(actor, mock_channel):
    waiting_message(actor, mock_channel)
    with unit_of_work(actor) as uow:
        uow.execute("UPDATE channel SET credentials = 'x'")
    assert intake.drain() == 1
    assert rows(actor, "SELECT state FROM webhook_event") == [("processed",)]


def test_a_batch_is_bounded_by_bytes_and_takes_one_at_least(actor, mock_channel, monkeypatch):
    deliver_nothing = [b'{"messages": [], "n": %d}' % number for number in range(5)]
    store(actor, mock_channel, *deliver_nothing)
    monkeypatch.setattr(repository, "MAX_CLAIMED_BYTES", 2 * len(deliver_nothing[0]))
    with unit_of_work(actor) as uow:
        claimed = EventRepository(uow, actor.workspace_id).claim(100)
        assert [bytes(row["body"]) for row in claimed] == deliver_nothing[:2]
    monkeypatch.setattr(repository, "MAX_CLAIMED_BYTES", 1)
    assert intake.drain_workspace(actor.workspace_id) == len(deliver_nothing)
