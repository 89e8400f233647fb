"""Nobody sees or changes a row of another workspace, even where a query forgot to ask whose it is.

Every repository function and every use case is called inside one workspace with everything
pointing at another: its workspace id, its row ids, its rows. Row-level security alone has to hold,
so the calls are made a second time with the comparisons of `workspace_id` taken out of the SQL.
"""

import re

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, SAWarning, SQLAlchemyError

from backend.kit.errors import LeadFlowError
from backend.platform.database import engine
from backend.platform.unit_of_work import unit_of_work
from tests.factories import run_as
from tests.security.arguments import arguments
from tests.security.callables import repository_functions, use_cases
from tests.security.worlds import MARK, World, fingerprint, owned_tables, populate, told

FILTER = re.compile(r"(?:\b\w+\.)?\bworkspace_id = %\(\w+\)s(?:::UUID)?")
# Our own clockwork, without a word of anybody's.
OURS = frozenset({"alembic_version", "periodic_run"})
# What a populated workspace has none of, because it would take more than one day.
EMPTY: frozenset[str] = frozenset()
POLICIES = """
SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
       ARRAY(SELECT policyname FROM pg_policies AS p WHERE p.tablename = c.relname)
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
"""


REPOSITORY_FUNCTIONS = repository_functions()
USE_CASES = use_cases()
WAYS = pytest.mark.parametrize("taken", ["as-written", "without-filters"], indirect=True)
# A statement that fails so says nothing about policies.
MISTAKES = {"DatatypeMismatch", "SyntaxError", "UndefinedColumn", "UndefinedFunction"}
# Says whether anybody at all can sign in, at the first start; nothing of theirs.
ASKS_NOTHING_ABOUT_ANYBODY = {"backend.auth.repository.AuthRepository.has_users"}


