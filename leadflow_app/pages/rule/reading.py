"""What the page of one rule reads."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Final

from backend import auth, rules
from backend.auth import Actor
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.rules import BacktestNotFound, RuleInput, RuleView, RunQuery
from leadflow_app import paging, rule_catalogue
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.pages.rule import past
from leadflow_app.pages.rule.backtest import NO_BACKTEST, BacktestRow, backtest_row
from leadflow_app.pages.rule.rows import NEW, RuleAddress, RuleScreen, new_screen, rule_screen
from leadflow_app.rule_language import Language

STEP: Final = 10
LOWEST: Final = 10_000
RUNS: Final = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A rule, its stored definition, and the language that it is written in."""

    screen: RuleScreen
    language: Language
    version: int = 0
    definition: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class RuleQuestion:
    """One rule, and what the tab beside it shows."""

    address: RuleAddress
    wanted: int = RUNS

    def __call__(self, uow: UnitOfWork, actor: Actor) -> Answer:
        """Read them."""
        language = rule_catalogue.language(rule_catalogue.sources_of(uow, actor))
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        backtest = self._backtest(uow, actor, clock)
        if self.address.rule == NEW:
            screen = replace(new_screen(self.address), backtest=backtest)
            return Answer(screen, language)
        rule = rules.get_rule(uow, actor, the_id(self.address.rule))
        screen = rule_screen(rule, self.address, clock)
        match self.address.tab:
            case "versions":
                screen = self._versions(uow, actor, rule, screen, clock)
            case "runs":
                screen = self._runs(uow, actor, rule, screen, clock)
            case _:
                screen = replace(screen, backtest=backtest)
        return Answer(screen, language, rule.version, rule.definition)

    def _versions(
        self, uow: UnitOfWork, actor: Actor, rule: RuleView, screen: RuleScreen, clock: Clock
    ) -> RuleScreen:
        """Add the versions, and one of them beside the current one."""
        versions = rules.list_versions(uow, actor, rule.id)
        shown = self.address.version
        rows = past.version_rows(versions, rule.id, rule.version, shown, clock)
        if shown not in {one.number for one in versions} or shown == rule.version:
            return replace(screen, versions=rows)
        lines = rules.diff_versions(uow, actor, rule.id, older=shown, newer=rule.version)
        compared = f"From version {shown} to version {rule.version}"
        return replace(screen, versions=rows, compared=compared, diff=past.diff_rows(lines))

    def _runs(
        self, uow: UnitOfWork, actor: Actor, rule: RuleView, screen: RuleScreen, clock: Clock
    ) -> RuleScreen:
        """Add the last so many runs."""
        query = RunQuery(rule_id=rule.id)
        page = paging.take(partial(rules.list_runs, uow, actor, query), self.wanted)
        has_more = page.next_cursor is not None and self.wanted < paging.MOST
        return replace(screen, runs=past.run_rows(page.items, clock), has_more=has_more)

    def _backtest(self, uow: UnitOfWork, actor: Actor, clock: Clock) -> BacktestRow:
        """Read the backtest that the address names, or the one that is under way."""
        if self.address.tab != "backtest":
            return NO_BACKTEST
        if self.address.backtest:
            try:
                view = rules.get_backtest(uow, actor, self.address.backtest)
            except BacktestNotFound:
                return NO_BACKTEST
            return backtest_row(view, clock)
        latest = rules.list_backtests(uow, actor, PageRequest(limit=1)).items
        return next(
            (backtest_row(one, clock) for one in latest if not one.finished_at), NO_BACKTEST
        )


def created(uow: UnitOfWork, actor: Actor, name: str, definition: Mapping[str, Any]) -> RuleView:
    """Write a rule that is asked after all others."""
    every = paging.take(partial(rules.list_rules, uow, actor), paging.MOST).items
    last = max((rule.priority for rule in every), default=0)
    given = RuleInput(name=name, priority=min(last + STEP, LOWEST), definition=definition)
    return rules.create_rule(uow, actor, given)


def changed(uow: UnitOfWork, actor: Actor, rule: "Change") -> RuleView:
    """Store what was written: another name, another version, or both."""
    before = rules.get_rule(uow, actor, rule.rule_id)
    if rule.name != before.name:
        before = rules.rename(uow, actor, rule.rule_id, name=rule.name)
    if not rule.says_otherwise:
        return before
    return rules.add_version(
        uow, actor, rule.rule_id, definition=rule.definition, comment=rule.comment
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A rule as somebody wants it to be."""

    rule_id: Any
    name: str
    definition: Mapping[str, Any]
    comment: str
    says_otherwise: bool
