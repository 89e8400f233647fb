"""The quarantine page: where one is, and what can be done with what stands still."""

from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from backend import intake
from backend.auth import Actor
from backend.intake import EventState, WebhookEventView
from backend.kit.errors import NotFound
from backend.kit.ids import WebhookEventId
from leadflow_app import display, paging, routes, runtime
from leadflow_app.dialogs import Fills
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.quarantine.reading import OPEN_AT_FIRST, QuarantineQuestion
from leadflow_app.pages.quarantine.rows import Group, Place, QuarantineScreen
from leadflow_app.session import signed_in


class QuarantineState(LivePage, Fills, rx.State):
    """What stands still, and why."""

    screen: QuarantineScreen = QuarantineScreen()
    is_ignoring: bool = False

    _topics: ClassVar[frozenset[str]] = frozenset({"operations", "replays"})
    _wanted: int = OPEN_AT_FIRST

    def _place(self) -> Place:
        return Place.read(self.router.url.query_parameters)

    def _question(self) -> QuarantineQuestion:
        return QuarantineQuestion(self._place(), self._wanted)

    def _event(self) -> UUID:
        found = self._place().event
        if found is None:
            raise NotFound(NOTHING_OPEN)
        return found

    def _group(self) -> Group:
        found = self._place().group
        if found is None:
            raise NotFound(NOTHING_OPEN)
        return found

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the rows below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def rerun(self, actor: Actor) -> Any:  # noqa: ANN401
        """Process the open delivery once more, now."""
        event = await runtime.run(actor, intake.replay, WebhookEventId(self._event()))
        await self._reload(actor)
        return _said(event)

    @rx.event
    @signed_in
    async def rerun_all(self, actor: Actor) -> Any:  # noqa: ANN401
        """Have the whole group processed once more, and watch it here."""
        group = self._group()
        replay = await runtime.run(actor, intake.rerun_cause, group.channel, group.cause)
        address = routes.quarantine_cause(group.channel, group.cause, replay.id)
        return rx.redirect(address, replace=True)

    @rx.event
    @signed_in
    async def stop(self, actor: Actor) -> None:
        """End the replay that is watched here."""
        await runtime.run(actor, intake.stop_replay, the_id(self._place().replay))
        await self._reload(actor)

    @rx.event
    @signed_in
    async def correct(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Keep a corrected body beside the original of the open delivery."""
        body = str(form.get("body", ""))
        with self._at_fields("body"):
            await runtime.run(actor, intake.correct_event, self._event(), body=body)
        await self._reload(actor)
        return None if self.fault.text else rx.toast.success("Kept. Process it again to use it.")

    @rx.event
    @signed_in
    async def set_ignoring(self, _actor: Actor, is_open: bool) -> None:
        """Open or close the question why this is to be passed over."""
        self._clear()
        self.is_ignoring = is_open

    @rx.event
    @signed_in
    async def ignore(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Pass the open delivery or group over for good."""
        place, reason = self._place(), str(form.get("reason", ""))
        said = None
        with self._at_fields("reason"):
            said = await _ignored(actor, place, reason)
            self.is_ignoring = False
        await self._reload(actor)
        return said

    @rx.event
    @signed_in
    async def put_back(self, actor: Actor, key: str) -> Any:  # noqa: ANN401
        """Put an ignored delivery back into quarantine."""
        await runtime.run(actor, intake.unignore_event, the_id(key))
        await self._reload(actor)
        return rx.toast.success("Back in quarantine")


NOTHING_OPEN = "There is nothing open to do this with"


async def _ignored(actor: Actor, place: Place, reason: str) -> Any:  # noqa: ANN401
    """Ignore what is open; a group leaves nothing to look at."""
    if place.event:
        await runtime.run(actor, intake.ignore_event, place.event, reason=reason)
        return rx.toast.success("Ignored. You can put it back here.")
    if not place.group:
        raise NotFound(NOTHING_OPEN)
    ignore = partial(intake.ignore_cause, reason=reason)
    count = await runtime.run(actor, ignore, place.group.channel, place.group.cause)
    toast = rx.toast.success(f"{display.plural(count, 'delivery')} ignored")
    return [rx.redirect(routes.QUARANTINE), toast]


def _said(event: WebhookEventView) -> Any:  # noqa: ANN401
    if event.state is EventState.PROCESSED:
        return rx.toast.success("Processed")
    return rx.toast.error(f"It failed again. {display.plain(event.error or '')}")
