"""The replay page as a plain object: tried without effect, done for good, stopped."""

import pytest

from backend import intake, leads
from backend.auth import Actor, Role
from backend.intake import ReplayMode, ReplayQuery
from backend.kit.paging import PageRequest
from backend.leads import LeadQuery
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from backend.seed.demo import RULES
from leadflow_app import routes
from leadflow_app.pages.replay.state import ReplaysState
from tests.factories import (
    create_rule,
    create_workspace,
    deliver,
    envelope,
    message,
    run_as,
    say,
    store,
)
from tests.ui._pages import open_page, reload, send, sign_in, visit


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.MANAGER)


@pytest.fixture
def said(actor, mock_channel):
    return [say(actor, mock_channel, f"hello {number}") for number in range(3)]


def opened(actor, cookie, address=routes.REPLAY):
    state = open_page(ReplaysState, address, cookie)
    reload(state, actor)
    return state


def replays_of(actor):
    return run_as(actor, intake.list_replays, PageRequest()).items


def work_off(actor):
    """Do the newest replay and return it."""
    newest = replays_of(actor)[0]
    intake.work_off(actor.workspace_id, newest.id)
    return newest


@pytest.fixture
def tried(actor, cookie, said):
    """The page after a dry run of everything."""
    assert said
    state = opened(actor, cookie)
    send(state, "rehearse")
    visit(state, routes.replay(work_off(actor).id), cookie)
    reload(state, actor)
    return state


def test_nothing_was_replayed_yet(actor, cookie):
    screen = opened(actor, cookie).screen
    assert (screen.shown.key, screen.earlier, screen.may_commit) == ("", [], False)


def test_a_dry_run_of_what_took_effect_changes_nothing(tried):
    assert (tried.screen.diff.is_there, tried.screen.diff.is_empty) == (True, True)
    assert tried.screen.shown.outcome.startswith("3 deliveries read again")
    assert tried.screen.may_commit


def test_what_was_tried_is_done_after_a_question(actor, cookie, tried):
    send(tried, "ask_commit")
    assert tried.asked.title == "Let 3 deliveries act again?"
    assert "replay=" in str(send(tried, "confirm").args)
    assert tried.asked.title == ""
    newest, dry = replays_of(actor)
    assert (newest.mode, dry.mode) == (ReplayMode.COMMIT, ReplayMode.DRY)
    visit(tried, routes.replay(work_off(actor).id), cookie)
    reload(tried, actor)
    assert (tried.screen.shown.kind, tried.screen.may_commit) == ("Replay", False)
    assert [row.kind for row in tried.screen.earlier] == ["Dry run"]


def test_the_very_deliveries_that_were_tried_are_meant(actor, cookie, mock_channel, said):
    assert said
    channel = f"{routes.REPLAY}?channel={mock_channel.id}"
    state = opened(actor, cookie, channel)
    send(state, "rehearse")
    dry = work_off(actor)
    visit(state, routes.replay(dry.id), cookie)
    send(state, "ask_commit")
    send(state, "confirm")
    done = replays_of(actor)[0]
    assert done.query == dry.query == ReplayQuery(channel_id=mock_channel.id)


def test_what_would_change_leads_to_the_lead(actor, cookie, whatsapp_channel):
    deliver(actor, whatsapp_channel, envelope(messages=[message(text="hello")]))
    (known,) = run_as(actor, leads.list_leads, LeadQuery(), PageRequest()).items
    store(actor, whatsapp_channel, envelope(messages=[message(text="I want the price")]))
    fail = "UPDATE webhook_event SET state = 'quarantined' WHERE state = 'received'"
    run_as(actor, lambda uow, _: uow.execute(fail))
    for rule in RULES:
        run_as(actor, create_rule, rule)
    state = opened(actor, cookie)
    send(state, "rehearse")
    visit(state, routes.replay(work_off(actor).id), cookie)
    reload(state, actor)
    (lead,) = [row for row in state.screen.diff.effects if row.key == "changed lead"]
    assert lead.text == "1 lead would change"
    assert lead.examples[0].lead == routes.lead(known.id)
    assert "Score" in [one.label for one in lead.examples[0].changes]


def test_a_replay_under_way_is_found_again_after_the_tab_was_closed(actor, cookie, said):
    assert said
    send(opened(actor, cookie), "rehearse")
    again = opened(actor, cookie)
    assert (again.screen.shown.is_active, again.screen.is_busy) == (True, True)
    assert again.screen.earlier == []
    send(again, "stop", again.screen.shown.key)
    assert not again.screen.is_busy
    assert [row.state_label for row in again.screen.earlier] == ["Stopped"]


def test_a_second_one_is_refused_with_the_next_step(actor, cookie, said):
    assert said
    state = opened(actor, cookie)
    send(state, "rehearse")
    assert "wait for it, or to stop it" in str(send(state, "rehearse").args)
    assert len(replays_of(actor)) == 1


def test_filters_stay_in_the_address_and_let_go_of_what_was_tried(actor, cookie, tried):
    assert "from=2026-01-31" in str(send(tried, "narrow", "from", "2026-01-31").args)
    assert "replay=" not in str(send(tried, "narrow", "to", "2026-01-31").args)
    assert send(tried, "narrow", "replay", "x") is None
    assert actor
    assert cookie


def test_a_range_that_ends_before_it_begins_is_refused(actor, cookie):
    state = opened(actor, cookie, f"{routes.REPLAY}?from=2026-02-01&to=2026-01-01")
    assert "ends before it begins" in str(send(state, "rehearse").args)
    assert replays_of(actor) == ()


def test_what_failed_leads_to_the_quarantine(actor, cookie, whatsapp_channel):
    broken = {**message(), "timestamp": "yesterday"}
    deliver(actor, whatsapp_channel, envelope(messages=[broken]))
    state = opened(actor, cookie)
    send(state, "rehearse")
    visit(state, routes.replay(work_off(actor).id), cookie)
    reload(state, actor)
    (link,) = state.screen.diff.failed
    assert link.href.startswith("/operations/quarantine?event=")


@pytest.mark.parametrize(("handler", "given"), [("ask_commit", ()), ("confirm", ())])
def test_nothing_is_done_for_good_that_was_not_tried(actor, cookie, said, handler, given):
    assert said
    state = opened(actor, cookie)
    assert "Nothing was tried yet" in str(send(state, handler, *given).args)
    assert replays_of(actor) == ()


def test_an_operator_looks_and_starts_nothing(actor, tried):
    cookie = sign_in(actor, email="ben@leadflow.example")
    visit(tried, str(tried.router.url), cookie)
    assert "Ask an admin" in str(send(tried, "rehearse").args)
    send(tried, "ask_commit")
    assert "Ask an admin" in str(send(tried, "confirm").args)
    assert len(replays_of(actor)) == 1


def test_another_workspace_sees_no_replay_of_this_one(cookie, tried):
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    state = opened(stranger, cookie, str(tried.router.url))
    assert (state.screen.shown.key, state.screen.earlier) == ("", [])
