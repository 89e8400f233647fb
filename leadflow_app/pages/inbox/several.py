"""Several conversations at once: choose them, close, take or snooze them, and take that back."""

from datetime import datetime

import reflex as rx

from backend import inbox
from backend.auth import Actor, get_workspace
from backend.inbox import BulkInput, BulkKind, BulkView, Snooze, snoozed_until
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import runtime
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.pages.inbox.team_rows import Undo, undo_of
from leadflow_app.session import signed_in


class Several(rx.State, mixin=True):
    """The part of the inbox that knows which conversations are selected."""

    is_selecting: bool = False
    selected: list[str] = []
    undo: Undo = Undo()

    @rx.event
    @signed_in
    async def set_selecting(self, _actor: Actor, is_selecting: bool) -> None:
        """Begin to select, or stop."""
        self.is_selecting, self.selected = is_selecting, []

    @rx.event
    @signed_in
    async def select_one(self, _actor: Actor, key: str) -> None:
        """Select a conversation, or select it no more."""
        if key in self.selected:
            self.selected = [one for one in self.selected if one != key]
        elif any(row.key == key for row in self.screen.rows):
            self.selected = [*self.selected, key][: inbox.MOST_AT_ONCE]

    @rx.event
    @signed_in
    async def close_several(self, actor: Actor) -> None:
        """Close what is selected."""
        await self._several(actor, BulkInput(kind=BulkKind.CLOSE))

    @rx.event
    @signed_in
    async def take_several(self, actor: Actor) -> None:
        """Take what is selected."""
        await self._several(actor, BulkInput(kind=BulkKind.ASSIGN, assignee_id=actor.user_id))

    @rx.event
    @signed_in
    async def snooze_several(self, actor: Actor, preset: str) -> None:
        """Let what is selected sleep until then."""
        until = await runtime.run(actor, _until, chosen_from(Snooze, preset))
        await self._several(actor, BulkInput(kind=BulkKind.SNOOZE, until=until))

    async def _several(self, actor: Actor, given: BulkInput) -> None:
        ids = [the_id(one) for one in self.selected]
        if not ids:
            return
        done: BulkView = await runtime.run(actor, inbox.change_several, ids, given=given)
        self.is_selecting, self.selected, self.undo = False, [], undo_of(done)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def undo_several(self, actor: Actor) -> None:
        """Take back what was done last."""
        key, self.undo = self.undo.key, Undo()
        if key:
            await runtime.run(actor, inbox.undo_several, the_id(key))
            await self._reload(actor)

    @rx.event
    @signed_in
    async def forget_undo(self, _actor: Actor) -> None:
        """Leave what was done as it is."""
        self.undo = Undo()


def _until(uow: UnitOfWork, actor: Actor, preset: Snooze) -> datetime:
    return snoozed_until(preset, uow.now, get_workspace(uow, actor).timezone)
