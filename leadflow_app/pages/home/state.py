"""What the dashboard reads."""

from dataclasses import dataclass
from typing import ClassVar

import reflex as rx

from backend import analytics, inbox
from backend.auth import Actor
from backend.inbox import ConversationQuery
from backend.kit.paging import PageRequest
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app.live import LivePage
from leadflow_app.pages.home.rows import DEFAULT_DAYS, RANGES, HomeScreen, home_screen


@dataclass(frozen=True, slots=True)
class HomeQuestion:
    """The overview of so many days."""

    days: int

    def __call__(self, uow: UnitOfWork, actor: Actor) -> HomeScreen:
        """Read the overview, and whether anybody ever wrote."""
        anybody = inbox.list_conversations(uow, actor, ConversationQuery(), PageRequest(limit=1))
        overview = analytics.overview(uow, actor, days=self.days)
        return home_screen(overview, days=self.days, is_first_run=not anybody.items)


class HomeState(LivePage, rx.State):
    """The dashboard."""

    screen: HomeScreen = HomeScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"analytics", "leads", "inbox"})

    def _question(self) -> HomeQuestion:
        asked = self.router.url.query_parameters.get("days", "")
        days = int(asked) if asked.isdecimal() and int(asked) in RANGES else DEFAULT_DAYS
        return HomeQuestion(days)
