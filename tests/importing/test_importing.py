"""From a file to leads: mapping, checking, writing, and what becomes of twins."""

import io

import pytest

from backend import contacts, importing, leads, operations, privacy
from backend.importing import (
    BadMapping,
    Choice,
    ImportState,
    Mapped,
    WrongStep,
    erasing,
    service,
    working,
)
from backend.inbox import ConversationQuery, list_conversations
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform import file_store
from tests.factories import run_as, say

HEADER = "name,phone,stage,tags,points,value,currency"
FILE = f"""{HEADER}
Ada,+12065550101,qualified,"vip, warm",30,100.50,EUR
"Grace
Hopper",+12065550102,,,,,
"""


def upload(actor, channel, text, **told):
    file = io.BytesIO(text if isinstance(text, bytes) else text.encode())
    inspected = importing.inspect(file, "leads.csv", **told)
    importing.keep(inspected, file)
    return run_as(actor, importing.create_import, channel.id, inspected)


def checked(actor, channel, text, *, region=None, mapping=None):
    view = upload(actor, channel, text)
    mapped = Mapped(mapping=mapping or view.mapping, region=region)
    run_as(actor, importing.check_import, view.id, mapped=mapped)
    working.work_off(actor.workspace_id, view.id)
    return run_as(actor, importing.get_import, view.id)


def written(actor, channel, text, *, choice=Choice.SKIP, **mapped):
    view = checked(actor, channel, text, **mapped)
    run_as(actor, importing.start_writing, view.id, choice=choice)
    working.work_off(actor.workspace_id, view.id)
    return run_as(actor, importing.get_import, view.id)


def all_leads(actor):
    return run_as(actor, leads.list_leads, LeadQuery(), PageRequest(limit=200)).items


def faults(actor, view):
    rows = run_as(actor, importing.list_rows, view.id, PageRequest(), kind="faults").items
    return [(row.row_number, each.column, each.expected) for row in rows for each in row.faults]


def hold_laws(actor):
    assert [law.code for law in run_as(actor, operations.check_laws) if not law.is_held] == []


def test_columns_are_guessed_and_samples_shown(actor, mock_channel):
    view = upload(actor, mock_channel, "Nome;Telefon;Étape;???\nAda;+12065550101;new;x\n")
    assert view.mapping == ("name", "phone", "stage", None)
    assert view.sample == (("Ada", "+12065550101", "new", "x"),)
    assert (view.separator, view.encoding, view.state) == (";", "utf-8", ImportState.MAPPING)


def test_nothing_is_written_before_it_is_said(actor, mock_channel):
    view = checked(actor, mock_channel, FILE)
    assert (view.state, view.total, view.faulty) == (ImportState.CHECKED, 2, 0)
    assert all_leads(actor) == ()


def test_rows_become_leads(actor, mock_channel):
    view = written(actor, mock_channel, FILE)
    assert (view.state, view.created) == (ImportState.FINISHED, 2)
    ada, grace = sorted(all_leads(actor), key=lambda lead: lead.contact_phone or "")
    assert (ada.contact_name, ada.stage, ada.score, ada.tags) == (
        "Ada",
        "qualified",
        30,
        ("vip", "warm"),
    )
    assert (str(ada.value), ada.currency) == ("100.50", "EUR")
    assert grace.contact_name == "Grace\nHopper"
    told = run_as(actor, leads.timeline, ada.id, PageRequest()).items
    assert {event.kind for event in told} == {
        "lead.opened",
        "tag.added",
        "stage.changed",
        "score.changed",
        "value.changed",
    }
    hold_laws(actor)


def test_an_imported_person_opens_no_conversation(actor, mock_channel):
    written(actor, mock_channel, FILE)
    found = run_as(actor, list_conversations, ConversationQuery(), PageRequest()).items
    assert {each.state for each in found} <= {"closed"}


def test_who_was_imported_and_writes_keeps_the_lead(actor, mock_channel):
    written(actor, mock_channel, FILE)
    result = say(actor, mock_channel, sender="+12065550101")
    ada = next(each for each in all_leads(actor) if each.contact_name == "Ada")
    assert (result.lead_id, result.conversation_id) == (ada.id, ada.conversation_id)
    hold_laws(actor)


def test_faults_name_row_and_column_and_what_is_right(actor, mock_channel):
    view = checked(
        actor,
        mock_channel,
        f"{HEADER}\nAda,12,odd,,x,-1,XXX\nEve,=1+1,,,,,\nBob,,,,,5,\nCyd,+12065550103,,,,,\n",
    )
    found = faults(actor, view)
    assert view.faulty == 3
    assert [(row, column) for row, column, _ in found] == [
        (2, "phone"),
        (2, "stage"),
        (2, "points"),
        (2, "value"),
        (2, "currency"),
        (3, "phone"),
        (4, "phone"),
        (4, "value"),
    ]
    assert all(expected for *_, expected in found)
    with_lines = "".join(
        run_as(actor, lambda uow, who: list(importing.faults_csv(uow, who, view.id)))
    )
    assert with_lines.splitlines()[0] == "row,column,problem,expected"
    assert len(with_lines.splitlines()) == 9


def test_twins_are_shown_before_anything_is_written(actor, mock_channel):
    say(actor, mock_channel, sender="+5511987654321")
    view = checked(
        actor, mock_channel, "name,phone\nA,+551187654321\nB,+12065550101\nC,+12065550101\n"
    )
    assert view.twins == {"file": 1, "contact": 0, "open_lead": 1}
    rows = run_as(actor, importing.list_rows, view.id, PageRequest(), kind="twins").items
    assert [(row.row_number, row.twin, row.twin_row) for row in rows] == [
        (2, "open_lead", None),
        (4, "file", 3),
    ]


