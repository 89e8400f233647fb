"""Signing in and out, users and keys: tokens are shown once and kept as hashes."""

from datetime import timedelta

import pytest

from backend import auth
from backend.auth import (
    Actor,
    ActorKind,
    BadEmail,
    EmailTaken,
    NotPermitted,
    NoWorkspace,
    Permission,
    Role,
    SignInRefused,
    UnknownScope,
    UserInput,
    WeakPassword,
)
from backend.kit.ids import new_id
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.at_the_door import changed, in_system, sign_in
from tests.factories import PASSWORD, create_user, create_workspace, run_as


@pytest.fixture
def ana(actor):
    """Let Ana be an operator."""
    return run_as(actor, create_user, email="Ana@leadflow.example")


def test_who_signs_in_is_known_by_the_token_until_they_sign_out(ana):
    signed_in = sign_in()
    assert (signed_in.actor.user_id, signed_in.actor.role) == (ana.user_id, ana.role)
    assert in_system(auth.actor_for_session, signed_in.token) == signed_in.actor
    in_system(auth.sign_out, signed_in.token)
    assert in_system(auth.actor_for_session, signed_in.token) is None


@pytest.mark.parametrize("email", ["ANA@LEADFLOW.EXAMPLE", " ana@leadflow.example "])
def test_an_address_is_read_whatever_its_case(ana, email):
    assert sign_in(email=email).actor.user_id == ana.user_id


@pytest.mark.parametrize(
    ("email", "password"),
    [("ana@leadflow.example", "wrong"), ("bo@leadflow.example", PASSWORD), ("", "")],
)
@pytest.mark.usefixtures("ana")
def test_both_refusals_say_the_same(email, password):
    with pytest.raises(SignInRefused, match="do not belong together"):
        sign_in(email=email, password=password)


@pytest.mark.usefixtures("ana")
def test_a_disabled_user_neither_signs_in_nor_stays():
    token = sign_in().token
    changed("UPDATE user_account SET is_disabled = true")
    assert in_system(auth.actor_for_session, token) is None
    with pytest.raises(SignInRefused):
        sign_in()


@pytest.mark.usefixtures("ana")
def test_a_session_ends_by_itself():
    signed_in = sign_in()
    with unit_of_work(SYSTEM) as uow:
        assert signed_in.expires_at > uow.now + timedelta(days=1)
    changed("UPDATE session SET expires_at = now() - interval '1 second'")
    assert in_system(auth.actor_for_session, signed_in.token) is None


@pytest.mark.usefixtures("ana")
def test_every_sign_in_has_a_token_of_its_own_and_none_is_stored():
    tokens = {sign_in().token for _ in range(2)}
    assert len(tokens) == 2
    kept = str(changed("SELECT * FROM session"))
    assert not any(token in kept for token in tokens)
    assert min(map(len, tokens)) >= 43


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("token", ["", "nonsense", "\x00", "é" * 500])
def test_a_token_that_nobody_has_is_nobodys(token):
    assert in_system(auth.actor_for_session, token) is None
    assert in_system(auth.actor_for_api_key, token) is None
    in_system(auth.sign_out, token)


def test_a_password_is_kept_as_an_argon2_hash(ana):
    assert ana
    kept = in_system(lambda uow: uow.execute("SELECT password_hash FROM user_account").scalar_one())
    assert kept.startswith("$argon2id$")


@pytest.mark.parametrize("email", ["", "ana", "ana@", "@x.example", "a b@x.example", "a@b@c.d"])
def test_what_is_no_address_is_refused(actor, email):
    with pytest.raises(BadEmail):
        new_user(actor, email=email)


def test_a_short_password_is_refused(actor):
    with pytest.raises(WeakPassword):
        new_user(actor, password="123456789")


def test_an_address_signs_in_once(actor, ana):
    assert ana
    with pytest.raises(EmailTaken):
        new_user(actor, email="ANA@leadflow.example")


def new_user(actor, *, email="bo@leadflow.example", password=PASSWORD):
    given = UserInput(email=email, name="Bo", password=password, role=Role.OPERATOR)
    return run_as(actor, auth.create_user, given)


