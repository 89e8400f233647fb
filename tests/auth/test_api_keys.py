"""API keys: who makes them, how long they open what, and what is seen of them."""

import re
from datetime import timedelta

import pytest

from backend import auth
from backend.auth import (
    Actor,
    ActorKind,
    ApiKeyDead,
    ApiKeyState,
    AuditQuery,
    BadExpiry,
    BadGrace,
    BadName,
    NoApiKey,
    NotPermitted,
    UnknownScope,
)
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import create_workspace, run_as

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def other_workspace(request):
    """Work for another workspace."""
    request.getfixturevalue("database")
    with unit_of_work(SYSTEM) as uow:
        return Actor.system(create_workspace(uow).id)


def make(actor, *, name="CRM", scopes=("all",), **named):
    return run_as(actor, auth.create_api_key, name=name, scopes=frozenset(scopes), **named)


def holder(key, *, address=""):
    with unit_of_work(SYSTEM) as uow:
        return auth.actor_for_api_key(uow, key, address=address)


def listed(actor, **named):
    return run_as(actor, auth.list_api_keys, PageRequest(**named)).items


def now(actor):
    with unit_of_work(actor) as uow:
        return uow.now


def let_pass(actor, **columns):
    """Let the moments of every key lie so much further back."""
    moves = ", ".join(f"{name} = {name} - interval '{ago}'" for name, ago in columns.items())
    run_as(actor, lambda uow, _: uow.execute(f"UPDATE api_key SET {moves}"))  # noqa: S608  ours


def last_entry(actor):
    return run_as(actor, auth.list_audit, AuditQuery(action="api_key."), PageRequest()).items[0]


def test_a_key_says_what_it_is_and_only_its_hash_is_kept(admin):
    created = make(admin)
    assert re.fullmatch(r"lf_live_[a-z2-7]{8}_[\w-]{43}", created.key)
    assert created.prefix == created.key[:16]
    kept = run_as(admin, lambda uow, _: str(uow.execute("SELECT * FROM api_key").all()))
    assert created.key not in kept
    assert created.key not in repr(created)
    assert created.prefix in kept


def test_the_holder_of_a_key_is_known_with_the_address(admin):
    created = make(admin, scopes=("leads:read",))
    found = holder(created.key, address="192.0.2.7")
    assert (found.kind, found.key_id) == (ActorKind.API_KEY, created.id)
    assert (found.name, found.address) == ("API key CRM", "192.0.2.7")


def test_nobody_hands_on_what_they_lack(admin):
    limited = holder(make(admin, scopes=("keys:read", "keys:write", "leads:read")).key)
    assert make(limited, scopes=("leads:read",)).key
    for scopes in (("leads:write",), ("leads:read", "rules:read"), ("all",)):
        with pytest.raises(NotPermitted, match="may not"):
            make(limited, scopes=scopes)


def test_nobody_ends_or_renews_a_mightier_key(admin):
    mighty = make(admin)
    limited = holder(make(admin, scopes=("keys:write",)).key)
    for change in (auth.revoke_api_key, auth.rotate_api_key):
        with pytest.raises(NotPermitted):
            run_as(limited, change, mighty.id)
    assert holder(mighty.key)


@pytest.mark.parametrize("scopes", [(), ("zebra",), ("leads:read", "zebra")])
def test_scopes_that_mean_nothing_are_refused(admin, scopes):
    with pytest.raises(UnknownScope):
        make(admin, scopes=scopes)


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_name_that_nobody_can_read_is_refused(admin, name):
    with pytest.raises(BadName):
        make(admin, name=name)


@pytest.mark.parametrize("after", [timedelta(), -HOUR, timedelta(days=732)])
def test_a_key_ends_in_the_next_two_years_or_never(admin, after):
    with pytest.raises(BadExpiry):
        make(admin, expires_at=now(admin) + after)
    assert make(admin, expires_at=now(admin) + timedelta(days=730)).key


def test_unknown_expired_and_revoked_keys_are_nobodys(admin):
    expired = make(admin, name="expired", expires_at=now(admin) + HOUR)
    assert holder(expired.key)
    let_pass(admin, expires_at="1 hour")
    revoked = make(admin, name="revoked")
    run_as(admin, auth.revoke_api_key, revoked.id)
    for key in (expired.key, revoked.key, expired.key[:-1], "lf_live_", ""):
        assert holder(key) is None
    states = {view.name: view.state for view in listed(admin)}
    assert states == {"expired": ApiKeyState.EXPIRED, "revoked": ApiKeyState.REVOKED}


def test_the_list_tells_whose_a_key_is_and_who_used_it(admin):
    created = make(admin, scopes=("rules:read", "leads:read"), expires_at=now(admin) + DAY)
    (fresh,) = listed(admin)
    assert (fresh.id, fresh.name, fresh.prefix) == (created.id, "CRM", created.prefix)
    assert (fresh.scopes, fresh.state) == (("leads:read", "rules:read"), ApiKeyState.ACTIVE)
    assert (fresh.creator_name, fresh.last_used_at) == (admin.name, None)
    holder(created.key, address="192.0.2.7")
    (used,) = listed(admin)
    assert used.last_used_at is not None
    assert used.last_used_address == "192.0.2.7"


