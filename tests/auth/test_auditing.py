"""The audit log grows, never changes, and tells when somebody changed it in spite of that."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from uuid import UUID

import psycopg
import pytest
from psycopg.rows import dict_row
from sqlalchemy.exc import DBAPIError, ProgrammingError

from backend import auth
from backend.auth import Actor, AuditAction, AuditQuery, NotPermitted, TooManyEntries, auditing
from backend.auth.audit_chain import BEGINNING, entry_hash
from backend.kit.errors import Invalid
from backend.kit.ids import new_id
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import SYSTEM, unit_of_work
from tests.factories import administer, create_user, create_workspace, run_as

ENTRY_COLUMNS = {
    "workspace_id": None,
    "sequence": "sequence + 100",
    "id": "gen_random_uuid()",
    "occurred_at": "occurred_at + interval '1 microsecond'",
    "actor_kind": "'api_key'",
    "actor_id": "gen_random_uuid()",
    "actor_name": "'Mallory Example'",
    "address": "'203.0.113.9'",
    "action": "'rule.paused'",
    "subject": "''",
    "details": """'{"number": 4}'""",
    "previous_hash": f"'{BEGINNING}'",
    "hash": f"'{BEGINNING}'",
}
# Another entry right after the third, like it in everything but these two.
COPY = """
INSERT INTO audit_entry
SELECT workspace_id, 4, %(id)s, occurred_at, actor_kind, actor_id, actor_name, address, action,
       subject, details, hash, %(hash)s
FROM audit_entry WHERE sequence = 3
"""


@pytest.fixture
def forger(server, database):
    """Be the database's administrator, past every trigger and policy."""
    with psycopg.connect(database) as named:
        name = named.info.dbname
    with psycopg.connect(server.superuser_url(name), autocommit=True) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def record(actor, *, action=AuditAction.RULE_CREATED, subject="rule:1", count=1, **details):
    for _ in range(count):
        run_as(actor, auth.record_audit, action, subject=subject, details=details)


def entries(actor, limit=200, **query):
    return run_as(actor, auth.list_audit, AuditQuery(**query), PageRequest(limit=limit)).items


def verdict(actor):
    return run_as(actor, auth.verify_audit)


def found_at(actor):
    found = verdict(actor)
    assert found.is_intact is False
    assert found.entries == found.broken_at - 1
    return found.broken_at, found.reason


def test_an_entry_says_who_did_what_to_what_from_where(admin):
    record(replace(admin, address="192.0.2.7"), number=3, is_first=True, note=None, said="ü\x00")
    entry = entries(admin)[0]
    assert (entry.actor_id, entry.actor_name) == (admin.user_id, admin.name)
    assert (entry.address, entry.action, entry.subject) == ("192.0.2.7", "rule.created", "rule:1")
    assert entry.details == {"number": 3, "is_first": True, "note": None, "said": "ü\ufffd"}


def test_what_is_rolled_back_leaves_no_entry(actor):
    def fails(uow, actor):
        auth.record_audit(uow, actor, AuditAction.RULE_CREATED)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run_as(actor, fails)
    assert entries(actor) == ()


def test_work_of_the_system_is_entered_in_the_workspace_it_concerns(actor):
    with unit_of_work(SYSTEM) as uow:
        create_user(uow, actor)
        auth.record_audit(uow, actor, AuditAction.SIGN_IN_FAILED)
        assert uow.workspace_id is None
        assert len(auth.workspace_ids(uow)) == 1
    assert entries(actor)[0].action == "sign_in.failed"


def test_a_log_that_nobody_touched_is_intact(actor, monkeypatch):
    assert verdict(actor).is_intact
    monkeypatch.setattr(auditing, "CHUNK", 4)
    for count in (2, 1, 5):
        record(actor, count=count)
        found = verdict(actor)
        assert (found.is_intact, found.broken_at, found.reason) == (True, None, None)
    assert verdict(actor).entries == 12


def test_every_entry_holds_the_hash_of_the_one_before(actor, forger):
    record(actor, count=3)
    found = forger.execute("SELECT previous_hash, hash FROM audit_entry ORDER BY sequence")
    befores, hashes = zip(*found, strict=True)
    assert befores == (BEGINNING, *hashes[:2])


