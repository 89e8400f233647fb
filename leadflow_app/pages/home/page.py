"""The dashboard's page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.links import chips
from leadflow_app.components.states import staged
from leadflow_app.pages.home import views
from leadflow_app.pages.home.state import HomeState
from leadflow_app.shell import header, page


@page(routes.HOME, "Home", HomeState)
def home() -> rx.Component:
    """Show the figures of a period, each a link to its rows."""
    screen = HomeState.screen
    return rx.fragment(
        header("Home"),
        rx.el.div(
            staged(
                HomeState,
                skeleton=views.skeleton(),
                content=rx.cond(
                    screen.is_first_run,
                    views.first_run(),
                    rx.el.div(
                        rx.el.div(
                            chips("Period", screen.ranges),
                            rx.el.span(screen.period, class_name="soft small"),
                            class_name="toolbar",
                        ),
                        views.tiles(screen),
                        views.chart(screen),
                        class_name="stack",
                    ),
                ),
            ),
            class_name="content",
        ),
    )
