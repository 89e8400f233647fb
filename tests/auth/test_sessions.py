"""Sessions: whose they are, how they end, and that whoever looks on hears of it."""

import json
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest

from backend import auth
from backend.auth import Actor, NoSession, NotPermitted, NoWorkspace, Role, Visitor
from backend.auth.browsers import UNKNOWN, device_in_words
from backend.auth.signing_in import note_refusal
from backend.kit.ids import new_id
from backend.platform.unit_of_work import LIVE_CHANNEL, SYSTEM, unit_of_work
from tests.auth.at_the_door import (
    EMAIL,
    HERE,
    actions,
    actor_of,
    changed,
    entries,
    in_system,
    sign_in,
)
from tests.factories import create_user, create_workspace, run_as

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = (
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/140.0.0.0 Safari/537.36"
)
JOIN = """
INSERT INTO membership (workspace_id, user_id, role, created_at)
VALUES (:workspace_id, :user_id, 'viewer', now())
"""


@pytest.fixture
def ana(actor):
    return run_as(actor, create_user, role=Role.MANAGER, email=EMAIL)


@pytest.fixture
def bo(actor):
    return run_as(actor, create_user, email="bo@leadflow.example")


@pytest.fixture
def other(ana):
    """Let Ana view another workspace too."""
    with unit_of_work(SYSTEM) as uow:
        made = create_workspace(uow)
    changed(JOIN, workspace_id=made.id, user_id=ana.user_id)
    return made


@pytest.fixture
def listen(database):
    """Return a function that begins to listen; what it returns waits for so many sessions."""

    def begin():
        connection.execute(f'LISTEN "{LIVE_CHANNEL}"')
        return hear

    def hear(count):
        heard = set()
        for note in connection.notifies(timeout=10):
            said = json.loads(note.payload)
            if said["topic"] == "session":
                heard |= {(item, said["workspace_id"]) for item in said["ids"]}
            if len(heard) >= count:
                break
        return heard

    with psycopg.connect(database, autocommit=True) as connection:
        yield begin


def opened(visitor=HERE):
    """Sign Ana in; returns the token and the actor."""
    signed_in = sign_in(visitor=visitor)
    return signed_in.token, signed_in.actor


def named(session_id, workspace_id):
    return str(session_id), str(workspace_id)


def test_the_actor_says_which_session_acts_as_what_and_from_where(ana):
    token, signed_in = opened()
    found = actor_of(token)
    assert found == signed_in
    assert found == replace(ana, session_id=signed_in.session_id, address=HERE.address)
    moved = in_system(auth.actor_for_session, token, address="198.51.100.9")
    assert moved.address == "198.51.100.9"


@pytest.mark.usefixtures("ana")
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE session SET revoked_at = now()",
        "UPDATE session SET expires_at = now() - interval '1 second'",
        "UPDATE session SET last_seen_at = now() - interval '12 hours'",
        "UPDATE user_account SET is_disabled = true",
        "UPDATE membership SET is_disabled = true",
        "DELETE FROM membership",
    ],
)
def test_a_session_dies(change):
    token, _ = opened()
    assert actor_of(token) is not None
    changed(change)
    assert actor_of(token) is None


@pytest.mark.usefixtures("ana")
def test_a_session_has_two_weeks_and_half_a_day_without_a_click():
    token, _ = opened()
    rows = changed("SELECT expires_at - created_at FROM session")
    assert rows[0][0] == timedelta(days=14)
    changed("UPDATE session SET last_seen_at = now() - interval '11 hours 59 minutes'")
    assert actor_of(token) is not None


def last_seen():
    return changed("SELECT last_seen_at FROM session")[0][0]


@pytest.mark.usefixtures("ana")
def test_being_seen_is_written_once_a_minute():
    token, _ = opened()
    first = last_seen()
    actor_of(token)
    assert last_seen() == first
    changed("UPDATE session SET last_seen_at = last_seen_at - interval '1 minute'")
    actor_of(token)
    assert last_seen() > first


@pytest.mark.usefixtures("ana")
def test_a_screen_that_only_watches_lets_the_session_go_idle():
    token, _ = opened()
    changed("UPDATE session SET last_seen_at = last_seen_at - interval '1 hour'")
    before = last_seen()
    assert in_system(auth.actor_for_session, token, is_use=False) is not None
    assert last_seen() == before


@pytest.mark.usefixtures("ana")
def test_one_sees_ones_own_live_sessions_in_words_and_which_one_this_is():
    _, first = opened(Visitor(address="192.0.2.1", user_agent=FIREFOX))
    _, gone = opened()
    changed("UPDATE session SET revoked_at = now() WHERE id = :id", id=gone.session_id)
    _, here = opened(Visitor(address="192.0.2.2", user_agent=CHROME))
    shown = run_as(here, auth.list_sessions)
    assert [(one.id, one.device, one.address, one.is_current) for one in shown] == [
        (here.session_id, "Chrome on Linux", "192.0.2.2", True),
        (first.session_id, "Firefox on Windows", "192.0.2.1", False),
    ]


def test_nobody_sees_or_ends_the_sessions_of_others(ana, bo):
    assert ana
    token, here = opened()
    assert run_as(bo, auth.list_sessions) == ()
    for session_id in (here.session_id, new_id()):
        with pytest.raises(NoSession, match="no such session"):
            run_as(bo, auth.revoke_session, session_id)
    assert run_as(bo, auth.revoke_other_sessions) == 0
    assert actor_of(token) is not None


