"""What the operations page reads, and how a delivery is tried again."""

from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Final

import reflex as rx

from backend import auth, intake, operations
from backend.auth import Actor
from backend.intake import EventQuery, EventState
from backend.kit.ids import WebhookEventId
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.operations.rows import OperationsScreen, event_row, law_row, verdict
from leadflow_app.session import signed_in

EVENTS: Final = 20


@dataclass(frozen=True, slots=True)
class OperationsQuestion:
    """The laws, and the first so many quarantined deliveries."""

    wanted: int = EVENTS

    def __call__(self, uow: UnitOfWork, actor: Actor) -> OperationsScreen:
        """Check and read."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        laws = [law_row(law) for law in operations.check_laws(uow, actor)]
        query = EventQuery(state=EventState.QUARANTINED)
        page = paging.take(partial(intake.list_events, uow, actor, query), self.wanted)
        bodies = [intake.get_event(uow, actor, event.id).body or "" for event in page.items]
        rows = zip(page.items, bodies, strict=True)
        return OperationsScreen(
            verdict=verdict(laws),
            is_all_held=all(law.is_held for law in laws),
            laws=laws,
            events=[event_row(event, body, clock) for event, body in rows],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )


class OperationsState(LivePage, rx.State):
    """The state of the machine."""

    screen: OperationsScreen = OperationsScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"operations"})
    _wanted: int = EVENTS

    def _question(self) -> OperationsQuestion:
        return OperationsQuestion(self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the deliveries before these."""
        self._wanted = min(self._wanted + EVENTS, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def replay(self, actor: Actor, event_id: str) -> Any:  # noqa: ANN401
        """Process a delivery once more."""
        await runtime.run(actor, intake.replay, WebhookEventId(the_id(event_id)))
        await self._reload(actor)
        return rx.toast.info("Tried again. It leaves this list when it worked.")
