"""The page of the settings of the lifecycle."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.settings import settings_frame
from leadflow_app.components.states import staged
from leadflow_app.pages.lifecycle import views
from leadflow_app.pages.lifecycle.state import LifecycleState
from leadflow_app.shell import ShellState, header, page


@page(routes.LIFECYCLE, "Lifecycle", LifecycleState)
def lifecycle() -> rx.Component:
    """Show what the workspace asks of its leads, and change it."""
    return rx.fragment(
        header("Lifecycle"),
        settings_frame(
            staged(
                LifecycleState,
                skeleton=views.skeleton(),
                content=views.settings(LifecycleState.screen),
            ),
            here=routes.LIFECYCLE,
            permissions=ShellState.permissions,
        ),
    )