def test_an_operator_makes_neither_users_nor_keys(operator):
    with pytest.raises(NotPermitted):
        new_user(operator)
    with pytest.raises(NotPermitted):
        run_as(operator, auth.create_api_key, name="mine", scopes=frozenset({"all"}))


def test_a_key_acts_within_its_scopes(admin):
    scopes = frozenset({"leads:read"})
    created = run_as(admin, auth.create_api_key, name="CRM", scopes=scopes)
    key = in_system(auth.actor_for_api_key, created.key)
    assert (key.kind, key.workspace_id, key.scopes) == (
        ActorKind.API_KEY,
        admin.workspace_id,
        scopes,
    )
    assert key.may(Permission.LEADS_READ)
    with pytest.raises(NotPermitted, match="leads:write"):
        key.require(Permission.LEADS_WRITE)


def test_a_key_is_shown_once_and_kept_as_a_hash(admin):
    created = run_as(admin, auth.create_api_key, name="CRM", scopes=frozenset({"all"}))
    assert created.key.startswith("lf_live_")
    assert created.key.startswith(created.prefix)
    kept = in_system(lambda uow: str(uow.execute("SELECT * FROM api_key").all()))
    assert created.key not in kept


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_revoked_and_an_expired_key_are_nobodys(admin, column):
    created = run_as(admin, auth.create_api_key, name="CRM", scopes=frozenset({"all"}))
    changed(f"UPDATE api_key SET {column} = now() - interval '1 second'")  # noqa: S608  ours
    assert in_system(auth.actor_for_api_key, created.key) is None


def test_the_use_of_a_key_is_written_once_a_minute(admin):
    created = run_as(admin, auth.create_api_key, name="CRM", scopes=frozenset({"all"}))

    def used():
        in_system(auth.actor_for_api_key, created.key)
        return in_system(lambda uow: uow.execute("SELECT last_used_at FROM api_key").scalar_one())

    first = used()
    assert used() == first is not None
    changed("UPDATE api_key SET last_used_at = last_used_at - interval '2 minutes'")
    assert used() >= first


@pytest.mark.parametrize("scopes", [{"zebra"}, {"leads:read", "zebra"}])
def test_an_unknown_scope_is_refused(admin, scopes):
    with pytest.raises(UnknownScope):
        run_as(admin, auth.create_api_key, name="CRM", scopes=frozenset(scopes))


@pytest.mark.usefixtures("database")
def test_the_first_admin_is_made_once_and_told_the_password_once():
    first = in_system(auth.ensure_first_admin)
    assert first.password
    signed_in = sign_in(email=first.email, password=first.password)
    assert signed_in.actor.role is Role.ADMIN
    assert in_system(auth.ensure_first_admin) is None
    assert in_system(auth.sole_workspace).id == signed_in.actor.workspace_id


@pytest.mark.usefixtures("database")
def test_a_password_that_was_given_is_not_repeated():
    first = in_system(auth.ensure_first_admin, email="me@leadflow.example", password=PASSWORD)
    assert (first.email, first.password) == ("me@leadflow.example", None)
    assert sign_in(email="me@leadflow.example").actor.role is Role.ADMIN


@pytest.mark.usefixtures("database")
def test_before_the_first_start_there_is_no_workspace():
    with pytest.raises(NoWorkspace, match="make run"):
        in_system(auth.sole_workspace)
    with pytest.raises(NoWorkspace):
        run_as(Actor.system(new_id()), auth.get_workspace)


@pytest.mark.usefixtures("database")
def test_a_workspace_keeps_its_timezone_and_currency():
    with unit_of_work(SYSTEM) as uow:
        made = create_workspace(uow, timezone="Asia/Kathmandu", currency="NPR")
    assert run_as(Actor.system(made.id), auth.get_workspace) == made
    assert (made.timezone, made.currency) == ("Asia/Kathmandu", "NPR")


def test_the_system_may_everything(actor):
    assert all(actor.may(permission) for permission in Permission)
