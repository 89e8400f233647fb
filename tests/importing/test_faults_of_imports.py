"""What goes wrong outside of a file: lost workers, endless failures, forgotten copies."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from backend import importing
from backend.importing import (
    Choice,
    ExportState,
    FileKind,
    ImportState,
    Mapped,
    erasing,
    exporting,
    service,
    working,
)
from backend.kit.errors import Unavailable
from backend.leads import LeadQuery
from backend.platform import file_store
from tests.factories import run_as
from tests.importing.test_importing import (
    FILE,
    all_leads,
    checked,
    forget_lease,
    hold_laws,
    upload,
)
from tests.platform._processes import eventually

ROWS = 400
SLOW_WORKER = """
import sys, time, uuid
from backend import worker
from backend.importing import working
working.WRITTEN_AT_ONCE = 10
write = working.write_rows
def slowly(*arguments):
    time.sleep(0.05)
    return write(*arguments)
working.write_rows = slowly
working.work_off(uuid.UUID(sys.argv[1]), uuid.UUID(sys.argv[2]))
"""


def see(actor, view):
    return run_as(actor, importing.get_import, view.id)


def test_a_killed_worker_leaves_each_row_written_once(actor, mock_channel):
    text = "name,phone,points\n" + "".join(f"P{n},+1206556{n:04},5\n" for n in range(ROWS))
    view = checked(actor, mock_channel, text)
    run_as(actor, importing.start_writing, view.id, choice=Choice.SKIP)
    command = [sys.executable, "-c", SLOW_WORKER, str(actor.workspace_id), str(view.id)]
    process = subprocess.Popen(command, env=dict(os.environ), start_new_session=True)
    assert eventually(lambda: see(actor, view).created >= 30)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 30 <= see(actor, view).created < ROWS
    working.work_off(actor.workspace_id, view.id)
    assert see(actor, view).state is ImportState.WRITING, "its lease is not over"
    run_as(actor, forget_lease, view.id)
    working.work_off(actor.workspace_id, view.id)
    after = see(actor, view)
    assert (after.state, after.created, after.passed) == (ImportState.FINISHED, ROWS, 0)
    assert number_of_leads(actor) == ROWS
    hold_laws(actor)


def number_of_leads(actor):
    question = "SELECT contact_id FROM lead WHERE score = 5 AND workspace_id = :w"
    found = run_as(actor, lambda uow, who: uow.execute(question, {"w": who.workspace_id}).all())
    assert len(found) == len(set(found))
    return len(found)


def test_an_import_that_cannot_succeed_is_given_up_with_a_reason(actor, mock_channel, monkeypatch):
    view = upload(actor, mock_channel, FILE)
    run_as(actor, importing.check_import, view.id, mapped=Mapped(mapping=view.mapping))

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(working, "_check_bundle", broken)
    for attempt in range(working.MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            working.work_off(actor.workspace_id, view.id)
        assert see(actor, view).state is ImportState.CHECKING, attempt
        run_as(actor, forget_lease, view.id)
    working.work_off(actor.workspace_id, view.id)
    after = see(actor, view)
    assert after.state is ImportState.FAILED
    assert "5 attempts" in after.error
    assert "ZeroDivisionError" in after.error


def test_what_is_unavailable_for_now_is_tried_again_later(actor, mock_channel, monkeypatch):
    view = upload(actor, mock_channel, FILE)
    run_as(actor, importing.check_import, view.id, mapped=Mapped(mapping=view.mapping))

    def away(*_):
        message = "the store does not answer"
        raise Unavailable(message)

    with monkeypatch.context() as patched:
        patched.setattr(working, "_check_bundle", away)
        working.work_off(actor.workspace_id, view.id)
    working.work_off(actor.workspace_id, view.id)
    assert see(actor, view).state is ImportState.CHECKING, "not at once"
    run_as(actor, forget_lease, view.id)
    working.work_off(actor.workspace_id, view.id)
    assert (see(actor, view).state, see(actor, view).error) == (ImportState.CHECKED, None)


def test_a_file_that_is_gone_fails_at_once(actor, mock_channel):
    view = upload(actor, mock_channel, FILE)
    run_as(actor, importing.check_import, view.id, mapped=Mapped(mapping=view.mapping))
    file_store.remove(key_of(actor, view))
    working.work_off(actor.workspace_id, view.id)
    assert (see(actor, view).state, "upload it again" in see(actor, view).error) == (
        ImportState.FAILED,
        True,
    )


def key_of(actor, view):
    row = run_as(
        actor, lambda uow, who: service.ImportRepository(uow, who.workspace_id).find(view.id)
    )
    return row["file_key"]


def test_an_export_that_cannot_succeed_is_given_up(admin, monkeypatch):
    view = run_as(admin, importing.start_export, LeadQuery(), kind=FileKind.CSV)

    def broken(*_):
        raise ZeroDivisionError

    monkeypatch.setattr(exporting, "_write", broken)
    for _ in range(exporting.MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            exporting.work_off(admin.workspace_id, view.id)
        run_as(admin, end_lease, view.id)
    exporting.work_off(admin.workspace_id, view.id)
    after = run_as(admin, importing.get_export, view.id)
    assert (after.state, "attempts" in after.error) == (ExportState.FAILED, True)


def end_lease(uow, actor, export_id):
    given = {"workspace_id": actor.workspace_id, "id": export_id}
    uow.execute(
        "UPDATE lead_export SET lease_until = NULL WHERE workspace_id = :workspace_id AND id = :id",
        given,
    )


def test_copies_without_an_import_are_swept_and_others_stay(actor, mock_channel, tmp_path):
    view = upload(actor, mock_channel, FILE)
    orphan = f"imports/{view.channel_id}"
    with (tmp_path / "orphan").open("w+b") as file:
        file.write(b"name\n")
        file_store.put(orphan, file)
    now = run_as(actor, lambda uow, _: uow.now)
    erasing.sweep_orphans(now=now)
    assert b"".join(file_store.pieces(orphan)), "it may still be under way"
    erasing.sweep_orphans(now=now + erasing.ORPHANED_AFTER + timedelta(hours=1))
    with pytest.raises(FileNotFoundError):
        file_store.pieces(orphan)
    assert b"".join(file_store.pieces(key_of(actor, view))).startswith(b"name")
    assert all_leads(actor) == ()
