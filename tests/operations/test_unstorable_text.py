"""Text that the database cannot hold fails no use case: half a character, or a NUL."""

import pytest

from backend import auth, contacts, inbox, leads, rules
from backend.auth import SignInRefused, Visitor
from backend.inbox import ConversationQuery
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import create_channel, rule, run_as

TEXTS = pytest.mark.parametrize("text", ["a\x00", "\ud800"], ids=["NUL", "surrogate"])


@TEXTS
@pytest.mark.parametrize(
    ("read", "query"),
    [
        (inbox.list_conversations, lambda text: ConversationQuery(search=text)),
        (leads.list_leads, lambda text: LeadQuery(search=text)),
        (leads.list_leads, lambda text: LeadQuery(tags_all=(text,))),
    ],
)
def test_a_search_for_it_finds_nothing(actor, read, query, text):
    assert run_as(actor, read, query(text), PageRequest()).items == ()


@TEXTS
def test_no_contact_has_it(actor, text):
    assert run_as(actor, contacts.list_contacts, PageRequest(), search=text).items == ()


@TEXTS
def test_a_channel_is_kept_without_it(actor, text):
    made = run_as(actor, create_channel, address=text, credentials={text: text})
    assert made.address == text.replace(text[-1], "\ufffd")


@TEXTS
def test_a_rule_is_kept_without_it(actor, text):
    tagging = {"action": "add_tag", "tag": text}
    made = run_as(actor, rules.create_rule, rule(name=text, then=[tagging]))
    assert made.name == text.replace(text[-1], "\ufffd")
    assert made.definition["then"] == [{**tagging, "tag": made.name}]


@TEXTS
@pytest.mark.usefixtures("database")
def test_nobody_signs_in_with_it(text):
    visitor = Visitor(user_agent=text, address=text, device=text)
    with pytest.raises(SignInRefused):
        auth.sign_in(email=f"{text}@x.example", password=text, visitor=visitor)


@TEXTS
@pytest.mark.usefixtures("database")
def test_no_token_is_of_it(text):
    with unit_of_work(SYSTEM) as uow:
        assert auth.actor_for_session(uow, text) is None
        assert auth.actor_for_api_key(uow, text) is None
