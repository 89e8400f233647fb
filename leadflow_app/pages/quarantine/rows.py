"""What the quarantine shows, ready to draw."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from backend.intake import CauseView, EventState, WebhookEventView
from leadflow_app import display, routes
from leadflow_app.display import NEVER, Choice, Clock, Moment
from leadflow_app.inputs import uuid_or_none
from leadflow_app.pages.quarantine.bodies import NO_BODY, Body, body_of
from leadflow_app.replays import NO_REPLAY, ReplayRow

IGNORED: Final = "ignored"
ALL_CAUSES: Final = Choice("All causes", routes.QUARANTINE)
UNKNOWN: Final = "Unknown cause."
# Where in a body something is wrong, as errors write it: `entry[0].changes[0]: what is wrong`.
AT: Final = re.compile(r"(?P<where>[\w.]+\[\d+\][\w.\[\]]*): (?P<what>.+)", re.DOTALL)
STATES: Final = {
    EventState.RECEIVED: ("waiting", "Waits to be processed"),
    EventState.PROCESSED: ("well", "Processed"),
    EventState.QUARANTINED: ("ill", "In quarantine"),
    EventState.IGNORED: ("idle", "Ignored"),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Deliveries of one channel that failed for one cause, as an address names them."""

    channel: UUID
    cause: str

    @property
    def href(self) -> str:
        """The address that shows them."""
        return routes.quarantine_cause(self.channel, self.cause)


@dataclass(frozen=True, slots=True)
class Place:
    """What the address asks for: one delivery, one cause, what is ignored, or all causes."""

    event: UUID | None = None
    group: Group | None = None
    is_ignored: bool = False
    replay: UUID | None = None

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Place":
        """Read an address; a value that makes no sense asks for nothing."""
        cause, channel = query.get("cause", ""), uuid_or_none(query.get("channel", ""))
        return cls(
            event=uuid_or_none(query.get("event", "")),
            group=Group(channel, cause) if channel and cause else None,
            is_ignored=query.get("show", "") == IGNORED,
            replay=uuid_or_none(query.get("replay", "")),
        )

    def event_href(self, event_id: UUID) -> str:
        """Return the address of a delivery from which one comes back here."""
        return routes.with_query(
            routes.QUARANTINE,
            event=event_id,
            channel=self.group and self.group.channel,
            cause=self.group and self.group.cause,
            show=IGNORED if self.is_ignored else "",
        )

    @property
    def back(self) -> Choice:
        """The list that a delivery was opened from."""
        if self.group:
            return Choice("All of this cause", self.group.href)
        if self.is_ignored:
            return Choice("Ignored", routes.with_query(routes.QUARANTINE, show=IGNORED))
        return ALL_CAUSES


@dataclass(frozen=True, slots=True)
class CauseRow:
    """Deliveries of one channel that failed for one cause."""

    key: str
    text: str
    channel: str
    count: str
    first: Moment
    last: Moment
    href: str


@dataclass(frozen=True, slots=True)
class EventRow:
    """One delivery of a list: when it came and what was wrong, or why it is passed over."""

    key: str
    text: str
    more: str
    channel: str
    at: Moment
    href: str


@dataclass(frozen=True, slots=True)
class EventSheet:
    """One delivery with its bodies; without a key there is none."""

    key: str = ""
    state: str = ""
    state_label: str = ""
    is_quarantined: bool = False
    is_ignored: bool = False
    error: str = ""
    where: str = ""
    channel: str = ""
    attempts: str = ""
    received: Moment = NEVER
    processed: Moment = NEVER
    body: Body = NO_BODY
    is_gone: bool = False
    correction: Body = NO_BODY
    has_correction: bool = False
    corrected: str = ""
    corrected_at: Moment = NEVER
    ignored: str = ""
    ignored_at: Moment = NEVER


NO_EVENT: Final = EventSheet()


