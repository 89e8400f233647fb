"""What one lead reads and what can be done with it."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import attribution, auth, contacts, inbox, intake, leads
from backend.auth import Actor, Permission
from backend.kit.ids import ContactId
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.dialogs import Asks
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.lead import person_rows
from leadflow_app.pages.lead.consent_rows import consent_screen
from leadflow_app.pages.lead.consenting import Consents
from leadflow_app.pages.lead.deciding import Decides, amount
from leadflow_app.pages.lead.person_rows import PersonScreen
from leadflow_app.pages.lead.rows import (
    LeadScreen,
    event_row,
    explained,
    lead_screen,
    owner_options,
    stage_options,
    touch_row,
    without_rows,
)
from leadflow_app.session import signed_in

MERGES: Final = 10


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
        shown = leads.waterfall(uow, actor, self.lead_id)
        lifecycle = leads.get_lifecycle(uow, actor).settings
        touches = attribution.list_touches(uow, actor, lead.id)
        return replace(
            lead_screen(lead, clock, workspace.currency),
            steps=explained(shown, clock),
            without=without_rows(shown),
            stages=stage_options(lead, lifecycle),
            owners=owner_options(lead, inbox.list_colleagues(uow, actor)),
            loss_reasons=list(lifecycle.loss_reasons),
            events=[event_row(event, clock) for event in told.items],
            touches=[touch_row(touch, clock) for touch in touches],
            has_more=told.next_cursor is not None and self.wanted < paging.MOST,
            person=_person(uow, actor, lead.contact_id, clock),
        )


def _person(uow: UnitOfWork, actor: Actor, contact_id: ContactId, clock: Clock) -> PersonScreen:
    merges = contacts.list_merges(uow, actor, contact_id, PageRequest(limit=MERGES))
    person = person_rows.person_screen(
        contact_id,
        [
            person_rows.identifier_row(one, clock)
            for one in contacts.identifiers(uow, actor, contact_id)
        ],
        [
            person_rows.duplicate_row(one, clock)
            for one in contacts.possible_duplicates(uow, actor, contact_id)
        ],
        [person_rows.merge_row(one, contact_id, clock) for one in merges.items],
    )
    consent = consent_screen(contacts.consent_of(uow, actor, contact_id), clock)
    return replace(person, consent=consent)


class LeadState(LivePage, Asks, Consents, Decides, rx.State):
    """One lead."""

    screen: LeadScreen = LeadScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"contacts", "leads", "inbox"})
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
        worth = amount(str(form.get("amount", "")))
        currency = self.screen.currency if worth is not None else None
        await self._change(actor, leads.set_value, value=worth, currency=currency)
        return rx.toast.success("Value saved" if worth is not None else "Value taken away")

    @rx.event
    @signed_in
    async def ask_merge(self, actor: Actor, contact_id: str) -> None:
        """Ask before somebody becomes part of this customer."""
        actor.require(Permission.CONTACTS_WRITE)
        for row in self.screen.person.duplicates:
            if row.key == contact_id:
                ids = the_id(self.screen.person.key), the_id(row.key)
                self._ask(person_rows.merge_question(row), (intake.merge_contacts, ids))

    @rx.event
    @signed_in
    async def ask_unmerge(self, actor: Actor, merge_id: str) -> None:
        """Ask before a merge is undone."""
        actor.require(Permission.CONTACTS_WRITE)
        if any(row.key == merge_id for row in self.screen.person.merges):
            deed = (intake.unmerge, (the_id(merge_id),))
            self._ask(person_rows.unmerge_question(), deed)

    @rx.event
    @signed_in
    async def do_it(self, actor: Actor) -> None:
        """Do what was asked about."""
        if deed := self._take_deed():
            use_case, ids = deed
            await runtime.run(actor, use_case, *ids)
            await self._reload(actor)

    async def _change(self, actor: Actor, use_case: Any, **change: Any) -> None:  # noqa: ANN401
        await runtime.run(actor, use_case, self._question().lead_id, **change)
        await self._reload(actor)
