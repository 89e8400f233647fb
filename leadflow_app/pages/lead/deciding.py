"""What people decide about a lead: where it goes, which points are wrong, who came back."""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

import reflex as rx

from backend import intake, leads
from backend.auth import Actor
from backend.kit.errors import Invalid
from backend.leads import Move, Stage
from leadflow_app import routes, runtime
from leadflow_app.dialogs import Fills
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.pages.lead.rows import NOBODY
from leadflow_app.session import signed_in

LIMIT: Final = Decimal(10) ** 12
MOVE_FIELDS: Final = ("value", "amount", "currency", "reason", "note")


@dataclass(frozen=True, slots=True)
class Disputing:
    """The points that somebody is about to dispute; without a key, none."""

    key: str = ""
    text: str = ""


class Decides(Fills, mixin=True):
    """A page of one lead on which people decide; the page brings `screen` and `_change`."""

    ending: str = ""
    disputing: Disputing = Disputing()

    @rx.event
    @signed_in
    async def set_stage(self, actor: Actor, stage: str) -> None:
        """Move the lead to another stage; an end is asked about first."""
        wanted = chosen_from(Stage, stage)
        self._clear()
        if wanted in {Stage.CONVERTED, Stage.LOST}:
            self.ending = wanted.value
            return
        await self._change(actor, leads.set_stage, stage=wanted)

    @rx.event
    @signed_in
    async def set_owner(self, actor: Actor, key: str) -> None:
        """Give the lead to somebody, or to nobody."""
        await self._change(actor, leads.set_owner, user_id=None if key == NOBODY else the_id(key))

    @rx.event
    @signed_in
    async def leave_ending(self, _actor: Actor) -> None:
        """Leave the lead where it is."""
        self.ending = ""

    @rx.event
    @signed_in
    async def end(self, actor: Actor, form: dict[str, Any]) -> None:
        """Convert or lose the lead, with what the form says about it."""
        wanted = chosen_from(Stage, self.ending)
        with self._at_fields(*MOVE_FIELDS):
            await self._change(actor, leads.move, to=read_move(form, wanted))
            self.ending = ""

    @rx.event
    @signed_in
    async def ask_dispute(self, _actor: Actor, key: str) -> None:
        """Ask why points are wrong."""
        self._clear()
        for row in self.screen.steps:
            if row.key == key and row.can_be_disputed:
                self.disputing = Disputing(key, f"{row.points} points: {row.reason}")

    @rx.event
    @signed_in
    async def leave_dispute(self, _actor: Actor) -> None:
        """Leave the points as they are."""
        self.disputing = Disputing()

    @rx.event
    @signed_in
    async def dispute(self, actor: Actor, form: dict[str, Any]) -> None:
        """Take the points back, and say why."""
        entry_id, reason = the_id(self.disputing.key), str(form.get("reason", ""))
        with self._at_fields("reason"):
            await self._change(actor, leads.dispute, entry_id=entry_id, reason=reason)
            self.disputing = Disputing()

    @rx.event
    @signed_in
    async def keep_return(self, actor: Actor) -> None:
        """Let the customer who came back be a new lead."""
        await self._change(actor, leads.keep_return)

    @rx.event
    @signed_in
    async def reopen(self, actor: Actor) -> Any:  # noqa: ANN401
        """Let this lead be the lost one again, and go there."""
        whole = await runtime.run(actor, intake.reopen_lead, the_id(self.screen.key))
        return rx.redirect(routes.lead(whole.id))


def read_move(form: dict[str, Any], wanted: Stage) -> Move:
    """Read what a form says about an end; raises `Invalid`."""
    if wanted is Stage.LOST:
        reason = _text(form, "reason") or _text(form, "chosen_reason")
        return Move(stage=wanted, reason=reason, note=_text(form, "note"))
    value = amount(str(form.get("value", "")))
    currency = (_text(form, "currency") or "").upper() or None
    return Move(
        stage=wanted,
        value=value,
        currency=currency if value is not None else None,
        note=_text(form, "note"),
    )


def amount(text: str) -> Decimal | None:
    """Read an amount as people type it; raises `Invalid`."""
    written = text.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not written:
        return None
    try:
        number = Decimal(written.replace(",", "."))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or not 0 <= number < LIMIT:
        message = f"The amount {text[:20]!r} is not a number"
        raise Invalid(message, field="amount", expected="a number such as 1250.50")
    return number


def _text(form: dict[str, Any], name: str) -> str | None:
    return str(form.get(name) or "").strip() or None
