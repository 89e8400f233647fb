"""One rule beside its builder, ready to draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from backend.rules import RuleView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.rule.backtest import NO_BACKTEST, BacktestRow
from leadflow_app.pages.rule.past import DiffRow, RunRow, VersionRow

NEW: Final = "new"
TABS: Final = {
    "test": "Test",
    "backtest": "Backtest",
    "lint": "Lint",
    "versions": "Versions",
    "runs": "Runs",
}
NEW_TABS: Final = ("test", "backtest", "lint")
FIRST_TAB: Final = "test"


@dataclass(frozen=True, slots=True)
class RuleAddress:
    """What the address asks for; a value that makes no sense asks for nothing."""

    rule: str = ""
    tab: str = FIRST_TAB
    version: int = 0
    backtest: UUID | None = None

    @classmethod
    def read(cls, path: str, query: Mapping[str, str]) -> "RuleAddress":
        """Read an address."""
        name = path.rstrip("/").rpartition("/")[2]
        tab, number = query.get("tab", ""), query.get("version", "")
        return cls(
            rule=name,
            tab=tab if tab in TABS and (name != NEW or tab in NEW_TABS) else FIRST_TAB,
            version=int(number) if number.isascii() and number.isdecimal() else 0,
            backtest=uuid_or_none(query.get("backtest", "")),
        )

    @property
    def tabs(self) -> list[Choice]:
        """The tabs beside the builder; a rule that is not there yet has no past."""
        return [
            Choice(label, routes.rule(self.rule, name), name == self.tab)
            for name, label in TABS.items()
            if self.rule != NEW or name in NEW_TABS
        ]


@dataclass(frozen=True, slots=True)
class RuleScreen:
    """What is known of a rule, without the draft of it."""

    key: str = ""
    name: str = ""
    is_new: bool = False
    is_enabled: bool = False
    is_archived: bool = False
    state: str = ""
    state_label: str = ""
    version: str = ""
    facts: str = ""
    last_hit: Moment = NEVER
    tab: str = FIRST_TAB
    tabs: list[Choice] = field(default_factory=list)
    versions: list[VersionRow] = field(default_factory=list)
    compared: str = ""
    diff: list[DiffRow] = field(default_factory=list)
    runs: list[RunRow] = field(default_factory=list)
    has_more: bool = False
    backtest: BacktestRow = NO_BACKTEST


def new_screen(address: RuleAddress) -> RuleScreen:
    """Return the screen of a rule that is to be written."""
    return RuleScreen(is_new=True, name="New rule", tab=address.tab, tabs=address.tabs)


def rule_screen(rule: RuleView, address: RuleAddress, clock: Clock) -> RuleScreen:
    """Put what is known of a rule into words."""
    return RuleScreen(
        key=str(rule.id),
        name=rule.name,
        is_enabled=rule.is_enabled,
        is_archived=rule.archived_at is not None,
        state="active" if rule.is_enabled else "paused",
        state_label=_standing(rule),
        version=f"Version {rule.version}",
        facts=f"{display.plural(rule.hits, 'hit')} in 7 days",
        last_hit=clock.moment(rule.last_hit_at),
        tab=address.tab,
        tabs=address.tabs,
    )


def _standing(rule: RuleView) -> str:
    if rule.archived_at is not None:
        return "Archived"
    return "On" if rule.is_enabled else "Paused"
