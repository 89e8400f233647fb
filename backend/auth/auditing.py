"""The audit log: who did what to what, from where; written once, chained, never changed.

Entries hold the names and network addresses of the people who work here, as they were at that
moment, and never personal data of customers nor a secret. PostgreSQL refuses to change or delete
one (migration 0004); what somebody changes in spite of that, with the rights of the database's
administrator, `verify_audit` finds.
"""

from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from sqlalchemy import RowMapping

from backend.auth.audit_actions import AuditAction
from backend.auth.audit_chain import BEGINNING, entry_hash, fault_of
from backend.auth.audit_repository import AuditRepository
from backend.auth.errors import TooManyEntries
from backend.auth.models import AuditEntry
from backend.auth.policy import ActorKind, Permission
from backend.auth.schemas import Actor, AuditEntryView, AuditQuery, AuditVerdict
from backend.kit.ids import new_id
from backend.kit.paging import MAX_LIMIT, Page, PageRequest, paged
from backend.kit.text import clean
from backend.platform.unit_of_work import SYSTEM, UnitOfWork

CHUNK: Final = 1_000
MAX_EXPORTED: Final = 100_000

Details = Mapping[str, str | int | bool | None]


def list_audit(
    uow: UnitOfWork, actor: Actor, query: AuditQuery, page: PageRequest
) -> Page[AuditEntryView]:
    """Return entries of the workspace's log, the newest first."""
    actor.require(Permission.AUDIT_READ)
    return paged(
        AuditRepository(uow, actor.workspace_id).page(query, page),
        page,
        view=_view,
        key=lambda row: (str(row["sequence"]),),
    )


def export_audit(uow: UnitOfWork, actor: Actor, query: AuditQuery) -> tuple[AuditEntryView, ...]:
    """Return every entry asked for, the newest first; raises `TooManyEntries`."""
    actor.require(Permission.AUDIT_READ)
    entries: list[AuditEntryView] = []
    cursor: str | None = None
    while True:
        page = list_audit(uow, actor, query, PageRequest(limit=MAX_LIMIT, cursor=cursor))
        entries.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
        if len(entries) >= MAX_EXPORTED:
            message = f"there are more than {MAX_EXPORTED:,} entries"
            raise TooManyEntries(message, field="from", expected="a shorter period")
    details = {"list": "audit", "rows": len(entries)}
    record_audit(uow, actor, AuditAction.LIST_EXPORTED, details=details)
    return tuple(entries)


def verify_audit(uow: UnitOfWork, actor: Actor) -> AuditVerdict:
    """Read the whole log and say whether every entry is there as it was written.

    Nobody appends from the moment the last entries are read until the transaction ends.
    """
    actor.require(Permission.AUDIT_READ)
    verdict = _verdict(AuditRepository(uow, actor.workspace_id))
    details = {"is_intact": verdict.is_intact, "entries": verdict.entries}
    if verdict.broken_at is not None:
        details["broken_at"] = verdict.broken_at
    record_audit(uow, actor, AuditAction.AUDIT_VERIFIED, details=details)
    return verdict


def record_audit(
    uow: UnitOfWork,
    actor: Actor,
    action: AuditAction,
    *,
    subject: str = "",
    details: Details | None = None,
) -> None:
    """Add an entry to the log of the actor's workspace; the last write of a use case.

    The entry is committed with the work that it tells of. Writers of one workspace queue up here
    until they commit. Work that runs as the system enters the workspace for this entry only.
    """
    with _workspace_of(uow, actor):
        log = AuditRepository(uow, actor.workspace_id)
        head = log.lock_head()
        entry = AuditEntry(
            workspace_id=actor.workspace_id,
            sequence=head["last"] + 1,
            id=new_id(),
            occurred_at=uow.now,
            actor_kind=actor.kind,
            actor_id=actor.user_id or actor.key_id,
            actor_name=clean(actor.name),
            address=clean(actor.address),
            action=action,
            subject=clean(subject),
            details=clean(dict(details or {})),
            previous_hash=head["hash"],
            hash="",
        )
        entry.hash = entry_hash(entry.model_dump())
        log.append(entry)


def _verdict(log: AuditRepository) -> AuditVerdict:
    entries, last_hash = 0, BEGINNING
    for row in _every_row(log):
        if reason := fault_of(row, sequence=entries + 1, previous_hash=last_hash):
            return _broken(entries, reason)
        entries, last_hash = row["sequence"], row["hash"]
    head = log.lock_head()
    if head["sequence"] < entries:
        return _broken(head["sequence"], "the entry was added past the end of the log")
    if head["sequence"] > entries:
        return _broken(entries, "the entry is missing")
    if head["hash"] != last_hash:
        return _broken(entries - 1, "the end of the log was changed")
    return AuditVerdict(is_intact=True, entries=entries)


def _every_row(log: AuditRepository) -> Iterator[RowMapping]:
    sequence, is_locked = 0, False
    while True:
        rows = log.after(sequence, limit=CHUNK)
        yield from rows
        sequence = rows[-1]["sequence"] if rows else sequence
        if len(rows) < CHUNK:
            if is_locked:
                return
            log.lock_head()
            is_locked = True


def _broken(intact: int, reason: str) -> AuditVerdict:
    return AuditVerdict(is_intact=False, entries=intact, broken_at=intact + 1, reason=reason)


def _view(row: RowMapping) -> AuditEntryView:
    return AuditEntryView(
        sequence=row["sequence"],
        id=row["id"],
        occurred_at=row["occurred_at"],
        actor_kind=ActorKind(row["actor_kind"]),
        actor_id=row["actor_id"],
        actor_name=row["actor_name"],
        address=row["address"],
        action=row["action"],
        subject=row["subject"],
        details=row["details"],
        hash=row["hash"],
    )


@contextmanager
def _workspace_of(uow: UnitOfWork, actor: Actor) -> Generator[None]:
    if uow.workspace_id == actor.workspace_id:
        yield
        return
    uow.session.flush()
    before = SYSTEM if uow.workspace_id is None else Actor.system(uow.workspace_id)
    uow.enter(actor)
    yield
    uow.enter(before)
