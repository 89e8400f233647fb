"""What goes in and out of lint, trace, backtest and the files that rules travel in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.kit.ids import LeadId, RuleId
from backend.leads import Stage


class LintLevel(StrEnum):
    """How grave a finding is: an error keeps a rule from being saved."""

    ERROR = "error"
    WARNING = "warning"


class LintCode(StrEnum):
    """What is wrong with a rule."""

    UNKNOWN_FIELD = "unknown_field"
    IMPOSSIBLE_VALUE = "impossible_value"
    CONTRADICTORY = "contradictory"
    NEVER_MATCHES = "never_matches"
    UNREACHABLE = "unreachable"
    SHADOWED = "shadowed"
    SELF_TRIGGERING = "self_triggering"
    CYCLE = "cycle"
    UNKNOWN_TAG = "unknown_tag"
    REGEX_AT_RISK = "regex_at_risk"


@dataclass(frozen=True, slots=True, kw_only=True)
class LintFinding:
    """What is wrong, where (`definition.if.all.1.value.0`), and what would help."""

    level: LintLevel
    code: LintCode
    place: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceInput:
    """What to ask the rules about: a stored message, or one that nobody wrote.

    With a definition, that stands in the place of `rule_id`, or as a new rule behind all others.
    """

    message_id: UUID | None = None
    lead_id: UUID | None = None
    text: str | None = None
    choice: str | None = None
    kind: str = "text"
    channel_id: UUID | None = None
    has_referral: bool = False
    sent_at: datetime | None = None
    definition: Mapping[str, Any] | None = None
    rule_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedNode:
    """A condition: where it stands, what it says, whether it held, and the value it saw.

    `held` is `None` where it was not reached, because the outcome was known already.
    """

    place: str
    words: str
    held: bool | None
    saw: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRule:
    """What one rule made of it; `is_reached` is false behind a rule that stopped."""

    rule_id: RuleId | None
    name: str
    is_draft: bool
    is_reached: bool
    is_asked: bool
    matched: bool
    nodes: tuple[TracedNode, ...]
    effects: tuple[Mapping[str, Any], ...]
    stops: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadGlance:
    """How a lead stands."""

    stage: Stage
    tags: tuple[str, ...]
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What the rules would do, and how the lead would stand before and after; nothing is done."""

    before: LeadGlance
    after: LeadGlance
    rules: tuple[TracedRule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleDraft:
    """What a rule would say: in the place of `rule_id`, or as a new one of this priority."""

    definition: Mapping[str, Any]
    rule_id: UUID | None = None
    name: str = "Draft"
    priority: int = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestInput:
    """Which leads (active in the last `days`, at most `sample` of them) and which drafts.

    Without drafts the rules in force are held against what is stored.
    """

    days: int = 30
    sample: int | None = None
    drafts: tuple[RuleDraft, ...] = ()


class BacktestState(StrEnum):
    """How far a backtest is."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mover:
    """A lead that would stand elsewhere."""

    lead_id: LeadId
    name: str | None
    stage_before: str
    stage_after: str
    score_before: int
    score_after: int
    tags_before: tuple[str, ...]
    tags_after: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """How well a rule set tells converted leads: those it qualifies against those that did.

    `None` where there is nothing to divide by.
    """

    predicted: int
    converted: int
    hits: int
    precision: float | None
    recall: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectCount:
    """How often a rule acted, and what it did, by the kind of effect."""

    rule: str
    runs_before: int
    runs_after: int
    before: Mapping[str, int]
    after: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestReport:
    """What drafts would have done to real history, against the rules in force.

    Histograms map the lower bound of a range of scores to leads. `differences` are leads whose
    stored state is not what the rules in force make of their messages; `touched` are leads that
    people (or a merge, or an erasure) changed, which are not held against the rules.
    """

    leads: int
    messages: int
    mover_count: int
    movers: tuple[Mover, ...]
    histogram_before: Mapping[int, int]
    histogram_after: Mapping[int, int]
    effects: tuple[EffectCount, ...]
    sends_before: Mapping[str, int]
    sends_after: Mapping[str, int]
    accuracy_before: Accuracy
    accuracy_after: Accuracy
    difference_count: int
    differences: tuple[Mover, ...]
    touched: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestView:
    """A backtest, how far it is, and its report once it is done."""

    id: UUID
    state: BacktestState
    days: int
    sample: int | None
    drafts: tuple[RuleDraft, ...]
    total: int
    done: int
    messages: int
    error: str | None
    requested_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    report: BacktestReport | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportFault:
    """What is wrong in a file of rules, and in which line of it."""

    line: int
    place: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """What an import did, or would do; with a fault it does nothing."""

    is_written: bool
    created: tuple[str, ...]
    unchanged: tuple[str, ...]
    faults: tuple[ImportFault, ...]
