"""What the settings of the workspace read, and how they are changed."""

from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx

from backend import auth
from backend.auth import Actor, Permission
from backend.platform.unit_of_work import UnitOfWork
from leadflow_app import runtime
from leadflow_app.dialogs import Fills
from leadflow_app.display import Clock
from leadflow_app.live import LivePage
from leadflow_app.pages.workspace.rows import FIELDS, WorkspaceScreen, changes, workspace_screen
from leadflow_app.session import signed_in
from leadflow_app.standing import ShellState


@dataclass(frozen=True, slots=True)
class WorkspaceQuestion:
    """The settings as they are."""

    def __call__(self, uow: UnitOfWork, actor: Actor) -> WorkspaceScreen:
        """Read them."""
        workspace = auth.get_workspace(uow, actor)
        clock = Clock.of(uow.now, workspace.timezone)
        may_write = actor.may(Permission.WORKSPACE_WRITE)
        return workspace_screen(workspace, clock, can_change=may_write)


class WorkspaceState(LivePage, Fills, rx.State):
    """The settings of the workspace."""

    screen: WorkspaceScreen = WorkspaceScreen()

    _topics: ClassVar[frozenset[str]] = frozenset({"workspace"})

    def _question(self) -> WorkspaceQuestion:
        return WorkspaceQuestion()

    @rx.event
    @signed_in
    async def save(self, actor: Actor, form: dict[str, Any]) -> Any:  # noqa: ANN401
        """Change what the form says otherwise."""
        changed = changes(form, self.screen)
        with self._at_fields(*FIELDS):
            await runtime.run(actor, auth.update_workspace, **changed)
            await self._reload(actor)
            said = rx.toast.success("Settings saved" if changed else "Nothing was changed")
            return [ShellState.arrive, said]
        return None
