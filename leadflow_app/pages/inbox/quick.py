"""Quick replies: put one into the box, and see to the list of them."""

from typing import Any

import reflex as rx

from backend import inbox
from backend.auth import Actor
from backend.inbox import QuickReplyInput
from leadflow_app import runtime
from leadflow_app.dialogs import Fills
from leadflow_app.inputs import the_id, uuid_or_none
from leadflow_app.pages.inbox.team_rows import QuickRow
from leadflow_app.session import signed_in


class QuickReplies(Fills, mixin=True):
    """The part of the inbox that knows the texts that everybody can use."""

    are_quick_open: bool = False
    edited: QuickRow = QuickRow("", "", "")

    @rx.event
    @signed_in
    async def use_quick(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """Put a quick reply into the box, with the names in it."""
        here = self._here()
        text = await runtime.run(actor, inbox.fill_quick_reply, here, quick_reply_id=the_id(key))
        self._offer(str(here), text)
        if send_key := uuid_or_none(self.nonce):
            await runtime.run(actor, inbox.keep_draft, here, text=text, send_key=send_key)
        self.are_quick_open = False
        return rx.set_focus("reply")

    @rx.event
    @signed_in
    async def set_quick_open(self, _actor: Actor, is_open: bool) -> None:
        """Open or close the list."""
        self._clear()
        self.are_quick_open, self.edited = is_open, QuickRow("", "", "")

    @rx.event
    @signed_in
    async def edit_quick(self, _actor: Actor, key: str) -> None:
        """Put one into the form."""
        self._clear()
        rows = (row for row in self.screen.team.quick_replies if row.key == key)
        self.edited = next(rows, QuickRow("", "", ""))

    @rx.event
    @signed_in
    async def save_quick(self, actor: Actor, form: dict[str, Any]) -> None:
        """Write one, new or anew; what is wrong with it stands at its field."""
        given = QuickReplyInput(
            shortcut=str(form.get("shortcut", "")), text=str(form.get("text", ""))
        )
        with self._at_fields("shortcut", "text"):
            if self.edited.key:
                key = the_id(self.edited.key)
                await runtime.run(actor, inbox.change_quick_reply, key, given)
            else:
                await runtime.run(actor, inbox.create_quick_reply, given)
            self.edited = QuickRow("", "", "")
        await self._reload(actor)

    @rx.event
    @signed_in
    async def remove_quick(self, actor: Actor, key: str) -> None:
        """Delete one."""
        await runtime.run(actor, inbox.remove_quick_reply, the_id(key))
        self.edited = QuickRow("", "", "")
        await self._reload(actor)
