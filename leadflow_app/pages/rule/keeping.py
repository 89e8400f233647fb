"""Versions and runs of a rule in the page's state: rolled back, undone, each after a question."""

from typing import Any

import reflex as rx

from backend import rules
from backend.auth import Actor, Permission
from backend.kit.errors import NotFound
from leadflow_app import display, paging, runtime
from leadflow_app.dialogs import Asks
from leadflow_app.inputs import the_id
from leadflow_app.pages.rule import past
from leadflow_app.pages.rule.reading import RUNS
from leadflow_app.session import signed_in


class Keeps(Asks, rx.State, mixin=True):
    """A page with a past that can be come back to."""

    _wanted: int = RUNS
    _rule_of: str = ""

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show older runs below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def ask_roll_back(self, actor: Actor, number: str) -> None:
        """Ask before the rule says again what it said before."""
        actor.require(Permission.RULES_WRITE)
        if not (str(number).isascii() and str(number).isdecimal()):
            message = "no such version"
            raise NotFound(message)
        self._ask(past.roll_back_question(int(number)), ("roll back", int(number)))

    @rx.event
    @signed_in
    async def ask_undo_version(self, actor: Actor, key: str, number: str) -> None:
        """Ask before all that a version did is taken back."""
        actor.require(Permission.RULES_WRITE)
        self._ask(past.undo_version_question(str(number)[:9]), ("undo version", the_id(key)))

    @rx.event
    @signed_in
    async def undo_run(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """Take back what the rule did on one occasion."""
        await runtime.run(actor, rules.undo_run, the_id(key))
        await self._reload(actor)
        return rx.toast.success("Undone")

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> Any:  # noqa: ANN401
        """Do what was asked about."""
        deed, subject = self._take_deed() or ("", None)
        said = ""
        if deed == "roll back":
            view = await runtime.run(
                actor, rules.roll_back, the_id(self._rule_of), number=subject, comment=""
            )
            said = f"Version {view.version} says what version {subject} said"
        elif deed == "undo version":
            done = await runtime.run(actor, rules.undo_version, subject)
            said = f"{display.plural(done.runs, 'run')} undone"
        await self._reload(actor)
        return rx.toast.success(said) if said else None
