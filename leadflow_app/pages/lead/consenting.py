"""Recording what a customer agreed to elsewhere: by telephone, on paper, across a counter."""

from typing import Any

import reflex as rx

from backend import contacts
from backend.auth import Actor, Permission
from backend.contacts import ConsentChange, ConsentInput
from leadflow_app import runtime
from leadflow_app.dialogs import Fills
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.pages.lead.consent_rows import TITLES
from leadflow_app.session import signed_in


class Consents(Fills, mixin=True):
    """A page of one customer; the page brings `screen` and `_reload`."""

    consenting: str = ""
    consenting_title: str = ""

    @rx.event
    @signed_in
    async def ask_consent(self, actor: Actor, change: str) -> None:
        """Ask what shows that the customer said so."""
        actor.require(Permission.CONTACTS_WRITE)
        self._clear()
        wanted = chosen_from(ConsentChange, change)
        self.consenting, self.consenting_title = wanted.value, TITLES[wanted]

    @rx.event
    @signed_in
    async def leave_consent(self, _actor: Actor) -> None:
        """Record nothing."""
        self.consenting = ""

    @rx.event
    @signed_in
    async def record_consent(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Record what the customer said, with the note of the form."""
        given = ConsentInput(
            change=chosen_from(ConsentChange, self.consenting), note=str(form.get("note", ""))
        )
        with self._at_fields("note"):
            contact_id = the_id(self.screen.person.key)
            await runtime.run(actor, contacts.record_consent, contact_id, given)
            self.consenting = ""
            await self._reload(actor)
            return rx.toast.success("Consent recorded")
        return None
