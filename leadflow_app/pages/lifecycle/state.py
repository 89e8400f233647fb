"""What the settings of the lifecycle read, and how they are changed."""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx

from backend import auth, leads
from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import runtime
from leadflow_app.dialogs import Fills
from leadflow_app.display import Clock
from leadflow_app.live import LivePage
from leadflow_app.pages.lifecycle.rows import FIELDS, LifecycleScreen, lifecycle_screen, read
from leadflow_app.session import signed_in


@dataclass(frozen=True, slots=True)
class LifecycleQuestion:
    """The settings as they are."""

    def __call__(self, uow: UnitOfWork, actor: Actor) -> LifecycleScreen:
        """Read them."""
        clock = Clock.of(uow.now, auth.get_workspace(uow, actor).timezone)
        may_write = actor.may(Permission.WORKSPACE_WRITE)
        return lifecycle_screen(leads.get_lifecycle(uow, actor), clock, can_change=may_write)


class LifecycleState(LivePage, Fills, rx.State):
    """What the workspace asks of its leads."""

    screen: LifecycleScreen = LifecycleScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"workspace"})

    def _question(self) -> LifecycleQuestion:
        return LifecycleQuestion()

    @rx.event
    @signed_in
    async def save(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Ask of leads what the form says from now on."""
        with self._at_fields(*FIELDS):
            await runtime.run(actor, leads.set_lifecycle, read(form))
            await self._reload(actor)
            return rx.toast.success("Lifecycle saved")
        return None
