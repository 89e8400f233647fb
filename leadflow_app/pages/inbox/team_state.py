"""Working together in one conversation: who is here, who has it, snoozing it, notes."""

import asyncio
from typing import Any, Final

import reflex as rx

from backend import inbox, notices
from backend.auth import Actor
from backend.inbox import Snooze
from leadflow_app import runtime
from leadflow_app.inputs import chosen_from, the_id, uuid_or_none
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.team_rows import NOBODY, here_words
from leadflow_app.session import actor_of, signed_in, to_sign_in

STAY_SECONDS: Final = 6.0


class TeamWork(rx.State, mixin=True):
    """The part of the inbox that several people share."""

    is_noting: bool = False
    are_notices_open: bool = False

    @rx.event(background=True)
    @signed_in
    async def stay(self, actor: Actor) -> Any:  # noqa: ANN401
        """Say again and again that the person is in the open conversation, until they leave."""
        chosen = await self._chosen_now()
        here = uuid_or_none(chosen)
        if here is None or actor.user_id is None:
            return None
        try:
            while await self._chosen_now() == chosen:
                if await actor_of(self, is_use=False) is None:
                    return to_sign_in(self)
                outcome = await runtime.attempt(actor, inbox.be_present, here)
                if outcome.answer is None:
                    return None
                await self._show_here(chosen, here_words(outcome.answer))
                await asyncio.sleep(STAY_SECONDS)
        finally:
            await asyncio.shield(runtime.attempt(actor, inbox.leave, here))
        return None

    async def _chosen_now(self) -> str:
        async with self:
            return InboxFilters.read(self.router.url.query_parameters).chosen

    async def _show_here(self, chosen: str, words: str) -> None:
        async with self:
            is_shown = self.screen.open.key == chosen
            if is_shown and self.screen.open.here != words:
                self.screen = self.screen.with_here(words)

    @rx.event
    @signed_in
    async def assign_to(self, actor: Actor, key: str) -> None:
        """Give the conversation to somebody, or to nobody."""
        user_id = None if key == NOBODY else the_id(key)
        await runtime.run(actor, inbox.assign, self._here(), user_id=user_id)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def assign_to_me(self, actor: Actor) -> None:
        """Take the conversation, or give it up when one has it."""
        user_id = None if self.screen.open.is_mine else actor.user_id
        await runtime.run(actor, inbox.assign, self._here(), user_id=user_id)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def snooze(self, actor: Actor, preset: str) -> None:
        """Let the conversation sleep until then."""
        until = chosen_from(Snooze, preset)
        await runtime.run(actor, inbox.snooze, self._here(), until=until)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def wake(self, actor: Actor) -> None:
        """Bring the conversation back."""
        await runtime.run(actor, inbox.wake, self._here())
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_noting(self, _actor: Actor, is_noting: bool) -> Any:  # noqa: ANN401
        """Write for colleagues, or for the customer again."""
        self.is_noting = is_noting
        return rx.set_focus("note") if is_noting else rx.set_focus("reply")

    @rx.event
    @signed_in
    async def note(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Write a note that only colleagues see."""
        text = str(form.get("note", ""))
        outcome = await runtime.attempt(actor, inbox.add_note, self._here(), text=text)
        if outcome.refusal is not None:
            return outcome.refusal
        self.is_noting = False
        await self._reload(actor)
        return None

    @rx.event
    @signed_in
    async def set_notices_open(self, actor: Actor, is_open: bool) -> None:
        """Show what the person was told; it counts as seen once they close it."""
        self.are_notices_open = is_open
        if not is_open:
            await runtime.run(actor, notices.mark_notices_read)
            await self._reload(actor)
