"""Undo: what a run, or every run of a version, did is taken back.

Nothing is deleted. The ledger and the timeline get entries that compensate, and the runs say who
undid them and when; a run that was undone stays so.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping

from backend.auth import Actor, AuditAction, Permission, record_audit
from backend.kit.ids import LeadId
from backend.leads import Act, RuleActs, TakenBack, take_back
from backend.platform.unit_of_work import UnitOfWork
from backend.rules.errors import RuleNotFound
from backend.rules.run_repository import RunRepository
from backend.rules.run_schemas import RunView, UndoView
from backend.rules.runs import LASTING, get_run

LEADS_AT_ONCE = 500


def undo_run(uow: UnitOfWork, actor: Actor, run_id: UUID) -> RunView:
    """Take back what a rule did on one occasion; twice is once; raises `RunNotFound`.

    Stages and tags that somebody changed since stay; what was sent is sent.
    """
    actor.require(Permission.RULES_WRITE)
    run = get_run(uow, actor, run_id)
    repository = RunRepository(uow, actor.workspace_id)
    repository.lock_leads([run.lead_id])
    history = repository.history([run.lead_id])
    undone = repository.undo(run_id, by=actor.name)
    if undone:
        done = _take_back(uow, actor, history, undone)
        details = {"name": run.rule_name, "lead": str(run.lead_id), "points": done.points}
        _record(uow, actor, run.rule_id, details)
    return get_run(uow, actor, run_id)


def undo_version(uow: UnitOfWork, actor: Actor, version_id: UUID) -> UndoView:
    """Take back what a version of a rule did, to whomever; raises `RuleNotFound`."""
    actor.require(Permission.RULES_WRITE)
    repository = RunRepository(uow, actor.workspace_id)
    rule = repository.rule_of(version_id)
    if rule is None:
        message = "no such version of a rule"
        raise RuleNotFound(message)
    total: Counter[str] = Counter()
    lasting: Counter[str] = Counter()
    while lead_ids := repository.leads_of_version(version_id, limit=LEADS_AT_ONCE):
        repository.lock_leads(lead_ids)
        history = repository.history(lead_ids)
        undone = repository.undo_version(version_id, by=actor.name, lead_ids=lead_ids)
        total.update(asdict(_take_back(uow, actor, history, undone)))
        total["runs"] += len(undone)
        lasting.update(_lasting(undone))
    names = ("runs", "leads", "points", "stages", "tags", "others", "kept")
    view = UndoView(**{name: total[name] for name in names}, lasting=dict(lasting))
    if view.runs:
        told = {"name": rule["name"], "version": rule["number"], "runs": view.runs}
        _record(uow, actor, rule["rule_id"], {**told, "points": view.points})
    return view


def _take_back(
    uow: UnitOfWork, actor: Actor, history: Sequence[RowMapping], undone: Sequence[RowMapping]
) -> TakenBack:
    taken = {row["id"] for row in undone}
    acts = {LeadId(row["lead_id"]): RuleActs(taken=[], staying=[]) for row in undone}
    for row in history:
        mine = acts[row["lead_id"]]
        (mine.taken if row["id"] in taken else mine.staying).append(_act(row))
    return take_back(uow, actor.workspace_id, acts, by=actor.name)


def _act(row: RowMapping) -> Act:
    names = ("id", "rule_name", "message_id", "occurred_at", "effects")
    known: dict[str, Any] = {name: row[name] for name in names}
    return Act(**known)


def _lasting(undone: Sequence[RowMapping]) -> Counter[str]:
    kinds = (effect["kind"] for row in undone for effect in row["effects"])
    return Counter(kind for kind in kinds if kind in LASTING)


def _record(uow: UnitOfWork, actor: Actor, rule_id: UUID, details: dict[str, Any]) -> None:
    action = AuditAction.RULE_RUNS_UNDONE
    record_audit(uow, actor, action, subject=f"rule:{rule_id}", details=details)
