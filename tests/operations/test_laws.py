"""Each law holds in an ordinary workspace, and finds the row that breaks it."""

import pytest

from backend import inbox, operations
from backend.analytics.tasks import roll_up_marked
from backend.inbox.tasks import send
from backend.platform import unit_of_work as module
from backend.platform.database import owner_engine
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
    "L6": ("UPDATE message SET status = 'read' WHERE status = 'sent'",),
    "L8": ("UPDATE message SET created_at = now() + interval '1 day' WHERE direction = 'in'",),
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
def ordinary(actor, operator, mock_channel, whatsapp_channel, demo_rules):
    """Let customers write, one be answered, and a message of theirs be reported on."""
    assert demo_rules
    for text in ("the price?", "hello"):
        said = say(actor, mock_channel, text)
    answer = inbox.TextReply("Ten dollars")
    reply = run_as(operator, inbox.reply, said.conversation_id, content=answer)
    send(str(actor.workspace_id), str(reply.id))
    one = message(id="wamid.one")
    sent = status(message_id="wamid.one", status="sent")
    deliver(actor, whatsapp_channel, envelope(messages=[one]), envelope(statuses=[sent]))
    roll_up_marked()
    return actor


def results(uow, actor):
    return {law.code: law for law in operations.check_laws(uow, actor)}


def test_every_law_holds(ordinary):
    found = run_as(ordinary, operations.check_laws)
    assert [law.code for law in found] == list(BREACHES)
    assert [law.offenders for law in found if not law.is_held] == []


def test_every_law_holds_where_there_is_nothing(actor):
    assert all(law.is_held for law in run_as(actor, operations.check_laws))


@pytest.fixture
def breach(monkeypatch):
    """Return a function that breaks a law, asks, and takes it back; only an owner can do that."""

    def breach(actor, code, found):
        monkeypatch.setattr(module, "engine", owner_engine)

        def ask(uow, _actor):
            for statement in BREACHES[code]:
                uow.execute(statement)
            found.update(results(uow, actor))
            raise Undone

        with pytest.raises(Undone):
            run_as(actor, ask)

    return breach


@pytest.mark.parametrize("code", BREACHES)
def test_a_breach_is_found_and_shown(ordinary, breach, code):
    found = {}
    breach(ordinary, code, found)
    assert {law.code for law in found.values() if not law.is_held} == {code}
    assert found[code].offenders


def test_a_law_of_several_workspaces_holds_when_it_holds_in_each(ordinary, breach):
    found = {}
    breach(ordinary, "L3", found)
    sound = run_as(ordinary, operations.check_laws)
    together = {law.code: law for law in operations.merged([sound, tuple(found.values())])}
    assert [code for code, law in together.items() if not law.is_held] == ["L3"]
    assert together["L3"].offenders == found["L3"].offenders
