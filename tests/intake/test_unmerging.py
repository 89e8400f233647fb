"""A merge taken apart leaves both histories as they were, and what came since with its sender."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from backend import contacts, inbox, intake, leads
from backend.analytics.tasks import roll_up_marked
from backend.auth import NotPermitted, Role
from backend.contacts import ContactNotFound, MergeNotFound, MergeStands, SamePerson
from backend.inbox import ConversationQuery
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import AnotherIsOpen, EventKind, LeadQuery, Stage
from tests.factories import (
    NOON,
    create_rule,
    create_user,
    deliver,
    envelope,
    mentions,
    message,
    rule,
    run_as,
)
from tests.intake.canonical import MERGED, TABLES
from tests.intake.delivering import deliver_in_order, new_scene
from tests.intake.scenarios import PHONES, stories
from tests.laws import assert_lawful

PHONE = "16505551234"
OTHER = "16505559876"
USER_ID = "US.13491208655302741918"
MOMENTS = ("updated_at", "rolled_up_at", "came_with")


def snapshot(actor):
    """Return every row that deliveries left, whole, but for the lines that tell of merges."""
    roll_up_marked()
    return run_as(actor, _rows)


def _rows(uow, actor):
    found = {}
    for table in TABLES:
        query = f"SELECT to_jsonb(t) FROM {table} AS t WHERE workspace_id = :id"  # noqa: S608
        rows = uow.execute(query, {"id": actor.workspace_id}).scalars()
        found[table] = sorted(
            str({name: value for name, value in row.items() if name not in MOMENTS})
            for row in rows
            if row.get("kind") not in MERGED
        )
    return found


def people(actor):
    return run_as(actor, contacts.list_contacts, PageRequest()).items


def merge(actor, survivor, absorbed):
    run_as(actor, intake.merge_contacts, survivor.id, absorbed.id)
    return run_as(actor, contacts.list_merges, survivor.id, PageRequest()).items[0]


def listed(actor, use_case, *query):
    return run_as(actor, use_case, *query, PageRequest()).items


def write(actor, channel, sender, text="hello", hours=1):
    at = NOON + timedelta(hours=hours)
    deliver(actor, channel, envelope(messages=[message(sender=sender, text=text, at=at)]))


def _of_several(story):
    """Let two people write before a story, so that there is nearly always somebody to merge."""
    first = [
        envelope(messages=[message(sender=sender, id=f"wamid.first.{sender}", at=NOON)])
        for sender in PHONES[:2]
    ]
    return [*first, *story]


@settings(max_examples=40, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(deliveries=stories().map(_of_several), order=st.randoms())
def merging_and_unmerging_changes_nothing(deliveries, order):
    actor, channel = new_scene()
    deliver_in_order(actor, channel, deliveries)
    known = people(actor)
    assume(len(known) > 1)
    survivor, absorbed, *_ = order.sample(known, len(known))
    before = snapshot(actor)
    merged = merge(actor, survivor, absorbed)
    assert_lawful()
    run_as(actor, intake.unmerge, merged.id)
    after = snapshot(actor)
    for table, rows in before.items():
        assert after[table] == rows, table


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("database")
def test_any_history_comes_back_as_it_was():
    merging_and_unmerging_changes_nothing()
    assert_lawful()


# By whom a message was sent, and whose conversation it is in.
STRANGERS = """
SELECT m.id FROM message AS m
JOIN conversation AS c ON c.id = m.conversation_id
JOIN contact_arrival AS a ON a.message_id = m.id
LEFT JOIN contact_identifier AS i ON i.contact_id = c.contact_id
  AND i.kind = a.kind AND i.value = a.value