@pytest.fixture
def superuser(server, database):
    """See and compare everything, past every policy."""
    url = server.superuser_url(make_url(database).database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ours(superuser):
    return populate(superuser)


@pytest.fixture
def theirs(superuser):
    return populate(superuser)


@pytest.fixture
def taken(request, database):
    """Take every comparison with a workspace out of every statement, and return what was taken."""
    assert database
    if request.param == "as-written":
        yield None
        return
    taken = []

    def forget(_connection, _cursor, statement, parameters, _context, _many):
        forgotten, times = FILTER.subn("true", statement)
        taken.extend([statement] * times)
        return forgotten, parameters

    event.listen(engine(), "before_cursor_execute", forget, retval=True)
    yield taken
    event.remove(engine(), "before_cursor_execute", forget)


def call(scope: World, target: World, owner, function):
    """Call a repository function in the scope of one workspace with everything of another."""
    given = arguments(function, target, skip={"self", "uow"})
    with unit_of_work(scope.actor) as uow:
        if owner is None:
            return told(function(uow, **given))
        repository = owner(uow, **arguments(owner.__init__, target, skip={"self", "uow"}))
        return told(function(repository, **given))


def outcome(scope: World, target: World, owner, function) -> str:
    """Return what was answered; a refusal, ours or the database's, is an answer too."""
    try:
        return call(scope, target, owner, function)
    except (LeadFlowError, SQLAlchemyError) as refusal:
        return type(getattr(refusal, "orig", refusal)).__name__
    except SAWarning as mistake:
        raise AssertionError(function.__qualname__) from mistake


def seen(answer: str, target: World, given: str) -> set[str]:
    """Return what of a workspace an answer shows, beyond what was asked with."""
    return {one for one in target.ids if one in answer and one not in given}


def naked(superuser) -> set[str]:
    """Return the tables whose rows somebody could see who should not."""
    owned = set(owned_tables(superuser))
    found = set()
    for name, is_forced, policies in superuser.execute(POLICIES):
        is_open = name in owned and "own_rows" not in policies
        if name not in OURS and not name.startswith("huey") and (not is_forced or is_open):
            found.add(name)
    return found


def test_every_table_has_a_forced_policy(superuser):
    assert {"lead", "message", "audit_entry", "webhook_event"} <= set(owned_tables(superuser))
    assert naked(superuser) == set()


def test_a_table_without_one_is_found(superuser):
    with superuser.transaction(force_rollback=True):
        superuser.execute("CREATE TABLE bare (workspace_id uuid)")
        superuser.execute("CREATE TABLE secret (token text)")
        superuser.execute("ALTER TABLE lead NO FORCE ROW LEVEL SECURITY")
        superuser.execute("DROP POLICY own_rows ON message")
        assert naked(superuser) == {"bare", "lead", "message", "secret"}


def test_a_populated_workspace_has_a_row_of_everything(superuser, ours):
    empty = set(owned_tables(superuser)) - set(ours.rows)
    assert empty <= EMPTY


def leaks_of_repositories(superuser, ours: World, theirs: World) -> dict[str, str]:
    """Return which functions showed or changed rows of theirs while working for us."""
    before = fingerprint(superuser, theirs)
    leaks = {}
    for name, (owner, function) in REPOSITORY_FUNCTIONS.items():
        answer = outcome(ours, theirs, owner, function)
        given = told(arguments(function, theirs, skip={"self", "uow"}))
        if name not in ASKS_NOTHING_ABOUT_ANYBODY and seen(answer, theirs, given):
            leaks[name] = answer
        if fingerprint(superuser, theirs) != before:
            leaks[name] = "changed rows"
            before = fingerprint(superuser, theirs)
    return leaks


@WAYS
def test_no_repository_function_reaches_another_workspace(superuser, ours, theirs, taken):
    assert leaks_of_repositories(superuser, ours, theirs) == {}
    assert len(REPOSITORY_FUNCTIONS) > 60
    assert taken is None or len(taken) > 20


@pytest.fixture
def unprotected(superuser):
    """Switch every policy off."""
    tables = owned_tables(superuser)
    for table in tables:
        superuser.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    yield
    for table in tables:
        superuser.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")


@pytest.mark.usefixtures("unprotected")
def test_without_the_policies_those_calls_would_leak(superuser, ours, theirs):
    assert len(leaks_of_repositories(superuser, ours, theirs)) > 20


def test_the_same_calls_reach_our_own_rows(superuser, ours):
    """What shows that the calls above could fail: with the right scope they read and write."""
    before = fingerprint(superuser, ours)
    reached, refused = set(), set()
    for name, (owner, function) in REPOSITORY_FUNCTIONS.items():
        answer = outcome(ours, ours, owner, function)
        after = fingerprint(superuser, ours)
        if after != before or MARK in answer or any(one in answer for one in ours.ids):
            reached.add(name)
        if answer in MISTAKES:
            refused.add(name)
        before = after
    assert refused == set()
    assert len(reached) > 25


@WAYS
def test_no_use_case_reaches_another_workspace(superuser, ours, theirs, taken):
    assert taken is None or taken == []
    before = fingerprint(superuser, theirs)
    leaks = {}
    for name, use_case in USE_CASES.items():
        given = arguments(use_case, theirs, skip={"uow", "actor"})
        try:
            answer = told(run_as(ours.actor, use_case, **given))
        except (LeadFlowError, DBAPIError) as refusal:
            answer = str(refusal)
        if seen(answer, theirs, told(given)) or fingerprint(superuser, theirs) != before:
            leaks[name] = answer
            before = fingerprint(superuser, theirs)
    assert leaks == {}
    assert len(USE_CASES) > 30
    assert taken is None or len(taken) > 20


def test_a_transaction_that_names_nothing_sees_nothing(superuser, ours):
    assert ours
    with engine().connect() as connection:
        for table in owned_tables(superuser):
            found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}")  # noqa: S608
            assert found.scalar_one() == 0, table


def test_the_name_does_not_outlive_its_transaction(ours):
    run_as(ours.actor, lambda uow, _: uow.execute("SELECT 1"))
    with engine().connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM lead").scalar_one() == 0
