"""What the table of leads reads."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar

import reflex as rx

from backend import auth, leads
from backend.auth import Actor
from backend.leads import Band, LeadMoment, LeadQuery, LeadSort, Stage
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging
from leadflow_app.display import Clock
from leadflow_app.live import LivePage
from leadflow_app.pages.leads.rows import LeadFilters, LeadsScreen, leads_screen
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class LeadsQuestion:
    """The first so many leads that the filters leave."""

    filters: LeadFilters
    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> LeadsScreen:
        """Read the leads."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        query = self.query(clock, actor)
        page = paging.take(partial(leads.list_leads, uow, actor, query), self.wanted)
        has_more = page.next_cursor is not None and self.wanted < paging.MOST
        return leads_screen(page.items, self.filters, clock, has_more=has_more)

    def query(self, clock: Clock, actor: Actor) -> LeadQuery:
        """Say the same to the use case."""
        asked = self.filters
        return LeadQuery(
            stages=(Stage(asked.stage),) if asked.stage else (),
            tags_all=(asked.tag,) if asked.tag else (),
            search=asked.q or None,
            sort=LeadSort(asked.sort),
            moment=LeadMoment(asked.moment) if asked.moment else None,
            moment_from=clock.start_of(asked.first),
            moment_to=clock.end_of(asked.last),
            band=Band(asked.band) if asked.band else None,
            owner_id=actor.user_id if asked.owner == "mine" else None,
            is_unowned=asked.owner == "none",
            score_from=asked.min_score,
            score_to=asked.max_score,
            idle_days=asked.idle_days,
        )


class LeadsState(LivePage, rx.State):
    """The table of leads."""

    screen: LeadsScreen = LeadsScreen()
    term: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset({"leads"})
    _asked: LeadFilters | None = None
    _wanted: int = paging.PAGE

    def _question(self) -> LeadsQuestion:
        filters = LeadFilters.read(self.router.url.query_parameters)
        if filters != self._asked:
            self._asked, self._wanted = filters, paging.PAGE
        return LeadsQuestion(filters, self._wanted)

    def _show(self, screen: LeadsScreen) -> None:
        super()._show(screen)
        self.term = screen.term

    @rx.event
    @signed_in
    async def search(self, _actor: Actor, term: str) -> Any:  # noqa: ANN401
        """Look for a name, a number or a text; the address keeps it."""
        self.term = term
        filters = LeadFilters.read(self.router.url.query_parameters)
        return rx.redirect(replace(filters, q=term).href, replace=True)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next page of the list below this one."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)
