"""Backtests: rules held against what customers really wrote, without any effect.

A backtest is a row that a worker works off, some leads at a time. Each lead is begun anew from its
first message, so that the rules in force come out where the lead stands, and drafts where it would.
What was counted is kept with the progress: a crash costs one chunk, and it can be stopped between.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.kit.ids import new_id
from backend.kit.paging import Page, PageRequest, paged
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import counting
from backend.rules.asking_schemas import (
    BacktestInput,
    BacktestState,
    BacktestView,
    LintFinding,
    LintLevel,
    RuleDraft,
)
from backend.rules.backtest_repository import BacktestRepository
from backend.rules.errors import (
    BacktestInvalid,
    BacktestNotFound,
    BacktestUnderWay,
    RuleInvalid,
    RuleNotFound,
)
from backend.rules.linting import lint
from backend.rules.malformed import read
from backend.rules.repository import RuleRepository

MAX_DAYS = 3_650
MAX_DRAFTS = 200
# A new rule runs behind those of the same priority.
LAST_ID = 2**128 - 1
TOPIC = "backtests"


def start_backtest(uow: UnitOfWork, actor: Actor, asked: BacktestInput) -> BacktestView:
    """Ask for a backtest of drafts, or without any of the rules in force; a worker does it.

    Raises `BacktestInvalid`, `RuleInvalid` for a draft that could not be saved, and
    `BacktestUnderWay` when another one has not ended.
    """
    actor.require(Permission.RULES_WRITE)
    _check(asked)
    drafts = [_checked(uow, actor, draft, at) for at, draft in enumerate(asked.drafts)]
    repository = BacktestRepository(uow, actor.workspace_id)
    population = repository.population(uow.now - timedelta(days=asked.days))
    backtest_id = new_id()
    row = {
        "id": backtest_id,
        "state": BacktestState.QUEUED.value,
        "days": asked.days,
        "sample": asked.sample,
        "drafts": drafts,
        "rules": _in_force(uow, actor),
        "total": min(population, asked.sample or population),
        "done": 0,
        "messages": 0,
        "counted": {**counting.nothing(), "population": population},
        "requested_by": actor.name,
        "created_at": uow.now,
    }
    if not repository.add(row):
        message = "another backtest has not ended yet"
        raise BacktestUnderWay(message, expected="to wait for it, or to stop it")
    uow.enqueue("rules.backtest", actor.workspace_id, backtest_id)
    uow.announce(TOPIC, backtest_id)
    details = {"days": asked.days, "drafts": len(drafts), "leads": row["total"]}
    _record(uow, actor, AuditAction.BACKTEST_STARTED, backtest_id, details)
    return get_backtest(uow, actor, backtest_id)


def get_backtest(uow: UnitOfWork, actor: Actor, backtest_id: UUID) -> BacktestView:
    """Return a backtest with its progress, and with its report once it is done."""
    actor.require(Permission.RULES_READ)
    repository = BacktestRepository(uow, actor.workspace_id)
    row = repository.find(backtest_id)
    if row is None:
        message = "no such backtest"
        raise BacktestNotFound(message)
    view = _view(row)
    if view.state is not BacktestState.DONE:
        return view
    named = {rule["id"]: rule["name"] for rule in (*row["rules"], *row["drafts"])}
    people = repository.people(counting.shown_leads(row["counted"]))
    return replace(view, report=counting.report(row["counted"], named, people))


def list_backtests(uow: UnitOfWork, actor: Actor, page: PageRequest) -> Page[BacktestView]:
    """Return backtests without their reports, the latest first."""
    actor.require(Permission.RULES_READ)
    rows = BacktestRepository(uow, actor.workspace_id).page(page)
    return paged(rows, page, view=_view, key=lambda row: (str(row["id"]),))


def stop_backtest(uow: UnitOfWork, actor: Actor, backtest_id: UUID) -> BacktestView:
    """End a backtest after the chunk under way; one that has ended stays as it is."""
    actor.require(Permission.RULES_WRITE)
    repository = BacktestRepository(uow, actor.workspace_id)
    if repository.finish(backtest_id, state=BacktestState.STOPPED):
        uow.announce(TOPIC, backtest_id)
        _record(uow, actor, AuditAction.BACKTEST_STOPPED, backtest_id, {})
    return get_backtest(uow, actor, backtest_id)


def with_drafts(
    rules: Sequence[Mapping[str, Any]], drafts: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return the rules as they would be with some drafts in force, in their order."""
    kept = {rule["id"]: rule for rule in rules}
    for draft in drafts:
        kept[draft["id"]] = draft
    return sorted(kept.values(), key=lambda rule: (rule["priority"], rule["id"]))


