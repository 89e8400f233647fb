"""STOP and START take effect once, are answered once, and go with the person they are of."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend import channels, contacts, inbox, intake, leads, privacy
from backend.auth import Actor, NotPermitted, Role
from backend.channels import TemplateChange, mock
from backend.contacts import (
    BadConsent,
    BadConsentWords,
    ConsentChange,
    ConsentInput,
    ConsentState,
    ConsentWords,
    ContactNotFound,
    How,
    PersonGone,
)
from backend.contacts.consent_policy import STARTED, STOPPED, current, state_after
from backend.inbox import Obstacle, OptedOut, ReplyKind, TemplateReply, TextReply
from backend.inbox.sendable import OPTED_OUT
from backend.inbox.tasks import send
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.leads import EventKind
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import (
    NOON,
    create_channel,
    create_user,
    create_workspace,
    deliver,
    envelope,
    message,
    phone_number,
    run_as,
    say,
)

IN, OUT = ConsentChange.OPT_IN, ConsentChange.OPT_OUT
SENDER = "+12065550123"


def lines(actor, contact_id):
    return run_as(actor, contacts.list_consent, contact_id, PageRequest()).items


def state(actor, contact_id):
    return run_as(actor, contacts.consent_of, contact_id).state


def answers(actor):
    query = "SELECT text FROM message WHERE direction = 'out' ORDER BY created_at, id"
    return run_as(actor, lambda uow, _: uow.execute(query).scalars().all())


def given_by(person, contact_id, change, **fields):
    return run_as(
        person, contacts.record_consent, contact_id, ConsentInput(change=change, **fields)
    )


def approve_template(actor, channel_id):
    """Have the provider tell of an approved template, and return its id."""
    told = TemplateChange(
        address=None,
        provider_template_id="t1",
        occurred_at=NOON,
        name="offer",
        language="en",
        status="approved",
        category="marketing",
    )
    with unit_of_work(actor) as uow:
        channels.apply_template_changes(uow, actor.workspace_id, [(channel_id, told)])
    return run_as(actor, channels.list_templates, channel_id).items[0].id


def test_a_stop_is_one_line_with_its_evidence_and_one_answer(actor, mock_channel):
    said = say(actor, mock_channel, " Stop! ", sender=SENDER)
    (line,) = lines(actor, said.contact_id)
    assert (line.change, line.how, line.words) == (OUT, How.KEYWORD, " Stop! ")
    assert (line.message_id, line.channel_id) == (said.message_id, mock_channel.id)
    assert state(actor, said.contact_id) is ConsentState.OPTED_OUT
    assert answers(actor) == [STOPPED]


def test_an_answer_by_itself_is_nobodys_first_response(actor, operator, mock_channel):
    said = say(actor, mock_channel, "stop", sender=SENDER)
    shown = run_as(actor, inbox.get_conversation, said.conversation_id)
    assert (shown.first_responded_at, answers(actor)) == (None, [STOPPED])
    reply = run_as(operator, inbox.reply, said.conversation_id, content=TextReply("Sorry to hear"))
    shown = run_as(actor, inbox.get_conversation, said.conversation_id)
    assert shown.first_responded_at == reply.sent_at


def test_a_sentence_with_the_word_in_it_changes_nothing(actor, mock_channel):
    said = say(actor, mock_channel, "please stop by tomorrow")
    assert lines(actor, said.contact_id) == ()
    assert state(actor, said.contact_id) is ConsentState.UNKNOWN


def test_a_message_delivered_twice_is_one_line_and_one_answer(actor, mock_channel):
    for _ in range(2):
        said = say(actor, mock_channel, "stop", sender=SENDER, message_id="m1")
    assert len(lines(actor, said.contact_id)) == 1
    assert answers(actor) == [STOPPED]


def test_a_message_twice_in_one_delivery_is_answered_once(actor, whatsapp_channel):
    now = datetime.now(UTC)
    body = message(text="stop", id="wamid.1", at=now)
    deliver(actor, whatsapp_channel, envelope(messages=[body, body]))
    assert answers(actor) == [STOPPED]


def test_only_what_changes_something_is_answered(actor, mock_channel):
    for text in ("stop", "STOP", "start", "hello", "start"):
        said = say(actor, mock_channel, text, sender=SENDER)
    assert answers(actor) == [STOPPED, STARTED]
    assert len(lines(actor, said.contact_id)) == 4


def test_an_old_message_changes_what_holds_and_is_not_answered(actor, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="stop", at=NOON)]))
    (contact,) = run_as(actor, contacts.list_contacts, PageRequest()).items
    assert state(actor, contact.id) is ConsentState.OPTED_OUT
    assert answers(actor) == []


def test_the_answer_is_sent_by_the_worker(actor, mock_channel, monkeypatch):
    sent, hand_over = [], mock.MockAdapter.send

    def keep(adapter, access, outbound):
        sent.append(outbound)
        return hand_over(adapter, access, outbound)

    monkeypatch.setattr(mock.MockAdapter, "send", keep)
    say(actor, mock_channel, "stop", sender=SENDER)
    query = "SELECT id FROM message WHERE direction = 'out'"
    message_id = run_as(actor, lambda uow, _: uow.execute(query).scalar_one())
    send(str(actor.workspace_id), str(message_id))
    assert [one.content.text for one in sent] == [STOPPED]


def test_answers_may_be_switched_off_and_words_are_the_workspaces(actor, admin, mock_channel):
    words = ConsentWords(stop_words=(" Enough ", "Enough"), confirms=False)
    view = run_as(admin, contacts.set_consent_words, words)
    assert view.words.stop_words == ("Enough",)
    assert view.changed_by == admin.name
    said = say(actor, mock_channel, "enough.", sender=SENDER)
    assert state(actor, said.contact_id) is ConsentState.OPTED_OUT
    assert answers(actor) == []
    assert say(actor, mock_channel, "stop").contact_id != said.contact_id
    assert run_as(admin, contacts.set_consent_words, words) == view


def test_words_that_cannot_be_are_refused_at_their_place(admin):
    with pytest.raises(BadConsentWords) as refused:
        run_as(admin, contacts.set_consent_words, ConsentWords(start_words=("stop",)))
    assert (refused.value.field, refused.value.expected) == (
        "start_words",
        "a word with one meaning",
    )


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.usefixtures("database")
@given(
    said=st.lists(
        st.tuples(st.sampled_from(["stop", "start", "hello"]), st.integers(0, 3)),
        min_size=1,
        max_size=6,
    ),
    data=st.data(),
)
def test_any_order_of_delivery_holds_the_same(said, data):
    """The ledger and the fold in SQL agree with the policy, whatever comes first or twice."""
    with unit_of_work(SYSTEM) as uow:
        actor = Actor.system(create_workspace(uow).id)
    channel = run_as(actor, create_channel)
    sender = phone_number()
    order = data.draw(st.permutations([*enumerate(said), *enumerate(said)]))
    for number, (text, hours) in order:
        landed = say(
            actor,
            channel,
            text,
            sender=sender,
            message_id=f"m{number}",
            timestamp=NOON + timedelta(hours=hours),
        )
    meant = [
        (NOON + timedelta(hours=hours), OUT if text == "stop" else IN)
        for text, hours in said
        if text != "hello"
    ]
    holds = current(meant)
    assert len(lines(actor, landed.contact_id)) == len(meant)
    assert state(actor, landed.contact_id) is state_after(holds and holds[1])


def test_a_repeated_message_in_another_delivery_writes_no_second_line(actor, whatsapp_channel):
    stop = message(text="stop", id="wamid.1")
    deliver(actor, whatsapp_channel, envelope(messages=[stop]))
    (contact,) = run_as(actor, contacts.list_contacts, PageRequest()).items
    before = lines(actor, contact.id)
    deliver(actor, whatsapp_channel, envelope(messages=[stop, message()]))
    assert lines(actor, contact.id) == before


def test_a_replay_finds_what_was_said_before_the_word_counted(actor, admin, whatsapp_channel):
    stop = message(text="basta", at=datetime.now(UTC))
    deliver(actor, whatsapp_channel, envelope(messages=[stop]))
    (contact,) = run_as(actor, contacts.list_contacts, PageRequest()).items
    run_as(admin, contacts.set_consent_words, ConsentWords(stop_words=("basta",)))
    for _ in range(2):
        query, mode = intake.ReplayQuery(), intake.ReplayMode.COMMIT
        asked = run_as(actor, intake.start_replay, query, mode=mode)
        intake.work_off(actor.workspace_id, asked.id)
    assert [line.change for line in lines(actor, contact.id)] == [OUT]
    assert answers(actor) == []


def test_a_template_is_refused_to_who_opted_out_and_text_is_not(actor, operator, mock_channel):
    said = say(actor, mock_channel, "stop", sender=SENDER)
    template_id = approve_template(actor, mock_channel.id)
    content = TemplateReply(template_id=template_id)
    with pytest.raises(OptedOut) as refused:
        run_as(operator, inbox.reply, said.conversation_id, content=content)
    assert refused.value.field == "template_id"
    assert refused.value.message == OPTED_OUT
    assert "opted in again" in refused.value.expected
    run_as(operator, inbox.reply, said.conversation_id, content=TextReply("As you wish."))
    obstacles = run_as(operator, inbox.what_may_be_sent, said.conversation_id)
    assert obstacles[ReplyKind.TEMPLATE].obstacle is Obstacle.OPTED_OUT
    assert obstacles[ReplyKind.TEXT] is None
    say(actor, mock_channel, "start", sender=SENDER)
    assert run_as(operator, inbox.reply, said.conversation_id, content=content).id


def test_a_template_that_waits_is_not_sent_after_a_stop(actor, operator, mock_channel):
    said = say(actor, mock_channel, sender=SENDER)
    content = TemplateReply(template_id=approve_template(actor, mock_channel.id))
    written = run_as(operator, inbox.reply, said.conversation_id, content=content)
    say(actor, mock_channel, "stop", sender=SENDER)
    send(str(actor.workspace_id), str(written.id))
    query = "SELECT delivery_state, error, fault FROM message WHERE id = :id"
    row = run_as(actor, lambda uow, _: uow.execute(query, {"id": written.id}).one())
    assert tuple(row) == ("failed", OPTED_OUT, "suppress")


def test_a_person_records_what_was_said_elsewhere(actor, operator, mock_channel):
    said = say(actor, mock_channel, "stop", sender=SENDER)
    view = given_by(operator, said.contact_id, IN, note="asked for it on the phone")
    assert view.state is ConsentState.OPTED_IN
    assert (view.decided_by.how, view.decided_by.actor_name) == (How.PERSON, operator.name)
    earlier = NOON - timedelta(days=9)
    view = given_by(operator, said.contact_id, OUT, words="no more", occurred_at=earlier)
    assert view.state is ConsentState.OPTED_IN
    assert [line.change for line in lines(actor, said.contact_id)] == [IN, OUT, OUT]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "note"),
        ({"note": "n" * 501}, "note"),
        ({"words": "w" * 501}, "words"),
        ({"note": "said so", "how": How.KEYWORD}, "how"),
        ({"note": "said so", "occurred_at": datetime(2008, 1, 1, tzinfo=UTC)}, "occurred_at"),
        ({"note": "said so", "occurred_at": datetime(2200, 1, 1, tzinfo=UTC)}, "occurred_at"),
    ],
)
def test_what_cannot_be_written_down_is_refused_at_its_place(actor, mock_channel, fields, field):
    said = say(actor, mock_channel)
    with pytest.raises(BadConsent) as refused:
        given_by(actor, said.contact_id, IN, **fields)
    assert refused.value.field == field
    assert refused.value.expected


def test_nobody_unknown_or_erased_agrees_to_anything(actor, mock_channel):
    with pytest.raises(ContactNotFound):
        given_by(actor, new_id(), IN, note="said so")
    said = say(actor, mock_channel)
    run_as(actor, privacy.erase_contact, said.contact_id)
    with pytest.raises(PersonGone):
        given_by(actor, said.contact_id, IN, note="said so")


def test_a_viewer_reads_and_records_nothing(actor, mock_channel):
    viewer = run_as(actor, create_user, role=Role.VIEWER)
    said = say(actor, mock_channel, "stop")
    assert state(viewer, said.contact_id) is ConsentState.OPTED_OUT
    with pytest.raises(NotPermitted):
        given_by(viewer, said.contact_id, IN, note="said so")


def test_a_merge_brings_both_ledgers_together_and_undoing_it_parts_them(actor, mock_channel):
    one, two = say(actor, mock_channel, "start"), say(actor, mock_channel, "stop")
    mine, theirs = lines(actor, one.contact_id), lines(actor, two.contact_id)
    run_as(actor, intake.merge_contacts, one.contact_id, two.contact_id)
    assert state(actor, one.contact_id) is ConsentState.OPTED_OUT
    assert len(lines(actor, one.contact_id)) == 2
    merged = run_as(actor, contacts.list_merges, one.contact_id, PageRequest()).items[0]
    run_as(actor, intake.unmerge, merged.id)
    assert lines(actor, one.contact_id) == mine
    assert lines(actor, two.contact_id) == theirs


def test_what_was_said_since_a_merge_goes_to_whom_it_is_of(actor, mock_channel):
    one = say(actor, mock_channel, sender="+12065550101")
    two = say(actor, mock_channel, sender="+12065550102")
    run_as(actor, intake.merge_contacts, one.contact_id, two.contact_id)
    say(actor, mock_channel, "start", sender="+12065550102")
    merged = run_as(actor, contacts.list_merges, one.contact_id, PageRequest()).items[0]
    run_as(actor, intake.unmerge, merged.id)
    assert state(actor, one.contact_id) is ConsentState.UNKNOWN
    assert state(actor, two.contact_id) is ConsentState.OPTED_IN


def test_an_opt_out_since_a_merge_that_nothing_shows_counts_for_both(actor, mock_channel):
    one, two = say(actor, mock_channel), say(actor, mock_channel)
    run_as(actor, intake.merge_contacts, one.contact_id, two.contact_id)
    given_by(actor, one.contact_id, OUT, note="by telephone")
    merged = run_as(actor, contacts.list_merges, one.contact_id, PageRequest()).items[0]
    run_as(actor, intake.unmerge, merged.id)
    assert state(actor, one.contact_id) is ConsentState.OPTED_OUT
    assert state(actor, two.contact_id) is ConsentState.OPTED_OUT


def test_the_export_shows_it_and_erasure_leaves_no_word_of_it(actor, mock_channel):
    said = say(actor, mock_channel, "stop")
    given_by(actor, said.contact_id, OUT, note="called again", words="no more")
    exported = run_as(actor, privacy.export_contact, said.contact_id)
    assert len(exported.tables["consent_event"]) == 2
    receipt = run_as(actor, privacy.erase_contact, said.contact_id)
    assert [one.blanked for one in receipt.tables if one.table == "consent_event"] == [2]
    query = "SELECT change, words, note FROM consent_event"
    rows = run_as(actor, lambda uow, _: uow.execute(query).all())
    assert [tuple(row) for row in rows] == [(OUT, None, None)] * 2


def test_the_timeline_tells_of_it_once(actor, operator, mock_channel):
    said = say(actor, mock_channel, "stop")
    given_by(operator, said.contact_id, IN, note="on the phone")
    told = run_as(actor, leads.timeline, said.lead_id, PageRequest()).items
    shown = [event for event in told if event.kind is EventKind.CONSENT]
    assert [event.data["change"] for event in shown] == [IN, OUT]
    assert shown[1].message_id == said.message_id
    first = run_as(actor, leads.timeline, said.lead_id, PageRequest(limit=1))
    rest = run_as(actor, leads.timeline, said.lead_id, PageRequest(cursor=first.next_cursor))
    assert (*first.items, *rest.items) == told


def test_another_workspace_hears_nothing_of_it(actor, mock_channel):
    said = say(actor, mock_channel, "stop")
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    with pytest.raises(ContactNotFound):
        state(stranger, said.contact_id)
