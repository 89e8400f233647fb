"""Replays: stored deliveries act once more with today's code and rules.

A replay is a row that a worker works off. In `commit` mode each batch and the progress are
committed together, so a crash anywhere means that the batch is done once more, without effect. In
`dry` mode everything happens in one transaction that is rolled back (docs/decisions, "replay").
"""

import dataclasses
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.intake.differing import CHANGED, CREATED, REMOVED, differences
from backend.intake.draining import is_passing, sentence
from backend.intake.errors import ReplayInvalid, ReplayNotFound, ReplayUnderWay
from backend.intake.folding_again import Folded, fold_again
from backend.intake.replay_repository import ReplayRepository
from backend.intake.replay_schemas import (
    EffectDiff,
    Example,
    ReplayMode,
    ReplayQuery,
    ReplayState,
    ReplayView,
    Tally,
)
from backend.intake.repository import EventRepository
from backend.intake.schemas import EventState
from backend.kit.ids import ReplayId, new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork, rehearsal, unit_of_work

BATCH_SIZE = 200
# A dry replay holds back the workspace's deliveries while it lasts; this many take seconds.
MAX_DRY_EVENTS = 20_000
MAX_EVENT_IDS = 1_000
NAMED_IDS = 20
LEASE = timedelta(minutes=2)
TOPIC = "replays"


def start_replay(
    uow: UnitOfWork, actor: Actor, query: ReplayQuery, *, mode: ReplayMode
) -> ReplayView:
    """Ask for a replay of what is stored now; a worker does it.

    Raises `ReplayInvalid` for a range that ends before it begins or has too many deliveries for a
    dry replay, and `ReplayUnderWay` when another one has not ended.
    """
    actor.require(Permission.EVENTS_WRITE)
    _check(query)
    repository = ReplayRepository(uow, actor.workspace_id)
    extent = repository.extent(query)
    if mode is ReplayMode.DRY and extent["total"] > MAX_DRY_EVENTS:
        message = f"a dry replay of {extent['total']:,} deliveries would hold new ones up"
        expected = f"a range with at most {MAX_DRY_EVENTS:,} deliveries"
        raise ReplayInvalid(message, field="from", expected=expected)
    replay_id = ReplayId(new_id())
    row = {
        "id": replay_id,
        "mode": mode.value,
        "state": ReplayState.WAITING.value,
        "asked": _written(query),
        "requested_by": actor.name,
        "created_at": uow.now,
        **extent,
        **dataclasses.asdict(Tally()),
    }
    if not repository.add(row):
        message = "another replay has not ended yet"
        raise ReplayUnderWay(message, expected="to wait for it, or to stop it")
    uow.enqueue("intake.replay", actor.workspace_id, replay_id)
    uow.announce(TOPIC, replay_id)
    details = {"mode": mode.value, "events": extent["total"]}
    subject = f"replay:{replay_id}"
    record_audit(uow, actor, AuditAction.REPLAY_STARTED, subject=subject, details=details)
    return get_replay(uow, actor, replay_id)


def get_replay(uow: UnitOfWork, actor: Actor, replay_id: UUID) -> ReplayView:
    """Return a replay with its progress, and with its diff once it has one."""
    actor.require(Permission.EVENTS_READ)
    row = ReplayRepository(uow, actor.workspace_id).find(replay_id)
    if row is None:
        raise ReplayNotFound(NO_SUCH_REPLAY)
    return _view(row)


