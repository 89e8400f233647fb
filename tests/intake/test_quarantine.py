"""A delivery that fails stands alone, says why, and works once the cause is gone."""

import pytest
from sqlalchemy.exc import OperationalError

from backend import inbox, intake, leads
from backend.intake import EventNotFound, EventQuery, EventState
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from tests.factories import administer, deliver, envelope, message, run_as, store
from tests.laws import assert_lawful

# Makes the database itself refuse a message, the way a broken constraint would.
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.text = 'poison' THEN RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{reason}';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refuse BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION refuse()
"""
RELENT = "DROP TRIGGER IF EXISTS refuse ON message; DROP FUNCTION IF EXISTS refuse()"


@pytest.fixture
def poison(database):
    """Have the database refuse the text `poison`; returns a function that ends it."""

    def relent():
        administer(RELENT)

    def refuse(*, code="check_violation", reason="the text is poison"):
        administer(REFUSE.format(code=code, reason=reason))
        return relent

    assert database
    yield refuse
    relent()


def texts(*given):
    return [envelope(messages=[message(text=text)]) for text in given]


def events(actor, state=None):
    return run_as(actor, intake.list_events, EventQuery(state=state), PageRequest(limit=200)).items


def quarantined(actor):
    return events(actor, EventState.QUARANTINED)


def message_count(actor):
    return run_as(actor, lambda uow, _: uow.execute("SELECT count(*) FROM message").scalar_one())


@pytest.mark.parametrize("place", [0, 24, 49])
def test_one_poisonous_delivery_of_fifty_stands_alone(actor, whatsapp_channel, poison, place):
    poison()
    given = ["fine"] * 50
    given[place] = "poison"
    assert deliver(actor, whatsapp_channel, *texts(*given)) == 50
    (event,) = quarantined(actor)
    assert "the text is poison" in event.error
    assert "\n" not in event.error
    assert event.attempts == 1
    assert message_count(actor) == 49
    assert len(events(actor, EventState.PROCESSED)) == 49
    assert_lawful()


def test_neighbours_of_several_poisonous_deliveries_take_effect(actor, whatsapp_channel, poison):
    poison()
    deliver(actor, whatsapp_channel, *texts("poison", "fine", "poison", "fine", "fine", "poison"))
    assert len(quarantined(actor)) == 3
    assert message_count(actor) == 3


def test_a_quarantined_delivery_is_not_tried_again_by_itself(actor, whatsapp_channel, poison):
    relent = poison()
    deliver(actor, whatsapp_channel, *texts("poison"))
    relent()
    assert intake.drain_workspace(actor.workspace_id) == 0
    assert message_count(actor) == 0


def test_a_replay_works_once_the_cause_is_gone(actor, whatsapp_channel, poison):
    relent = poison()
    deliver(actor, whatsapp_channel, *texts("poison"))
    (event,) = quarantined(actor)
    again = run_as(actor, intake.replay, event.id)
    assert again.state is EventState.QUARANTINED
    assert "the text is poison" in again.error
    relent()
    replayed = run_as(actor, intake.replay, event.id)
    assert (replayed.state, replayed.error, replayed.attempts) == (EventState.PROCESSED, None, 3)
    assert message_count(actor) == 1
    assert_lawful()


@pytest.mark.usefixtures("demo_rules")
def test_a_replay_of_what_took_effect_changes_nothing(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, *texts("I want the price"))
    (event,) = events(actor)
    (before,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    run_as(actor, intake.replay, event.id)
    (after,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    assert (after.score, after.tags, after.stage) == (before.score, before.tags, before.stage)
    assert len(run_as(actor, leads.score_entries, after.id)) == 2
    assert message_count(actor) == 1


def test_a_replay_of_an_unknown_delivery_says_so(actor):
    with pytest.raises(EventNotFound):
        run_as(actor, intake.replay, new_id())


@pytest.mark.parametrize("code", ["deadlock_detected", "admin_shutdown"])
def test_a_fault_of_the_database_is_raised_and_tried_again(actor, whatsapp_channel, poison, code):
    relent = poison(code=code)
    with pytest.raises(OperationalError):
        deliver(actor, whatsapp_channel, *texts("fine", "poison"))
    assert {event.state for event in events(actor)} == {EventState.RECEIVED}
    relent()
    assert intake.drain_workspace(actor.workspace_id) == 2
    assert message_count(actor) == 2


@pytest.mark.parametrize(
    "body", [b"{", b"", b"[]", b"null", b'{"object": 1}', b"\xff\xfe", b"1" * 99]
)
def test_a_body_that_is_no_delivery_is_quarantined_with_the_reason(actor, whatsapp_channel, body):
    deliver(actor, whatsapp_channel, body, *texts("fine"))
    (event,) = quarantined(actor)
    assert event.error
    shown = run_as(actor, intake.get_event, event.id)
    assert shown.body == body.decode("utf-8", "replace")
    assert message_count(actor) == 1


def test_an_item_nobody_can_read_leaves_its_neighbours_in_effect(actor, whatsapp_channel):
    broken = {**message(text="lost"), "timestamp": "yesterday"}
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="one"), broken, message()]))
    (event,) = quarantined(actor)
    assert "messages[1]" in event.error
    assert message_count(actor) == 2


def test_a_replay_of_a_half_read_delivery_doubles_nothing(actor, whatsapp_channel):
    broken = {**message(text="lost"), "timestamp": "yesterday"}
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="one"), broken]))
    (event,) = quarantined(actor)
    assert run_as(actor, intake.replay, event.id).state is EventState.QUARANTINED
    assert message_count(actor) == 1


def test_deliveries_of_another_workspace_do_not_wait(actor, whatsapp_channel, poison):
    poison()
    store(actor, whatsapp_channel, *texts("poison", "fine"))
    assert intake.drain() == 2
    assert message_count(actor) == 1


def test_a_long_body_is_cut_when_shown(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="x" * 50_000)]))
    (event,) = events(actor)
    assert len(run_as(actor, intake.get_event, event.id).body) == 20_000


def test_events_page_without_gap_or_repetition(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, *texts(*("fine" for _ in range(7))))
    seen, cursor = [], None
    while True:
        page = run_as(actor, intake.list_events, EventQuery(), PageRequest(limit=3, cursor=cursor))
        seen += [event.id for event in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) == 7
    assert seen == [event.id for event in events(actor)]
    assert run_as(actor, inbox.list_conversations, inbox.ConversationQuery(), PageRequest()).items
