"""The import page."""

import reflex as rx

from leadflow_app import routes
from leadflow_app.components.links import link
from leadflow_app.components.states import load_more, staged
from leadflow_app.design import tokens
from leadflow_app.pages.lead_import import report_views, views
from leadflow_app.pages.lead_import.state import ImportsState
from leadflow_app.shell import header, page


@page(routes.LEADS_IMPORT, "Import leads", ImportsState)
def lead_import() -> rx.Component:
    """Choose a file, name its columns, see what is wrong, and have the rest written."""
    screen = ImportsState.screen
    reported = rx.fragment(
        rx.match(
            screen.step,
            ("checked", report_views.checked(screen)),
            report_views.ended(screen),
        ),
        report_views.rows(screen),
    )
    body = rx.el.div(
        rx.match(
            screen.step,
            ("upload", views.upload(screen)),
            ("columns", views.mapping(screen)),
            ("working", report_views.working(screen)),
            reported,
        ),
        views.earlier(screen, load_more(screen.has_more, ImportsState.more)),
        class_name="stack",
    )
    back = rx.button(
        link("All leads", to=routes.LEADS),
        as_child=True,
        variant="soft",
        color_scheme=tokens.GREY_SCHEME,
    )
    return rx.fragment(
        header("Import leads", back),
        rx.el.div(
            staged(ImportsState, skeleton=views.skeleton(), content=body),
            class_name="content is-wide",
        ),
    )
