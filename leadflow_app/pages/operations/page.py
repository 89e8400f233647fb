"""The operations page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.settings import operations_frame
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.operations import views
from leadflow_app.pages.operations.state import OperationsState
from leadflow_app.shell import ShellState, header, page


@page(routes.OPERATIONS, "Operations", OperationsState)
def operations() -> rx.Component:
    """Show whether the data is sound and what waits for a person."""
    screen = OperationsState.screen
    more = load_more(screen.has_more, OperationsState.more)
    body = rx.el.div(views.laws(screen), views.quarantine(screen, more), class_name="stack")
    return rx.fragment(
        header("Operations"),
        operations_frame(
            staged(OperationsState, skeleton=views.skeleton(), content=body),
            here=routes.OPERATIONS,
            permissions=ShellState.permissions,
        ),
    )
