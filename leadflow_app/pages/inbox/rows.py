"""What the inbox shows, ready to draw: the list and the side panel."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backend.attribution import TouchView
from backend.channels import ChannelView, Direction
from backend.contacts import ContactView
from backend.inbox import ConversationView, is_window_open
from backend.leads import LeadView, ScoreEntryView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.pages.inbox.filters import InboxFilters
from leadflow_app.pages.inbox.thread import MessageRow, kind_words

WINDOW_CLOSED = (
    "The 24-hour window is closed. WhatsApp lets a business write freely for 24 hours after the "
    "customer's last message; it opens again as soon as the customer writes."
)
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
    has_older: bool = False
    newest: str = ""


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
        unread=display.count(view.unread_count) if view.unread_count else "",
        window=display.window(view.window_expires_at, clock.now),
        is_window_open=is_window_open(view.window_expires_at, clock.now),
        channel=view.channel_name,
        is_chosen=str(view.id) == filters.chosen,
    )


def open_conversation(
    view: ConversationView,
    channel: ChannelView,
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
        unread=view.unread_count,
        why_not=_why_not(channel, is_open=is_open),
        back_href=filters.choose("").href,
        side_href=_side(filters),
        messages=messages,
        newest=messages[-1].key if messages else "",
    )


def _side(filters: InboxFilters) -> str:
    chosen = filters.choose(filters.chosen)
    address = chosen.href
    return address if filters.is_side_open else f"{address}&side=1"


def _why_not(channel: ChannelView, *, is_open: bool) -> str:
    if not channel.can_reply:
        return CANNOT_REPLY.format(name=channel.name)
    return "" if is_open else WINDOW_CLOSED


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
