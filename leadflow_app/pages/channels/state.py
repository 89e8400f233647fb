"""What the page of channels reads, and what can be done with them."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar
from uuid import UUID

import reflex as rx

from backend import auth, channels, inbox, intake
from backend.auth import Actor, Permission
from backend.kit.errors import LeadFlowError
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import paging, runtime
from leadflow_app.dialogs import Asked, Asks, Fills
from leadflow_app.display import Clock
from leadflow_app.inputs import the_id
from leadflow_app.live import LivePage
from leadflow_app.pages.channels import rows
from leadflow_app.pages.channels.rows import ChannelsScreen, Condition
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class ChannelsQuestion:
    """The first so many channels, with their health."""

    wanted: int = paging.PAGE

    def __call__(self, uow: UnitOfWork, actor: Actor) -> ChannelsScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        page = paging.take(partial(channels.list_channels, uow, actor), self.wanted)
        ids = [view.id for view in page.items]
        known = rows.conditions(
            page.items,
            channels.health_of(uow, actor, ids),
            inbox.channel_figures(uow, actor, ids),
            intake.channel_lag(uow, actor),
        )
        may_change = actor.may(Permission.CHANNELS_WRITE)
        told = [_with_secret(uow, actor, one) if may_change else one for one in known]
        return ChannelsScreen(
            is_first_run=not page.items,
            cards=[rows.card(one, clock, may_change=may_change) for one in told],
            has_more=page.next_cursor is not None and self.wanted < paging.MOST,
        )


class ChannelsState(LivePage, Asks, Fills, rx.State):
    """The channels."""

    screen: ChannelsScreen = ChannelsScreen()
    renaming: str = ""

    _topics: ClassVar[frozenset[str]] = frozenset({"channels", "inbox"})
    _wanted: int = paging.PAGE
    _renamed: str = ""

    def _question(self) -> ChannelsQuestion:
        return ChannelsQuestion(self._wanted)

    @rx.event
    @signed_in
    async def more(self, actor: Actor) -> None:
        """Show the next channels below these."""
        self._wanted = min(self._wanted + paging.PAGE, paging.MOST)
        await self._reload(actor)

    @rx.event
    @signed_in
    async def act(self, actor: Actor, key: str, what: str) -> Any:  # noqa: ANN401
        """Do something with one channel; what loses something asks before."""
        channel_id, said = the_id(key), None
        match what:
            case "rename":
                self._clear()
                self.renaming = (await runtime.run(actor, channels.get_channel, channel_id)).name
                self._renamed = key
            case "check":
                said = await _checked(actor, channel_id)
            case "templates":
                await runtime.run(actor, channels.sync_templates, channel_id)
                said = rx.toast.success("The templates are being read")
            case "activate":
                await runtime.run(actor, channels.set_channel_active, channel_id, is_active=True)
            case "retire" | "deactivate":
                self._ask(QUESTIONS[what], (what, channel_id))
            case _:
                pass
        await self._reload(actor)
        return said

    @rx.event
    @signed_in
    async def confirm(self, actor: Actor) -> None:
        """Do what was asked about."""
        deed = self._take_deed()
        match deed:
            case ("retire", channel_id):
                await runtime.run(actor, channels.retire_secret, channel_id)
            case ("deactivate", channel_id):
                await runtime.run(actor, channels.set_channel_active, channel_id, is_active=False)
            case _:
                pass
        await self._reload(actor)

    @rx.event
    @signed_in
    async def leave_renaming(self, _actor: Actor) -> None:
        """Leave the name as it is."""
        self.renaming = self._renamed = ""

    @rx.event
    @signed_in
    async def rename(self, actor: Actor, form: dict[str, Any]) -> None:
        """Call the channel something else."""
        wanted = str(form.get("name", ""))
        with self._at_fields("name"):
            await runtime.run(actor, channels.rename_channel, the_id(self._renamed), wanted)
            self.renaming = self._renamed = ""
        await self._reload(actor)


QUESTIONS = {
    "retire": Asked(
        title="Retire the old secret?",
        text="Deliveries that are still signed with it are refused from now on. Do this once the "
        "provider signs with the new one.",
        answer="Retire",
    ),
    "deactivate": Asked(
        title="Take this channel out of use?",
        text="What customers write is not received until it is in use again; providers repeat "
        "deliveries for a while only. Conversations and leads stay.",
        answer="Take out of use",
    ),
}


async def _checked(actor: Actor, channel_id: UUID) -> Any:  # noqa: ANN401
    """Ask the provider now, and say how it went."""
    await runtime.run(actor, _may_change, channel_id)
    wrong = await runtime.call(actor, _check, channel_id)
    return rx.toast.error(wrong) if wrong else rx.toast.success("The provider answers well")


def _may_change(uow: UnitOfWork, actor: Actor, channel_id: UUID) -> None:
    actor.require(Permission.CHANNELS_WRITE)
    channels.get_channel(uow, actor, channel_id)


def _check(actor: Actor, channel_id: UUID) -> str:
    return channels.check_channel(actor.workspace_id, channel_id)


def _with_secret(uow: UnitOfWork, actor: Actor, known: Condition) -> Condition:
    try:
        held = channels.has_old_secret(uow, actor, known.channel.id)
    except LeadFlowError:
        return known
    return replace(known, has_old_secret=held)
