"""The page of the simulator."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.states import staged
from leadflow_app.pages.simulator import views
from leadflow_app.pages.simulator.fault_views import faults
from leadflow_app.pages.simulator.state import SimulatorState
from leadflow_app.shell import header, page


@page(routes.SIMULATOR, "Simulator", SimulatorState)
def simulator() -> rx.Component:
    """Show the customer, the phone, what came of it, and what providers do at times."""
    screen = SimulatorState.screen
    played = rx.el.div(
        views.customer(screen),
        views.phone(screen),
        views.outcome(screen),
        faults(screen),
        class_name="simulator",
    )
    return rx.fragment(
        header("Simulator"),
        rx.el.div(
            staged(
                SimulatorState,
                skeleton=views.skeleton(),
                content=rx.cond(screen.channels.length() > 0, played, views.no_channel()),
            ),
            class_name="content",
        ),
    )
