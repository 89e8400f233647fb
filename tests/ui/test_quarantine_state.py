"""The quarantine page as a plain object: opened, corrected, ignored, tried again."""

import orjson
import pytest

from backend import inbox, intake
from backend.auth import Actor, Role
from backend.inbox import ConversationQuery
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from leadflow_app import routes
from leadflow_app.pages.quarantine.state import QuarantineState
from tests.factories import create_workspace, deliver, envelope, message, run_as
from tests.ui._pages import open_page, reload, send, sign_in, visit

RIGHT = orjson.dumps(envelope(messages=[message(text="as it was meant")])).decode()


def broken(position):
    """Write a delivery whose message at this position cannot be read."""
    said = [message() for _ in range(position)]
    return envelope(messages=[*said, {**message(), "timestamp": f"day {position}"}])


@pytest.fixture
def cookie(actor):
    return sign_in(actor, role=Role.MANAGER)


@pytest.fixture
def failing(actor, whatsapp_channel):
    """Have deliveries stand in quarantine for two causes."""
    deliver(actor, whatsapp_channel, broken(0), broken(1), b"{")
    return whatsapp_channel


def opened(actor, cookie, address=routes.QUARANTINE):
    state = open_page(QuarantineState, address, cookie)
    reload(state, actor)
    return state


def go(state, actor, address, cookie):
    visit(state, address, cookie)
    reload(state, actor)


@pytest.fixture
def page(actor, cookie, failing):
    """The page with the only delivery of its cause open."""
    assert failing
    state = opened(actor, cookie)
    (alone,) = [cause for cause in state.screen.causes if cause.count == "1"]
    go(state, actor, alone.href, cookie)
    go(state, actor, state.screen.events[0].href, cookie)
    return state


def texts(actor):
    """Return what customers wrote."""
    (talk,) = run_as(actor, inbox.list_conversations, ConversationQuery(), PageRequest()).items
    found = run_as(actor, inbox.list_messages, talk.id, PageRequest()).items
    return [one.text for one in found]


def test_what_stands_still_is_grouped_and_opens(actor, cookie, failing):
    state = opened(actor, cookie)
    assert [cause.count for cause in state.screen.causes] == ["1", "2"]
    assert {cause.channel for cause in state.screen.causes} == {failing.name}
    go(state, actor, state.screen.causes[1].href, cookie)
    assert (state.screen.kind, len(state.screen.events)) == ("cause", 2)
    go(state, actor, state.screen.events[0].href, cookie)
    assert (state.screen.kind, state.screen.back.label) == ("event", "All of this cause")
    assert '"timestamp": "day 1"' in state.screen.sheet.body.text


def test_nothing_stands_still(actor, cookie):
    state = opened(actor, cookie)
    assert (state.screen.kind, state.screen.causes) == ("causes", [])


def test_a_correction_is_kept_beside_the_original_and_then_processed(actor, page):
    assert "as it was meant" not in texts(actor)
    send(page, "correct", {"body": RIGHT})
    sheet = page.screen.sheet
    assert (sheet.body.text, sheet.has_correction) == ("{", True)
    assert sheet.correction.draft == sheet.correction.text
    assert "Processed" in str(send(page, "rerun").args)
    assert (page.screen.sheet.state_label, page.screen.sheet.body.text) == ("Processed", "{")
    assert "as it was meant" in texts(actor)


def test_a_correction_of_nothing_is_refused_at_its_field(page):
    send(page, "correct", {"body": ""})
    assert page.fault.field == "body"
    assert not page.screen.sheet.has_correction


def test_what_fails_again_says_so_and_stays(page):
    assert "It failed again" in str(send(page, "rerun").args)
    assert page.screen.sheet.attempts == "2 attempts"
    assert page.screen.sheet.is_quarantined