def test_the_hash_is_the_sha256_of_the_canonical_form():
    entry = {
        "workspace_id": UUID("01890a5d-ac96-774b-bcce-b302099a8057"),
        "sequence": 1,
        "id": UUID("01890a5d-ac96-774b-bcce-b302099a8058"),
        "occurred_at": datetime(2026, 1, 2, 4, 4, 5, 6, tzinfo=timezone(timedelta(hours=1))),
        "actor_kind": "user",
        "actor_id": None,
        "actor_name": 'Zoë "Z" Example',
        "address": "",
        "action": "rule.created",
        "subject": "rule:1",
        "details": {"b": 1, "a": True},
        "previous_hash": BEGINNING,
    }
    canonical = (
        '{"action":"rule.created","actor_id":null,"actor_kind":"user",'
        '"actor_name":"Zoë \\"Z\\" Example","address":"","details":{"a":true,"b":1},'
        '"id":"01890a5d-ac96-774b-bcce-b302099a8058","occurred_at":"2026-01-02T03:04:05.000006Z",'
        f'"previous_hash":"{BEGINNING}","sequence":1,"subject":"rule:1",'
        '"workspace_id":"01890a5d-ac96-774b-bcce-b302099a8057"}'
    )
    assert entry_hash(entry) == hashlib.sha256(canonical.encode()).hexdigest()


@pytest.mark.parametrize("column", ENTRY_COLUMNS)
def test_an_entry_that_was_changed_is_found(actor, forger, column):
    record(actor, count=5, number=3)
    with unit_of_work(SYSTEM) as uow:
        other = create_workspace(uow)
    value = ENTRY_COLUMNS[column] or f"'{other.id}'"
    forger.execute(f"UPDATE audit_entry SET {column} = {value} WHERE sequence = 3")  # noqa: S608  ours
    assert found_at(actor)[0] == 3


@pytest.mark.parametrize(("removed", "first"), [("= 1", 1), ("= 3", 3), ("> 3", 4), ("> 0", 1)])
def test_a_missing_entry_is_found(actor, forger, removed, first):
    record(actor, count=5)
    forger.execute(f"DELETE FROM audit_entry WHERE sequence {removed}")  # noqa: S608  ours
    assert found_at(actor) == (first, "the entry is missing")


def test_an_entry_that_was_slipped_in_is_found(actor, forger):
    record(actor, count=3)
    forger.execute(COPY, {"id": new_id(), "hash": BEGINNING})
    assert found_at(actor) == (4, "the entry was changed")


def test_a_well_forged_entry_past_the_end_is_found(actor, forger):
    record(actor, count=3)
    rows = forger.cursor(row_factory=dict_row).execute("SELECT * FROM audit_entry")
    last = rows.fetchall()[-1]
    forged = last | {"id": new_id(), "sequence": 4, "previous_hash": last["hash"]}
    forger.execute(COPY, {"id": forged["id"], "hash": entry_hash(forged)})
    assert found_at(actor) == (4, "the entry was added past the end of the log")
    record(actor)
    assert found_at(actor) == (5, "the entry does not follow the one before")


@pytest.mark.parametrize(
    ("statement", "first"),
    [
        ("DELETE FROM audit_head", 1),
        ("UPDATE audit_head SET sequence = 2", 3),
        ("UPDATE audit_head SET sequence = 9", 4),
        ("UPDATE audit_head SET hash = 'x'", 3),
    ],
)
def test_a_changed_end_of_the_log_is_found(actor, forger, statement, first):
    record(actor, count=3)
    forger.execute(statement)
    assert found_at(actor)[0] == first


def test_what_was_found_once_is_found_again(actor, forger):
    record(actor, count=5)
    forger.execute("DELETE FROM audit_entry WHERE sequence > 3")
    for _ in range(2):
        assert found_at(actor) == (4, "the entry is missing")
        record(actor)


def test_a_verification_is_in_the_log_itself(actor):
    record(actor)
    verdict(actor)
    newest = entries(actor)[0]
    assert (newest.action, newest.details) == ("audit.verified", {"is_intact": True, "entries": 1})


def test_writers_at_one_moment_make_one_chain(actor):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: record(actor, count=5, number=number), range(8)))
    assert verdict(actor).entries == 40
    numbers = [entry.sequence for entry in entries(actor)]
    assert numbers == list(range(41, 0, -1))


