"""What somebody who looks after deliveries reads: how many, of which cause, about whom."""

import pytest

from backend import inbox, intake
from backend.inbox import ConversationQuery
from backend.intake import Example, Whereabouts
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from tests.factories import deliver, envelope, message, run_as, say


def broken(position):
    """Write a delivery whose message at this position cannot be read."""
    said = [message() for _ in range(position)]
    return envelope(messages=[*said, {**message(), "timestamp": f"day {position}"}])


@pytest.fixture
def groups(actor, whatsapp_channel):
    """Have deliveries stand in quarantine for two causes, and return these."""
    deliver(actor, whatsapp_channel, broken(0), broken(1), broken(2), b"{")
    return run_as(actor, intake.list_causes, PageRequest()).items


def test_what_stands_in_quarantine_is_counted(actor, groups):
    assert run_as(actor, intake.count_quarantined) == sum(cause.events for cause in groups) == 4


def test_a_count_stops_where_nobody_counts_on(actor, groups, monkeypatch):
    monkeypatch.setattr("backend.intake.overseeing.MOST_COUNTED", 2)
    assert run_as(actor, intake.count_quarantined) == 2 < len(groups) + 2


def test_rows_of_a_diff_lead_to_their_lead_and_conversation(actor, mock_channel):
    landed = say(actor, mock_channel)
    (talk,) = run_as(actor, inbox.list_conversations, ConversationQuery(), PageRequest()).items
    ids = {
        "contact": str(landed.contact_id),
        "conversation": str(talk.id),
        "lead": str(landed.lead_id),
        "message": str(landed.message_id),
    }
    examples = [Example(change="changed", table=table, id=row) for table, row in ids.items()]
    gone = Example(change="created", table="lead", id=str(new_id()))
    unknown = Example(change="changed", table="pg_class", id="1")
    found = run_as(actor, intake.whereabouts, [*examples, gone, unknown])
    assert {row: one.conversation_id for row, one in found.items()} == dict.fromkeys(
        ids.values(), str(talk.id)
    )
    assert found[ids["lead"]] == Whereabouts(lead_id=ids["lead"], conversation_id=str(talk.id))
