"""Writes that are sent ahead: in order, seen by what follows, and their faults not lost."""

import pytest
from sqlalchemy.exc import DataError, IntegrityError

from backend.auth.models import Workspace
from backend.kit.ids import new_id
from backend.platform.unit_of_work import unit_of_work

RENAME = "UPDATE workspace SET name = :name"
NAME = "SELECT name FROM workspace"
WRONG = "UPDATE workspace SET created_at = CAST(:name AS timestamptz)"


def name(actor):
    with unit_of_work(actor) as uow:
        return uow.execute(NAME).scalar_one()


def test_a_write_ahead_is_seen_by_the_next_question(actor):
    with unit_of_work(actor) as uow, uow.pipelined():
        uow.write(RENAME, {"name": "First"})
        uow.write(RENAME, {"name": "Second"})
        assert uow.execute(NAME).scalar_one() == "Second"
        uow.write(RENAME, {"name": "Third"})
    assert name(actor) == "Third"


def test_objects_of_the_session_are_written_with_the_block(actor):
    with unit_of_work(actor) as uow, uow.pipelined():
        uow.session.get_one(Workspace, actor.workspace_id).name = "By the session"
        uow.write("UPDATE workspace SET timezone = :timezone", {"timezone": "Asia/Tokyo"})
    assert name(actor) == "By the session"


def test_a_fault_ahead_is_raised_by_the_next_question(actor):
    def ask(uow):
        with uow.pipelined():
            uow.write(WRONG, {"name": "no moment"})
            uow.execute(NAME)
            pytest.fail("the fault went by")

    with unit_of_work(actor) as uow:
        with pytest.raises(DataError):
            ask(uow)
        uow.session.rollback()


def test_a_fault_of_the_last_write_is_raised_at_the_end_of_the_block(actor):
    with unit_of_work(actor) as uow:
        with pytest.raises(DataError), uow.pipelined():
            uow.write(WRONG, {"name": "no moment"})
        uow.session.rollback()


def test_a_block_that_fails_leaves_nothing_behind(actor):
    before = name(actor)
    twice = {"id": actor.workspace_id, "name": "x", "timezone": "UTC", "currency": "EUR"}

    def write():
        with unit_of_work(actor) as uow, uow.pipelined():
            uow.write(RENAME, {"name": "Half"})
            uow.insert(Workspace, [{**twice, "created_at": uow.now}])

    with pytest.raises(IntegrityError):
        write()
    assert name(actor) == before


def test_a_savepoint_takes_a_failed_block_back_and_the_work_goes_on(actor):
    def write(uow):
        with uow.savepoint(), uow.pipelined():
            uow.write(RENAME, {"name": "Taken back"})
            uow.write(WRONG, {"name": "no moment"})

    with unit_of_work(actor) as uow:
        with pytest.raises(DataError):
            write(uow)
        uow.write(RENAME, {"name": f"Kept {new_id()}"})
    assert name(actor).startswith("Kept")


def test_an_error_of_the_block_itself_is_the_one_that_is_raised(actor):
    def fail():
        with unit_of_work(actor) as uow, uow.pipelined():
            uow.write(WRONG, {"name": "no moment"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()


@pytest.mark.timeout(30)
def test_what_is_longer_than_the_networks_buffers_arrives(actor):
    long = "x" * 20_000_000
    with unit_of_work(actor) as uow, uow.pipelined():
        uow.write(RENAME, {"name": long})
        assert uow.execute("SELECT length(name) FROM workspace").scalar_one() == len(long)
        uow.write(RENAME, {"name": "short again"})
    assert name(actor) == "short again"


@pytest.mark.timeout(30)
def test_a_block_that_fails_behind_something_long_ends(actor):
    def fail():
        with unit_of_work(actor) as uow, uow.pipelined():
            uow.write(RENAME, {"name": "x" * 20_000_000})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
