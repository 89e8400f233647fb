"""Who is signed in, where they work and what they may do there: what the frame of a page shows.

What is hidden from somebody is refused to them by the use cases all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import reflex as rx

from backend import auth
from backend.auth import Actor, MyWorkspace, Permission, WorkspaceView
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import rights, routes, runtime
from leadflow_app.dialogs import Fault, Fills
from leadflow_app.session import session_token, signed_in


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace that the person may work in, and as what."""

    key: str
    name: str
    role: str
    is_here: bool


class ShellState(Fills, rx.State):
    """Whose workspace this is, and what the person may do in it."""

    workspace: str = ""
    person: str = ""
    role: str = ""
    places: list[Place] = []
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


def _found(uow: UnitOfWork, actor: Actor, name: str) -> WorkspaceView:
    here = auth.get_workspace(uow, actor)
    return auth.start_workspace(
        uow, actor, name=name, timezone=here.timezone, currency=here.currency
    )
