"""What is old is emptied, what is counted stays, and the preview tells it before."""

import pytest

from backend import intake, privacy
from backend.auth import NotPermitted
from backend.intake import BodyGone, EventQuery, EventState
from backend.kit.paging import PageRequest
from backend.platform import queue
from backend.privacy import BadRetention, Retention
from backend.privacy.tasks import retain_everywhere
from tests.factories import run_as, store
from tests.laws import assert_lawful
from tests.privacy.places import NAME, WORDS, traces

AGE = """
UPDATE webhook_event SET received_at = received_at - interval '100 days'
"""


def keep(actor, *, raw_days=90, text_days=None):
    given = Retention(raw_days=raw_days, text_days=text_days)
    return run_as(actor, privacy.set_retention, given)


def effect(actor, **days):
    return run_as(actor, privacy.retention_effect, Retention(**days))


def aged(actor):
    run_as(actor, lambda uow, _: uow.execute(AGE))


def events(actor, state=None):
    return run_as(actor, intake.list_events, EventQuery(state=state), PageRequest()).items


def test_raw_bodies_are_kept_for_ninety_days_unless_set(scene, superuser):
    assert run_as(scene.actor, privacy.get_retention) == Retention(raw_days=90, text_days=None)
    privacy.retain(scene.actor.workspace_id)
    assert "webhook_event.body" in traces(superuser)
    aged(scene.actor)
    privacy.retain(scene.actor.workspace_id)
    assert "webhook_event.body" not in traces(superuser)
    assert "message.text" in traces(superuser)
    assert len(events(scene.actor)) == 4
    assert_lawful()


def test_what_waits_or_stands_in_quarantine_keeps_its_body(scene):
    store(scene.actor, scene.channel, b"{broken")
    intake.drain_workspace(scene.actor.workspace_id)
    store(scene.actor, scene.channel, b"{waiting")
    aged(scene.actor)
    privacy.retain(scene.actor.workspace_id)
    kept = [*events(scene.actor, EventState.QUARANTINED), *events(scene.actor, EventState.RECEIVED)]
    bodies = [run_as(scene.actor, intake.get_event, event.id).body for event in kept]
    assert bodies == ["{broken", "{waiting"]


def test_a_delivery_without_its_body_is_not_processed_again(scene):
    aged(scene.actor)
    privacy.retain(scene.actor.workspace_id)
    (event, *_) = events(scene.actor)
    with pytest.raises(BodyGone, match="kept for as long"):
        run_as(scene.actor, intake.replay, event.id)
    assert {one.state for one in events(scene.actor)} == {EventState.PROCESSED}


def test_words_are_kept_unless_a_time_is_set(scene, superuser):
    keep(scene.actor, raw_days=7, text_days=7)
    privacy.retain(scene.actor.workspace_id)
    assert "message.text" not in traces(superuser, (f"price? {WORDS}",))
    assert "contact.display_name" in traces(superuser, (NAME,))
    assert_lawful()


def test_the_preview_tells_what_then_happens(scene):
    aged(scene.actor)
    before = effect(scene.actor, raw_days=7, text_days=7)
    assert before.bodies == 4
    assert before.texts > 0
    assert before.oldest_body_at is not None
    keep(scene.actor, raw_days=7, text_days=7)
    assert privacy.retain(scene.actor.workspace_id) == before.bodies + before.texts
    after = effect(scene.actor, raw_days=7, text_days=7)
    assert (after.bodies, after.texts, after.oldest_text_at) == (0, 0, None)


def test_a_preview_changes_nothing(scene, superuser):
    aged(scene.actor)
    before = traces(superuser)
    effect(scene.actor, raw_days=7, text_days=7)
    assert traces(superuser) == before


def test_it_goes_on_over_many_batches(scene, monkeypatch):
    monkeypatch.setattr("backend.privacy.retention.BATCH_SIZE", 1)
    aged(scene.actor)
    keep(scene.actor, raw_days=7, text_days=7)
    assert privacy.retain(scene.actor.workspace_id) > 4
    assert privacy.retain(scene.actor.workspace_id) == 0


@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"raw_days": 6, "text_days": None}, "raw_days"),
        ({"raw_days": 4000, "text_days": None}, "raw_days"),
        ({"raw_days": 90, "text_days": 0}, "text_days"),
        ({"raw_days": 90, "text_days": -1}, "text_days"),
        ({"raw_days": 90, "text_days": 30}, "raw_days"),
    ],
)
def test_a_time_that_makes_no_sense_is_refused(actor, days, field):
    with pytest.raises(BadRetention, match=r"nothing is kept|outlive") as refused:
        run_as(actor, privacy.set_retention, Retention(**days))
    assert refused.value.field == field
    with pytest.raises(BadRetention):
        effect(actor, **days)


def test_an_operator_sets_nothing(operator):
    with pytest.raises(NotPermitted):
        keep(operator)


def test_a_change_is_in_the_audit_log_with_both_numbers(actor, superuser):
    keep(actor, raw_days=30)
    keep(actor, raw_days=30)
    rows = superuser.execute("SELECT details FROM audit_entry WHERE action LIKE 'retention%'")
    ((details,),) = rows.fetchall()
    assert (details["raw_days_before"], details["raw_days"]) == (90, 30)


def test_recent_deliveries_stay(scene):
    assert effect(scene.actor, raw_days=7, text_days=None).bodies == 0


@pytest.mark.usefixtures("workspace")
def test_each_workspace_is_woken_once_a_day():
    retain_everywhere()
    assert queue.broker().huey.pending_count() == 1
