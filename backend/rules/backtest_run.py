"""Doing a backtest: some leads at a time, each in a transaction that writes the progress only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import RowMapping
from sqlalchemy.exc import OperationalError

from backend.auth import Actor, workspace_settings
from backend.kit.ids import LeadId
from backend.leads import Stage, moves_in
from backend.platform.unit_of_work import UnitOfWork, unit_of_work
from backend.rules import counting
from backend.rules.asking_schemas import BacktestState
from backend.rules.backtest_repository import BacktestRepository
from backend.rules.backtesting import TOPIC, with_drafts
from backend.rules.facts import facts_of_row
from backend.rules.preparing import RuleSet, live_rule
from backend.rules.rehearsing import Rehearsed, blank, go_on

LEADS_AT_ONCE = 500
MESSAGES_AT_ONCE = 5_000
LEASE = timedelta(minutes=2)
MAX_ERROR = 300


@dataclass(frozen=True, slots=True)
class Sets:
    """The rules in force and those with the drafts, which are the same without any."""

    before: RuleSet
    after: RuleSet
    timezone: ZoneInfo
    moves: Mapping[Stage, frozenset[Stage]]

    @property
    def is_same(self) -> bool:
        """Whether one rehearsal says it all."""
        return self.before is self.after


def work_off_backtest(workspace_id: UUID, backtest_id: UUID) -> None:
    """Do a backtest to its end, unless it has ended or somebody else does it.

    A passing fault of the database is raised; the backtest goes on when its lease is over.
    """
    actor = Actor.system(workspace_id)
    with unit_of_work(actor) as uow:
        row = BacktestRepository(uow, workspace_id).claim(backtest_id, lease=LEASE)
        if row is None:
            return
        timezone = ZoneInfo(workspace_settings(uow, workspace_id).timezone)
        sets = _sets(row, timezone, moves_in(uow, workspace_id))
    try:
        while _do_chunk(actor, backtest_id, sets):
            pass
    except OperationalError:
        raise
    except Exception as error:
        with unit_of_work(actor) as uow:
            said = f"{type(error).__name__}: {error}"[:MAX_ERROR]
            repository = BacktestRepository(uow, workspace_id)
            repository.finish(backtest_id, state=BacktestState.FAILED, error=said)
            uow.announce(TOPIC, backtest_id)
        raise


def _sets(row: RowMapping, timezone: ZoneInfo, moves: Mapping[Stage, frozenset[Stage]]) -> Sets:
    before = _live(row["rules"])
    if not row["drafts"]:
        return Sets(before, before, timezone, moves)
    return Sets(before, _live(with_drafts(row["rules"], row["drafts"])), timezone, moves)


def _live(rules: Sequence[Mapping[str, Any]]) -> RuleSet:
    return RuleSet(
        live_rule({**rule, "id": UUID(rule["id"]), "version_id": UUID(rule["id"])})
        for rule in rules
    )


def _do_chunk(actor: Actor, backtest_id: UUID, sets: Sets) -> bool:
    """Count the next leads; false at the end, or when the backtest was stopped."""
    with unit_of_work(actor) as uow:
        repository = BacktestRepository(uow, actor.workspace_id)
        row = repository.hold(backtest_id)
        if row is None:
            return False
        lead_ids = _next(repository, row)
        if lead_ids:
            counted = dict(row["counted"])
            for stored, before, after in _rehearsed(uow, actor.workspace_id, lead_ids, sets):
                counting.count(counted, stored, before, after)
                counted["messages"] += stored["messages"]
            repository.advance(backtest_id, position=lead_ids[-1], counted=counted, lease=LEASE)
        else:
            repository.finish(backtest_id, state=BacktestState.DONE)
        uow.announce(TOPIC, backtest_id)
        return bool(lead_ids)


def _next(repository: BacktestRepository, row: RowMapping) -> list[UUID]:
    since = row["created_at"] - timedelta(days=row["days"])
    wanted: int | None = row["sample"]
    sample: tuple[int, int] | None = None
    left = LEADS_AT_ONCE
    if wanted is not None:
        population: int = row["counted"]["population"]
        sample = (wanted, population) if wanted < population else None
        left = max(wanted - row["done"], 0)
    return repository.leads(
        since, position=row["position"], sample=sample, limit=min(LEADS_AT_ONCE, left)
    )


def _rehearsed(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID], sets: Sets
) -> Iterator[tuple[Mapping[str, Any], Rehearsed, Rehearsed]]:
    """Yield each lead as it is stored, and as each set of rules makes it."""
    for lead_id, rows in groupby(
        _messages(uow, workspace_id, lead_ids), key=lambda row: row["lead_id"]
    ):
        before = Rehearsed(blank(LeadId(lead_id), sets.moves))
        after = before if sets.is_same else Rehearsed(blank(LeadId(lead_id), sets.moves))
        messages, is_touched = 0, False
        stored: Mapping[str, Any] = {}
        for row in map(_known, rows):
            facts = facts_of_row(row)
            go_on(before, sets.before, [facts], sets.timezone)
            if not sets.is_same:
                go_on(after, sets.after, [facts], sets.timezone)
            messages += 1
            # What was erased cannot be read again.
            is_touched = is_touched or (row["kind"] == "text" and row["text"] is None)
            stored = row
        is_touched = is_touched or stored["is_touched"]
        yield {**stored, "messages": messages, "is_touched": is_touched}, before, after


def _known(row: RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items()}


def _messages(
    uow: UnitOfWork, workspace_id: UUID, lead_ids: Sequence[UUID]
) -> Iterator[RowMapping]:
    repository = BacktestRepository(uow, workspace_id)
    after: tuple[UUID, UUID] | None = None
    while rows := repository.messages(lead_ids, after=after, limit=MESSAGES_AT_ONCE):
        yield from rows
        if len(rows) < MESSAGES_AT_ONCE:
            return
        after = rows[-1]["lead_id"], rows[-1]["event_id"]
