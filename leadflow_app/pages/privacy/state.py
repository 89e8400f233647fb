"""What the privacy page reads, and what can be done for a person."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID

import reflex as rx

from backend import auth, contacts, privacy
from backend.auth import Actor, Permission
from backend.kit import phone as phones
from backend.kit.errors import Invalid
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from backend.privacy import Retention
from leadflow_app import paging, runtime
from leadflow_app.dialogs import Asked, Asks, Fills
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.privacy import rows
from leadflow_app.pages.privacy.rows import PersonRow, PrivacyScreen, ReceiptRow
from leadflow_app.session import signed_in

FOUND: Final = PageRequest(limit=10)
RECEIPTS: Final = 20
LONGEST: Final = 200
FIELDS: Final = ("raw_days", "text_days")


@dataclass(frozen=True, slots=True)
class PrivacyQuestion:
    """What is kept, whom a search finds, and the first so many receipts."""

    term: str = ""
    wanted: int = RECEIPTS

    def __call__(self, uow: UnitOfWork, actor: Actor) -> PrivacyScreen:
        """Read what the actor may see."""
        screen = PrivacyScreen(
            may_retain=actor.may(Permission.WORKSPACE_WRITE),
            may_export=actor.may(Permission.CONTACTS_EXPORT),
            may_erase=actor.may(Permission.CONTACTS_ERASE),
            term=self.term,
        )
        if not (screen.may_retain or screen.may_export or screen.may_erase):
            actor.require(Permission.CONTACTS_EXPORT)
        clock = _clock(uow, actor)
        screen = self._with_people(screen, uow, actor, clock)
        if screen.may_retain:
            kept = privacy.get_retention(uow, actor)
            raw, text = str(kept.raw_days), str(kept.text_days or "")
            screen = replace(screen, raw_days=raw, text_days=text)
        return self._with_receipts(screen, uow, actor, clock) if screen.may_erase else screen

    def _with_people(
        self, screen: PrivacyScreen, uow: UnitOfWork, actor: Actor, clock: Clock
    ) -> PrivacyScreen:
        term = self.term.strip()
        if not term:
            return screen
        search = phones.to_e164(term) or term
        page = contacts.list_contacts(uow, actor, FOUND, search=search)
        people = [rows.person_row(contact, clock) for contact in page.items]
        return replace(screen, people=people, has_more_people=page.next_cursor is not None)

    def _with_receipts(
        self, screen: PrivacyScreen, uow: UnitOfWork, actor: Actor, clock: Clock
    ) -> PrivacyScreen:
        page = paging.take(partial(privacy.list_erasures, uow, actor), self.wanted)
        return replace(
            screen,
            receipts=[rows.receipt_row(receipt, clock) for receipt in page.items],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )


class PrivacyState(LivePage, Asks, Fills, rx.State):
    """Retention, and one person's data. A search names a person, so no address keeps it."""

    screen: PrivacyScreen = PrivacyScreen()
    term: str = ""
    erasing: PersonRow = PersonRow()
    receipt: ReceiptRow = ReceiptRow()

    _topics: ClassVar[frozenset[str]] = frozenset({"privacy", "contacts"})
    _wanted: int = RECEIPTS

    def _question(self) -> PrivacyQuestion:
        return PrivacyQuestion(self.term, self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the receipts before these."""
        self._wanted = min(self._wanted + RECEIPTS, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def look_for(self, actor: Actor, term: str) -> None:
        """Find somebody by name or number."""
        self.term = str(term)[:LONGEST]
        await self._reload(actor)

    @rx.event
    @signed_in
    async def leave(self, _actor: Actor) -> None:
        """Forget whom the page was about."""
        self.term, self.erasing, self.receipt = "", PersonRow(), ReceiptRow()
        self._clear()
        self._take_deed()

    @rx.event
    @signed_in
    async def export(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """Hand over everything that is held about somebody, as a file."""
        name, text = await runtime.run(actor, _file, the_id(key))
        return rx.download(data=text.encode(), filename=name, mime_type="application/json")

    @rx.event
    @signed_in
    async def ask_erase(self, actor: Actor, key: str) -> None:
        """Ask before somebody is erased."""
        self._clear()
        self.erasing = await runtime.run(actor, _person, the_id(key))

    @rx.event
    @signed_in
    async def leave_erasing(self, _actor: Actor) -> None:
        """Leave the person as they are."""
        self.erasing = PersonRow()

    @rx.event
    @signed_in
    async def erase(self, actor: Actor, form: dict[str, Any]) -> None:
        """Erase the person that was asked about, once it is confirmed, and show the receipt."""
        with self._at_fields("phrase"):
            _check(str(form.get("phrase", "")), self.erasing)
            self.receipt = await runtime.run(actor, _erased, the_id(self.erasing.key))
            self.erasing, self.term = PersonRow(), ""
        await self._reload(actor)

    @rx.event
    @signed_in
    async def leave_receipt(self, _actor: Actor) -> None:
        """Put the receipt away; it stays in the list."""
        self.receipt = ReceiptRow()

    @rx.event
    @signed_in
    async def propose(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Keep things for another time; what would go now is asked first."""
        with self._at_fields(*FIELDS):
            proposed = rows.read_retention(form)
            asked = await runtime.run(actor, _effect, proposed)
            if asked is None:
                return await self._keep(actor, proposed)
            self._ask(asked, proposed)
        return None

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> Any:  # noqa: ANN401
        """Keep things for as long as was asked about."""
        proposed = self._take_deed()
        return await self._keep(actor, proposed) if proposed is not None else None

    async def _keep(self, actor: Actor, proposed: Retention) -> Any:  # noqa: ANN401
        await runtime.run(actor, privacy.set_retention, proposed)
        await self._reload(actor)
        return rx.toast.success("Retention saved")


def _clock(uow: UnitOfWork, actor: Actor) -> Clock:
    return Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)


def _check(typed: str, person: PersonRow) -> None:
    if not rows.is_confirmed(typed, person):
        message = "this is not what was asked for"
        raise Invalid(message, field="phrase", expected=person.phrase or "a person")


def _file(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> tuple[str, str]:
    return rows.file_of(privacy.export_contact(uow, actor, contact_id))


def _person(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> PersonRow:
    actor.require(Permission.CONTACTS_ERASE)
    return rows.person_row(contacts.get_contact(uow, actor, contact_id), _clock(uow, actor))


def _erased(uow: UnitOfWork, actor: Actor, contact_id: UUID) -> ReceiptRow:
    receipt = privacy.erase_contact(uow, actor, contact_id)
    return rows.receipt_row(receipt, _clock(uow, actor))


def _effect(uow: UnitOfWork, actor: Actor, proposed: Retention) -> Asked | None:
    """Say what would go; `None` when nothing would, or when it is kept for that long already."""
    if proposed == privacy.get_retention(uow, actor):
        return None
    effect = privacy.retention_effect(uow, actor, proposed)
    return rows.asked_about(effect, _clock(uow, actor)) if rows.loses(effect) else None
