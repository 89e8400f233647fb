"""What the inbox holds and what can be done in it."""

from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx

from backend import inbox, leads
from backend.auth import Actor, Permission
from backend.kit.ids import ConversationId, LeadId
from backend.leads import Stage
from leadflow_app import paging, runtime
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.reading import InboxQuestion
from leadflow_app.pages.inbox.rows import InboxScreen
from leadflow_app.session import signed_in


class InboxState(LivePage, rx.State):
    """The inbox: a list, an open conversation, a draft for each of them."""

    screen: InboxScreen = InboxScreen()
    term: str = ""
    draft: str = ""
    draft_key: str = ""
    nonce: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset({"inbox", "leads", "channels"})
    _list_of: InboxFilters | None = None
    _thread_of: str = ""
    _wanted: int = paging.PAGE
    _messages: int = paging.PAGE
    _drafts: dict[str, str] = {}
    _count: int = 0

    def _question(self) -> InboxQuestion:
        filters = InboxFilters.read(self.router.url.query_parameters)
        if filters.choose("") != self._list_of:
            self._list_of, self._wanted = filters.choose(""), paging.PAGE
        if filters.chosen != self._thread_of:
            self._thread_of, self._messages = filters.chosen, paging.PAGE
        return InboxQuestion(filters, self._wanted, self._messages)

    def _show(self, screen: InboxScreen) -> None:
        if screen.open.key != self.screen.open.key or not self.draft_key:
            self._offer(screen.open.key, self._drafts.get(screen.open.key, ""))
        super()._show(screen)
        self.term = screen.term

    def _offer(self, conversation: str, draft: str) -> None:
        """Put a draft into the reply box; a new key makes the browser draw the box anew."""
        self._renew()
        self.draft, self.draft_key = draft, f"{conversation}:{self.nonce}"

    def _renew(self) -> None:
        """Make the next reply another one than the last."""
        self._count += 1
        self.nonce = str(self._count)

    def _here(self) -> ConversationId:
        chosen = InboxFilters.read(self.router.url.query_parameters).chosen
        return ConversationId(the_id(chosen))

    @rx.event
    @signed_in
    async def search(self, _actor: Actor, term: str) -> Any:  # noqa: ANN401
        """Look for a name, a number or a text; the address keeps it."""
        self.term = term
        filters = InboxFilters.read(self.router.url.query_parameters)
        return rx.redirect(replace(filters, q=term).href, replace=True)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next conversations below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def older(self, actor: Actor) -> None:
        """Show the messages before these."""
        self._messages = min(self._messages + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def seen(self, actor: Actor, visibility: str) -> None:
        """Mark the open conversation as read, if somebody can see it."""
        may_mark = actor.may(Permission.CONVERSATIONS_WRITE)
        if may_mark and visibility == "visible" and self.screen.open.unread:
            await runtime.run(actor, inbox.mark_read, self._here())

    @rx.event
    @signed_in
    async def keep_draft(self, _actor: Actor, text: str) -> None:
        """Remember what was typed when the box is left."""
        self._drafts[self.screen.open.key] = text[: runtime.LONGEST_TEXT]

    @rx.event
    @signed_in
    async def reply(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Send the reply once; what could not be sent goes back into the box."""
        text = str(form.get("text", "")).strip()
        if not text or form.get("nonce") != self.nonce:
            return None
        here, had_draft = self._here(), bool(self.draft)
        self._renew()
        self._drafts.pop(str(here), None)
        outcome = await runtime.attempt(actor, inbox.reply, here, text=text)
        if outcome.refusal or had_draft:
            self._offer(str(here), text if outcome.refusal else "")
        await self._reload(actor)
        return [outcome.refusal or rx.set_focus("reply")]

    @rx.event
    @signed_in
    async def close(self, actor: Actor) -> None:
        """Close the conversation; it opens again when the customer writes."""
        await runtime.run(actor, inbox.close, self._here())
        await self._reload(actor)

    @rx.event
    @signed_in
    async def reopen(self, actor: Actor) -> None:
        """Open the conversation again."""
        await runtime.run(actor, inbox.reopen, self._here())
        await self._reload(actor)

    @rx.event
    @signed_in
    async def set_stage(self, actor: Actor, stage: str) -> None:
        """Move the lead in the side panel."""
        lead_id = LeadId(the_id(self.screen.side.lead_id))
        await runtime.run(actor, leads.set_stage, lead_id, stage=chosen_from(Stage, stage))
        await self._reload(actor)
