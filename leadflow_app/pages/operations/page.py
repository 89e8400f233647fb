"""The operations page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.operations import views
from leadflow_app.pages.operations.state import OperationsState
from leadflow_app.shell import header, page


@page(routes.OPERATIONS, "Operations", OperationsState)
def operations() -> rx.Component:
    """Show whether the data is sound and what waits for a person."""
    screen = OperationsState.screen
    more = load_more(screen.has_more, OperationsState.more)
    body = rx.el.div(views.laws(screen), views.quarantine(screen, more), class_name="stack")
    return rx.fragment(
        header("Operations"),
        rx.el.div(
            staged(OperationsState, skeleton=views.skeleton(), content=body), class_name="content"
        ),
    )
