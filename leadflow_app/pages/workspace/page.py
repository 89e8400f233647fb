"""The page of the settings of the workspace."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import staged
from leadflow_app.pages.workspace import views
from leadflow_app.pages.workspace.state import WorkspaceState
from leadflow_app.shell import ShellState, header, page


@page(routes.WORKSPACE, "Workspace", WorkspaceState)
def workspace() -> rx.Component:
    """Show the settings of the workspace, and change them."""
    return rx.fragment(
        header("Workspace"),
        settings_frame(
            staged(
                WorkspaceState,
                skeleton=views.skeleton(),
                content=views.settings(WorkspaceState.screen),
            ),
            here=routes.WORKSPACE,
            permissions=ShellState.permissions,
        ),
    )
