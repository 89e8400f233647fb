"""One transaction, one commit, and what follows from it."""

import json
from datetime import UTC, timedelta

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError

from backend.auth.models import Workspace
from backend.kit.ids import new_id
from backend.platform import unit_of_work as module
from backend.platform.unit_of_work import LIVE_CHANNEL, SYSTEM, unit_of_work

RENAME = "UPDATE workspace SET name = :name"
NAME = "SELECT name FROM workspace"


@pytest.fixture
def notices(database):
    """Listen to what is announced; returns a function that returns what was, so far."""
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(f'LISTEN "{LIVE_CHANNEL}"')
        yield lambda: [json.loads(note.payload) for note in connection.notifies(timeout=0.05)]


def fail_after(scope, work):
    """Do some work in a transaction that then fails."""
    with unit_of_work(scope) as uow:
        work(uow)
        raise ZeroDivisionError


def name():
    with unit_of_work(SYSTEM) as uow:
        return uow.execute(NAME).scalar_one()


def test_what_was_written_is_there_afterwards(actor):
    with unit_of_work(actor) as uow:
        uow.execute(RENAME, {"name": "new"})
    assert name() == "new"


def test_what_was_written_before_an_error_is_gone(workspace):
    with pytest.raises(ZeroDivisionError):
        fail_after(SYSTEM, lambda uow: uow.execute(RENAME, {"name": "new"}))
    assert name() == workspace.name


def test_nobody_sees_what_is_not_committed(workspace):
    with unit_of_work(SYSTEM) as uow:
        uow.execute(RENAME, {"name": "new"})
        assert name() == workspace.name


def test_now_is_one_moment_in_utc(uow):
    assert uow.now.tzinfo is UTC
    assert uow.now == uow.now


@pytest.mark.usefixtures("database")
def test_rows_of_the_session_are_written_before_the_commit():
    added = Workspace(id=new_id(), name="added", created_at=_now())
    with unit_of_work(SYSTEM) as uow:
        uow.session.add(added)
    with unit_of_work(SYSTEM) as uow:
        assert uow.session.get(Workspace, added.id).name == "added"


def test_an_insert_passes_over_what_is_there_only_when_told(uow, workspace):
    row = {"id": workspace.id, "name": "again", "timezone": "UTC", "currency": "USD"}
    row["created_at"] = uow.now
    uow.insert(Workspace, [row], once=True)
    assert uow.execute(NAME).scalar_one() == workspace.name
    with pytest.raises(IntegrityError), uow.session.begin_nested():
        uow.insert(Workspace, [row])
    uow.insert(Workspace, [])


def test_a_change_is_announced_at_the_commit(actor, notices):
    one = new_id()
    with unit_of_work(actor) as uow:
        uow.announce("leads", one)
        uow.announce("leads", one)
        assert notices() == []
    expected = {"topic": "leads", "workspace_id": str(actor.workspace_id), "ids": [str(one)]}
    assert notices() == [expected]


def test_nothing_is_announced_on_a_rollback(actor, notices):
    with pytest.raises(ZeroDivisionError):
        fail_after(actor, lambda uow: uow.announce("leads", new_id()))
    assert notices() == []


def test_many_changes_are_announced_without_names(actor, notices):
    with unit_of_work(actor) as uow:
        uow.announce("leads", *(new_id() for _ in range(300)))
        uow.announce("inbox")
    assert [(note["topic"], note["ids"]) for note in notices()] == [("leads", []), ("inbox", [])]


def test_noted_moments_are_counted_in_the_same_transaction(actor, mock_channel):
    moments = [_now(), _now() - timedelta(days=2), None]
    with unit_of_work(actor) as uow:
        uow.note(mock_channel.id, moments)
        uow.note(mock_channel.id, moments)
    assert _marks() == 2


def test_a_rollback_counts_nothing(actor, mock_channel):
    with pytest.raises(ZeroDivisionError):
        fail_after(actor, lambda uow: uow.note(mock_channel.id, [_now()]))
    assert _marks() == 0


def test_moments_outside_any_workspace_are_a_mistake(mock_channel):
    with (
        pytest.raises(RuntimeError, match="outside any workspace"),
        unit_of_work(SYSTEM) as uow,
    ):
        uow.note(mock_channel.id, [_now()])


def test_moments_that_nobody_counts_are_a_mistake(actor, mock_channel, monkeypatch):
    monkeypatch.setattr(module, "_fact_handlers", [])
    with pytest.raises(RuntimeError, match="wiring"), unit_of_work(actor) as uow:
        uow.note(mock_channel.id, [_now()])


def test_a_handler_is_told_once(monkeypatch):
    told = []
    monkeypatch.setattr(module, "_fact_handlers", told)
    module.on_moments(print)
    module.on_moments(print)
    assert told == [print]


def _marks():
    with unit_of_work(SYSTEM) as uow:
        return uow.execute("SELECT count(*) FROM analytics_mark").scalar_one()


def _now():
    with unit_of_work(SYSTEM) as uow:
        return uow.now
