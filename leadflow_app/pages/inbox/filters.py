"""Which conversations the address of the inbox asks for, and which one is open."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from leadflow_app import display, routes
from leadflow_app.display import Choice

VIEWS: Final = {
    "open": "Open",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "waiting": "Waiting",
    "unread": "Unread",
    "snoozed": "Snoozed",
    "closed": "Closed",
    "all": "All",
}
DEFAULT_VIEW: Final = "open"


@dataclass(frozen=True, slots=True)
class InboxFilters:
    """The address of the inbox; a value that makes no sense asks for nothing."""

    chosen: str = ""
    state: str = DEFAULT_VIEW
    q: str = ""
    first: date | None = None
    last: date | None = None
    is_responded: bool = False
    is_side_open: bool = False

    @classmethod
    def read(cls, query: dict[str, str]) -> "InboxFilters":
        """Read the filters of an address."""
        state = query.get("state", "")
        return cls(
            chosen=query.get("c", ""),
            state=state if state in VIEWS else DEFAULT_VIEW,
            q=query.get("q", ""),
            first=display.read_day(query.get("opened_from", "")),
            last=display.read_day(query.get("opened_to", "")),
            is_responded=query.get("responded", "") == "1",
            is_side_open=query.get("side", "") == "1",
        )

    @property
    def href(self) -> str:
        """The address that asks for this."""
        return routes.with_query(
            routes.INBOX,
            c=self.chosen,
            state=self.state if self.state != DEFAULT_VIEW else "",
            q=self.q,
            responded=int(self.is_responded),
            opened_from=self.first,
            opened_to=self.last,
            side=int(self.is_side_open),
        )

    @property
    def narrows(self) -> bool:
        """Whether anything is left out of the list."""
        return self.state != "all" or bool(self.q or self.first or self.last or self.is_responded)

    def choose(self, conversation_id: object) -> "InboxFilters":
        """Keep the list and open another conversation."""
        return replace(self, chosen=str(conversation_id), is_side_open=False)

    def views(self) -> list[Choice]:
        """Offer the views of the list."""
        return [
            Choice(label, replace(self, state=name).href, self.state == name)
            for name, label in VIEWS.items()
        ]

    def narrowed_by(self) -> list[Choice]:
        """Name what else narrows the list; the address of the choice takes it away."""
        if not (self.first or self.last or self.is_responded):
            return []
        words = ["Answered" if self.is_responded else "Opened"]
        if self.first and self.last:
            words.append(display.day_range(self.first, self.last))
        without = replace(self, first=None, last=None, is_responded=False, state=DEFAULT_VIEW)
        return [Choice(" ".join(words), without.href)]
