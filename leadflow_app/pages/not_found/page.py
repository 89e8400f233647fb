"""The page for addresses that do not exist."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.links import button_link
from leadflow_app.components.states import blank
from leadflow_app.shell import PRODUCT


@rx.page(route=routes.NOT_FOUND, title=f"Not found \N{MIDDLE DOT} {PRODUCT}")
def not_found() -> rx.Component:
    """Say that there is nothing here, and where there is something."""
    return rx.el.main(
        rx.el.h1("Not found", class_name="visually-hidden"),
        blank(
            "map",
            "There is no page here",
            "The address may be mistyped, or what was here is gone.",
            button_link("Go home", routes.HOME),
        ),
        class_name="sign-in-page",
    )
