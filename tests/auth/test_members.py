"""The people of a workspace: who is there, and who comes new."""

import pytest

from backend import auth
from backend.auth import (
    BadEmail,
    BadName,
    EmailTaken,
    MemberQuery,
    MemberState,
    NoMember,
    NotPermitted,
    Role,
    UserInput,
)
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.auth.people import sign_in_as
from tests.factories import PASSWORD, create_user, run_as

EVERYBODY = MemberQuery()


def member(actor, user_id):
    return run_as(actor, auth.get_member, user_id)


def people(actor, query=EVERYBODY, **page):
    return run_as(actor, auth.list_members, query, PageRequest(**page))


def test_people_are_listed_as_they_came(owner, other):
    run_as(owner, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    found = people(owner).items
    assert [person.id for person in found[:2]] == [owner.user_id, other.user_id]
    assert [(one.role, one.state, one.is_owner) for one in found] == [
        (Role.ADMIN, MemberState.ACTIVE, True),
        (Role.ADMIN, MemberState.ACTIVE, False),
        (Role.VIEWER, MemberState.INVITED, False),
    ]
    assert (found[2].email, found[2].name) == ("ines@leadflow.example", "")
    assert not found[0].has_second_factor


def test_pages_of_people_have_no_gap(owner):
    for _ in range(4):
        run_as(owner, create_user)
    whole = [one.id for one in people(owner).items]
    first = people(owner, limit=3)
    second = people(owner, limit=3, cursor=first.next_cursor)
    assert [one.id for one in (*first.items, *second.items)] == whole
    assert second.next_cursor is None


@pytest.mark.parametrize("search", ["olga", "OLGA@", "user", "%", "_", "\x00"])
def test_people_are_found_by_name_and_address(owner, other, search):
    found = {one.id for one in people(owner, MemberQuery(search=search)).items}
    expected = {
        "olga": {owner.user_id},
        "OLGA@": {owner.user_id},
        "user": {owner.user_id, other.user_id},
    }
    assert found == expected.get(search, set())


@pytest.mark.parametrize("state", MemberState)
def test_people_are_found_by_state(owner, other, state):
    run_as(owner, auth.disable_user, other.user_id)
    invited = run_as(owner, auth.invite, email="ines@leadflow.example", role=Role.VIEWER)
    found = [one.id for one in people(owner, MemberQuery(state=state)).items]
    one_each = {
        MemberState.ACTIVE: owner.user_id,
        MemberState.DISABLED: other.user_id,
        MemberState.INVITED: invited.id,
    }
    assert found == [one_each[state]]


def test_who_was_here_is_seen(owner):
    assert member(owner, owner.user_id).last_seen_at is None
    sign_in_as(owner)
    assert member(owner, owner.user_id).last_seen_at is not None


def test_people_of_another_workspace_do_not_exist(owner, sven):
    assert [one.id for one in people(owner).items] == [owner.user_id]
    with pytest.raises(NoMember):
        member(owner, sven.user_id)


def test_who_may_not_read_people_does_not(operator):
    with pytest.raises(NotPermitted):
        people(operator)
    with pytest.raises(NotPermitted):
        member(operator, operator.user_id)


def test_the_first_admin_owns_the_workspace(actor):
    run_as(actor, create_user, role=Role.OPERATOR)
    first, second = (run_as(actor, create_user, role=Role.ADMIN) for _ in range(2))
    assert member(actor, first.user_id).is_owner
    assert not member(actor, second.user_id).is_owner


@pytest.mark.parametrize("scope", ["workspace", "system"])
def test_an_address_is_taken_wherever_it_signs_in(owner, sven, scope):
    taken = "SVEN@leadflow.example"
    given = UserInput(email=taken, name="Sven", password=PASSWORD, role=Role.VIEWER)
    scopes = {"workspace": owner, "system": SYSTEM}
    with pytest.raises(EmailTaken, match="invite") as refused:
        run_in(scopes[scope], owner, given)
    assert str(sven.workspace_id) not in str(refused.value)
    assert [one.id for one in people(owner).items] == [owner.user_id]


def run_in(scope, actor, given):
    with unit_of_work(scope) as uow:
        return auth.create_user(uow, actor, given)


def test_a_taken_address_leaves_the_transaction_usable(owner, sven):
    assert sven
    given = UserInput(
        email="sven@leadflow.example", name="Sven", password=PASSWORD, role=Role.VIEWER
    )
    with unit_of_work(owner) as uow:
        with pytest.raises(EmailTaken):
            auth.create_user(uow, owner, given)
        added = create_user(uow, owner)
    assert member(owner, added.user_id).role is Role.OPERATOR


@pytest.mark.parametrize("name", ["", "  ", "\n", "n" * 121])
def test_a_person_has_a_name(owner, name):
    given = UserInput(email="a@leadflow.example", name=name, password=PASSWORD, role=Role.VIEWER)
    with pytest.raises(BadName):
        run_as(owner, auth.create_user, given)


def test_an_endless_address_is_refused(owner):
    endless = f"{'a' * 250}@x.example"
    given = UserInput(email=endless, name="A", password=PASSWORD, role=Role.VIEWER)
    with pytest.raises(BadEmail):
        run_as(owner, auth.create_user, given)
