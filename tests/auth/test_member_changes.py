"""Who may change whom, and what a change does."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from backend import auth, leads
from backend.auth import (
    Actor,
    LastAdmin,
    MemberState,
    NoMember,
    NotPermitted,
    NotYetMember,
    OwnerStays,
    Permission,
    Role,
    UserInput,
)
from backend.auth.policy import GRANTS
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import deeds, key_of, sign_in_as
from tests.factories import PASSWORD, create_user, run_as, say


def member(actor, user_id):
    return run_as(actor, auth.get_member, user_id)


def change_role(actor, user_id, role=Role.VIEWER):
    return run_as(actor, auth.change_role, user_id, role)


CHANGES = {
    "change_role": change_role,
    "disable_user": lambda actor, user_id: run_as(actor, auth.disable_user, user_id),
    "enable_user": lambda actor, user_id: run_as(actor, auth.enable_user, user_id),
    "remove_user": lambda actor, user_id: run_as(actor, auth.remove_user, user_id),
}


def hand_over(actor, user_id):
    return run_as(actor, auth.transfer_ownership, user_id)


every_change = pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)


# Who may change whom


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("subject_role", Role)
def test_only_who_may_write_people_changes_somebody(owner, role, subject_role):
    acting = run_as(owner, create_user, role=role)
    subject = run_as(owner, create_user, role=subject_role)
    before = member(owner, subject.user_id)
    for change in CHANGES.values():
        if Permission.USERS_WRITE in GRANTS[role]:
            change(acting, subject.user_id)
            continue
        with pytest.raises(NotPermitted):
            change(acting, subject.user_id)
        assert member(owner, subject.user_id) == before


@pytest.mark.parametrize("subject_role", Role)
def test_a_key_touches_nobody_mightier_than_itself(owner, subject_role):
    scopes = {"users:write", *(item.value for item in GRANTS[Role.OPERATOR])}
    subject = run_as(owner, create_user, role=subject_role)
    for change in CHANGES.values():
        if subject_role in {Role.OPERATOR, Role.VIEWER}:
            change(key_of(owner, scopes), subject.user_id)
            continue
        with pytest.raises(NotPermitted):
            change(key_of(owner, scopes), subject.user_id)
        assert member(owner, subject.user_id).role is subject_role


def test_a_key_makes_nobody_mightier_than_itself(owner, operator):
    scopes = {"users:write", *(item.value for item in GRANTS[Role.OPERATOR])}
    with pytest.raises(NotPermitted):
        change_role(key_of(owner, scopes), operator.user_id, Role.MANAGER)


@every_change
def test_nobody_changes_themselves(other, change):
    with pytest.raises(NotPermitted, match="themselves"):
        change(other, other.user_id)


@every_change
def test_the_owner_stays(owner, other, change):
    for acting in (owner, other, Actor.system(owner.workspace_id)):
        with pytest.raises(OwnerStays, match="transfer ownership first"):
            change(acting, owner.user_id)
    assert member(owner, owner.user_id).state is MemberState.ACTIVE


@pytest.mark.parametrize("change", [*CHANGES, "transfer_ownership"])
def test_who_belongs_elsewhere_cannot_be_changed(owner, sven, change):
    for user_id in (sven.user_id, new_id()):
        with pytest.raises(NoMember):
            CHANGES.get(change, hand_over)(owner, user_id)


@every_change
def test_who_is_only_invited_is_not_changed(owner, change):
    invited = run_as(owner, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    with pytest.raises(NotYetMember, match="withdraw"):
        change(owner, invited.id)


@pytest.mark.parametrize("change", ["change_role", "disable_user", "remove_user"])
def test_the_last_active_admin_stays(owner, other, actor, change):
    with unit_of_work(SYSTEM) as uow:
        asked = {"id": owner.user_id}
        uow.execute("UPDATE user_account SET is_disabled = true WHERE id = :id", asked)
    with pytest.raises(LastAdmin):
        CHANGES[change](actor, other.user_id)
    run_as(actor, create_user, role=Role.ADMIN)
    CHANGES[change](actor, other.user_id)


# What a change does


def test_a_role_holds_from_the_next_event(owner, operator):
    token = sign_in_as(operator)
    assert change_role(owner, operator.user_id, Role.MANAGER).role is Role.MANAGER
    with unit_of_work(SYSTEM) as uow:
        assert auth.actor_for_session(uow, token).role is Role.MANAGER


@pytest.mark.parametrize("change", ["disable_user", "remove_user"])
def test_who_is_shut_out_is_out_at_once(owner, operator, change):
    token = sign_in_as(operator)
    CHANGES[change](owner, operator.user_id)
    with unit_of_work(SYSTEM) as uow:
        assert auth.actor_for_session(uow, token) is None
        revoked = uow.execute("SELECT revoked_at FROM session").scalar_one()
    assert revoked is not None


def test_who_is_let_in_again_is_what_they_were(owner, other):
    CHANGES["disable_user"](owner, other.user_id)
    assert member(owner, other.user_id).state is MemberState.DISABLED
    again = CHANGES["enable_user"](owner, other.user_id)
    assert (again.state, again.role) == (MemberState.ACTIVE, Role.ADMIN)


def test_who_is_shut_out_here_goes_on_elsewhere(owner, sven):
    link = run_as(owner, auth.invite, email="sven@leadflow.example", role=Role.VIEWER).path
    with unit_of_work(SYSTEM) as uow:
        auth.accept_invitation(uow, sven, link.partition("token=")[2])
    token = sign_in_as(sven)
    CHANGES["disable_user"](owner, sven.user_id)
    with unit_of_work(SYSTEM) as uow:
        assert auth.actor_for_session(uow, token).user_id == sven.user_id


def test_who_leaves_takes_the_open_invitations_along(owner, other):
    run_as(other, auth.invite, email="ines@leadflow.example", role=Role.ADMIN)
    run_as(owner, auth.invite, email="noor@leadflow.example", role=Role.ADMIN)
    change_role(owner, other.user_id, Role.MANAGER)
    left = run_as(owner, auth.list_invitations, PageRequest()).items
    assert [one.email for one in left] == ["noor@leadflow.example"]


def test_what_somebody_wrote_stays_with_their_name(owner, operator, mock_channel, actor):
    lead_id = say(actor, mock_channel).lead_id
    run_as(operator, leads.add_tags, lead_id, tags=["vip"])
    CHANGES["remove_user"](owner, operator.user_id)
    events = run_as(owner, leads.timeline, lead_id, PageRequest()).items
    assert operator.name in {event.actor_name for event in events}


def test_a_new_account_is_in_the_audit_log(owner):
    given = UserInput(email="eva@leadflow.example", name="Eva", password=PASSWORD, role=Role.VIEWER)
    user_id = run_as(owner, auth.create_user, given)
    (entry,) = deeds(owner, f"user:{user_id}")
    assert (entry.action, entry.details) == ("user.added", {"role": "viewer"})


def test_every_change_is_in_the_audit_log_once(owner, other):
    change_role(owner, other.user_id, Role.MANAGER)
    change_role(owner, other.user_id, Role.MANAGER)
    for change in ("disable_user", "disable_user", "enable_user", "enable_user", "remove_user"):
        CHANGES[change](owner, other.user_id)
    told = deeds(owner, f"user:{other.user_id}")
    assert [entry.action for entry in told] == [
        "user.role_changed",
        "user.disabled",
        "user.enabled",
        "user.removed",
    ]
    assert told[0].details == {"from": "admin", "to": "manager", "invitations_withdrawn": 0}


# Ownership


def test_the_owner_hands_the_workspace_over(owner, other):
    assert hand_over(owner, other.user_id).is_owner
    assert not member(owner, owner.user_id).is_owner
    assert deeds(owner)[-1].action == "workspace.ownership_transferred"
    assert change_role(other, owner.user_id).role is Role.VIEWER


def test_only_the_owner_hands_the_workspace_over(owner, other, actor):
    for acting in (other, actor, key_of(owner, {"all"})):
        with pytest.raises(NotPermitted):
            hand_over(acting, other.user_id)
    assert member(owner, owner.user_id).is_owner


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OPERATOR, Role.VIEWER])
def test_the_workspace_passes_to_an_admin_only(owner, role):
    heir = run_as(owner, create_user, role=role)
    with pytest.raises(OwnerStays, match="active admin"):
        hand_over(owner, heir.user_id)


def test_the_workspace_passes_to_nobody_who_is_shut_out_or_elsewhere(owner, other, sven):
    CHANGES["disable_user"](owner, other.user_id)
    with pytest.raises(OwnerStays):
        hand_over(owner, other.user_id)
    with pytest.raises(NoMember):
        hand_over(owner, sven.user_id)


def test_handing_over_to_oneself_changes_nothing(owner):
    before = deeds(owner)
    assert hand_over(owner, owner.user_id).is_owner
    assert deeds(owner) == before


# At the same moment


def at_once(*works):
    """Run each on a thread of its own, begun together; returns answers and refusals."""
    barrier = Barrier(len(works))

    def begin(work):
        barrier.wait()
        try:
            return work()
        except auth.NotPermitted as refusal:
            return refusal

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(begin, works))


def test_of_two_admins_who_demote_each_other_one_is_left(owner, other):
    third = run_as(owner, create_user, role=Role.ADMIN)
    outcomes = at_once(
        lambda: change_role(other, third.user_id),
        lambda: change_role(third, other.user_id),
    )
    assert len([one for one in outcomes if isinstance(one, NotPermitted)]) == 1
    roles = {member(owner, one.user_id).role for one in (other, third)}
    assert roles == {Role.ADMIN, Role.VIEWER}


def test_who_was_demoted_meanwhile_may_no_longer(owner, other, operator):
    change_role(owner, other.user_id)
    with pytest.raises(NotPermitted, match="no longer"):
        change_role(other, operator.user_id)
    CHANGES["remove_user"](owner, other.user_id)
    with pytest.raises(NotPermitted, match="no longer"):
        change_role(other, operator.user_id)
