"""Lint, test, backtest, undo and the files of rules over HTTP."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status
from pydantic import Field

from backend.auth import get_workspace
from backend.auth.api import CurrentActor
from backend.kit.paging import Page
from backend.platform.api import Day, Listed, PageQuery, instants
from backend.platform.unit_of_work import unit_of_work
from backend.rules import (
    arranging,
    backtesting,
    linting,
    portable,
    runs,
    service,
    tracing,
    undoing,
    versions,
)
from backend.rules.api import RuleAnswer
from backend.rules.asking_schemas import BacktestView, ImportReport, Trace
from backend.rules.life_answers import (
    BacktestAnswer,
    BacktestBody,
    DifferencesAnswer,
    DiffLineAnswer,
    FindingAnswer,
    FindingsAnswer,
    ImportAnswer,
    ImportBody,
    LintBody,
    NameBody,
    OrderBody,
    RollbackBody,
    RunAnswer,
    TestBody,
    TraceAnswer,
    UndoneAnswer,
)
from backend.rules.run_schemas import RunQuery, RunView, UndoView
from backend.rules.schemas import RuleView

router = APIRouter(prefix="/v1/rules", tags=["rules"])
run_router = APIRouter(prefix="/v1/rule-runs", tags=["rules"])
version_router = APIRouter(prefix="/v1/rule-versions", tags=["rules"])
YAML = "application/yaml; charset=utf-8"


Number = Annotated[int | None, Query(ge=1, le=1_000_000)]


class RunsQuery(PageQuery):
    """Which runs of a rule, by lead and local day."""

    lead_id: UUID | None = None
    from_: Day | None = Field(None, alias="from", description="On this local day or later.")
    to: Day | None = Field(None, description="On this local day or earlier.")


@router.post("/lint")
def lint(actor: CurrentActor, asked: LintBody) -> FindingsAnswer:
    """Say what is wrong with what a rule would say."""
    with unit_of_work(actor) as uow:
        found = linting.lint(uow, actor, asked.definition, rule_id=asked.rule_id)
    return FindingsAnswer(findings=[FindingAnswer.model_validate(each) for each in found])


@router.post("/test", response_model=TraceAnswer)
def test(actor: CurrentActor, asked: TestBody) -> Trace:
    """Show what the rules would make of a message; nothing is done."""
    with unit_of_work(actor) as uow:
        return tracing.trace(uow, actor, asked.asked())


@router.post("/backtest", response_model=BacktestAnswer, status_code=status.HTTP_202_ACCEPTED)
def start_backtest(actor: CurrentActor, asked: BacktestBody) -> BacktestView:
    """Hold drafts, or the rules in force, against what customers wrote; a worker does it."""
    with unit_of_work(actor) as uow:
        return backtesting.start_backtest(uow, actor, asked.asked())


@router.get("/backtest", response_model=Listed[BacktestAnswer])
def list_backtests(actor: CurrentActor, asked: Annotated[PageQuery, Query()]) -> Page[BacktestView]:
    """List backtests without their reports, the latest first."""
    with unit_of_work(actor) as uow:
        return backtesting.list_backtests(uow, actor, asked.page())


@router.get("/backtest/{backtest_id}", response_model=BacktestAnswer)
def get_backtest(actor: CurrentActor, backtest_id: UUID) -> BacktestView:
    """Show how far a backtest is, and its report once it is done."""
    with unit_of_work(actor) as uow:
        return backtesting.get_backtest(uow, actor, backtest_id)


@router.post("/backtest/{backtest_id}/stop", response_model=BacktestAnswer)
def stop_backtest(actor: CurrentActor, backtest_id: UUID) -> BacktestView:
    """End a backtest after the chunk under way; one that has ended stays as it is."""
    with unit_of_work(actor) as uow:
        return backtesting.stop_backtest(uow, actor, backtest_id)


@router.get("/export", response_class=Response, responses={200: {"content": {YAML: {}}}})
def export_rules(actor: CurrentActor) -> Response:
    """Hand out every rule in use as YAML."""
    with unit_of_work(actor) as uow:
        text = portable.export_rules(uow, actor)
    headers = {"Content-Disposition": 'attachment; filename="rules.yaml"'}
    return Response(text, media_type=YAML, headers=headers)


@router.post("/import", response_model=ImportAnswer)
def import_rules(actor: CurrentActor, given: ImportBody) -> ImportReport:
    """Write the rules of a file, paused, all or none; dry unless told otherwise."""
    with unit_of_work(actor) as uow:
        return portable.import_rules(uow, actor, given.yaml, is_dry=given.is_dry)


@router.post("/order", status_code=status.HTTP_204_NO_CONTENT)
def reorder(actor: CurrentActor, given: OrderBody) -> None:
    """Have the rules run in this order."""
    with unit_of_work(actor) as uow:
        arranging.reorder(uow, actor, given.rule_ids)


@router.patch("/{rule_id}", response_model=RuleAnswer)
def rename(actor: CurrentActor, rule_id: UUID, given: NameBody) -> RuleView:
    """Give a rule another name."""
    with unit_of_work(actor) as uow:
        return arranging.rename(uow, actor, rule_id, name=given.name)


@router.post("/{rule_id}/archive", response_model=RuleAnswer)
def archive(actor: CurrentActor, rule_id: UUID) -> RuleView:
    """Put a rule away; its versions and runs stay."""
    with unit_of_work(actor) as uow:
        return arranging.archive(uow, actor, rule_id)


@router.post("/{rule_id}/restore", response_model=RuleAnswer)
def restore(actor: CurrentActor, rule_id: UUID) -> RuleView:
    """Take an archived rule out again, paused."""
    with unit_of_work(actor) as uow:
        return arranging.restore(uow, actor, rule_id)


@router.post("/{rule_id}/rollback", response_model=RuleAnswer, status_code=status.HTTP_201_CREATED)
def roll_back(actor: CurrentActor, rule_id: UUID, given: RollbackBody) -> RuleView:
    """Let a rule say what it said before, as a new version."""
    with unit_of_work(actor) as uow:
        return versions.roll_back(uow, actor, rule_id, number=given.number, comment=given.comment)


@router.get("/{rule_id}/diff")
def diff_versions(
    actor: CurrentActor, rule_id: UUID, older: Number = None, newer: Number = None
) -> DifferencesAnswer:
    """Show two versions side by side: the current one and the one before, unless told otherwise."""
    with unit_of_work(actor) as uow:
        last = newer or service.get_rule(uow, actor, rule_id).version
        first = older or max(1, last - 1)
        lines = versions.diff_versions(uow, actor, rule_id, older=first, newer=last)
    return DifferencesAnswer(lines=[DiffLineAnswer.model_validate(line) for line in lines])


@router.get("/{rule_id}/runs", response_model=Listed[RunAnswer])
def list_runs(
    actor: CurrentActor, rule_id: UUID, asked: Annotated[RunsQuery, Query()]
) -> Page[RunView]:
    """List what a rule did, the latest first."""
    with unit_of_work(actor) as uow:
        service.get_rule(uow, actor, rule_id)
        since, before = instants(asked.from_, asked.to, get_workspace(uow, actor).timezone)
        query = RunQuery(rule_id=rule_id, lead_id=asked.lead_id, run_from=since, run_to=before)
        return runs.list_runs(uow, actor, query, asked.page())


@version_router.post("/{version_id}/undo", response_model=UndoneAnswer)
def undo_version(actor: CurrentActor, version_id: UUID) -> UndoView:
    """Take back what a version of a rule did, to whomever."""
    with unit_of_work(actor) as uow:
        return undoing.undo_version(uow, actor, version_id)


@run_router.get("/{run_id}", response_model=RunAnswer)
def get_run(actor: CurrentActor, run_id: UUID) -> RunView:
    """Show what a rule did on one occasion."""
    with unit_of_work(actor) as uow:
        return runs.get_run(uow, actor, run_id)


@run_router.post("/{run_id}/undo", response_model=RunAnswer)
def undo_run(actor: CurrentActor, run_id: UUID) -> RunView:
    """Take back what a rule did on one occasion; what was sent is sent."""
    with unit_of_work(actor) as uow:
        return undoing.undo_run(uow, actor, run_id)
