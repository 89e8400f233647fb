"""A person who is erased leaves no word and no name behind, and every figure stays as it was."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from backend import analytics, contacts, inbox, intake, leads, privacy
from backend.analytics.tasks import roll_up_marked
from backend.auth import Actor, NotPermitted, Role
from backend.contacts import ContactNotFound
from backend.inbox import PersonErased, ReplyInFlight, sending
from backend.inbox.tasks import send
from backend.intake import SimulationInvalid
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import (
    create_user,
    create_workspace,
    deliver,
    envelope,
    message,
    run_as,
    say,
    status,
    store,
)
from tests.laws import assert_lawful
from tests.privacy.places import (
    ASKED,
    CLICK,
    NAME,
    NEIGHBOUR,
    NEIGHBOURS_NAME,
    NEIGHBOURS_WORDS,
    PHONE,
    TRACES,
    WORDS,
    person,
    traces,
)


def erase(scene):
    return run_as(scene.actor, privacy.erase_contact, scene.contact_id)


def figures(actor):
    roll_up_marked()
    overview = run_as(actor, analytics.overview, days=90)
    return [(tile.key, tile.value) for tile in overview.tiles]


def test_the_scene_is_full_of_them(scene, superuser):
    assert scene
    found = traces(superuser)
    assert {hit for hits in found.values() for hit in hits} == set(TRACES)
    assert {"webhook_event.body", "contact.phone", "message.text", "touch.click_id"} <= set(found)


def test_nothing_of_them_is_left_in_any_column(scene, superuser):
    erase(scene)
    assert traces(superuser) == {}


def test_the_neighbour_in_the_same_delivery_keeps_everything(scene, superuser):
    before = traces(superuser, (NEIGHBOUR, NEIGHBOURS_NAME, NEIGHBOURS_WORDS))
    erase(scene)
    assert traces(superuser, (NEIGHBOUR, NEIGHBOURS_NAME, NEIGHBOURS_WORDS)) == before


def test_every_figure_and_every_law_stays(scene):
    before = figures(scene.actor)
    erase(scene)
    assert figures(scene.actor) == before
    assert_lawful()


def test_the_receipt_lists_each_table(scene, superuser):
    receipt = erase(scene)
    lines = {line.table: line for line in receipt.tables}
    held = {"contact", "contact_identifier", "conversation", "message", "message_status"}
    held |= {
        "consent_event",
        "contact_merge",
        "contact_arrival",
        "media",
        "message_annotation",
        "conversation_entry",
        "conversation_draft",
        "notification",
        "lead",
        "lead_event",
        "score_entry",
        "touch",
        "rule_run",
        "lead_import",
        "lead_import_row",
        "lead_export",
    }
    assert set(lines) == held | {"webhook_event", "kept_answer"}
    assert lines["contact_identifier"].deleted == 1
    assert lines["message"].blanked == 3
    assert lines["webhook_event"].blanked == 4
    assert lines["score_entry"].kept > 0
    counted = superuser.execute("SELECT count(*) FROM message WHERE text IS NULL").fetchone()
    assert counted == (3,)


def test_erasing_again_returns_the_same_receipt(scene):
    assert erase(scene) == erase(scene)
    listed = run_as(scene.actor, privacy.list_erasures, PageRequest()).items
    assert [one.contact_id for one in listed] == [scene.contact_id]


def test_what_comes_late_does_not_bring_them_back(scene, superuser):
    erase(scene)
    again = {**scene.bodies[0], "copy": 1}
    late = envelope(
        statuses=[status(message_id=ASKED, status="read", recipient=PHONE)],
        people=[person(PHONE, NAME)],
    )
    deliver(scene.actor, scene.channel, again, late)
    rows = "SELECT count(*) FROM contact WHERE phone IS NOT NULL"
    assert superuser.execute(rows).fetchone() == (1,)
    assert traces(superuser) == {}
    assert_lawful()


@pytest.mark.parametrize("known", ["from", "wa_id"])
def test_a_late_change_of_their_number_makes_nobody(scene, superuser, known):
    erase(scene)
    system = {"type": "user_changed_number", "body": "changed", "wa_id": "16505550777"}
    late = {**message(sender="16505550777", type="system"), "system": system}
    (late if known == "from" else system)[known] = PHONE
    deliver(scene.actor, scene.channel, envelope(messages=[late]))
    rows = "SELECT count(*) FROM contact WHERE phone IS NOT NULL"
    assert superuser.execute(rows).fetchone() == (1,)
    assert traces(superuser) == {}
    assert_lawful()


def test_a_change_of_number_after_they_came_back_counts(scene, superuser):
    erase(scene)
    later = datetime.now(UTC) + timedelta(minutes=1)
    back = message(sender=PHONE, at=later)
    change = {
        **message(sender=PHONE, type="system", at=later + timedelta(minutes=1)),
        "system": {"type": "user_changed_number", "body": "changed", "wa_id": "16505550777"},
    }
    deliver(scene.actor, scene.channel, envelope(messages=[back, change]))
    rows = "SELECT count(*) FROM contact WHERE phone = '+16505550777'"
    assert superuser.execute(rows).fetchone() == (1,)


def test_a_new_message_of_theirs_is_of_somebody_new(scene):
    erase(scene)
    deliver(scene.actor, scene.channel, envelope(messages=[message(sender=PHONE, text="hi again")]))
    found = run_as(scene.actor, contacts.list_contacts, PageRequest(), search=PHONE).items
    assert [one.id for one in found] != [scene.contact_id]
    assert len(found) == 1
    assert_lawful()


def test_a_simulated_message_with_the_id_of_an_erased_one_is_refused(scene, mock_channel):
    said = say(scene.actor, mock_channel, sender="+12065550199", message_id="mock.once")
    run_as(scene.actor, privacy.erase_contact, said.contact_id)
    with pytest.raises(SimulationInvalid, match="erased"):
        say(scene.actor, mock_channel, sender="+12065550199", message_id="mock.once")


def test_a_reply_that_waits_is_not_sent(scene, operator, mock_channel):
    said = say(scene.actor, mock_channel, sender=f"+{PHONE}")
    written = run_as(
        operator, inbox.reply, said.conversation_id, content=inbox.TextReply("one moment")
    )
    erase(scene)
    send(str(scene.actor.workspace_id), str(written.id))
    thread = run_as(scene.actor, inbox.list_messages, said.conversation_id, PageRequest()).items
    assert {one.text for one in thread} == {None}
    assert_lawful()


def test_nobody_is_erased_while_a_reply_is_with_the_provider(scene, operator, mock_channel):
    said = say(scene.actor, mock_channel, sender=f"+{PHONE}")
    written = run_as(
        operator, inbox.reply, said.conversation_id, content=inbox.TextReply("one moment")
    )
    run_as(scene.actor, lambda uow, _: sending.claim(uow, written.id))
    with pytest.raises(ReplyInFlight):
        erase(scene)


@pytest.mark.parametrize(
    "use_case", [inbox.reopen, partial(inbox.reply, content=inbox.TextReply("hello?"))]
)
def test_nobody_writes_to_somebody_who_was_erased(scene, operator, mock_channel, use_case):
    said = say(scene.actor, mock_channel, sender=f"+{PHONE}")
    erase(scene)
    with pytest.raises(PersonErased):
        run_as(operator, use_case, said.conversation_id)


def test_what_waits_at_the_door_is_emptied_too(scene, superuser):
    waiting = envelope(messages=[message(sender=PHONE, text=f"more: {WORDS}")])
    store(scene.actor, scene.channel, waiting, b'{"broken": "' + PHONE.encode())
    erase(scene)
    assert traces(superuser) == {}
    intake.drain_workspace(scene.actor.workspace_id)
    assert traces(superuser) == {}
    assert_lawful()


def test_a_replay_of_a_redacted_delivery_knows_the_neighbour_only(scene, superuser):
    erase(scene)
    events = run_as(scene.actor, intake.list_events, intake.EventQuery(), PageRequest(limit=200))
    for event in events.items:
        run_as(scene.actor, intake.replay, event.id)
    assert traces(superuser) == {}
    assert_lawful()


def test_a_merged_person_is_erased_whole(actor, whatsapp_channel, superuser):
    first = {"wa_id": PHONE, "user_id": "US.1", "profile": {"name": NAME}}
    by_number = message(sender=PHONE, text=WORDS)
    by_user_id = {**message(sender=PHONE, text=WORDS), "from_user_id": "US.1"}
    deliver(actor, whatsapp_channel, envelope(messages=[by_number], people=[first]))
    deliver(actor, whatsapp_channel, envelope(messages=[by_user_id], people=[first]))
    (contact,) = run_as(actor, contacts.list_contacts, PageRequest()).items
    run_as(actor, privacy.erase_contact, contact.id)
    assert traces(superuser, (PHONE, NAME, WORDS, "US.1")) == {}


def test_somebody_elses_contact_is_not_found(scene):
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    for use_case in (privacy.erase_contact, privacy.export_contact):
        for contact_id in (scene.contact_id, new_id()):
            with pytest.raises(ContactNotFound, match="no such contact"):
                run_as(stranger, use_case, contact_id)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_only_an_admin_erases(scene, role, superuser):
    somebody = run_as(scene.actor, create_user, role=role)
    with pytest.raises(NotPermitted):
        run_as(somebody, privacy.erase_contact, scene.contact_id)
    assert traces(superuser)


def test_erasing_while_they_write_leaves_a_lawful_place(scene):
    lines = [envelope(messages=[message(sender=PHONE, text=f"line {n}")]) for n in range(40)]
    store(scene.actor, scene.channel, *lines)
    draining = threading.Thread(
        target=intake.drain_workspace,
        args=(scene.actor.workspace_id,),
        kwargs={"batch_size": 5},
    )
    draining.start()
    erase(scene)
    draining.join()
    intake.drain_workspace(scene.actor.workspace_id)
    roll_up_marked()
    assert_lawful()
    lead = run_as(scene.actor, leads.list_leads, leads.LeadQuery(), PageRequest(limit=200)).items
    assert lead


def test_an_export_tells_everything_and_nothing_of_the_neighbour(scene):
    export = run_as(scene.actor, privacy.export_contact, scene.contact_id)
    told = repr(export)
    assert all(one in told for one in (PHONE, NAME, WORDS, ASKED, CLICK))
    assert NEIGHBOURS_WORDS not in told
    assert NEIGHBOUR not in told
    erase(scene)
    told = repr(run_as(scene.actor, privacy.export_contact, scene.contact_id))
    assert not any(one in told for one in TRACES)