def test_the_last_use_is_written_once_a_minute(admin):
    created = make(admin)
    holder(created.key, address="192.0.2.7")
    holder(created.key, address="192.0.2.8")
    assert listed(admin)[0].last_used_address == "192.0.2.7"
    let_pass(admin, last_used_at="2 minutes")
    holder(created.key, address="192.0.2.8")
    assert listed(admin)[0].last_used_address == "192.0.2.8"


def test_a_key_outlives_its_makers_membership_under_their_name(actor, admin):
    created = make(admin)
    run_as(actor, lambda uow, _: uow.execute("DELETE FROM membership"))
    assert holder(created.key)
    assert listed(actor)[0].creator_name == admin.name


def test_keys_are_listed_in_pages_the_oldest_first(admin):
    names = [make(admin, name=f"key {number}") and f"key {number}" for number in range(5)]
    seen, cursor = [], None
    while True:
        page = run_as(admin, auth.list_api_keys, PageRequest(limit=2, cursor=cursor))
        seen += [view.name for view in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == names


def test_a_revoked_key_stays_revoked_and_is_told_of_once(admin):
    created = make(admin)
    first = run_as(admin, auth.revoke_api_key, created.id)
    assert first.state is ApiKeyState.REVOKED
    assert run_as(admin, auth.revoke_api_key, created.id).revoked_at == first.revoked_at
    query = AuditQuery(action="api_key.revoked")
    assert len(run_as(admin, auth.list_audit, query, PageRequest()).items) == 1


def test_a_new_secret_ends_the_old_one_at_once(admin):
    old = make(admin, scopes=("leads:read",))
    new = run_as(admin, auth.rotate_api_key, old.id)
    assert new.id == old.id
    assert holder(old.key) is None
    assert holder(new.key).scopes == {"leads:read"}
    assert [view.prefix for view in listed(admin)] == [new.prefix]


def test_the_old_secret_works_for_the_grace(admin):
    old = make(admin)
    new = run_as(admin, auth.rotate_api_key, old.id, grace=HOUR)
    assert holder(old.key).key_id == holder(new.key).key_id == old.id
    assert listed(admin)[0].previous_expires_at > now(admin)
    let_pass(admin, previous_expires_at="1 hour")
    assert holder(old.key) is None
    assert holder(new.key)
    assert listed(admin)[0].previous_expires_at is None


def test_a_second_rotation_ends_the_first_secret(admin):
    first = make(admin)
    second = run_as(admin, auth.rotate_api_key, first.id, grace=HOUR)
    third = run_as(admin, auth.rotate_api_key, first.id, grace=HOUR)
    assert holder(first.key) is None
    assert holder(second.key)
    assert holder(third.key)


def test_revoking_ends_the_old_secret_too(admin):
    old = make(admin)
    new = run_as(admin, auth.rotate_api_key, old.id, grace=HOUR)
    run_as(admin, auth.revoke_api_key, old.id)
    assert holder(old.key) is None
    assert holder(new.key) is None


@pytest.mark.parametrize("grace", [timedelta(seconds=-1), timedelta(hours=24, seconds=1)])
def test_a_grace_is_a_day_at_most(admin, grace):
    created = make(admin)
    with pytest.raises(BadGrace):
        run_as(admin, auth.rotate_api_key, created.id, grace=grace)
    assert run_as(admin, auth.rotate_api_key, created.id, grace=DAY)


def test_a_dead_key_gets_no_new_secret(admin):
    revoked, expired = make(admin), make(admin, expires_at=now(admin) + HOUR)
    run_as(admin, auth.revoke_api_key, revoked.id)
    let_pass(admin, expires_at="1 hour")
    for dead in (revoked, expired):
        with pytest.raises(ApiKeyDead):
            run_as(admin, auth.rotate_api_key, dead.id)


def test_another_workspaces_key_looks_like_none(admin, other_workspace):
    created = make(admin)
    for key_id in (created.id, new_id()):
        for change in (auth.revoke_api_key, auth.rotate_api_key):
            with pytest.raises(NoApiKey):
                run_as(other_workspace, change, key_id)
    assert listed(other_workspace) == ()
    assert holder(created.key)


def test_every_step_is_in_the_audit_log_without_the_key(admin):
    created = make(admin, scopes=("leads:read",))
    steps = [(last_entry(admin), created)]
    rotated = run_as(admin, auth.rotate_api_key, created.id)
    steps.append((last_entry(admin), rotated))
    run_as(admin, auth.revoke_api_key, created.id)
    steps.append((last_entry(admin), rotated))
    actions = [entry.action for entry, _ in steps]
    assert actions == ["api_key.created", "api_key.rotated", "api_key.revoked"]
    for entry, shown in steps:
        assert entry.subject == f"api_key:{created.id}"
        details = {"name": "CRM", "prefix": shown.prefix, "scopes": "leads:read"}
        assert entry.details == details


def test_an_operator_sees_and_makes_no_keys(operator):
    with pytest.raises(NotPermitted):
        listed(operator)
    with pytest.raises(NotPermitted):
        make(operator)
