"""A draft held against history, in the page's state; a worker does it, the page follows the row."""

from typing import Any

import reflex as rx

from backend import rules
from backend.auth import Actor
from backend.rules import BacktestInput, RuleDraft, RuleInvalid
from leadflow_app import routes, runtime
from leadflow_app.inputs import the_id, uuid_or_none
from leadflow_app.pages.rule.backtest import DAYS, SAMPLES
from leadflow_app.session import signed_in

NOT_STARTED = "Not started: the rule has errors. They stand under Lint."


class Rehearses(rx.State, mixin=True):
    """A page on which a draft is tried on history."""

    _rule_of: str = ""

    @rx.event
    @signed_in
    async def start_backtest(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Try what stands in the builder, saved or not, on history; nothing takes effect."""
        rule_id = uuid_or_none(self._rule_of)
        draft = RuleDraft(
            definition=self._definition(self._draft),
            rule_id=rule_id,
            name=self._draft.name or "This rule",
        )
        days, sample = str(form.get("days", "")), str(form.get("sample", ""))
        asked = BacktestInput(
            days=int(days) if days in DAYS else 30,
            sample=int(sample) if sample and sample in SAMPLES else None,
            drafts=(draft,),
        )
        self._is_tried = True
        try:
            view = await runtime.run(actor, rules.start_backtest, asked)
        except RuleInvalid:
            await self._look(actor)
            return rx.toast.error(NOT_STARTED)
        address = routes.rule(self._rule_of, "backtest", backtest=view.id)
        return rx.redirect(address, replace=True)

    @rx.event
    @signed_in
    async def stop_backtest(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """End the backtest under way after its chunk."""
        await runtime.run(actor, rules.stop_backtest, the_id(key))
        await self._reload(actor)
        return rx.toast.info("Stopped")
