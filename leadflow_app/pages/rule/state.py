"""What one rule reads, and what can be done with it."""

from typing import Any, ClassVar

import reflex as rx

from backend import rules
from backend.auth import Actor
from backend.rules import RuleInvalid
from leadflow_app import routes, runtime
from leadflow_app.dialogs import Fills
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.rule.drafting import Drafts
from leadflow_app.pages.rule.keeping import Keeps
from leadflow_app.pages.rule.reading import (
    RUNS,
    Answer,
    Change,
    RuleQuestion,
    changed,
    created,
)
from leadflow_app.pages.rule.rehearsing import Rehearses
from leadflow_app.pages.rule.rows import RuleAddress, RuleScreen
from leadflow_app.pages.rule.trying import Trials
from leadflow_app.rule_drafts import blank_draft, from_definition
from leadflow_app.session import signed_in

NOT_SAVED = "Not saved. What is wrong stands where it is, and under Lint."


class RuleState(LivePage, Fills, Drafts, Trials, Rehearses, Keeps, rx.State):
    """One rule and the draft of it."""

    screen: RuleScreen = RuleScreen()
    is_overtaken: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"rules", "leads", "backtests"})
    _version: int = -1

    def _address(self) -> RuleAddress:
        url = self.router.url
        return RuleAddress.read(str(url.path), url.query_parameters)

    def _question(self) -> RuleQuestion:
        address = self._address()
        if address.rule != self._rule_of:
            self._rule_of, self._version, self._wanted = address.rule, -1, RUNS
            self.screen, self.problem, self.is_ready = RuleScreen(), "", False
            self.is_overtaken = False
            self._forget_test()
        return RuleQuestion(address, self._wanted)

    def _show(self, screen: Answer) -> None:
        super()._show(screen.screen)
        if screen.version == self._version:
            return
        if self._version > 0 and self._is_changed:
            self.is_overtaken = True
            return
        self._version, self.is_overtaken = screen.version, False
        draft = (
            from_definition(screen.screen.name, screen.definition, screen.language)
            if screen.definition
            else blank_draft(screen.language)
        )
        self._begin(draft, screen.language, is_new=screen.screen.is_new)

    @rx.event
    @signed_in
    async def start_over(self, actor: Actor) -> None:
        """Leave what was written and show the rule as it is stored."""
        self._clear()
        self._version = -1
        await self._reload(actor)

    @rx.event
    @signed_in
    async def save(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Store what was written, as a new rule or as a new version."""
        self._clear()
        self._is_tried = True
        try:
            with self._at_fields("name"):
                return await self._stored(actor, str(form.get("comment", "")))
        except RuleInvalid:
            await self._look(actor)
            return rx.toast.error(NOT_SAVED)
        self._attend("rule-name")
        return None

    async def _stored(self, actor: Actor, comment: str) -> Any:  # noqa: ANN401
        name, definition = self._draft.name.strip(), self._definition(self._draft)
        if self.screen.is_new:
            made = await runtime.run(actor, created, name, definition)
            return rx.redirect(routes.rule(made.id))
        change = Change(
            rule_id=the_id(self._rule_of),
            name=name,
            definition=definition,
            comment=comment,
            says_otherwise=definition != self._definition(self._saved),
        )
        await runtime.run(actor, changed, change)
        self._version = -1
        await self._reload(actor)
        return rx.toast.success("Saved")

    @rx.event
    @signed_in
    async def switch(self, actor: Actor) -> Any:  # noqa: ANN401
        """Turn the stored rule on, or pause it."""
        use_case = rules.pause if self.screen.is_enabled else rules.enable
        view = await runtime.run(actor, use_case, the_id(self._rule_of))
        await self._reload(actor)
        return rx.toast.success("Turned on" if view.is_enabled else "Paused")
