"""What one lead reads and what can be done with it."""

from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import attribution, auth, leads
from backend.auth import Actor
from backend.kit.errors import Invalid
from backend.leads import Stage
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.lead.rows import LeadScreen, event_row, lead_screen, steps, touch_row
from leadflow_app.session import signed_in

LIMIT: Final = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class OneLeadQuestion:
    """One lead with its ledger, its touches and the first so many lines of its story."""

    lead_id: UUID
    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> LeadScreen:
        """Read the lead."""
        workspace = auth.get_workspace(uow, actor)
        clock = Clock.of(uow.now, workspace.timezone)
        lead = leads.get_lead(uow, actor, self.lead_id)
        told = paging.take(partial(leads.timeline, uow, actor, self.lead_id), self.wanted)
        touches = attribution.list_touches(uow, actor, lead.id)
        return replace(
            lead_screen(lead, clock, workspace.currency),
            steps=steps(leads.score_entries(uow, actor, self.lead_id), clock),
            events=[event_row(event, clock) for event in told.items],
            touches=[touch_row(touch, clock) for touch in touches],
            has_more=told.next_cursor is not None and self.wanted < paging.MOST,
        )


class LeadState(LivePage, rx.State):
    """One lead."""

    screen: LeadScreen = LeadScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"leads", "inbox"})
    _wanted: int = paging.PAGE
    _lead_of: str = ""

    def _question(self) -> OneLeadQuestion:
        name = str(self.router.url.path).rstrip("/").rpartition("/")[2]
        if name != self._lead_of:
            self._lead_of, self._wanted = name, paging.PAGE
            self.screen, self.problem, self.is_ready = LeadScreen(), "", False
        return OneLeadQuestion(the_id(name), self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the part of the story before this one."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_stage(self, actor: Actor, stage: str) -> None:
        """Move the lead to another stage."""
        await self._change(actor, leads.set_stage, stage=chosen_from(Stage, stage))

    @rx.event
    @signed_in
    async def add_tag(self, actor: Actor, form: dict[str, Any]) -> None:
        """Tag the lead."""
        await self._change(actor, leads.add_tags, tags=[str(form.get("tag", ""))])

    @rx.event
    @signed_in
    async def remove_tag(self, actor: Actor, tag: str) -> None:
        """Take a tag off."""
        await self._change(actor, leads.remove_tags, tags=[tag])

    @rx.event
    @signed_in
    async def set_value(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Say what the lead is worth; an empty amount takes the value away."""
        amount = _amount(str(form.get("amount", "")))
        currency = self.screen.currency if amount is not None else None
        await self._change(actor, leads.set_value, value=amount, currency=currency)
        return rx.toast.success("Value saved" if amount is not None else "Value taken away")

    async def _change(self, actor: Actor, use_case: Any, **change: Any) -> None:  # noqa: ANN401
        await runtime.run(actor, use_case, self._question().lead_id, **change)
        await self._reload(actor)


def _amount(text: str) -> Decimal | None:
    """Read an amount as people type it; raises `Invalid`."""
    written = text.strip().replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not written:
        return None
    try:
        amount = Decimal(written.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 <= amount < LIMIT:
        message = f"The amount {text[:20]!r} is not a number"
        raise Invalid(message, field="amount", expected="a number such as 1250.50")
    return amount
