"""Each law holds in an ordinary workspace, and finds the row that breaks it."""

import pytest

from backend import operations
from backend.analytics.tasks import roll_up_marked
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import deliver, envelope, message, run_as, say, status

BREACHES = {
    "L1": (
        "DROP INDEX message_channel_id_provider_message_id_key",
        "UPDATE message SET provider_message_id = 'same'",
    ),
    "L2": (
        "DROP INDEX conversation_one_open_key",
        "UPDATE conversation SET contact_id = (SELECT id FROM contact ORDER BY id LIMIT 1)",
    ),
    "L3": ("UPDATE lead SET score = score + 1",),
    "L6": ("UPDATE message SET status = 'read' WHERE status IS NOT NULL",),
    "L9": ("UPDATE analytics_daily SET messages_in = messages_in + 1",),
    "L12": (
        "UPDATE webhook_event SET state = 'received', received_at = now() - interval '2 minutes'",
    ),
    "L15": (
        "ALTER TABLE lead DROP CONSTRAINT lead_value_has_currency",
        "UPDATE lead SET value = 1",
    ),
}


class Undone(Exception):
    """Takes a breach back."""


@pytest.fixture
def ordinary(actor, mock_channel, whatsapp_channel, demo_rules):
    """Let customers write, and a message of theirs be reported on."""
    assert demo_rules
    for text in ("the price?", "hello"):
        say(actor, mock_channel, text)
    one = message(id="wamid.one")
    sent = status(message_id="wamid.one", status="sent")
    deliver(actor, whatsapp_channel, envelope(messages=[one]), envelope(statuses=[sent]))
    roll_up_marked()
    return actor


def results(uow):
    return {law.code: law for law in operations.check_laws(uow)}


@pytest.mark.usefixtures("ordinary")
def test_every_law_holds():
    with unit_of_work(SYSTEM) as uow:
        found = operations.check_laws(uow)
    assert [law.code for law in found] == list(BREACHES)
    assert [law.offenders for law in found if not law.is_held] == []


@pytest.mark.usefixtures("database")
def test_every_law_holds_where_there_is_nothing():
    with unit_of_work(SYSTEM) as uow:
        assert all(law.is_held for law in operations.check_laws(uow))


@pytest.mark.parametrize("code", BREACHES)
def test_a_breach_is_found_and_shown(ordinary, code):
    found = {}

    def breach(uow, _actor):
        for statement in BREACHES[code]:
            uow.execute(statement)
        found.update(results(uow))
        raise Undone

    with pytest.raises(Undone):
        run_as(ordinary, breach)
    assert {law.code for law in found.values() if not law.is_held} == {code}
    assert found[code].offenders
    assert found[code].title
