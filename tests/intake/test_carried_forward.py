"""What conversations and leads carry forward is what their whole history folds to."""

import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from backend.inbox.folding import fold_conversations
from tests.factories import run_as
from tests.intake.delivering import deliver_in_disorder, new_scene, unlike_deliveries
from tests.intake.scenarios import stories

pytestmark = pytest.mark.usefixtures("database")

CONVERSATIONS = """
SELECT id, opened_at, last_message_at, last_direction, last_kind, snippet, first_inbound_at,
       window_expires_at, first_responded_at, unread_count
FROM conversation ORDER BY id
"""

# What a lead shows beside what its timeline and the messages on it say.
LEADS = """
SELECT l.id, l.opened_at, told.first_at, l.last_activity_at, told.last_at,
       l.score, COALESCE((SELECT sum(points) FROM score_entry WHERE lead_id = l.id), 0) AS points
FROM lead AS l CROSS JOIN LATERAL (
    SELECT min(m.sent_at) AS first_at, max(m.sent_at) AS last_at
    FROM lead_event AS e JOIN message AS m ON m.id = e.message_id
    WHERE e.lead_id = l.id AND e.kind = 'message.received'
) AS told
"""


def rows(actor, question):
    return run_as(actor, lambda uow, _: uow.execute(question).mappings().all())


def assert_carried_well(actor):
    shown = rows(actor, CONVERSATIONS)
    assert shown
    run_as(actor, lambda uow, _: fold_conversations(uow, [row["id"] for row in shown]))
    assert rows(actor, CONVERSATIONS) == shown
    for lead in rows(actor, LEADS):
        assert (lead["opened_at"], lead["last_activity_at"]) == (lead["first_at"], lead["last_at"])
        assert lead["score"] == lead["points"]


@pytest.mark.parametrize("seed", range(3))
def test_the_shipped_deliveries_are_carried_well(seed):
    actor, channel = new_scene()
    deliveries = list(unlike_deliveries().values())
    deliver_in_disorder(actor, channel, deliveries, chance=random.Random(seed))
    assert_carried_well(actor)


@settings(max_examples=25, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deliveries=stories(), seed=st.integers(0, 999))
def story_is_carried_well(deliveries, seed):
    actor, channel = new_scene()
    deliver_in_disorder(actor, channel, deliveries, chance=random.Random(seed))
    if rows(actor, CONVERSATIONS):
        assert_carried_well(actor)


@pytest.mark.timeout(300)
def test_a_story_is_carried_well():
    story_is_carried_well()
