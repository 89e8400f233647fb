"""People move leads as their workspace allows, and say why."""

from decimal import Decimal

import pytest

from backend import leads
from backend.auth import NotPermitted
from backend.kit.paging import PageRequest
from backend.leads import (
    BadLifecycle,
    BadReason,
    BadValue,
    EventKind,
    Lifecycle,
    Move,
    MoveRefused,
    Need,
    NeedsMore,
    Stage,
)
from backend.platform.unit_of_work import unit_of_work
from tests.factories import create_rule, rule, run_as, say
from tests.laws import assert_lawful
from tests.leads._lifecycles import set_up

ONE_WAY = {
    Stage.NEW: frozenset({Stage.QUALIFIED, Stage.LOST}),
    Stage.QUALIFIED: frozenset({Stage.CONVERTED, Stage.LOST}),
}


@pytest.fixture
def lead(actor, mock_channel):
    return run_as(actor, leads.get_lead, say(actor, mock_channel).lead_id)


def moved(operator, lead, stage, **said):
    return run_as(operator, leads.move, lead.id, to=Move(stage=stage, **said))


def last_event(actor, lead):
    return run_as(actor, leads.timeline, lead.id, PageRequest()).items[0]


def test_without_settings_every_move_is_allowed(actor):
    view = run_as(actor, leads.get_lifecycle)
    assert (view.number, view.is_order_free) == (0, True)
    assert all(view.settings.moves[stage] == set(Stage) - {stage} for stage in Stage)


def test_a_move_that_is_not_allowed_is_refused_and_says_which_are(actor, operator, lead):
    set_up(actor, moves=ONE_WAY)
    with pytest.raises(MoveRefused) as refused:
        moved(operator, lead, Stage.CONVERTED)
    assert (refused.value.field, refused.value.expected) == ("stage", "one of: qualified, lost")
    assert moved(operator, lead, Stage.QUALIFIED).stage is Stage.QUALIFIED
    moved(operator, lead, Stage.LOST)
    with pytest.raises(MoveRefused, match="lost does not become new") as refused:
        run_as(operator, leads.set_stage, lead.id, stage=Stage.NEW)
    assert refused.value.expected == "it stays lost"


@pytest.mark.parametrize(
    ("need", "field"),
    [
        (Need.VALUE, "value"),
        (Need.OWNER, "owner"),
        (Need.TAG, "tag"),
    ],
)
def test_a_stage_asks_for_what_it_requires(actor, operator, lead, need, field):
    set_up(actor, needs={Stage.CONVERTED: frozenset({need})})
    with pytest.raises(NeedsMore) as refused:
        moved(operator, lead, Stage.CONVERTED)
    assert refused.value.field == field
    assert run_as(actor, leads.get_lead, lead.id).stage is Stage.NEW


def test_a_phone_is_there_already(actor, operator, lead):
    set_up(actor, needs={Stage.CONVERTED: frozenset({Need.PHONE})})
    assert moved(operator, lead, Stage.CONVERTED).stage is Stage.CONVERTED


def test_a_conversion_brings_its_value(actor, operator, lead):
    set_up(actor, needs={Stage.CONVERTED: frozenset({Need.VALUE})})
    won = moved(
        operator, lead, Stage.CONVERTED, value=Decimal("99.50"), currency="EUR", note="paid"
    )
    assert (won.stage, won.value, won.currency) == (Stage.CONVERTED, Decimal("99.50"), "EUR")
    events = run_as(actor, leads.timeline, lead.id, PageRequest()).items
    told = {event.kind: event.data for event in events[:2]}
    assert told[EventKind.STAGE] == {"from": "new", "to": "converted", "note": "paid"}
    assert told[EventKind.VALUED] == {"value": "99.50", "currency": "EUR"}
    assert_lawful()