def test_one_is_ignored_with_a_reason_and_put_back(actor, cookie, page):
    send(page, "set_ignoring", True)
    send(page, "ignore", {"reason": " "})
    assert (page.fault.field, page.is_ignoring) == ("reason", True)
    send(page, "ignore", {"reason": "a test of theirs"})
    sheet = page.screen.sheet
    assert (sheet.is_ignored, page.is_ignoring) == (True, False)
    assert sheet.ignored.endswith(": a test of theirs")
    go(page, actor, f"{routes.QUARANTINE}?show=ignored", cookie)
    (row,) = page.screen.events
    send(page, "put_back", row.key)
    assert page.screen.events == []
    go(page, actor, row.href, cookie)
    assert page.screen.sheet.is_quarantined
    assert page.screen.back.label == "Ignored"


def test_a_group_is_ignored_whole(actor, cookie, failing):
    assert failing
    state = opened(actor, cookie)
    go(state, actor, state.screen.causes[1].href, cookie)
    _, toast = send(state, "ignore", {"reason": "a test of theirs"})
    assert "2 deliveries ignored" in str(toast.args)
    assert state.screen.events == []


def test_a_group_is_tried_again_as_a_replay_that_is_watched(actor, cookie, failing):
    assert failing
    state = opened(actor, cookie)
    href = state.screen.causes[1].href
    go(state, actor, href, cookie)
    assert "replay=" in str(send(state, "rerun_all").args)
    (replay,) = run_as(actor, intake.list_replays, PageRequest()).items
    go(state, actor, f"{href}&replay={replay.id}", cookie)
    assert (state.screen.replay.is_active, state.screen.replay.progress) == (
        True,
        "0 of 2 deliveries",
    )
    intake.work_off(actor.workspace_id, replay.id)
    reload(state, actor)
    assert "2 failed" in state.screen.replay.outcome
    assert len(state.screen.events) == 2


def test_a_watched_replay_is_stopped(actor, cookie, failing):
    assert failing
    state = opened(actor, cookie)
    href = state.screen.causes[0].href
    go(state, actor, href, cookie)
    send(state, "rerun_all")
    (replay,) = run_as(actor, intake.list_replays, PageRequest()).items
    go(state, actor, f"{href}&replay={replay.id}", cookie)
    send(state, "stop")
    assert state.screen.replay.state_label == "Stopped"


@pytest.mark.parametrize(
    ("handler", "given"),
    [
        ("rerun", ()),
        ("rerun_all", ()),
        ("stop", ()),
        ("correct", ({"body": "{}"},)),
        ("ignore", ({"reason": "why"},)),
        ("put_back", ("no id",)),
    ],
)
def test_nothing_is_done_where_nothing_is_open(actor, cookie, failing, handler, given):
    assert failing
    state = opened(actor, cookie)
    before = state.screen
    assert "toast" in str(send(state, handler, *given).args)
    reload(state, actor)
    assert state.screen == before


def test_an_operator_reads_and_changes_nothing(actor, page):
    visit(page, str(page.router.url), sign_in_as(actor, Role.OPERATOR))
    for handler, given in (
        ("rerun", ()),
        ("correct", ({"body": RIGHT},)),
        ("ignore", ({"reason": "why"},)),
    ):
        assert "Ask an admin" in str(send(page, handler, *given).args)
    reload(page, actor)
    assert page.screen.sheet.is_quarantined
    assert not page.screen.sheet.has_correction


def sign_in_as(actor, role):
    """Sign a second person in."""
    return sign_in(actor, role=role, email="ben@leadflow.example")


def test_another_workspace_opens_nothing_of_this_one(page, cookie):
    with unit_of_work(SYSTEM) as uow:
        stranger = Actor.system(create_workspace(uow).id)
    state = open_page(QuarantineState, str(page.router.url), cookie)
    with pytest.raises(intake.EventNotFound):
        reload(state, stranger)
    go(state, stranger, routes.QUARANTINE, cookie)
    assert state.screen.causes == []