def test_each_workspace_has_a_chain_of_its_own(actor):
    with unit_of_work(SYSTEM) as uow:
        other = Actor.system(create_workspace(uow).id)
    record(actor, count=2)
    record(other, subject="rule:2")
    assert [(entry.sequence, entry.subject) for entry in entries(other)] == [(1, "rule:2")]
    assert verdict(other).entries == 1
    assert verdict(actor).entries == 2


CHANGES = (
    "UPDATE audit_entry SET subject = ''",
    "UPDATE audit_entry SET subject = '' WHERE false",
    "DELETE FROM audit_entry",
    "TRUNCATE audit_entry",
    "DELETE FROM audit_head",
    "TRUNCATE audit_head",
)


@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_may_not_change_an_entry(actor, statement):
    record(actor)
    with pytest.raises(ProgrammingError, match="permission denied"):
        run_as(actor, lambda uow, _: uow.execute(statement))


@pytest.mark.parametrize("statement", CHANGES)
def test_nor_may_the_owner_of_the_tables(actor, statement):
    record(actor)
    with pytest.raises(DBAPIError, match="the audit log is never changed"):
        administer(statement)


@pytest.mark.parametrize("change", ["sequence = sequence", "sequence = 0", "hash = 'x'"])
def test_the_end_of_the_log_only_moves_on(actor, change):
    record(actor)
    with pytest.raises(DBAPIError, match="the audit log is never changed"):
        run_as(actor, lambda uow, _: uow.execute(f"UPDATE audit_head SET {change}"))  # noqa: S608  ours


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["rule.paused", "rule.created", "channel.created"]),
        ({"action": "rule."}, ["rule.paused", "rule.created"]),
        ({"action": "rule.paused"}, ["rule.paused"]),
        ({"action": "rule_"}, []),
        ({"action": "%"}, []),
        ({"subject": "channel:9"}, ["channel.created"]),
    ],
)
def test_the_log_is_filtered(actor, query, expected):
    record(actor, action=AuditAction.CHANNEL_CREATED, subject="channel:9")
    record(actor, action=AuditAction.RULE_CREATED)
    record(actor, action=AuditAction.RULE_PAUSED)
    assert [entry.action for entry in entries(actor, **query)] == expected


def test_the_log_is_filtered_by_who_and_when(actor, admin):
    record(actor)
    record(admin)
    (mine,) = entries(actor, actor_id=admin.user_id)
    assert mine.actor_name == admin.name
    later = mine.occurred_at + timedelta(microseconds=1)
    assert len(entries(actor, starts_at=mine.occurred_at, ends_at=later)) == 1
    assert entries(actor, starts_at=later) == ()


def test_the_log_is_read_in_pages(actor):
    record(actor, count=5)
    seen, cursor = [], None
    while True:
        asked = PageRequest(limit=2, cursor=cursor)
        page = run_as(actor, auth.list_audit, AuditQuery(), asked)
        seen += [entry.sequence for entry in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [5, 4, 3, 2, 1]
    with pytest.raises(Invalid):
        run_as(actor, auth.list_audit, AuditQuery(), PageRequest(cursor="nonsense"))


def test_an_export_holds_everything_and_is_in_the_log_itself(actor):
    record(actor, count=450)
    exported = run_as(actor, auth.export_audit, AuditQuery())
    assert [entry.sequence for entry in exported] == list(range(450, 0, -1))
    newest = entries(actor)[0]
    assert (newest.action, newest.details) == ("list.exported", {"list": "audit", "rows": 450})


def test_an_export_that_would_be_cut_short_is_refused(actor, monkeypatch):
    monkeypatch.setattr(auditing, "MAX_EXPORTED", 200)
    record(actor, count=201)
    with pytest.raises(TooManyEntries, match="more than 200"):
        run_as(actor, auth.export_audit, AuditQuery())


def test_an_operator_does_not_read_the_log(operator):
    for use_case, arguments in (
        (auth.list_audit, (AuditQuery(), PageRequest())),
        (auth.export_audit, (AuditQuery(),)),
        (auth.verify_audit, ()),
    ):
        with pytest.raises(NotPermitted):
            run_as(operator, use_case, *arguments)
