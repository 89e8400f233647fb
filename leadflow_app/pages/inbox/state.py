"""What the inbox holds and what can be done in it."""

from dataclasses import replace
from typing import Any, ClassVar

import reflex as rx

from backend import inbox, leads
from backend.auth import Actor, Permission
from backend.kit.ids import ConversationId, LeadId
from backend.leads import Stage
from backend.platform.live import Change
from leadflow_app import paging, runtime
from leadflow_app.inputs import chosen_from, the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.inbox.answering import Answers
from leadflow_app.pages.inbox.drafts import Drafts
from leadflow_app.pages.inbox.files import FileRow
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.quick import QuickReplies
from leadflow_app.pages.inbox.reading import InboxQuestion
from leadflow_app.pages.inbox.rows import InboxScreen
from leadflow_app.pages.inbox.several import Several
from leadflow_app.pages.inbox.team_state import TeamWork
from leadflow_app.pages.inbox.templates import TemplateRow
from leadflow_app.pages.inbox.updating import InboxUpdate
from leadflow_app.session import signed_in


class InboxState(Answers, Drafts, TeamWork, Several, QuickReplies, LivePage, rx.State):
    """The inbox: a list, an open conversation, and what a team does in them."""

    screen: InboxScreen = InboxScreen()
    term: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset(
        {"inbox", "leads", "channels", "presence", "notices", "quick_replies"}
    )
    _list_of: InboxFilters | None = None
    _thread_of: str = ""
    _wanted: int = paging.PAGE
    _messages: int = paging.PAGE

    def _question(self) -> InboxQuestion:
        filters = InboxFilters.read(self.router.url.query_parameters)
        if filters.choose("") != self._list_of:
            self._list_of, self._wanted = filters.choose(""), paging.PAGE
        if filters.chosen != self._thread_of:
            self._thread_of, self._messages = filters.chosen, paging.PAGE
        return InboxQuestion(filters, self._wanted, self._messages)

    def _narrowed(self, question: Any, changes: tuple[Change, ...]) -> Any:  # noqa: ANN401
        return InboxUpdate(question, self.screen, changes) if self.is_ready else question

    def _still_fits(self, asked: Any) -> bool:  # noqa: ANN401
        return asked.screen == self.screen

    def _show(self, screen: InboxScreen) -> None:
        is_another = screen.open.key != self.screen.open.key or not self.draft_key
        if is_another:
            self.template = TemplateRow()
            self.attached = self._files.get(screen.open.key, FileRow())
        self._follow_draft(screen.open, is_another=is_another)
        super()._show(screen)
        self.term = screen.term

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
