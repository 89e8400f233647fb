"""An import goes by the lifecycle: what it may do, what it may not, and where it says so."""

from backend import importing, leads
from backend.importing import Choice, working
from backend.kit.paging import PageRequest
from backend.leads import Need, Stage
from tests.factories import run_as, say
from tests.importing.test_importing import all_leads, checked, faults, hold_laws, written
from tests.leads._lifecycles import set_up

ADA = "+12065550101"
NEEDY = {
    "needs": {Stage.CONVERTED: {Need.VALUE}, Stage.LOST: {Need.LOSS_REASON}},
    "loss_reasons": ("Price", "No answer"),
}


def rows(actor, view, kind="all"):
    return run_as(actor, importing.list_rows, view.id, PageRequest(), kind=kind).items


def test_a_lead_is_born_in_any_stage_with_what_the_stage_requires(actor, mock_channel):
    set_up(actor, moves={stage: frozenset() for stage in Stage}, **NEEDY)
    text = (
        "name,phone,stage,value,currency,loss_reason\n"
        "A,+12065550101,converted,,,\nB,+12065550102,converted,5,EUR,\n"
        "C,+12065550103,lost,,,\nD,+12065550104,lost,,,price\nE,+12065550105,lost,,,Mood\n"
        "F,+12065550106,new,,,Price\n"
    )
    view = checked(actor, mock_channel, text)
    assert [(row, column) for row, column, _ in faults(actor, view)] == [
        (2, "value"),
        (4, "loss_reason"),
        (6, "loss_reason"),
        (7, "loss_reason"),
    ]
    view = written(actor, mock_channel, text)
    assert (view.created, view.faulty) == (2, 4)
    found = {lead.contact_name: (lead.stage, lead.loss_reason) for lead in all_leads(actor)}
    assert found == {"B": ("converted", None), "D": ("lost", "Price")}
    hold_laws(actor)


def test_an_open_lead_moves_only_as_people_may_move_it(actor, mock_channel):
    moves = dict.fromkeys(Stage, frozenset(Stage)) | {Stage.NEW: frozenset({Stage.QUALIFIED})}
    moves = {stage: targets - {stage} for stage, targets in moves.items()}
    set_up(actor, moves=moves)
    said = say(actor, mock_channel, sender=ADA)
    text = f"phone,stage\n{ADA},nurtured\n"
    view = checked(actor, mock_channel, text)
    assert (view.faulty, view.held_back) == (0, 1)
    (row,) = rows(actor, view, "twins")
    assert (row.held_back[0].column, row.held_back[0].expected) == ("stage", "one of: qualified")
    view = written(actor, mock_channel, text, choice=Choice.UPDATE)
    assert (view.changed, view.refused, view.faulty) == (0, 1, 1)
    assert run_as(actor, leads.get_lead, said.lead_id).stage == "new"
    view = written(actor, mock_channel, f"phone,stage\n{ADA},qualified\n", choice=Choice.UPDATE)
    assert (view.changed, view.refused) == (1, 0)
    hold_laws(actor)


def test_what_the_lead_has_already_counts(actor, mock_channel):
    set_up(actor, **NEEDY)
    said = say(actor, mock_channel, sender=ADA)
    run_as(actor, leads.set_value, said.lead_id, value=5, currency="EUR")
    view = written(actor, mock_channel, f"phone,stage\n{ADA},converted\n", choice=Choice.UPDATE)
    assert (view.changed, view.refused) == (1, 0)


def test_a_changed_lead_keeps_why_it_was_lost(actor, mock_channel):
    set_up(actor, **NEEDY)
    said = say(actor, mock_channel, sender=ADA)
    text = f"phone,stage,loss_reason\n{ADA},lost,no answer\n"
    written(actor, mock_channel, text, choice=Choice.UPDATE)
    lead = run_as(actor, leads.get_lead, said.lead_id)
    assert (lead.stage, lead.loss_reason) == ("lost", "No answer")
    hold_laws(actor)


def test_rules_that_came_after_the_check_refuse_at_the_writing(actor, mock_channel):
    view = checked(actor, mock_channel, f"phone,stage\n{ADA},converted\n")
    assert view.faulty == 0
    set_up(actor, **NEEDY)
    run_as(actor, importing.start_writing, view.id, choice=Choice.SKIP)
    working.work_off(actor.workspace_id, view.id)
    after = run_as(actor, importing.get_import, view.id)
    assert (after.created, after.refused) == (0, 1)
    assert rows(actor, after, "faults")[0].faults[0].column == "value"
