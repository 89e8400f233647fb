"""What the routes about the life of rules take and give."""

from typing import Any
from uuid import UUID

from pydantic import Field

from backend.leads import Stage
from backend.platform.api import Answer, Document, Instant, Question
from backend.rules.asking_schemas import (
    BacktestInput,
    BacktestState,
    LintCode,
    LintLevel,
    RuleDraft,
    TraceInput,
)
from backend.rules.backtesting import MAX_DAYS, MAX_DRAFTS
from backend.rules.portable import MAX_LENGTH


class RunAnswer(Answer):
    """A rule that acted, and what it changed; `lasting` effects cannot be undone."""

    id: UUID
    rule_id: UUID
    rule_name: str
    version_id: UUID
    version: int
    lead_id: UUID
    contact_name: str | None
    contact_phone: str | None
    message_id: UUID | None
    message_text: str | None
    trigger: str
    effects: list[dict[str, Any]]
    lasting: list[str]
    occurred_at: Instant
    undone_at: Instant | None
    undone_by: str | None


class UndoneAnswer(Answer):
    """What an undo took back; `kept` stays because somebody changed it since."""

    runs: int
    leads: int
    points: int
    stages: int
    tags: int
    others: int
    kept: int
    lasting: dict[str, int]


class DiffLineAnswer(Answer):
    """One difference between two versions, in words."""

    place: str
    before: str | None
    after: str | None


class DifferencesAnswer(Answer):
    """All differences between two versions."""

    lines: list[DiffLineAnswer]


class FindingAnswer(Answer):
    """What is wrong with a rule, where, and what would help."""

    level: LintLevel
    code: LintCode
    place: str
    message: str
    fix: str


class FindingsAnswer(Answer):
    """Everything that is wrong with a rule; errors come first and keep it from being saved."""

    findings: list[FindingAnswer]


class RollbackBody(Question):
    """Which version a rule goes back to."""

    number: int = Field(ge=1, le=1_000_000)
    comment: str = Field("", max_length=1000)


class NameBody(Question):
    """Another name."""

    name: str


class OrderBody(Question):
    """Every rule in use once, the first one first."""

    rule_ids: list[UUID] = Field(max_length=10_000)


class LintBody(Question):
    """What a rule would say, in the place of `rule_id` or as a new one."""

    definition: Document
    rule_id: UUID | None = None


class TestBody(Question):
    """A stored message or a made-up one, a lead as it stands or a new one, and maybe a draft."""

    message_id: UUID | None = None
    lead_id: UUID | None = None
    text: str | None = None
    choice: str | None = None
    kind: str = "text"
    channel_id: UUID | None = None
    has_referral: bool = False
    definition: Document | None = None
    rule_id: UUID | None = None

    def asked(self) -> TraceInput:
        """Return what was asked for."""
        return TraceInput(**dict(self))


class NodeAnswer(Answer):
    """A condition, whether it held (null: not reached), and the value it saw."""

    place: str
    words: str
    held: bool | None
    saw: str | None


class TracedRuleAnswer(Answer):
    """What one rule made of the message."""

    rule_id: UUID | None
    name: str
    is_draft: bool
    is_reached: bool
    is_asked: bool
    matched: bool
    nodes: list[NodeAnswer]
    effects: list[dict[str, Any]]
    stops: bool


class GlanceAnswer(Answer):
    """How a lead stands."""

    stage: Stage
    tags: list[str]
    score: int


class TraceAnswer(Answer):
    """What the rules would do; nothing is done."""

    before: GlanceAnswer
    after: GlanceAnswer
    rules: list[TracedRuleAnswer]


class DraftBody(Question):
    """What a rule would say, in the place of `rule_id` or as a new one of this priority."""

    definition: Document
    rule_id: UUID | None = None
    name: str = Field("Draft", max_length=120)
    priority: int = Field(10_000, ge=0, le=10_000)


class BacktestBody(Question):
    """Which leads, by their last activity, and which drafts; without any, the rules in force."""

    days: int = Field(30, ge=1, le=MAX_DAYS)
    sample: int | None = Field(None, ge=1, le=10_000_000)
    drafts: list[DraftBody] = Field(default_factory=list[DraftBody], max_length=MAX_DRAFTS)

    def asked(self) -> BacktestInput:
        """Return what was asked for."""
        drafts = tuple(RuleDraft(**dict(draft)) for draft in self.drafts)
        return BacktestInput(days=self.days, sample=self.sample, drafts=drafts)


class MoverAnswer(Answer):
    """A lead that would stand elsewhere."""

    lead_id: UUID
    name: str | None
    stage_before: str
    stage_after: str
    score_before: int
    score_after: int
    tags_before: list[str]
    tags_after: list[str]


class AccuracyAnswer(Answer):
    """Leads that the rules qualify against leads that converted."""

    predicted: int
    converted: int
    hits: int
    precision: float | None
    recall: float | None


class EffectCountAnswer(Answer):
    """How often a rule acted, and what it did."""

    rule: str
    runs_before: int
    runs_after: int
    before: dict[str, int]
    after: dict[str, int]


class ReportAnswer(Answer):
    """What drafts would have done; `differences` are leads that stand where no rule put them."""

    leads: int
    messages: int
    mover_count: int
    movers: list[MoverAnswer]
    histogram_before: dict[int, int]
    histogram_after: dict[int, int]
    effects: list[EffectCountAnswer]
    sends_before: dict[str, int]
    sends_after: dict[str, int]
    accuracy_before: AccuracyAnswer
    accuracy_after: AccuracyAnswer
    difference_count: int
    differences: list[MoverAnswer]
    touched: int


class DraftAnswer(Answer):
    """A draft that is backtested."""

    definition: dict[str, Any]
    rule_id: UUID | None
    name: str
    priority: int


class BacktestAnswer(Answer):
    """A backtest, how far it is, and its report once it is done."""

    id: UUID
    state: BacktestState
    days: int
    sample: int | None
    drafts: list[DraftAnswer]
    total: int
    done: int
    messages: int
    error: str | None
    requested_by: str
    created_at: Instant
    started_at: Instant | None
    finished_at: Instant | None
    report: ReportAnswer | None


class ImportBody(Question):
    """A file of rules; dry unless told otherwise."""

    yaml: str = Field(max_length=MAX_LENGTH)
    is_dry: bool = True


class FaultAnswer(Answer):
    """What is wrong in a file, and in which line."""

    line: int
    place: str
    message: str
    fix: str


class ImportAnswer(Answer):
    """What an import did, or would do; with a fault it does nothing."""

    is_written: bool
    created: list[str]
    unchanged: list[str]
    faults: list[FaultAnswer]
