"""Reading the inbox: the list, the open conversation and who it is with, in one transaction."""

from dataclasses import dataclass, replace
from functools import partial

from backend import attribution, auth, channels, contacts, inbox, leads
from backend.auth import Actor
from backend.inbox import ConversationQuery, ConversationState, ConversationView
from backend.kit.errors import NotFound
from backend.kit.ids import ConversationId
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging
from leadflow_app.display import Clock
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.rows import (
    InboxScreen,
    OpenConversation,
    SidePanel,
    conversation_row,
    open_conversation,
    side_panel,
)
from leadflow_app.pages.inbox.thread import message_rows


@dataclass(frozen=True, slots=True)
class InboxQuestion:
    """The first so many conversations, and so many messages of the open one."""

    filters: InboxFilters
    wanted: int = paging.PAGE
    messages: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> InboxScreen:
        """Read the three panes."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        asked = self.filters
        query = _query(asked, clock)
        page = paging.take(partial(inbox.list_conversations, uow, actor, query), self.wanted)
        screen = InboxScreen(
            is_first_run=not page.items and not _anybody(uow, actor),
            term=asked.q,
            views=asked.views(),
            narrowed_by=asked.narrowed_by(),
            rows=[conversation_row(view, asked, clock) for view in page.items],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )
        chosen = self._chosen(uow, actor)
        if chosen is None:
            return screen
        return replace(
            screen,
            shown="side" if asked.is_side_open else "thread",
            open=self._thread(uow, actor, chosen, clock),
            side=_side(uow, actor, chosen, clock),
        )

    def _chosen(self, uow: UnitOfWork, actor: Actor) -> ConversationView | None:
        chosen = uuid_or_none(self.filters.chosen)
        if chosen is None:
            return None
        try:
            return inbox.get_conversation(uow, actor, ConversationId(chosen))
        except NotFound:
            return None

    def _thread(
        self, uow: UnitOfWork, actor: Actor, view: ConversationView, clock: Clock
    ) -> OpenConversation:
        read = partial(inbox.list_messages, uow, actor, view.id)
        page = paging.take(read, self.messages)
        rows = message_rows(page.items, clock)
        channel = channels.get_channel(uow, actor, view.channel_id)
        shown = open_conversation(view, channel, rows, self.filters, clock.now)
        has_older = page.next_cursor is not None and self.messages < paging.MOST
        return replace(shown, has_older=has_older)


def _anybody(uow: UnitOfWork, actor: Actor) -> bool:
    return bool(
        inbox.list_conversations(uow, actor, ConversationQuery(), PageRequest(limit=1)).items
    )


def _query(asked: InboxFilters, clock: Clock) -> ConversationQuery:
    states = {"open": ConversationState.OPEN, "closed": ConversationState.CLOSED}
    return ConversationQuery(
        state=states.get(asked.state),
        unread_only=asked.state == "unread",
        search=asked.q or None,
        opened_from=clock.start_of(asked.first),
        opened_to=clock.end_of(asked.last),
        responded_only=asked.is_responded,
    )


def _side(uow: UnitOfWork, actor: Actor, view: ConversationView, clock: Clock) -> SidePanel:
    contact = contacts.get_contact(uow, actor, view.contact_id)
    lead = leads.current_lead(uow, actor, view.id)
    if lead is None:
        return side_panel(contact, None, (), (), clock)
    entries = leads.score_entries(uow, actor, lead.id)
    touches = attribution.list_touches(uow, actor, lead.id)
    return side_panel(contact, lead, entries, touches, clock)
