"""Invitations: a link for an address, answered once, by whom it is for."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from backend import auth
from backend.auth import (
    AccountExists,
    Actor,
    AlreadyMember,
    BadEmail,
    BadName,
    InvitationGone,
    MemberState,
    NoInvitation,
    NotPermitted,
    Permission,
    Role,
    WeakPassword,
)
from backend.auth.policy import GRANTS
from backend.auth.schemas import Newcomer
from backend.kit.errors import LeadFlowError
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import deeds, invite, key_of, token_of
from tests.factories import create_user, run_as

INES = "ines@leadflow.example"
SVEN = "sven@leadflow.example"
GOOD = "a rather fine password 7"
HASHED = Newcomer(name="Ines Example", password_hash="$argon2id$made-up")


def in_system(use_case, *arguments, **named):
    with unit_of_work(SYSTEM) as uow:
        return use_case(uow, *arguments, **named)


def offer(token):
    return in_system(auth.invitation_for_token, token)


def join(token, given=HASHED):
    return in_system(auth.accept_as_newcomer, token, given, address="192.0.2.7")


def accept(actor, token):
    return in_system(auth.accept_invitation, actor, token)


def open_invitations(actor):
    return run_as(actor, auth.list_invitations, PageRequest()).items


def changed(statement):
    in_system(lambda uow: uow.execute(statement))


def forget_in(workspace_id, statement):
    with unit_of_work(Actor.system(workspace_id)) as uow:
        uow.execute(statement)


# Making links


def test_a_link_is_long_lasts_a_week_and_is_kept_as_a_hash(owner):
    created = run_as(owner, auth.invite, email=f" {INES} ", role=Role.VIEWER)
    token = token_of(created)
    assert created.path == f"/auth/invitation?token={token}"
    assert len(token) >= 43
    assert token not in repr(created)
    (row,) = run_as(owner, lambda uow, _: uow.execute("SELECT * FROM invitation").all())
    assert token not in str(row)
    assert row.expires_at - row.created_at == timedelta(days=7)
    (view,) = open_invitations(owner)
    assert (view.email, view.role, view.inviter_name) == (INES, Role.VIEWER, owner.name)
    assert not view.is_expired


@pytest.mark.parametrize("email", ["ines@leadflow.example", "INES@LeadFlow.example"])
def test_inviting_again_ends_the_older_link(owner, email):
    older = invite(owner)
    newer = invite(owner, email, Role.VIEWER)
    with pytest.raises(InvitationGone):
        offer(older)
    assert offer(newer).role is Role.VIEWER
    assert len(open_invitations(owner)) == 1


@pytest.mark.parametrize("is_disabled", [False, True])
def test_who_belongs_here_is_not_invited(owner, operator, is_disabled):
    email = run_as(owner, auth.get_member, operator.user_id).email
    if is_disabled:
        run_as(owner, auth.disable_user, operator.user_id)
    with pytest.raises(AlreadyMember):
        invite(owner, email.upper())


@pytest.mark.parametrize("email", ["", "ines", "a b@c.example", "x" * 250 + "@c.example"])
def test_what_is_no_address_is_not_invited(owner, email):
    with pytest.raises(BadEmail):
        invite(owner, email)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_who_may_not_write_people_neither_invites_nor_withdraws(owner, role):
    (made,) = [run_as(owner, auth.invite, email=INES, role=Role.VIEWER)]
    acting = run_as(owner, create_user, role=role)
    with pytest.raises(NotPermitted):
        invite(acting, "noor@leadflow.example")
    with pytest.raises(NotPermitted):
        run_as(acting, auth.withdraw_invitation, made.id)
    if Permission.USERS_READ not in GRANTS[role]:
        with pytest.raises(NotPermitted):
            open_invitations(acting)
    assert len(open_invitations(owner)) == 1


@pytest.mark.parametrize("role", Role)
def test_a_key_invites_nobody_mightier_than_itself(owner, role):
    key = key_of(owner, {"users:write", *(item.value for item in GRANTS[Role.OPERATOR])})
    made = run_as(owner, auth.invite, email="noor@leadflow.example", role=role)
    if role in {Role.OPERATOR, Role.VIEWER}:
        assert invite(key, role=role)
        run_as(key, auth.withdraw_invitation, made.id)
        return
    with pytest.raises(NotPermitted):
        invite(key, role=role)
    with pytest.raises(NotPermitted):
        run_as(key, auth.withdraw_invitation, made.id)


def test_pages_of_invitations_have_no_gap(owner):
    for number in range(4):
        invite(owner, f"guest{number}@leadflow.example")
    first = run_as(owner, auth.list_invitations, PageRequest(limit=3))
    cursor = first.next_cursor
    second = run_as(owner, auth.list_invitations, PageRequest(limit=3, cursor=cursor))
    found = [one.email for one in (*first.items, *second.items)]
    assert found == [f"guest{number}@leadflow.example" for number in range(4)]


def test_what_expired_long_ago_is_forgotten(owner):
    invite(owner, "old@leadflow.example")
    forget_in(owner.workspace_id, "UPDATE invitation SET expires_at = now() - interval '31 days'")
    assert open_invitations(owner)[0].is_expired
    invite(owner)
    assert [one.email for one in open_invitations(owner)] == [INES]


# Links that lead nowhere


def expired(owner, token):
    assert token
    forget_in(owner.workspace_id, "UPDATE invitation SET expires_at = now()")


def withdrawn(owner, token):
    assert token
    (made,) = open_invitations(owner)
    run_as(owner, auth.withdraw_invitation, made.id)


def used(_owner, token):
    join(token)


@pytest.mark.parametrize("end", [expired, withdrawn, used, None])
def test_expired_withdrawn_used_and_unknown_links_look_alike(owner, sven, end):
    token = invite(owner)
    if end:
        end(owner, token)
    else:
        token = "nonsense"
    said = set()
    for attempt in (lambda: offer(token), lambda: join(token), lambda: accept(sven, token)):
        with pytest.raises(InvitationGone) as refused:
            attempt()
        said.add((type(refused.value), refused.value.message))
    assert said == {(InvitationGone, "this invitation is no longer valid; ask for a new one")}


@pytest.mark.parametrize("token", ["", "\x00", "é" * 500, "' OR 1=1 --", "\ud800"])
@pytest.mark.usefixtures("database")
def test_a_token_that_nobody_made_offers_nothing(token):
    with pytest.raises(InvitationGone):
        offer(token)


def test_an_invitation_of_another_workspace_does_not_exist(owner, sven):
    made = run_as(owner, auth.invite, email=INES, role=Role.VIEWER)
    for invitation_id in (made.id, new_id()):
        with pytest.raises(NoInvitation):
            run_as(sven, auth.withdraw_invitation, invitation_id)
    assert open_invitations(sven) == ()
    assert len(open_invitations(owner)) == 1


# Somebody new


def test_somebody_new_joins_with_the_role_they_were_given(owner):
    token = invite(owner, role=Role.MANAGER)
    user_id = join(token)
    person = run_as(owner, auth.get_member, user_id)
    assert (person.email, person.name, person.role) == (INES, "Ines Example", Role.MANAGER)
    assert person.state is MemberState.ACTIVE
    assert not person.is_owner
    assert in_system(lambda uow: uow.execute("SELECT count(*) FROM session").scalar_one()) == 0


def test_what_somebody_new_chooses_is_checked_before_anything_is_hashed(owner):
    offered = offer(invite(owner))
    with pytest.raises(BadName):
        auth.newcomer(offered, name=" ", password=GOOD)
    with pytest.raises(WeakPassword):
        auth.newcomer(offered, name="Ines", password="short")
    given = auth.newcomer(offered, name=" Ines  Example ", password=GOOD)
    assert given.name == "Ines Example"
    assert given.password_hash.startswith("$argon2id$")
    assert given.password_hash not in repr(given)


def test_joining_is_told_to_the_audit_log(owner):
    user_id = join(invite(owner))
    told = deeds(owner)[-1]
    assert (told.action, told.subject) == ("invitation.accepted", f"user:{user_id}")
    assert (told.actor_name, told.address) == ("Ines Example", "192.0.2.7")
    invited = deeds(owner)[-2]
    assert (invited.action, invited.details["email"]) == ("user.invited", INES)


def test_two_who_answer_one_link_at_once_make_one_member(owner):
    token = invite(owner)
    barrier = Barrier(2)

    def answer(number):
        barrier.wait()
        try:
            return join(token, Newcomer(name=f"Ines {number}", password_hash="x"))
        except InvitationGone:
            return None

    with ThreadPoolExecutor(2) as pool:
        joined = [one for one in pool.map(answer, range(2)) if one]
    assert len(joined) == 1
    count = "SELECT count(*) FROM user_account WHERE email = 'ines@leadflow.example'"
    assert in_system(lambda uow: uow.execute(count).scalar_one()) == 1


def test_two_links_for_one_new_address_make_one_account(owner, sven):
    tokens = (invite(owner), invite(sven))
    barrier = Barrier(2)

    def answer(token):
        barrier.wait()
        try:
            return join(token)
        except AccountExists as refusal:
            return refusal

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(answer, tokens))
    assert len([one for one in outcomes if isinstance(one, AccountExists)]) == 1


def test_who_withdrew_first_wins(owner):
    token = invite(owner)
    barrier = Barrier(2)
    (made,) = open_invitations(owner)

    def attempt(work):
        barrier.wait()
        try:
            return work() or True
        except LeadFlowError:
            return None

    works = (
        lambda: join(token),
        lambda: run_as(owner, auth.withdraw_invitation, made.id),
    )
    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(attempt, works))
    assert len([one for one in outcomes if one]) == 1


# Somebody who has an account


def test_an_account_joins_another_workspace_signed_in(owner, sven):
    token = invite(owner, SVEN.upper(), Role.VIEWER)
    assert offer(token).account_id == sven.user_id
    assert accept(sven, token) == owner.workspace_id
    assert run_as(owner, auth.get_member, sven.user_id).role is Role.VIEWER
    assert run_as(sven, auth.get_member, sven.user_id).role is Role.ADMIN
    told = deeds(owner)[-1]
    assert (told.action, told.actor_name) == ("invitation.accepted", sven.name)


def test_a_link_alone_changes_nothing_of_an_account(owner, sven):
    token = invite(owner, SVEN)
    before = in_system(lambda uow: uow.execute("SELECT * FROM user_account").all())
    with pytest.raises(AccountExists, match="sign in"):
        join(token)
    assert in_system(lambda uow: uow.execute("SELECT * FROM user_account").all()) == before
    assert offer(token)
    assert sven


def test_a_link_for_another_address_is_refused_in_words(owner, sven):
    for token in (invite(owner), invite(owner, "somebody@leadflow.example")):
        with pytest.raises(NotPermitted, match="another address"):
            accept(sven, token)
    with pytest.raises(NotPermitted):
        accept(Actor.system(owner.workspace_id), invite(owner, SVEN))
    assert len(open_invitations(owner)) == 3


def test_who_belongs_already_is_told_so(owner, sven):
    token = invite(owner, SVEN)
    row = {"workspace": owner.workspace_id, "user": sven.user_id}
    in_system(
        lambda uow: uow.execute(
            "INSERT INTO membership (workspace_id, user_id, role, created_at)"
            " VALUES (:workspace, :user, 'viewer', now())",
            row,
        )
    )
    with pytest.raises(AlreadyMember):
        accept(sven, token)
    assert run_as(owner, auth.get_member, sven.user_id).role is Role.VIEWER


def test_who_left_every_workspace_joins_like_somebody_new(owner, operator):
    email = run_as(owner, auth.get_member, operator.user_id).email
    run_as(owner, auth.remove_user, operator.user_id)
    token = invite(owner, email)
    assert offer(token).account_id is None
    assert join(token) == operator.user_id
    kept = in_system(
        lambda uow: uow.execute(
            "SELECT name, password_hash FROM user_account WHERE id = :id", {"id": operator.user_id}
        ).one()
    )
    assert tuple(kept) == (HASHED.name, HASHED.password_hash)


def test_an_older_link_to_a_new_password_ends_with_the_account_it_was_for(owner, operator):
    email = run_as(owner, auth.get_member, operator.user_id).email
    run_as(owner, auth.create_password_reset, operator.user_id)
    run_as(owner, auth.remove_user, operator.user_id)
    assert join(invite(owner, email)) == operator.user_id
    resets = "SELECT count(*) FROM password_reset"
    assert in_system(lambda uow: uow.execute(resets).scalar_one()) == 0


@pytest.mark.parametrize("place", ["membership", "user_account"])
def test_who_was_shut_out_does_not_come_back_by_a_link(owner, sven, place):
    changed("UPDATE membership SET is_owner = false")
    changed(f"UPDATE {place} SET is_disabled = true")  # noqa: S608  ours
    assert sven
    with pytest.raises(AccountExists):
        join(invite(Actor.system(owner.workspace_id), SVEN))
