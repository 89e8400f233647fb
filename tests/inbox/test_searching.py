"""Conversations are found by whom they are with and by every word that was written."""

import pytest
from sqlalchemy import text

from backend import inbox, leads
from backend.auth import Actor
from backend.contacts import search_queries as contact_queries
from backend.inbox import ConversationQuery, search_queries
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform.database import owner_engine
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import create_workspace, run_as, say


def found(actor, search, **wanted):
    query = ConversationQuery(search=search, **wanted)
    page = run_as(actor, inbox.list_conversations, query, PageRequest())
    return [item.id for item in page.items]


@pytest.fixture
def said(actor, mock_channel):
    return say(actor, mock_channel, "Wie viel kostet die große Kommode? 12.50 in café-crème")


@pytest.mark.parametrize(
    "search",
    ["kommode", "KOMM", "kostet grosse", "kommode wie", "cafe", "12.50", "12.5", "creme", "große"],
)
def test_words_are_found_in_any_order_without_case_and_accents(actor, mock_channel, said, search):
    say(actor, mock_channel, "Guten Tag, in the meantime: nothing")
    assert found(actor, search) == [said.conversation_id]


@pytest.mark.parametrize(
    "search", ["ommode", "kommode tisch", "'", "'':*", "!!!", "\\", "k & | !", "a' | 'b", ":*"]
)
@pytest.mark.usefixtures("said")
def test_other_words_and_signs_find_nothing_and_break_nothing(actor, search):
    assert found(actor, search) == []


def test_a_search_of_nothing_is_no_search(actor, said):
    assert found(actor, "  ") == [said.conversation_id]


def test_what_was_edited_is_found_and_what_was_revoked_is_not(actor, operator, said):
    reply = run_as(
        operator, inbox.reply, said.conversation_id, content=inbox.TextReply("Fiftyfive euros")
    )
    assert found(actor, "fiftyfive") == [said.conversation_id]
    run_as(actor, lambda uow, _: uow.execute(EDIT, {"id": reply.id}))
    assert (found(actor, "fiftyfive"), found(actor, "sixty")) == ([], [said.conversation_id])
    run_as(actor, lambda uow, _: uow.execute(REVOKE, {"id": reply.id}))
    assert found(actor, "sixty") == []


EDIT = "UPDATE message SET edited_text = 'Sixty euros' WHERE id = :id"
REVOKE = "UPDATE message SET revoked_at = now() WHERE id = :id"


@pytest.mark.parametrize("most", [0, 1, 2, 100])
def test_many_and_few_matches_give_the_same_list(actor, mock_channel, monkeypatch, most):
    """Few are named, many are a condition; which of both it is decides nothing but the plan."""
    told = [say(actor, mock_channel, f"lamp {n}", profile_name="Ada Lamp") for n in range(3)]
    other = say(actor, mock_channel, "chair", profile_name="Chairman Example")
    monkeypatch.setattr(search_queries, "MOST", most)
    monkeypatch.setattr("backend.contacts.search_queries.MOST", most)
    assert found(actor, "lamp") == [one.conversation_id for one in reversed(told)]
    assert found(actor, "chair") == [other.conversation_id]
    leads_found = run_as(actor, leads.list_leads, LeadQuery(search="ada l"), PageRequest())
    assert len(leads_found.items) == 3


@pytest.mark.usefixtures("said")
def test_nobody_finds_what_another_workspace_wrote(actor):
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    assert (found(stranger, "kommode"), len(found(actor, "kommode"))) == ([], 1)


LIKE = contact_queries.FOUND.format(matches="c.search_text ILIKE :like")
MANY_PEOPLE = """
INSERT INTO contact (id, workspace_id, display_name, last_seen_at, created_at)
SELECT gen_random_uuid(), :workspace_id, 'Person ' || n, now(), now()
FROM generate_series(1, 10000) AS n
"""
MANY_MESSAGES = """
INSERT INTO message (id, workspace_id, channel_id, conversation_id, direction, kind, text, snippet,
    payload, delivery_state, sent_at, created_at)
SELECT gen_random_uuid(), workspace_id, channel_id, id, 'in', 'text', 'word' || n, '', '{}',
    'delivered', now(), now()
FROM conversation, generate_series(1, 10000) AS n WHERE workspace_id = :workspace_id
"""


@pytest.mark.usefixtures("said")
@pytest.mark.parametrize(
    ("fill", "statement", "index"),
    [
        (MANY_MESSAGES, search_queries.FOUND, "message_words_idx"),
        (MANY_PEOPLE, LIKE, "contact_search_idx"),
    ],
)
def test_the_role_of_the_application_may_use_the_indexes(actor, fill, statement, index):
    """A policy's condition comes before all others but those that PostgreSQL may work out first."""
    of = {"workspace_id": actor.workspace_id}
    run_as(actor, lambda uow, _: uow.execute(fill, of))
    with owner_engine().connect().execution_options(isolation_level="AUTOCOMMIT") as owner:
        owner.execute(text("VACUUM ANALYZE message, contact"))
    given = of | {"words": "'word77':*", "like": "%kommode%", "most": 10}
    with unit_of_work(actor) as uow:
        uow.execute("SET LOCAL enable_seqscan = off")
        uow.execute("SET LOCAL enable_indexscan = off")
        plan = uow.execute(f"EXPLAIN {statement}", given).scalars().all()
    assert any(f"Bitmap Index Scan on {index}" in line for line in plan), "\n".join(plan)