def list_replays(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[ReplayView]:
    """Return replays, the latest first."""
    actor.require(Permission.EVENTS_READ)
    rows = ReplayRepository(uow, actor.workspace_id).page(page)
    return paged(rows, page, view=_view, key=lambda row: (str(row["id"]),))


def stop_replay(uow: UnitOfWork, actor: Actor, replay_id: UUID) -> ReplayView:
    """End a replay after the batch under way; one that has ended stays as it is."""
    actor.require(Permission.EVENTS_WRITE)
    repository = ReplayRepository(uow, actor.workspace_id)
    if repository.finish(replay_id, state=ReplayState.STOPPED):
        uow.announce(TOPIC, replay_id)
        subject = f"replay:{replay_id}"
        record_audit(uow, actor, AuditAction.REPLAY_STOPPED, subject=subject)
    return get_replay(uow, actor, replay_id)


def work_off(workspace_id: UUID, replay_id: UUID) -> None:
    """Do a replay to its end, unless it has ended or somebody else does it.

    A passing fault of the database is raised; the replay goes on when its lease is over.
    """
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        run = ReplayRepository(uow, workspace_id).claim(replay_id, lease=LEASE)
    if run is None:
        return
    try:
        if run["mode"] == ReplayMode.DRY:
            _rehearse(actor, run)
        else:
            while _commit_batch(actor, replay_id):
                pass
    except Exception as error:
        if is_passing(error):
            raise
        _finish(actor, replay_id, ReplayState.FAILED, error=sentence(error))
        raise


def _commit_batch(actor: Actor, replay_id: UUID) -> bool:
    """Let the next batch act, and record the progress with it; false at the end."""
    with unit_of_work(actor) as uow:
        EventRepository(uow, actor.workspace_id).lock()
        repository = ReplayRepository(uow, actor.workspace_id)
        run = repository.hold(replay_id)
        if run is None:
            return False
        rows = _next(repository, run, run["position"])
        if rows:
            tally = _tally(run) + fold_again(uow, actor.workspace_id, rows).tally
            position = rows[-1]["sequence"]
            repository.advance(replay_id, position=position, tally=tally, lease=LEASE)
        else:
            repository.finish(replay_id, state=ReplayState.FINISHED)
        uow.announce(TOPIC, replay_id)
        return bool(rows)


def _rehearse(actor: Actor, run: RowMapping) -> None:
    tally = Tally()
    failed: list[UUID] = []
    gone: list[UUID] = []
    with rehearsal(actor) as uow:
        EventRepository(uow, actor.workspace_id).lock()
        for position, folded in _rehearsed(uow, actor, run):
            tally += folded.tally
            failed += folded.failed_ids[: NAMED_IDS - len(failed)]
            gone += folded.gone_ids[: NAMED_IDS - len(gone)]
            if not _report(actor, run["id"], position, tally):
                return
        with unit_of_work(actor) as committed:
            found = differences(uow, committed)
        diff = EffectDiff(
            created=found.of(CREATED),
            changed=found.of(CHANGED),
            removed=found.of(REMOVED),
            woken=uow.to_wake(),
            examples=tuple(found.examples),
            failed_ids=tuple(map(str, failed)),
            gone_ids=tuple(map(str, gone)),
        )
    _finish(actor, run["id"], ReplayState.FINISHED, diff=diff)


def _rehearsed(uow: UnitOfWork, actor: Actor, run: RowMapping) -> Iterator[tuple[int, Folded]]:
    repository = ReplayRepository(uow, actor.workspace_id)
    position = 0  # a rehearsal that was broken off begins anew
    while rows := _next(repository, run, position):
        position = rows[-1]["sequence"]
        yield position, fold_again(uow, actor.workspace_id, rows)


def _next(repository: ReplayRepository, run: RowMapping, position: int) -> Sequence[RowMapping]:
    return repository.batch(
        _read(run["asked"]), position=position, until=run["until"], limit=BATCH_SIZE
    )


def _report(actor: Actor, replay_id: UUID, position: int, tally: Tally) -> bool:
    """Say how far a rehearsal is; false when it was stopped."""
    with unit_of_work(actor) as uow:
        uow.announce(TOPIC, replay_id)
        repository = ReplayRepository(uow, actor.workspace_id)
        return repository.advance(replay_id, position=position, tally=tally, lease=LEASE)


def _finish(
    actor: Actor,
    replay_id: UUID,
    state: ReplayState,
    *,
    error: str | None = None,
    diff: EffectDiff | None = None,
) -> None:
    with unit_of_work(actor) as uow:
        report = None if diff is None else dataclasses.asdict(diff)
        repository = ReplayRepository(uow, actor.workspace_id)
        repository.finish(replay_id, state=state, error=error, report=report)
        uow.announce(TOPIC, replay_id)


NO_SUCH_REPLAY = "no such replay"


def _check(query: ReplayQuery) -> None:
    if len(query.event_ids) > MAX_EVENT_IDS:
        message = f"{len(query.event_ids):,} deliveries are named one by one"
        expected = f"at most {MAX_EVENT_IDS:,} ids, or a range of time"
        raise ReplayInvalid(message, field="event_ids", expected=expected)
    if query.since and query.before and query.since >= query.before:
        message = "the range ends before it begins"
        raise ReplayInvalid(message, field="to", expected="a moment after `from`")


def _written(query: ReplayQuery) -> dict[str, Any]:
    return {
        "channel_id": query.channel_id and str(query.channel_id),
        "since": query.since and query.since.isoformat(),
        "before": query.before and query.before.isoformat(),
        "event_ids": [str(event_id) for event_id in query.event_ids],
        "states": [state.value for state in query.states],
        "cause": query.cause,
    }


def _read(asked: dict[str, Any]) -> ReplayQuery:
    since, before = asked["since"], asked["before"]
    return ReplayQuery(
        channel_id=UUID(asked["channel_id"]) if asked["channel_id"] else None,
        since=datetime.fromisoformat(since) if since else None,
        before=datetime.fromisoformat(before) if before else None,
        event_ids=tuple(map(UUID, asked["event_ids"])),
        states=tuple(map(EventState, asked["states"])),
        cause=asked["cause"],
    )


def _tally(run: RowMapping) -> Tally:
    return Tally(run["done"], run["failed"], run["gone"], run["redacted"])


def _view(row: RowMapping) -> ReplayView:
    names = ("id", "requested_by", "total", "done", "failed", "gone", "redacted", "error")
    moments = ("created_at", "started_at", "finished_at")
    known: dict[str, Any] = {name: row[name] for name in (*names, *moments)}
    rate, seconds_left = _pace(row)
    return ReplayView(
        mode=ReplayMode(row["mode"]),
        state=ReplayState(row["state"]),
        query=_read(row["asked"]),
        rate=rate,
        seconds_left=seconds_left,
        diff=_diff(row["report"]),
        **known,
    )


def _pace(row: RowMapping) -> tuple[float | None, int | None]:
    """Return how many deliveries a second were read, and how long the rest takes at that."""
    read = row["done"] + row["gone"]
    if not row["progressed_at"] or not read:
        return None, None
    seconds = max((row["progressed_at"] - row["started_at"]).total_seconds(), 0.001)
    rate = read / seconds
    left = None if row["finished_at"] else round(max(row["total"] - read, 0) / rate)
    return round(rate, 1), left


def _diff(report: dict[str, Any] | None) -> EffectDiff | None:
    if report is None:
        return None
    return EffectDiff(
        created=report["created"],
        changed=report["changed"],
        removed=report["removed"],
        woken=report["woken"],
        examples=tuple(map(_example, report["examples"])),
        failed_ids=tuple(report["failed_ids"]),
        gone_ids=tuple(report["gone_ids"]),
    )


def _example(written: dict[str, Any]) -> Example:
    columns = {name: (two[0], two[1]) for name, two in written["columns"].items()}
    return Example(
        change=written["change"], table=written["table"], id=written["id"], columns=columns
    )