WHERE i.id IS NULL
"""
# A lead stands with its conversation, its lines with their messages.
ASTRAY = """
SELECT l.id FROM lead AS l JOIN conversation AS c ON c.id = l.conversation_id
WHERE c.contact_id <> l.contact_id
UNION ALL
SELECT e.id FROM lead_event AS e JOIN lead AS l ON l.id = e.lead_id
JOIN message AS m ON m.id = e.message_id JOIN conversation AS c ON c.id = m.conversation_id
WHERE c.contact_id <> l.contact_id
UNION ALL
SELECT t.id FROM touch AS t JOIN lead AS l ON l.id = t.lead_id
JOIN message AS m ON m.id = t.message_id JOIN conversation AS c ON c.id = m.conversation_id
WHERE c.contact_id <> l.contact_id
UNION ALL
SELECT r.id FROM rule_run AS r JOIN lead AS l ON l.id = r.lead_id
JOIN message AS m ON m.id = r.message_id JOIN conversation AS c ON c.id = m.conversation_id
WHERE c.contact_id <> l.contact_id
"""


LOSE = {"action": "set_stage", "stage": "lost"}
deeds = st.sets(st.sampled_from(("convert", "close", "rule", "reopen")))


@settings(max_examples=60, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(first=stories().map(_of_several), later=stories(), order=st.randoms(), deeds=deeds)
def what_came_since_goes_with_its_sender(first, later, order, deeds):
    actor, channel = new_scene()
    if "rule" in deeds:
        run_as(actor, create_rule, rule(when=mentions("order"), then=[LOSE]))
    deliver_in_order(actor, channel, first)
    known = people(actor)
    assume(len(known) > 1)
    survivor, absorbed, *_ = order.sample(known, len(known))
    merged = merge(actor, survivor, absorbed)
    _work(actor, deeds)
    deliver_in_order(actor, channel, [_renumbered(one) for one in later])
    if "reopen" in deeds:
        _reopen(actor)
        deliver_in_order(actor, channel, [_renumbered(one, "last.") for one in first])
    standing = [
        one
        for person in people(actor)
        for one in run_as(actor, contacts.list_merges, person.id, PageRequest()).items
        if one.can_be_undone
    ]
    assume(any(one.id == merged.id for one in standing))
    run_as(actor, intake.unmerge, merged.id)
    snapshot(actor)
    assert_lawful()
    assert run_as(actor, lambda uow, _: uow.execute(STRANGERS).all()) == []
    assert run_as(actor, lambda uow, _: uow.execute(ASTRAY).all()) == []


def _work(actor, deeds):
    """Let somebody work on what was merged: end leads, close conversations."""
    for lead in listed(actor, leads.list_leads, LeadQuery()):
        if "convert" in deeds:
            run_as(actor, leads.set_stage, lead.id, stage=Stage.CONVERTED)
    for conversation in listed(actor, inbox.list_conversations, ConversationQuery()):
        if "close" in deeds:
            run_as(actor, inbox.close, conversation.id)


def _reopen(actor):
    """Open every lead that ended and whose customer has no open one."""
    for lead in reversed(listed(actor, leads.list_leads, LeadQuery())):
        with suppress(AnotherIsOpen):
            run_as(actor, leads.set_stage, lead.id, stage=Stage.NEW)


def _renumbered(node, mark="later."):
    """Give the messages of a second story ids of their own."""
    if isinstance(node, dict):
        return {key: _renumbered(value, mark) for key, value in node.items()}
    if isinstance(node, list):
        return [_renumbered(value, mark) for value in node]
    is_id = isinstance(node, str) and node.startswith("wamid.")
    return node.replace("wamid.", f"wamid.{mark}") if is_id else node


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("database")
def test_what_came_since_belongs_to_its_sender_whatever_happened():
    what_came_since_goes_with_its_sender()


@pytest.fixture
def two(actor, whatsapp_channel, demo_rules):
    """Let two people write; the first is the one that stays."""
    assert demo_rules
    write(actor, whatsapp_channel, PHONE, "the price?", hours=0)
    write(actor, whatsapp_channel, OTHER, "I buy it", hours=1)
    return sorted(people(actor), key=lambda one: one.last_seen_at)


def test_both_contacts_become_one(operator, two):
    merge(operator, *two)
    (contact,) = people(operator)
    assert contact.id == two[0].id
    (lead,) = listed(operator, leads.list_leads, LeadQuery())
    assert lead.score == 51
    assert_lawful()


def test_the_merge_says_who_and_why(operator, two):
    merged = merge(operator, *two)
    assert (merged.merged_by, merged.reason, merged.can_be_undone) == (
        operator.name,
        "manual",
        True,
    )
    run_as(operator, intake.unmerge, merged.id)
    (undone,) = run_as(operator, contacts.list_merges, two[1].id, PageRequest()).items
    assert (undone.undone_by, undone.can_be_undone) == (operator.name, False)


def test_both_timelines_tell_of_it(operator, two):
    run_as(operator, intake.unmerge, merge(operator, *two).id)
    for lead in listed(operator, leads.list_leads, LeadQuery()):
        kinds = [event.kind for event in listed(operator, leads.timeline, lead.id)]
        assert kinds.count(EventKind.MERGED) == kinds.count(EventKind.UNMERGED) == 1


def test_a_message_since_goes_to_its_sender(actor, operator, two, whatsapp_channel):
    merged = merge(operator, *two)
    write(actor, whatsapp_channel, OTHER, "the price, too?", hours=2)
    write(actor, whatsapp_channel, PHONE, "still there?", hours=3)
    run_as(operator, intake.unmerge, merged.id)
    texts = {
        one.contact_id: [said.text for said in listed(operator, inbox.list_messages, one.id)]
        for one in listed(operator, inbox.list_conversations, ConversationQuery())
    }
    assert {key: set(value) for key, value in texts.items()} == {
        two[0].id: {"the price?", "still there?"},
        two[1].id: {"I buy it", "the price, too?"},
    }
    assert_lawful()


def stages(actor, contact):
    """Return the stages of a contact's leads and how many messages each tells of."""
    return sorted(
        (
            str(lead.stage),
            sum(one.kind is EventKind.MESSAGE for one in listed(actor, leads.timeline, lead.id)),
        )
        for lead in listed(actor, leads.list_leads, LeadQuery())
        if lead.contact_id == contact.id
    )


