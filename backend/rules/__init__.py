"""When-if-then over messages and leads: versioned, in order of priority, explained."""

from backend.rules.arranging import archive, rename, reorder, restore
from backend.rules.asking_schemas import (
    Accuracy,
    BacktestInput,
    BacktestReport,
    BacktestState,
    BacktestView,
    EffectCount,
    ImportFault,
    ImportReport,
    LeadGlance,
    LintCode,
    LintFinding,
    LintLevel,
    Mover,
    RuleDraft,
    Trace,
    TracedNode,
    TracedRule,
    TraceInput,
)
from backend.rules.backtest_run import work_off_backtest
from backend.rules.backtesting import get_backtest, list_backtests, start_backtest, stop_backtest
from backend.rules.erasing import erase, held_about
from backend.rules.errors import (
    BacktestInvalid,
    BacktestNotFound,
    BacktestUnderWay,
    RuleArchived,
    RuleInvalid,
    RuleNameTaken,
    RuleNotFound,
    RunNotFound,
)
from backend.rules.evaluating import absorb, evaluate
from backend.rules.linting import lint, lint_all
from backend.rules.portable import export_rules, import_rules
from backend.rules.run_schemas import DiffLine, RunQuery, RunView, UndoView
from backend.rules.runs import get_run, list_runs
from backend.rules.schemas import RuledMessage, RuleInput, RuleVersionView, RuleView
from backend.rules.service import (
    add_version,
    create_rule,
    enable,
    get_rule,
    list_rules,
    list_versions,
    pause,
)
from backend.rules.tracing import trace
from backend.rules.undoing import undo_run, undo_version
from backend.rules.unmerging import image_of, part
from backend.rules.versions import diff_versions, get_version, roll_back

__all__ = [
    "Accuracy",
    "BacktestInput",
    "BacktestInvalid",
    "BacktestNotFound",
    "BacktestReport",
    "BacktestState",
    "BacktestUnderWay",
    "BacktestView",
    "DiffLine",
    "EffectCount",
    "ImportFault",
    "ImportReport",
    "LeadGlance",
    "LintCode",
    "LintFinding",
    "LintLevel",
    "Mover",
    "RuleArchived",
    "RuleDraft",
    "RuleInput",
    "RuleInvalid",
    "RuleNameTaken",
    "RuleNotFound",
    "RuleVersionView",
    "RuleView",
    "RuledMessage",
    "RunNotFound",
    "RunQuery",
    "RunView",
    "Trace",
    "TraceInput",
    "TracedNode",
    "TracedRule",
    "UndoView",
    "absorb",
    "add_version",
    "archive",
    "create_rule",
    "diff_versions",
    "enable",
    "erase",
    "evaluate",
    "export_rules",
    "get_backtest",
    "get_rule",
    "get_run",
    "get_version",
    "held_about",
    "image_of",
    "import_rules",
    "lint",
    "lint_all",
    "list_backtests",
    "list_rules",
    "list_runs",
    "list_versions",
    "part",
    "pause",
    "rename",
    "reorder",
    "restore",
    "roll_back",
    "start_backtest",
    "stop_backtest",
    "trace",
    "undo_run",
    "undo_version",
    "work_off_backtest",
]
