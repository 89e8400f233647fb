"""New passwords: strong enough, and the end of whatever the old one opened."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from backend import auth
from backend.auth import (
    ChallengeGone,
    CodeAsked,
    NoAccount,
    NoMember,
    NotPermitted,
    OwnerStays,
    ResetGone,
    Role,
    SharedAccount,
    SignInRefused,
    TooManyAttempts,
    WeakPassword,
    WrongPassword,
)
from backend.auth.guessable import is_guessable
from backend.auth.passwords import check_strength
from backend.kit.ids import new_id
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.at_the_door import (
    EMAIL,
    HERE,
    actions,
    actor_of,
    add_second_factor,
    app_code,
    changed,
    entries,
    in_system,
    sign_in,
)
from tests.factories import PASSWORD, create_user, create_workspace, run_as

NEW = "seven green bicycles"
JOIN = """
INSERT INTO membership (workspace_id, user_id, role, created_at)
VALUES (:workspace_id, :user_id, 'viewer', now())
"""


@pytest.fixture
def owner(actor):
    """Make the first admin, who owns the workspace."""
    return run_as(actor, create_user, role=Role.ADMIN)


@pytest.fixture
def ana(actor, owner):
    assert owner
    return run_as(actor, create_user, email=EMAIL)


def join_another(person):
    with unit_of_work(SYSTEM) as uow:
        made = create_workspace(uow)
    changed(JOIN, workspace_id=made.id, user_id=person.user_id)


def change(actor, *, current=PASSWORD, new=NEW):
    run_as(actor, auth.change_password, current=current, new=new)


def reset(token, password=NEW, visitor=HERE):
    return auth.reset_password(token=token, password=password, visitor=visitor)


@pytest.mark.parametrize(
    "password",
    [
        "1234567890",
        "0987654321",
        "qwertyuiop",
        "asdfghjkl;",
        "abcdefghijklm",
        "password123",
        "Password2026!",
        "p@ssw0rd!!123",
        "!!iloveyou1234",
        "1q2w3e4r5t6y",
        "1qaz2wsx3edc",
        "letmein-2026",
        "welcome 12345",
        "administrator1",
        "leadflow2026",
        "aaaaaaaaaaaa",
        "1212121212",
        "abcabcabcabc",
        "zebra1zebra1",
        "          x  ",
        "lola.example-likes-tea",
        "LOLA.EXAMPLE 4711",
    ],
)
def test_what_is_tried_first_is_refused(password):
    assert is_guessable(password, email="Lola.Example@example.com")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "a-long-test-password",
        "seven green bicycles",
        "kX9#mQ2$vL",
        "wandering74otters",
        "пароль-из-семи-слов",
        "8302716459",
        "alongerwordalongerword!",
    ],
)
def test_what_nobody_tries_first_is_taken(password):
    check_strength(password, email="lo@example.com")


@pytest.mark.parametrize("password", ["", "short", "x1y2z3w4v", "ab cd " * 200])
def test_too_short_and_too_long_are_refused(password):
    with pytest.raises(WeakPassword, match="too short or too long"):
        check_strength(password)


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(ana):
    elsewhere = sign_in().token
    here = sign_in()
    change(here.actor)
    assert actor_of(elsewhere) is None
    assert actor_of(here.token) == here.actor
    assert actions(ana)[0] == "password.changed"
    with pytest.raises(SignInRefused):
        sign_in()
    assert sign_in(password=NEW).actor.user_id == ana.user_id


def test_when_it_was_changed_is_shown(ana):
    before = run_as(ana, auth.security_of).password_changed_at
    change(ana)
    assert run_as(ana, auth.security_of).password_changed_at > before


def test_the_present_password_is_asked_for(ana):
    with pytest.raises(WrongPassword):
        change(ana, current=NEW)
    with pytest.raises(WeakPassword, match="present one"):
        change(ana, new=PASSWORD)
    for weak in ("short", "password1234", "ana likes tea"):
        with pytest.raises(WeakPassword):
            change(ana, new=weak)
    assert sign_in(password=PASSWORD).actor.user_id == ana.user_id


def test_a_changed_password_ends_an_unanswered_challenge_and_a_link(actor, ana):
    secret, _ = add_second_factor(ana)
    challenge = sign_in().token
    token = run_as(actor, auth.create_password_reset, ana.user_id)
    change(ana)
    with pytest.raises(ChallengeGone):
        auth.give_code(challenge=challenge, code=app_code(secret))
    with pytest.raises(ResetGone):
        reset(token)


def test_nothing_of_a_password_is_told(ana):
    change(ana)
    assert NEW not in str(entries(ana))


def test_two_changes_at_once_leave_the_password_of_one(ana):
    def attempt(new):
        try:
            change(ana, new=new)
        except (WrongPassword, TooManyAttempts):
            return None
        return new

    with ThreadPoolExecutor(2) as pool:
        done = list(filter(None, pool.map(attempt, [NEW, "eight blue bicycles"])))
    assert any(sign_in(password=new).actor.user_id == ana.user_id for new in done)
    assert len(done) >= 1


def test_a_link_sets_a_password_once_and_ends_every_session(owner, ana):
    session = sign_in().token
    token = run_as(owner, auth.create_password_reset, ana.user_id)
    assert actions(ana)[0] == "password.reset_offered"
    assert token not in str(changed("SELECT * FROM password_reset"))
    reset(token)
    assert actor_of(session) is None
    assert sign_in(password=NEW).actor.user_id == ana.user_id
    assert "password.changed" in actions(ana)
    with pytest.raises(ResetGone):
        reset(token, "another good password")


def test_a_link_leaves_the_second_factor(owner, ana):
    add_second_factor(ana)
    reset(run_as(owner, auth.create_password_reset, ana.user_id))
    assert isinstance(sign_in(password=NEW), CodeAsked)


def test_whoever_comes_with_a_link_is_known_and_nobody_else_any_more(owner, ana):
    before = sign_in().device
    device = reset(run_as(owner, auth.create_password_reset, ana.user_id))
    assert device not in {before, ""}
    assert len(changed("SELECT 1 FROM known_device")) == 1


def test_a_weak_password_leaves_the_link_as_it_is(owner, ana):
    token = run_as(owner, auth.create_password_reset, ana.user_id)
    for weak in ("short", "ana likes tea a lot"):
        with pytest.raises(WeakPassword):
            reset(token, weak)
    reset(token)


def test_a_link_ends_after_an_hour_and_with_the_next_one(owner, ana):
    first = run_as(owner, auth.create_password_reset, ana.user_id)
    second = run_as(owner, auth.create_password_reset, ana.user_id)
    with pytest.raises(ResetGone):
        reset(first)
    changed("UPDATE password_reset SET expires_at = expires_at - interval '1 hour'")
    with pytest.raises(ResetGone):
        reset(second)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("token", ["", "made up", "\ud800", "\x00"])
def test_a_made_up_link_is_none(token):
    with pytest.raises(ResetGone):
        reset(token)


def test_a_disabled_account_has_no_link(owner, ana):
    token = run_as(owner, auth.create_password_reset, ana.user_id)
    changed("UPDATE user_account SET is_disabled = true WHERE id = :id", id=ana.user_id)
    with pytest.raises(ResetGone):
        reset(token)


def test_one_link_used_twice_at_once_counts_once(owner, ana):
    token = run_as(owner, auth.create_password_reset, ana.user_id)

    def attempt(password):
        try:
            return reset(token, password)
        except ResetGone:
            return None

    with ThreadPoolExecutor(2) as pool:
        done = list(filter(None, pool.map(attempt, [NEW, "eight blue bicycles"])))
    assert len(done) == 1


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_only_an_admin_makes_a_link(actor, ana, role):
    person = run_as(actor, create_user, role=role)
    with pytest.raises(NotPermitted):
        run_as(person, auth.create_password_reset, ana.user_id)


def test_nobody_opens_the_account_of_the_owner(actor, owner):
    admin = run_as(actor, create_user, role=Role.ADMIN)
    with pytest.raises(OwnerStays):
        run_as(admin, auth.create_password_reset, owner.user_id)


def test_a_key_makes_no_link_to_an_account_mightier_than_itself(actor, ana):
    key = auth.Actor(
        workspace_id=actor.workspace_id,
        kind=auth.ActorKind.API_KEY,
        name="key",
        scopes=frozenset({"users:write", "users:read"}),
    )
    with pytest.raises(NotPermitted):
        run_as(key, auth.create_password_reset, ana.user_id)


def test_a_stranger_to_the_workspace_is_as_absent_as_nobody(owner):
    with unit_of_work(SYSTEM) as uow:
        foreign = auth.Actor.system(create_workspace(uow).id)
    stranger = run_as(foreign, create_user)
    for user_id in (stranger.user_id, new_id()):
        with pytest.raises(NoMember):
            run_as(owner, auth.create_password_reset, user_id)


def test_an_account_that_leads_into_another_workspace_is_not_opened(owner, ana):
    token = run_as(owner, auth.create_password_reset, ana.user_id)
    join_another(ana)
    with pytest.raises(ResetGone):
        reset(token)
    with pytest.raises(SharedAccount):
        run_as(owner, auth.create_password_reset, ana.user_id)


def test_the_machine_lets_anybody_in(ana):
    join_another(ana)
    reset(in_system(auth.password_reset_for, EMAIL.upper()))
    assert sign_in(password=NEW).actor.user_id == ana.user_id
    with pytest.raises(NoAccount):
        in_system(auth.password_reset_for, "nobody@leadflow.example")


def test_an_account_without_a_workspace_has_no_link(ana):
    token = in_system(auth.password_reset_for, EMAIL)
    changed("DELETE FROM membership WHERE user_id = :id", id=ana.user_id)
    with pytest.raises(ResetGone):
        reset(token)
    with pytest.raises(NoAccount):
        in_system(auth.password_reset_for, EMAIL)