def test_a_value_without_a_currency_moves_nothing(actor, operator, lead):
    with pytest.raises(BadValue):
        moved(operator, lead, Stage.CONVERTED, value=Decimal(1))
    assert run_as(actor, leads.get_lead, lead.id).stage is Stage.NEW


def test_a_loss_has_a_reason_of_the_list(actor, operator, lead):
    set_up(
        actor,
        loss_reasons=("Too dear", "No answer"),
        needs={Stage.LOST: frozenset({Need.LOSS_REASON})},
    )
    with pytest.raises(NeedsMore) as refused:
        moved(operator, lead, Stage.LOST)
    assert refused.value.field == "reason"
    with pytest.raises(BadReason) as unknown:
        moved(operator, lead, Stage.LOST, reason="whatever")
    assert unknown.value.expected == "one of: Too dear, No answer"
    assert moved(operator, lead, Stage.LOST, reason="too DEAR").loss_reason == "Too dear"
    assert last_event(actor, lead).data["reason"] == "Too dear"
    assert moved(operator, lead, Stage.NEW).loss_reason is None


@pytest.mark.parametrize("said", [{"reason": "x" * 81}, {"note": "x" * 501}, {"reason": "a\x07b"}])
def test_what_cannot_be_kept_is_refused(operator, lead, said):
    with pytest.raises(BadReason):
        moved(operator, lead, Stage.LOST, **said)


def test_a_conversion_has_no_loss_reason(operator, lead):
    with pytest.raises(BadReason):
        moved(operator, lead, Stage.CONVERTED, reason="Too dear")


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"warm_from": 50, "hot_from": 50}, "hot_from"),
        ({"reopen_days": 0}, "reopen_days"),
        ({"stale_days": {Stage.LOST: 3}}, "stale_days.lost"),
        ({"stale_days": {Stage.NEW: 0}}, "stale_days.new"),
        ({"needs": {Stage.NEW: frozenset({Need.LOSS_REASON})}}, "needs.new"),
        ({"moves": {Stage.NEW: frozenset({Stage.NEW})}}, "moves.new"),
        ({"loss_reasons": ("a", "A")}, "loss_reasons"),
        ({"loss_reasons": ("",)}, "loss_reasons"),
        ({"loss_reasons": tuple(map(str, range(51)))}, "loss_reasons"),
        ({"decay": leads.Decay.PERCENT, "decay_amount": 101}, "decay_amount"),
    ],
)
def test_settings_that_cannot_be_are_refused_at_their_place(actor, settings, field):
    with pytest.raises(BadLifecycle) as refused:
        set_up(actor, **settings)
    assert refused.value.field == field


def test_settings_are_kept_and_counted(actor):
    first = set_up(actor, moves=ONE_WAY, stale_days={Stage.NEW: 3}, loss_reasons=("Price",))
    again = run_as(actor, leads.get_lifecycle)
    assert (first.number, again) == (1, first)
    assert set_up(actor, hot_from=80).number == 2
    assert set_up(actor, hot_from=80).number == 2, "nothing changed"


def test_an_operator_does_not_change_the_settings(operator):
    with pytest.raises(NotPermitted):
        run_as(operator, leads.set_lifecycle, Lifecycle())


def test_a_rule_moves_as_allowed_and_its_run_says_when_not(actor, mock_channel):
    set_up(actor, moves=ONE_WAY)
    run_as(actor, create_rule, rule(then=[{"action": "set_stage", "stage": "nurtured"}]))
    landed = say(actor, mock_channel)
    assert run_as(actor, leads.get_lead, landed.lead_id).stage is Stage.NEW
    with unit_of_work(actor) as uow:
        effects = uow.execute("SELECT effects FROM rule_run").scalar_one()
    assert effects[0]["kind"] == "stage.refused"
    assert (effects[0]["from"], effects[0]["to"]) == ("new", "nurtured")
    assert EventKind.REFUSED not in {
        event.kind for event in run_as(actor, leads.timeline, landed.lead_id, PageRequest()).items
    }
    assert_lawful()
