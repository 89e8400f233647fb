"""Reading the inbox: the list, the open conversation and who it is with, in one transaction."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Final
from uuid import UUID

from backend import attribution, auth, channels, contacts, inbox, leads, media, notices
from backend.auth import Actor, Permission
from backend.inbox import ConversationQuery, ConversationState, ConversationView, ReplyKind
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
    why_no_template,
    with_consent,
)
from leadflow_app.pages.inbox.team_rows import (
    Team,
    here_words,
    notice_rows,
    person_rows,
    quick_rows,
    snoozed,
    unread_notices,
)
from leadflow_app.pages.inbox.templates import TemplateRow, template_rows
from leadflow_app.pages.inbox.thread import message_rows

NOTICES: Final = 20
NOBODYS: Final = UUID(int=0)
STATES: Final = {
    **dict.fromkeys(("open", "mine", "unassigned", "waiting"), ConversationState.OPEN),
    "closed": ConversationState.CLOSED,
}


@dataclass(frozen=True, slots=True)
class InboxQuestion:
    """The first so many conversations, and so many messages of the open one."""

    filters: InboxFilters
    wanted: int = paging.PAGE
    messages: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> InboxScreen:
        """Read the three panes."""
        timezone = auth.get_workspace(uow, actor).timezone
        clock = Clock.of(uow.now, timezone)
        asked = self.filters
        query = query_of(asked, actor, clock)
        page = paging.take(partial(inbox.list_conversations, uow, actor, query), self.wanted)
        screen = InboxScreen(
            is_first_run=not page.items and not _anybody(uow, actor),
            term=asked.q,
            views=asked.views(),
            narrowed_by=asked.narrowed_by(),
            rows=[conversation_row(view, asked, clock) for view in page.items],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
            team=_team(uow, actor, timezone, clock),
        )
        return self.with_chosen(uow, actor, screen, clock)

    def with_chosen(
        self, uow: UnitOfWork, actor: Actor, screen: InboxScreen, clock: Clock
    ) -> InboxScreen:
        """Read the conversation in the middle, and who it is with."""
        asked = self.filters
        chosen = self._chosen(uow, actor)
        if chosen is None:
            return replace(screen, open=OpenConversation(), side=SidePanel(), shown="list")
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
        files = media.of_messages(uow, actor, [message.id for message in page.items])
        since = page.items[-1].sent_at if page.items and page.next_cursor else None
        entries = inbox.list_entries(uow, actor, view.id, since=since)
        rows = message_rows(page.items, clock, files, entries)
        obstacles = inbox.what_may_be_sent(uow, actor, view.id)
        shown = open_conversation(view, obstacles[ReplyKind.TEXT], rows, self.filters, clock.now)
        return replace(
            _with_team(uow, actor, view, shown, clock),
            has_older=page.next_cursor is not None and self.messages < paging.MOST,
            can_send_buttons=obstacles[ReplyKind.BUTTONS] is None,
            can_send_files=obstacles[ReplyKind.MEDIA] is None,
            why_no_template=why_no_template(obstacles[ReplyKind.TEMPLATE]),
            templates=[] if obstacles[ReplyKind.TEMPLATE] else _templates(uow, actor, view),
        )


def _with_team(
    uow: UnitOfWork, actor: Actor, view: ConversationView, shown: OpenConversation, clock: Clock
) -> OpenConversation:
    """Add who else is here, and what the person has begun to write."""
    shown = replace(
        shown,
        here=here_words(inbox.who_is_here(uow, actor, view.id)),
        is_mine=view.assignee_id is not None and view.assignee_id == actor.user_id,
        snoozed=snoozed(view, clock),
    )
    if not actor.may(Permission.CONVERSATIONS_WRITE):
        return shown
    draft = inbox.get_draft(uow, actor, view.id)
    return replace(shown, draft=draft.text, send_key=str(draft.send_key))


def _team(uow: UnitOfWork, actor: Actor, timezone: str, clock: Clock) -> Team:
    team = Team(
        me=str(actor.user_id or ""),
        timezone=timezone,
        colleagues=person_rows(inbox.list_colleagues(uow, actor)),
        quick_replies=quick_rows(inbox.list_quick_replies(uow, actor)),
    )
    return read_notices(uow, actor, team, clock)


def read_notices(uow: UnitOfWork, actor: Actor, team: Team, clock: Clock) -> Team:
    """Read what the person was told lately, and how much of it is new."""
    told = notices.list_notices(uow, actor, PageRequest(limit=NOTICES)).items
    unread = unread_notices(notices.count_unread(uow, actor))
    return replace(team, notices=notice_rows(told, clock), unread=unread)


def _templates(uow: UnitOfWork, actor: Actor, view: ConversationView) -> list[TemplateRow]:
    return template_rows(channels.list_templates(uow, actor, view.channel_id).items)


def _anybody(uow: UnitOfWork, actor: Actor) -> bool:
    return bool(
        inbox.list_conversations(uow, actor, ConversationQuery(), PageRequest(limit=1)).items
    )


def query_of(asked: InboxFilters, actor: Actor, clock: Clock) -> ConversationQuery:
    """Return what the address asks for; open ones that sleep are in a list of their own."""
    is_awake = asked.state in {"open", "mine", "unassigned", "waiting"}
    return ConversationQuery(
        state=STATES.get(asked.state),
        assignee_id=(actor.user_id or NOBODYS) if asked.state == "mine" else None,
        unassigned_only=asked.state == "unassigned",
        waiting_only=asked.state == "waiting",
        is_snoozed=False if is_awake else True if asked.state == "snoozed" else None,
        unread_only=asked.state == "unread",
        search=asked.q or None,
        opened_from=clock.start_of(asked.first),
        opened_to=clock.end_of(asked.last),
        responded_only=asked.is_responded,
    )


def _side(uow: UnitOfWork, actor: Actor, view: ConversationView, clock: Clock) -> SidePanel:
    contact = contacts.get_contact(uow, actor, view.contact_id)
    lead = leads.current_lead(uow, actor, view.id)
    consent = contacts.consent_of(uow, actor, contact.id)
    if lead is None:
        return with_consent(side_panel(contact, None, (), (), clock), consent, clock)
    entries = leads.score_entries(uow, actor, lead.id)
    touches = attribution.list_touches(uow, actor, lead.id)
    return with_consent(side_panel(contact, lead, entries, touches, clock), consent, clock)