@dataclass(frozen=True, slots=True)
class QuarantineScreen:
    """The whole page; `kind` says which of its views."""

    kind: str = "causes"
    back: Choice = ALL_CAUSES
    choices: list[Choice] = field(default_factory=list)
    causes: list[CauseRow] = field(default_factory=list)
    events: list[EventRow] = field(default_factory=list)
    title: str = ""
    about: str = ""
    sheet: EventSheet = NO_EVENT
    replay: ReplayRow = NO_REPLAY
    has_more: bool = False


def told(error: str | None) -> tuple[str, str]:
    """Say what is wrong in a sentence, and where in the body, if the error says so."""
    found = AT.fullmatch(error or "")
    what, where = (found["what"], f"at {found['where']}") if found else (error or "", "")
    said = re.sub(r"`([^`]*)`", r"“\1”", what)
    return display.plain(said) or UNKNOWN, where


def choices(*, is_ignored: bool) -> list[Choice]:
    """Offer both lists: what waits for somebody, and what is passed over for good."""
    ignored = routes.with_query(routes.QUARANTINE, show=IGNORED)
    return [
        Choice("In quarantine", routes.QUARANTINE, is_on=not is_ignored),
        Choice("Ignored", ignored, is_on=is_ignored),
    ]


def cause_row(cause: CauseView, clock: Clock) -> CauseRow:
    """Put a group into words: the newest error speaks for all of it."""
    href = routes.quarantine_cause(cause.channel_id, cause.cause)
    return CauseRow(
        key=href,
        text=told(cause.newest_error)[0],
        channel=cause.channel_name,
        count=display.count(cause.events),
        first=clock.moment(cause.first_at),
        last=clock.moment(cause.last_at),
        href=href,
    )


def title(events: Sequence[WebhookEventView]) -> str:
    """Name a group by its newest error."""
    return told(events[0].error)[0] if events else "Nothing is left"


def about(events: Sequence[WebhookEventView], *, has_more: bool) -> str:
    """Say where a group came in and how large it is."""
    if not events:
        return ""
    count = f"{'more than ' if has_more else ''}{display.plural(len(events), 'delivery')}"
    return _joined(events[0].channel_name, count)


def _joined(*parts: str) -> str:
    return " \N{MIDDLE DOT} ".join(part[:1].upper() + part[1:] for part in parts if part)


def event_row(event: WebhookEventView, place: Place, clock: Clock) -> EventRow:
    """Put one delivery of a list into words."""
    is_ignored = event.state is EventState.IGNORED
    text, where = told(event.error)
    corrected = f"corrected by {event.corrected_by}" if event.corrected_by else ""
    return EventRow(
        key=str(event.id),
        text=event.ignored_reason or "" if is_ignored else text,
        more=f"Ignored by {event.ignored_by}" if is_ignored else _joined(where, corrected),
        channel=event.channel_name,
        at=clock.moment(event.received_at),
        href=place.event_href(event.id),
    )


def event_sheet(event: WebhookEventView, clock: Clock) -> EventSheet:
    """Put one delivery into words; its bodies stay plain text."""
    state, label = STATES[event.state]
    error, where = told(event.error) if event.error else ("", "")
    return EventSheet(
        key=str(event.id),
        state=state,
        state_label=label,
        is_quarantined=event.state is EventState.QUARANTINED,
        is_ignored=event.state is EventState.IGNORED,
        error=error,
        where=where,
        channel=event.channel_name,
        attempts=display.plural(event.attempts, "attempt"),
        received=clock.moment(event.received_at),
        processed=clock.moment(event.processed_at),
        body=body_of(event.body or ""),
        is_gone=not event.body,
        correction=body_of(event.corrected_body or ""),
        has_correction=bool(event.corrected_body),
        corrected=event.corrected_by or "",
        corrected_at=clock.moment(event.corrected_at),
        ignored=f"{event.ignored_by}: {event.ignored_reason}" if event.ignored_by else "",
        ignored_at=clock.moment(event.ignored_at),
    )
