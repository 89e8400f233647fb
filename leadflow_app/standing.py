"""Who is signed in, where they work and what they may do there: what the frame of a page shows.

What is hidden from somebody is refused to them by the use cases all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import reflex as rx

from backend import auth, channels, intake
from backend.auth import Actor, MyWorkspace, Permission, WorkspaceView
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import channel_words, display, rights, routes, runtime
from leadflow_app.dialogs import Fault, Fills
from leadflow_app.display import Clock
from leadflow_app.session import session_token, signed_in


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace that the person may work in, and as what."""

    key: str
    name: str
    role: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that needs a person, and where to see to it."""

    text: str
    href: str


class ShellState(Fills, rx.State):
    """Whose workspace this is, and what the person may do in it."""

    workspace: str = ""
    person: str = ""
    role: str = ""
    places: list[Place] = []
    troubles: list[Trouble] = []
    permissions: list[str] = []
    is_known: bool = False
    is_founding: bool = False

    def _see(self, actor: Actor) -> None:
        """Take over what may have changed: the role, and what it allows."""
        permissions = sorted(actor.permissions)
        if (self.person, self.permissions) != (actor.name, permissions):
            self.person, self.permissions = actor.name, permissions
            self.role = rights.role_label(actor.role)

    @rx.event
    @signed_in
    async def arrive(self, actor: Actor) -> None:
        """Name the workspace and the person, and learn what they may do."""
        self._see(actor)
        self.is_founding = False
        self.places = await runtime.run_as_system(_places, actor)
        self.workspace = next((place.name for place in self.places if place.is_here), "")
        self.is_known = True
        self.troubles = await runtime.run(actor, _troubles)

    @rx.event
    @signed_in
    async def set_founding(self, _actor: Actor, is_open: bool) -> None:
        """Open or close the form that makes another workspace."""
        self._clear()
        self.is_founding = is_open

    @rx.event
    @signed_in
    async def found(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Make another workspace and go there."""
        self._clear()
        try:
            made = await runtime.run(actor, _found, str(form.get("workspace_name", "")))
        except auth.BadName as error:
            self.fault = Fault("workspace_name", runtime.words(error))
            return None
        token = session_token(self.router.headers.cookie) or ""
        await runtime.run_as_system(auth.switch_workspace, token, made.id, address=actor.address)
        self.is_founding = False
        return [rx.redirect(routes.HOME), ShellState.arrive]


def may(permission: Permission) -> rx.Var[bool]:
    """Whether the person may; false until it is known."""
    return ShellState.permissions.contains(permission.value)


def may_not(permission: Permission) -> rx.Var[bool]:
    """Whether it is known that the person may not."""
    return ShellState.is_known & ~may(permission)


async def see(page: Any, actor: Actor) -> None:  # noqa: ANN401
    """Tell the frame who the actor of a followed page is now."""
    async with page:
        shell = await page.get_state(ShellState)
        shell._see(actor)  # noqa: SLF001  a public method of a state can be sent


def _places(uow: UnitOfWork, actor: Actor) -> list[Place]:
    found: Sequence[MyWorkspace] = auth.my_workspaces(uow, actor.user_id) if actor.user_id else ()
    return [
        Place(str(one.id), one.name, rights.role_label(one.role), one.id == actor.workspace_id)
        for one in found
    ]


def _troubles(uow: UnitOfWork, actor: Actor) -> list[Trouble]:
    return [*_channels_in_trouble(uow, actor), *_quarantine(uow, actor)]


def _quarantine(uow: UnitOfWork, actor: Actor) -> list[Trouble]:
    """Say that deliveries stand still, for those who may see them."""
    if not actor.may(Permission.EVENTS_READ):
        return []
    count = intake.count_quarantined(uow, actor)
    if not count:
        return []
    more = " or more" if count == intake.MOST_COUNTED else ""
    verb = "stands" if count == 1 else "stand"
    many = display.plural(count, "delivery")
    return [Trouble(f"{many}{more} {verb} still in quarantine.", routes.QUARANTINE)]


def _channels_in_trouble(uow: UnitOfWork, actor: Actor) -> list[Trouble]:
    """Find the channels that need somebody, for those who can do something about it."""
    if not actor.may(Permission.CHANNELS_WRITE):
        return []
    found = {one.id: one for one in channels.list_channels(uow, actor).items if one.is_active}
    clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
    health = channels.health_of(uow, actor, list(found))
    return [
        Trouble(f"{one.name}: {said}", routes.channel_setup(one.id))
        for one in found.values()
        for said in islice(channel_words.problems(health[one.id], clock), 1)
    ]


def _found(uow: UnitOfWork, actor: Actor, name: str) -> WorkspaceView:
    here = auth.get_workspace(uow, actor)
    return auth.start_workspace(
        uow, actor, name=name, timezone=here.timezone, currency=here.currency
    )