def _check(asked: BacktestInput) -> None:
    if not 1 <= asked.days <= MAX_DAYS:
        message = f"{asked.days} days make no history"
        raise BacktestInvalid(message, field="days", expected=f"1 to {MAX_DAYS:,}")
    if asked.sample is not None and asked.sample < 1:
        message = f"a sample of {asked.sample} leads says nothing"
        raise BacktestInvalid(message, field="sample", expected="at least 1, or none for all leads")
    if len(asked.drafts) > MAX_DRAFTS:
        message = f"{len(asked.drafts)} drafts are too many"
        raise BacktestInvalid(message, field="drafts", expected=f"at most {MAX_DRAFTS}")


def _checked(uow: UnitOfWork, actor: Actor, draft: RuleDraft, at: int) -> dict[str, Any]:
    """Return a draft as it is stored; raises `RuleInvalid` with the place of each fault."""
    parsed, faults = read(draft.definition)
    if parsed is not None:
        found = lint(uow, actor, draft.definition, rule_id=draft.rule_id)
        faults = tuple(each for each in found if each.level is LintLevel.ERROR)
    if parsed is None or faults:
        raise RuleInvalid.of([_placed(fault, at) for fault in faults])
    known = None
    if draft.rule_id is not None:
        known = RuleRepository(uow, actor.workspace_id).view(draft.rule_id)
        if known is None:
            message = f"drafts.{at}.rule_id: there is no such rule"
            raise RuleNotFound(message, field=f"drafts.{at}.rule_id")
    return {
        "id": str(draft.rule_id or UUID(int=LAST_ID - MAX_DRAFTS + at)),
        "rule_id": draft.rule_id and str(draft.rule_id),
        "name": known["name"] if known else draft.name,
        "priority": known["priority"] if known else draft.priority,
        "definition": parsed.stored(),
    }


def _placed(fault: LintFinding, at: int) -> LintFinding:
    return LintFinding(
        level=fault.level,
        code=fault.code,
        place=f"drafts.{at}.{fault.place}",
        message=fault.message,
        fix=fault.fix,
    )


def _in_force(uow: UnitOfWork, actor: Actor) -> list[dict[str, Any]]:
    rows = RuleRepository(uow, actor.workspace_id).in_use()
    return [
        {
            "id": str(row["id"]),
            "name": row["name"],
            "priority": row["priority"],
            "definition": row["definition"],
        }
        for row in rows
        if row["is_enabled"]
    ]


def _record(
    uow: UnitOfWork, actor: Actor, action: AuditAction, backtest_id: UUID, details: dict[str, Any]
) -> None:
    record_audit(uow, actor, action, subject=f"backtest:{backtest_id}", details=details)


def _view(row: RowMapping) -> BacktestView:
    names = ("id", "days", "sample", "total", "done", "messages", "error", "requested_by")
    moments = ("created_at", "started_at", "finished_at")
    known: dict[str, Any] = {name: row[name] for name in (*names, *moments)}
    return BacktestView(
        **known,
        state=BacktestState(row["state"]),
        drafts=tuple(map(_draft, row["drafts"])),
        report=None,
    )


def _draft(written: Mapping[str, Any]) -> RuleDraft:
    rule_id = written["rule_id"]
    return RuleDraft(
        definition=written["definition"],
        rule_id=UUID(rule_id) if rule_id else None,
        name=written["name"],
        priority=written["priority"],
    )