@pytest.mark.parametrize(
    ("choice", "counts"),
    [(Choice.SKIP, (1, 0, 2)), (Choice.UPDATE, (1, 2, 0)), (Choice.NEW, (2, 0, 1))],
)
def test_twins_are_left_out_updated_or_new(actor, mock_channel, choice, counts):
    say(actor, mock_channel, sender="+12065550101")
    text = (
        "name,phone,stage,tags\nA,+12065550101,,vip\nB,+12065550102,,\nC,+12065550102,lost,late\n"
    )
    view = written(actor, mock_channel, text, choice=choice)
    assert (view.created, view.changed, view.passed) == counts
    tags = {tag for lead in all_leads(actor) for tag in lead.tags}
    assert ("vip" in tags) is (choice is Choice.UPDATE)
    assert ("late" in tags) is (choice is not Choice.SKIP)
    hold_laws(actor)


def test_a_crash_between_bundles_doubles_nothing(actor, mock_channel, monkeypatch):
    monkeypatch.setattr(working, "WRITTEN_AT_ONCE", 7)
    monkeypatch.setattr(working, "CHECKED_AT_ONCE", 7)
    text = "name,phone,points\n" + "".join(f"P{n},+1206556{n:04},5\n" for n in range(40))
    view = upload(actor, mock_channel, text)
    run_as(actor, importing.check_import, view.id, mapped=Mapped(mapping=view.mapping))
    crash_and_resume(actor, view, monkeypatch, "_check_bundle")
    assert run_as(actor, importing.get_import, view.id).total == 40
    run_as(actor, importing.start_writing, view.id, choice=Choice.SKIP)
    crash_and_resume(actor, view, monkeypatch, "write_rows")
    found = all_leads(actor)
    assert len(found) == len({lead.contact_phone for lead in found}) == 40
    assert {lead.score for lead in found} == {5}
    hold_laws(actor)


def crash_and_resume(actor, view, monkeypatch, step):
    real, calls = getattr(working, step), []

    def crashing(*arguments):
        calls.append(1)
        answer = real(*arguments)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return answer

    with monkeypatch.context() as patched:
        patched.setattr(working, step, crashing)
        with pytest.raises(KeyboardInterrupt):
            working.work_off(actor.workspace_id, view.id)
    run_as(actor, forget_lease, view.id)
    working.work_off(actor.workspace_id, view.id)


def forget_lease(uow, actor, import_id):
    service.ImportRepository(uow, actor.workspace_id).write(import_id, {"lease_until": None})


def test_an_import_stops_where_it_is(actor, mock_channel):
    view = checked(actor, mock_channel, FILE)
    run_as(actor, importing.start_writing, view.id, choice=Choice.SKIP)
    stopped = run_as(actor, importing.stop_import, view.id)
    working.work_off(actor.workspace_id, view.id)
    assert stopped.state is ImportState.STOPPED
    assert all_leads(actor) == ()


def test_an_import_is_written_once(actor, mock_channel):
    view = written(actor, mock_channel, FILE)
    with pytest.raises(WrongStep):
        run_as(actor, importing.start_writing, view.id, choice=Choice.NEW)


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (["name"], "2"),
        (["name", "shoe"], "shoe"),
        (["phone", "phone"], "two columns"),
        (["name", None], "who"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(actor, mock_channel, mapping, words):
    view = upload(actor, mock_channel, "name,phone\nA,+12065550101\n")
    with pytest.raises(BadMapping, match=words) as refusal:
        run_as(actor, importing.check_import, view.id, mapped=Mapped(mapping=mapping))
    assert refusal.value.expected


def test_national_numbers_are_read_with_a_country(actor, mock_channel):
    view = written(actor, mock_channel, "name,phone\nA,0171 1234567\n", region="DE")
    assert [lead.contact_phone for lead in all_leads(actor)] == ["+491711234567"]
    assert view.created == 1


def test_the_file_goes_when_the_import_ends(actor, mock_channel):
    view = written(actor, mock_channel, FILE)
    with_key = run_as(
        actor, lambda uow, who: service.ImportRepository(uow, who.workspace_id).find(view.id)
    )
    erasing.remove_file(actor.workspace_id, view.id)
    with pytest.raises(FileNotFoundError):
        file_store.pieces(with_key["file_key"])


def test_who_is_erased_stands_in_no_file_any_more(actor, admin, mock_channel):
    view = written(actor, mock_channel, FILE)
    waiting = upload(actor, mock_channel, FILE)
    ada = next(each for each in all_leads(actor) if each.contact_name == "Ada")
    held = run_as(admin, privacy.export_contact, ada.contact_id).tables["lead_import_row"]
    assert len(held) == 1
    run_as(admin, privacy.erase_contact, ada.contact_id)
    rows = run_as(actor, importing.list_rows, view.id, PageRequest()).items
    assert [row.name for row in rows] == [None, "Grace\nHopper"]
    again = run_as(actor, importing.get_import, waiting.id)
    assert (again.state, again.sample) == (ImportState.FAILED, ())


def test_after_thirty_days_figures_are_all_that_is_left(actor, mock_channel):
    view = written(actor, mock_channel, FILE)
    erasing.forget(actor.workspace_id, view.id)
    assert run_as(actor, importing.list_rows, view.id, PageRequest()).items == ()
    assert run_as(actor, importing.get_import, view.id).created == 2
    assert contacts.ContactNotFound
