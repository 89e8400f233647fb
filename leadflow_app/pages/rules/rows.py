"""The list of rules, ready to draw."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from backend.kit.ids import RuleId
from backend.rules import LintFinding, LintLevel, RuleView
from leadflow_app import display, routes
from leadflow_app.dialogs import Asked
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.rule_drafts import from_definition
from leadflow_app.rule_language import Language, Option
from leadflow_app.rule_words import rule_words

ENABLED: Final = "active"
PAUSED: Final = "paused"
ARCHIVED: Final = "archived"
NO_HIT: Final = Moment(display.NOTHING, "Not in the last 7 days")


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of the list."""

    key: str
    number: str
    href: str
    name: str
    says: str
    state: str
    state_label: str
    is_enabled: bool
    is_archived: bool
    hits: str
    last_hit: Moment = NEVER
    mark: str = ""
    mark_label: str = ""
    deeds: list[Option] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RuleFilters:
    """What the address asks for."""

    is_archived: bool = False

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "RuleFilters":
        """Read the filters of an address."""
        return cls(is_archived=query.get("show", "") == ARCHIVED)


@dataclass(frozen=True, slots=True)
class RulesScreen:
    """The whole page."""

    rows: list[RuleRow] = field(default_factory=list)
    many: str = ""
    is_first_run: bool = False
    has_more: bool = False
    is_archived: bool = False
    views: list[Choice] = field(default_factory=list)


def rules_screen(
    rules: Sequence[RuleView],
    filters: RuleFilters,
    language: Language,
    clock: Clock,
    findings: Mapping[RuleId, Sequence[LintFinding]],
) -> RulesScreen:
    """Put the rules into words, each with what the lint found."""
    return RulesScreen(
        rows=[
            rule_row(rule, number, language, clock, findings.get(rule.id, ()))
            for number, rule in enumerate(rules, 1)
        ],
        is_first_run=not rules and not filters.is_archived,
        is_archived=filters.is_archived,
        views=[
            Choice("In use", routes.RULES, not filters.is_archived),
            Choice("Archived", routes.with_query(routes.RULES, show=ARCHIVED), filters.is_archived),
        ],
    )


def moved(keys: Sequence[str], key: str, way: str, other: str = "") -> list[str]:
    """Return the keys in another order; a move that leads nowhere leaves it as it is."""
    order = list(keys)
    if key not in order:
        return order
    at = order.index(key)
    order.pop(at)
    match way:
        case "up":
            order.insert(max(at - 1, 0), key)
        case "down":
            order.insert(at + 1, key)
        case "before" | "after" if other in order:
            order.insert(order.index(other) + (way == "after"), key)
        case _:
            order.insert(at, key)
    return order


def archive_question(name: str) -> Asked:
    """Ask before a rule is put away."""
    return Asked(
        title=f"Archive {name}?",
        text="It acts no more and leaves the list. Its versions and runs stay, and it can be "
        "restored under Archived.",
        answer="Archive",
        is_loss=False,
    )


def _deeds(rule: RuleView, *, is_first: bool) -> list[Option]:
    """Offer what can be done with a rule."""
    if rule.archived_at is not None:
        return [Option("restore", "Restore")]
    up = [] if is_first else [Option("up", "Move up")]
    return [*up, Option("down", "Move down"), Option("archive", "Archive")]


def _standing(rule: RuleView) -> str:
    if rule.archived_at is not None:
        return "Archived"
    return "On" if rule.is_enabled else "Paused"


def _mark(findings: Sequence[LintFinding]) -> tuple[str, str]:
    errors = sum(one.level is LintLevel.ERROR for one in findings)
    if errors:
        return "error", display.plural(errors, "error")
    return ("warning", display.plural(len(findings), "warning")) if findings else ("", "")


def rule_row(
    rule: RuleView,
    number: int,
    language: Language,
    clock: Clock,
    findings: Sequence[LintFinding] = (),
) -> RuleRow:
    """Put one rule into words."""
    mark = _mark(findings)
    draft = from_definition(rule.name, rule.definition, language)
    return RuleRow(
        key=str(rule.id),
        number=str(number),
        href=routes.rule(rule.id),
        name=rule.name,
        says=rule_words(draft, language),
        state=ENABLED if rule.is_enabled else PAUSED,
        state_label=_standing(rule),
        is_enabled=rule.is_enabled,
        is_archived=rule.archived_at is not None,
        hits=display.count(rule.hits),
        last_hit=clock.moment(rule.last_hit_at) if rule.last_hit_at else NO_HIT,
        mark=mark[0],
        mark_label=mark[1],
        deeds=_deeds(rule, is_first=number == 1),
    )
