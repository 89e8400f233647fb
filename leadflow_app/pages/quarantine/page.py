"""The quarantine page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.settings import operations_frame
from leadflow_app.components.states import load_more, staged
from leadflow_app.pages.quarantine import views
from leadflow_app.pages.quarantine.sheet import sheet
from leadflow_app.pages.quarantine.state import QuarantineState
from leadflow_app.shell import ShellState, header, page


@page(routes.QUARANTINE, "Quarantine", QuarantineState)
def quarantine() -> rx.Component:
    """Show what stands still: all of it by cause, one cause, or one delivery."""
    screen = QuarantineState.screen
    shown = rx.match(
        screen.kind,
        ("event", sheet(screen)),
        ("cause", views.group(screen)),
        ("ignored", views.ignored(screen)),
        views.causes(screen),
    )
    body = rx.el.div(shown, load_more(screen.has_more, QuarantineState.more), class_name="steps")
    return rx.fragment(
        header("Quarantine", views.header_action(screen)),
        operations_frame(
            staged(QuarantineState, skeleton=views.skeleton(), content=body),
            views.ignore_dialog(),
            here=routes.QUARANTINE,
            permissions=ShellState.permissions,
        ),
    )
