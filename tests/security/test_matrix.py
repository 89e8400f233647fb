"""Every use case asks for its permission, whatever the role and whatever the key.

Each is called for real, in a transaction that is taken back, with ids of rows that exist: whoever
has the permission is never refused for lack of it, and whoever has not always is.
"""

import dataclasses
from itertools import product

import psycopg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from backend.auth import Actor, ActorKind, NotPermitted, Permission, Role
from backend.auth.policy import GRANTS
from backend.kit.errors import LeadFlowError
from backend.kit.ids import UserId, new_id
from backend.platform import database as platform_database
from backend.platform.unit_of_work import unit_of_work
from tests.security.arguments import arguments
from tests.security.callables import use_cases
from tests.security.matrix import FREE, MATRIX, OWN
from tests.security.worlds import populate

USE_CASES = {name.removeprefix("backend."): function for name, function in use_cases().items()}


class TakenBack(Exception):
    """Ends a transaction without a trace."""


def take_back():
    raise TakenBack


@pytest.fixture(scope="module")
def world(server, new_database):
    """Give this module a database of its own with a populated workspace in it."""
    url = new_database()
    superuser_url = server.superuser_url(make_url(url).database)
    with (
        pytest.MonkeyPatch.context() as patch,
        psycopg.connect(superuser_url, autocommit=True) as superuser,
    ):
        patch.setenv("DATABASE_URL", url)
        platform_database.dispose()
        yield populate(superuser)
        platform_database.dispose()


def is_permitted(world, actor, name) -> bool:
    """Call a use case for somebody and tell whether they were let in."""
    use_case = USE_CASES[name]
    given = arguments(use_case, world, skip={"uow", "actor"})
    try:
        with unit_of_work(actor) as uow:
            use_case(uow, actor, **given)
            take_back()
    except NotPermitted as refusal:
        wanted = MATRIX[name]
        # Let in, but refused something mightier than themselves: another rule, tested elsewhere.
        return isinstance(wanted, Permission) and refusal.expected != wanted.value
    except (LeadFlowError, SQLAlchemyError, TakenBack):
        return True


def person(world, role) -> Actor:
    row = world.rows["user_account"]
    return Actor(
        workspace_id=world.actor.workspace_id,
        kind=ActorKind.USER,
        name="Ana Example",
        user_id=UserId(row["id"]),
        role=role,
        session_id=world.rows["session"]["id"],
    )


def key(world, *scopes) -> Actor:
    return Actor(
        workspace_id=world.actor.workspace_id,
        kind=ActorKind.API_KEY,
        name="API key",
        key_id=new_id(),
        scopes=frozenset(scopes),
    )


def test_every_use_case_is_in_the_matrix():
    assert set(USE_CASES) == set(MATRIX)


@pytest.mark.parametrize(("role", "name"), [*product(Role, MATRIX)])
def test_a_role_may_what_the_matrix_says(world, role, name):
    wanted = MATRIX[name]
    expected = wanted in {FREE, OWN} or wanted in GRANTS[role]
    assert is_permitted(world, person(world, role), name) is expected


@pytest.mark.parametrize("name", MATRIX)
def test_a_key_may_what_its_scopes_say(world, name):
    wanted = MATRIX[name]
    assert is_permitted(world, key(world), name) is (wanted == FREE)
    if isinstance(wanted, Permission):
        others = {scope.value for scope in Permission} - {wanted.value}
        assert not is_permitted(world, key(world, *others), name)
        assert is_permitted(world, key(world, wanted.value), name)


def test_each_permission_guards_something_or_is_not_needed():
    guarding = {wanted for wanted in MATRIX.values() if isinstance(wanted, Permission)}
    assert set(Permission) - guarding == set()


def test_a_person_of_no_role_is_refused(world):
    nobody = dataclasses.replace(person(world, Role.VIEWER), kind=ActorKind.API_KEY)
    assert not is_permitted(world, nobody, "leads.list_leads")