def moments_of_loss(uow, _actor):
    return uow.execute("SELECT id, lost_at FROM lead WHERE lost_at IS NOT NULL").all()


def test_a_lead_that_both_wrote_in_since_parts_into_the_one_that_was_open(
    actor, operator, two, whatsapp_channel
):
    merged = merge(operator, *two)
    (lead,) = listed(operator, leads.list_leads, LeadQuery())
    run_as(operator, leads.set_stage, lead.id, stage=Stage.CONVERTED)
    write(actor, whatsapp_channel, PHONE, "again?", hours=2)
    write(actor, whatsapp_channel, OTHER, "and I", hours=3)
    run_as(operator, intake.unmerge, merged.id)
    assert stages(operator, two[0]) == [("converted", 1), ("new", 1)]
    assert stages(operator, two[1]) == [("qualified", 2)]
    assert_lawful()


def test_a_lead_opened_since_goes_into_the_one_that_is_open_again(
    actor, operator, two, whatsapp_channel
):
    run_as(actor, create_rule, rule(when=mentions("never mind"), then=[LOSE]))
    merged = merge(operator, *two)
    write(actor, whatsapp_channel, OTHER, "never mind", hours=2)
    write(actor, whatsapp_channel, PHONE, "is it there?", hours=3)
    assert len(listed(operator, leads.list_leads, LeadQuery())) == 2
    run_as(operator, intake.unmerge, merged.id)
    assert stages(operator, two[0]) == [("qualified", 2)]
    assert stages(operator, two[1]) == [("lost", 2)]
    assert_lawful()


