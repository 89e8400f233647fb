"""What the list of rules reads, and what can be done with a rule there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import auth, rules
from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, rule_catalogue, runtime
from leadflow_app.dialogs import Asks
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.rules.files import Files
from leadflow_app.pages.rules.rows import (
    RuleFilters,
    RulesScreen,
    archive_question,
    moved,
    rules_screen,
)
from leadflow_app.session import signed_in

MOVES: Final = frozenset({"up", "down", "before", "after"})
DEEDS: Final[Mapping[str, Callable[[UnitOfWork, Actor, UUID], object]]] = {
    "enable": rules.enable,
    "pause": rules.pause,
    "restore": rules.restore,
}
SAID: Final = {"enable": "Turned on", "pause": "Paused", "restore": "Restored, and paused"}


@dataclass(frozen=True, slots=True)
class RulesQuestion:
    """The first so many rules, in their order."""

    filters: RuleFilters
    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> RulesScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        is_archived = self.filters.is_archived
        read = partial(rules.list_rules, uow, actor, is_archived=is_archived)
        page = paging.take(read, self.wanted)
        findings = {} if is_archived else rules.lint_all(uow, actor)
        language = rule_catalogue.language(rule_catalogue.sources_of(uow, actor))
        screen = rules_screen(page.items, self.filters, language, clock, findings)
        return replace(screen, has_more=page.next_cursor is not None and self.wanted < paging.MOST)


class RulesState(LivePage, Asks, Files, rx.State):
    """The rules of the workspace."""

    screen: RulesScreen = RulesScreen()
    focus: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset({"rules", "leads"})
    _wanted: int = paging.PAGE
    _turn: int = 0

    def _question(self) -> RulesQuestion:
        filters = RuleFilters.read(self.router.url.query_parameters)
        return RulesQuestion(filters, self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next rules below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def switch(self, actor: Actor, key: str, is_on: bool) -> Any:  # noqa: ANN401
        """Turn a rule on or off."""
        return await self._do(actor, key, "enable" if is_on else "pause")

    @rx.event
    @signed_in
    async def act(self, actor: Actor, key: str, deed: str) -> Any:  # noqa: ANN401
        """Move a rule, put it away or take it out again."""
        if deed in MOVES:
            await self._move(actor, key, deed)
        elif deed in DEEDS:
            return await self._do(actor, key, deed)
        elif deed == "archive":
            actor.require(Permission.RULES_WRITE)
            rule = await runtime.run(actor, rules.get_rule, the_id(key))
            self._ask(archive_question(rule.name), rule.id)
        return None

    @rx.event
    @signed_in
    async def tell(self, actor: Actor, text: str) -> None:
        """Do what the keys and the pointer of the list ask: `way key other`."""
        way, key, other = [*str(text).split(), "", "", ""][:3]
        if way in MOVES:
            await self._move(actor, key, way, other)

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> Any:  # noqa: ANN401
        """Put away what was asked about."""
        rule_id = self._take_deed()
        if rule_id is None:
            return None
        await runtime.run(actor, rules.archive, rule_id)
        await self._reload(actor)
        return rx.toast.success("Archived")

    async def _do(self, actor: Actor, key: str, deed: str) -> Any:  # noqa: ANN401
        outcome = await runtime.attempt(actor, DEEDS[deed], the_id(key))
        await self._reload(actor)
        return outcome.refusal or rx.toast.success(SAID[deed])

    async def _move(self, actor: Actor, key: str, way: str, other: str = "") -> None:
        await runtime.run(actor, _reordered, key, way, other)
        await self._reload(actor)
        self._turn += 1
        self.focus = f"{self._turn} rule-{key}"


def _reordered(uow: UnitOfWork, actor: Actor, key: str, way: str, other: str) -> None:
    every = paging.take(partial(rules.list_rules, uow, actor), paging.MOST).items
    before = [str(rule.id) for rule in every]
    after = moved(before, key, way, other)
    if after != before:
        rules.reorder(uow, actor, [UUID(one) for one in after])
