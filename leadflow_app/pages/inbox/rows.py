"""What the inbox shows, ready to draw: the list and the side panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from backend.attribution import TouchView
from backend.channels import Direction
from backend.contacts import ConsentState, ConsentView, ContactView
from backend.inbox import (
    ButtonsReply,
    ConversationView,
    MediaReply,
    Obstacle,
    Reply,
    TextReply,
    WhyNot,
    is_window_open,
)
from backend.leads import LeadView, ScoreEntryView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.team_rows import NOBODY, News, Team
from leadflow_app.pages.inbox.templates import TemplateRow
from leadflow_app.pages.inbox.thread import MessageRow, kind_words

WINDOW_CLOSED = (
    "The 24-hour window is closed. WhatsApp lets a business write freely for 24 hours after the "
    "customer's last message; it opens again as soon as the customer writes."
)
OPTED_OUT = "They opted out, so no template can be sent to them."
CONSENT = {ConsentState.OPTED_IN: "Opted in", ConsentState.OPTED_OUT: "Opted out"}
CANNOT_REPLY = "Replies cannot be sent through {name} yet. Answer where this number is managed."


@dataclass(frozen=True, slots=True)
class ConversationRow:
    """One conversation of the list."""

    key: str
    href: str
    name: str
    letters: str
    snippet: str
    at: Moment
    unread: str
    window: str
    is_window_open: bool
    channel: str
    is_chosen: bool
    order: str = ""
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class PointsRow:
    """Points and why."""

    key: str
    points: str
    reason: str
    at: Moment


@dataclass(frozen=True, slots=True)
class TouchRow:
    """What led the customer here."""

    key: str
    title: str
    detail: str
    url: str
    at: Moment


@dataclass(frozen=True, slots=True)
class SidePanel:
    """Who it is with, and what became of it."""

    name: str = ""
    phone: str = ""
    username: str = ""
    since: Moment = NEVER
    consent: str = ""
    consented: Moment = NEVER
    lead_id: str = ""
    lead_href: str = ""
    stage: str = ""
    stage_label: str = ""
    score: str = ""
    tags: list[str] = field(default_factory=list)
    points: list[PointsRow] = field(default_factory=list)
    touches: list[TouchRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """The conversation in the middle."""

    key: str = ""
    name: str = ""
    detail: str = ""
    window: str = ""
    is_window_open: bool = False
    is_closed: bool = False
    unread: int = 0
    why_not: str = ""
    back_href: str = ""
    side_href: str = ""
    messages: list[MessageRow] = field(default_factory=list)
    templates: list[TemplateRow] = field(default_factory=list)
    why_no_template: str = ""
    can_send_buttons: bool = False
    can_send_files: bool = False
    upload_to: str = ""
    has_older: bool = False
    newest: str = ""
    here: str = ""
    assignee: str = NOBODY
    is_mine: bool = False
    snoozed: str = ""
    draft: str = ""
    send_key: str = ""


@dataclass(frozen=True, slots=True)
class InboxScreen:
    """The whole page."""

    is_first_run: bool = False
    term: str = ""
    shown: str = "list"
    views: list[Choice] = field(default_factory=list)
    narrowed_by: list[Choice] = field(default_factory=list)
    rows: list[ConversationRow] = field(default_factory=list)
    has_more: bool = False
    open: OpenConversation = OpenConversation()
    side: SidePanel = SidePanel()
    team: Team = field(default_factory=Team)
    news: News = field(default_factory=News)

    @property
    def open_id(self) -> UUID:
        """The id of the open conversation; there is one."""
        return UUID(self.open.key)

    def with_here(self, words: str) -> "InboxScreen":
        """Return this screen with other colleagues in the open conversation."""
        return replace(self, open=replace(self.open, here=words))

    def newly_listed(
        self, rows: list[ConversationRow], *, has_more: bool, news: ConversationView | None
    ) -> "InboxScreen":
        """Return this screen with another list, and what is new in it for the person."""
        told = news_of(news) if news else self.news
        return replace(self, rows=rows, has_more=has_more, news=told)


def news_of(view: ConversationView) -> News:
    """Put the newest message of a conversation into a notification of the browser."""
    return News(
        key=f"{view.id}:{view.last_message_at.isoformat()}",
        title=display.person(view.contact_name, view.contact_phone, view.contact_username),
        text=view.snippet or kind_words(view.last_kind),
        href=routes.with_query(routes.INBOX, c=view.id),
    )


def conversation_row(
    view: ConversationView, filters: InboxFilters, clock: Clock
) -> ConversationRow:
    """Put one conversation of the list into words."""
    name = display.person(view.contact_name, view.contact_phone, view.contact_username)
    said_by_us = "You: " if view.last_direction == Direction.OUT else ""
    return ConversationRow(
        key=str(view.id),
        href=filters.choose(view.id).href,
        name=name,
        letters=display.initials(name),
        snippet=f"{said_by_us}{view.snippet or kind_words(view.last_kind)}",
        at=clock.moment(view.last_message_at),
        unread=display.count(view.my_unread) if view.my_unread else "",
        window=display.window(view.window_expires_at, clock.now),
        is_window_open=is_window_open(view.window_expires_at, clock.now),
        channel=view.channel_name,
        is_chosen=str(view.id) == filters.chosen,
        order=f"{view.last_message_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f} {view.id}",
        assignee=view.assignee_name or "",
    )


def open_conversation(
    view: ConversationView,
    why_not: WhyNot | None,
    messages: list[MessageRow],
    filters: InboxFilters,
    now: datetime,
) -> OpenConversation:
    """Put the conversation in the middle into words; the caller adds what else there is."""
    is_open = is_window_open(view.window_expires_at, now)
    phone = display.phone(view.contact_phone, view.contact_username)
    return OpenConversation(
        key=str(view.id),
        name=display.person(view.contact_name, view.contact_phone, view.contact_username),
        detail=f"{phone} \N{MIDDLE DOT} {view.channel_name}",
        window=display.window(view.window_expires_at, now),
        is_window_open=is_open,
        is_closed=str(view.state) == "closed",
        unread=view.my_unread,
        why_not=_why_not(view, why_not),
        back_href=filters.choose("").href,
        side_href=_side(filters),
        messages=messages,
        upload_to=f"/v1/channels/{view.channel_id}/media",
        newest=messages[-1].key if messages else "",
        assignee=str(view.assignee_id or NOBODY),
    )


def _side(filters: InboxFilters) -> str:
    chosen = filters.choose(filters.chosen)
    address = chosen.href
    return address if filters.is_side_open else f"{address}&side=1"


def _why_not(view: ConversationView, why_not: WhyNot | None) -> str:
    if why_not is None:
        return ""
    if why_not.obstacle is Obstacle.WINDOW_CLOSED:
        return WINDOW_CLOSED
    return CANNOT_REPLY.format(name=view.channel_name)


def why_no_template(why_not: WhyNot | None) -> str:
    """Say that the customer wants no offers; that a channel has no templates needs no words."""
    is_out = why_not is not None and why_not.obstacle is Obstacle.OPTED_OUT
    return OPTED_OUT if is_out else ""


def with_consent(side: SidePanel, consent: ConsentView, clock: Clock) -> SidePanel:
    """Add what the customer agreed to, where they said anything."""
    event = consent.decided_by
    if event is None:
        return side
    said = CONSENT[consent.state]
    return replace(side, consent=said, consented=clock.moment(event.occurred_at))


def written_reply(text: str, form: Mapping[str, Any], file_key: str) -> Reply:
    """Read what the reply box holds: a file with its caption, or a text, maybe with buttons."""
    if file_key:
        return MediaReply(media_id=UUID(file_key), caption=text)
    given = (str(form.get(f"button-{number}", "")).strip() for number in (1, 2, 3))
    titles = tuple(title for title in given if title)
    return ButtonsReply(text=text, titles=titles) if titles else TextReply(text)


def side_panel(
    contact: ContactView,
    lead: LeadView | None,
    entries: Sequence[ScoreEntryView],
    touches: Sequence[TouchView],
    clock: Clock,
) -> SidePanel:
    """Put the person and their newest lead into words."""
    return SidePanel(
        name=display.person(contact.display_name, contact.phone, contact.username),
        phone=display.phone(contact.phone),
        username=f"@{contact.username}" if contact.username else "",
        since=clock.moment(contact.created_at),
        lead_id=str(lead.id) if lead else "",
        lead_href=routes.lead(lead.id) if lead else "",
        stage=str(lead.stage) if lead else "",
        stage_label=display.stage(lead.stage) if lead else "",
        score=display.count(lead.score) if lead else "",
        tags=list(lead.tags) if lead else [],
        points=[_points(entry, clock) for entry in entries],
        touches=[_touch(touch, clock) for touch in touches],
    )


def _points(entry: ScoreEntryView, clock: Clock) -> PointsRow:
    return PointsRow(
        str(entry.id), display.points(entry.points), entry.reason, clock.moment(entry.occurred_at)
    )


def _touch(touch: TouchView, clock: Clock) -> TouchRow:
    return TouchRow(
        key=str(touch.id),
        title=touch.headline or display.touch(touch.kind),
        detail=touch.channel_name,
        url=display.web_address(touch.source_url),
        at=clock.moment(touch.occurred_at),
    )