def test_a_lead_opened_again_since_ends_again_beside_the_one_that_was_open(
    actor, operator, two, whatsapp_channel
):
    ended = next(
        one
        for one in listed(operator, leads.list_leads, LeadQuery())
        if one.contact_id == two[1].id
    )
    run_as(operator, leads.set_stage, ended.id, stage=Stage.LOST)
    lost_at = run_as(operator, moments_of_loss)
    write(actor, whatsapp_channel, OTHER, "and now?", hours=2)
    merged = merge(operator, *two)
    current = next(
        one for one in listed(operator, leads.list_leads, LeadQuery()) if one.id != ended.id
    )
    run_as(operator, leads.set_stage, current.id, stage=Stage.CONVERTED)
    run_as(operator, leads.set_stage, ended.id, stage=Stage.NEW)
    write(actor, whatsapp_channel, OTHER, "and here?", hours=3)
    run_as(operator, intake.unmerge, merged.id)
    assert stages(operator, two[0]) == [("converted", 1)]
    assert stages(operator, two[1]) == [("lost", 1), ("new", 2)]
    assert run_as(operator, moments_of_loss) == lost_at
    assert_lawful()


def test_the_old_evidence_joins_them_no_more(actor, operator, whatsapp_channel):
    write(actor, whatsapp_channel, PHONE, hours=0)
    by_user_id = {**message(at=NOON + timedelta(hours=1)), "from_user_id": USER_ID}
    del by_user_id["from"]
    both = {**message(sender=PHONE, at=NOON + timedelta(hours=2)), "from_user_id": USER_ID}
    for told in (by_user_id, both):
        deliver(actor, whatsapp_channel, envelope(messages=[told]))
    (joined,) = people(actor)
    (merged,) = run_as(actor, contacts.list_merges, joined.id, PageRequest()).items
    assert merged.reason == "evidence"
    run_as(operator, intake.unmerge, merged.id)
    again = {**both, "id": "wamid.again"}
    deliver(actor, whatsapp_channel, envelope(messages=[again]))
    assert len(people(actor)) == 2
    assert_lawful()


def test_a_change_that_the_provider_reports_later_joins_them_again(
    actor, operator, two, whatsapp_channel
):
    run_as(operator, intake.unmerge, merge(operator, *two).id)
    system = {"type": "user_changed_number", "body": "changed", "wa_id": OTHER}
    for at, count in ((NOON, 2), (datetime.now(UTC) + timedelta(minutes=1), 1)):
        change = {**message(sender=PHONE, type="system", at=at), "system": system}
        deliver(actor, whatsapp_channel, envelope(messages=[change]))
        assert len(people(actor)) == count


def test_merges_are_undone_in_reverse_order(actor, operator, two, whatsapp_channel):
    write(actor, whatsapp_channel, "16505550001", hours=3)
    third = next(one for one in people(actor) if one.phone == "+16505550001")
    first = merge(operator, *two)
    second = merge(operator, two[0], third)
    with pytest.raises(MergeStands, match="later merge"):
        run_as(operator, intake.unmerge, first.id)
    for merged in (second, first):
        run_as(operator, intake.unmerge, merged.id)
        assert_lawful()
    assert len(people(actor)) == 3


def test_a_merge_is_undone_once(operator, two):
    merged = merge(operator, *two)
    run_as(operator, intake.unmerge, merged.id)
    with pytest.raises(MergeStands, match="already"):
        run_as(operator, intake.unmerge, merged.id)


def test_nobody_is_merged_with_themselves_or_with_nobody(operator, two):
    with pytest.raises(SamePerson):
        run_as(operator, intake.merge_contacts, two[0].id, two[0].id)
    with pytest.raises(ContactNotFound):
        run_as(operator, intake.merge_contacts, two[0].id, new_id())
    with pytest.raises(MergeNotFound):
        run_as(operator, intake.unmerge, new_id())


def test_who_only_looks_merges_nobody(actor, two):
    viewer = run_as(actor, create_user, role=Role.VIEWER)
    with pytest.raises(NotPermitted):
        run_as(viewer, intake.merge_contacts, two[0].id, two[1].id)