def test_ending_one_session_is_heard_where_it_works(ana, other, listen):
    assert ana
    token, there = opened()
    in_system(auth.switch_workspace, token, other.id)
    _, here = opened()
    heard = listen()
    run_as(here, auth.revoke_session, there.session_id)
    assert heard(1) == {named(there.session_id, other.id)}
    assert actor_of(token) is None
    with pytest.raises(NoSession):
        run_as(here, auth.revoke_session, there.session_id)
    assert actions(here)[0] == "session.revoked"


def test_ending_the_others_keeps_the_one_at_work(ana, other, listen):
    assert ana
    token, there = opened()
    in_system(auth.switch_workspace, token, other.id)
    _, second = opened()
    kept, here = opened()
    heard = listen()
    assert run_as(here, auth.revoke_other_sessions) == 2
    assert heard(2) == {
        named(there.session_id, other.id),
        named(second.session_id, second.workspace_id),
    }
    assert actor_of(token) is None
    assert actor_of(kept) == here


def test_who_is_shut_out_of_a_workspace_keeps_what_they_do_elsewhere(actor, ana, other):
    token, _ = opened()
    kept, _ = opened()
    in_system(auth.switch_workspace, kept, other.id)
    with unit_of_work(actor) as uow:
        assert auth.revoke_sessions_of(uow, ana.user_id, actor.workspace_id) == 1
    assert actor_of(token) is None
    assert actor_of(kept).workspace_id == other.id
    with unit_of_work(SYSTEM) as uow:
        assert auth.revoke_sessions_of(uow, ana.user_id) == 1
    assert actor_of(kept) is None


def test_a_workspace_ends_no_sessions_of_another(actor, ana, other):
    token, _ = opened()
    with unit_of_work(Actor.system(other.id)) as uow:
        assert auth.revoke_sessions_of(uow, ana.user_id) == 0
        assert auth.revoke_sessions_of(uow, ana.user_id, actor.workspace_id) == 0
    assert actor_of(token) is not None


def test_one_session_moves_from_workspace_to_workspace(ana, other, listen):
    token, before = opened()
    heard = listen()
    after = in_system(auth.switch_workspace, token, other.id)
    assert actor_of(token) == after
    assert (after.workspace_id, after.role) == (other.id, Role.VIEWER)
    assert after.session_id == before.session_id
    assert heard(2) == {
        named(before.session_id, ana.workspace_id),
        named(before.session_id, other.id),
    }
    assert actions(after) == ["workspace.switched"]


def test_the_next_sign_in_opens_where_one_worked_last(ana, other):
    token, before = opened()
    assert before.workspace_id == ana.workspace_id
    in_system(auth.switch_workspace, token, other.id)
    assert opened()[1].workspace_id == other.id


@pytest.mark.usefixtures("ana")
def test_a_workspace_of_others_is_as_absent_as_none():
    with unit_of_work(SYSTEM) as uow:
        foreign = create_workspace(uow)
    token, before = opened()
    for wanted in (foreign.id, new_id()):
        with pytest.raises(NoWorkspace, match="no such workspace"):
            in_system(auth.switch_workspace, token, wanted)
    assert actor_of(token) == before


def test_nobody_switches_without_a_session_nor_where_they_are_shut_out(ana, other):
    with pytest.raises(NoSession):
        in_system(auth.switch_workspace, "made up", other.id)
    changed(
        "UPDATE membership SET is_disabled = true WHERE workspace_id = :id",
        id=other.id,
    )
    with pytest.raises(NoWorkspace):
        in_system(auth.switch_workspace, opened()[0], other.id)
    assert [one.id for one in in_system(auth.my_workspaces, ana.user_id)] == [ana.workspace_id]


def test_ones_workspaces_come_with_ones_role(ana, other):
    mine = in_system(auth.my_workspaces, ana.user_id)
    assert {(one.id, one.role) for one in mine} == {
        (ana.workspace_id, Role.MANAGER),
        (other.id, Role.VIEWER),
    }
    assert [one.name for one in mine] == sorted(one.name for one in mine)


def test_coming_and_going_is_told(ana):
    token, _ = opened()
    with pytest.raises(auth.SignInRefused):
        sign_in(password="wrong")
    in_system(auth.sign_out, token)
    assert actions(ana)[:2] == ["sign_in.ended", "sign_in.succeeded"]


def test_a_failure_is_told_in_the_workspace_it_would_have_opened(ana):
    refused = Visitor(address="203.0.113.9")
    for email in (EMAIL.upper(), "nobody@leadflow.example"):
        in_system(note_refusal, email=email, visitor=refused)
    (entry,) = entries(ana)
    assert (entry.action, entry.subject) == ("sign_in.failed", f"user:{ana.user_id}")
    assert (entry.address, entry.actor_id) == ("203.0.113.9", None)


@pytest.mark.parametrize(
    "use_case",
    [
        auth.list_sessions,
        auth.revoke_other_sessions,
        auth.begin_second_factor,
        auth.security_of,
    ],
)
def test_what_is_ones_own_needs_a_person(actor, use_case):
    with pytest.raises(NotPermitted):
        run_as(actor, use_case)


@pytest.mark.parametrize(
    ("user_agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (CHROME, "Chrome on Linux"),
        (f"{CHROME} Edg/140.0", "Edge on Linux"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) OPR/120", "Opera on Mac"),
        ("curl/8.0", UNKNOWN),
        ("something on Linux", "Linux"),
        ("Firefox/1", "Firefox"),
        ("<script>alert(1)</script>", UNKNOWN),
        ("", UNKNOWN),
    ],
)
def test_a_browser_is_named_in_words(user_agent, words):
    assert device_in_words(user_agent) == words
